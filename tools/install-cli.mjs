// Installs the Pulumi CLI of the version in package.json: finds it, downloads it, or builds it from Go modules.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { elapsed, Failure, Interrupted, run } from "./process.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = fileURLToPath(new URL("./pulumi-cli", import.meta.url));
const exe = process.platform === "win32" ? ".exe" : "";
/** @type {string} */
const version = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies.pulumi;

/**
 * The language hosts: the folder of the go.mod in tools/pulumi-cli, and the command in one of its modules. A download of
 * the CLI contains them all.
 */
const languageHosts = {
  nodejs: { module: "language", command: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs" },
  python: { module: "language", command: "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python" },
  go: { module: "go", command: "github.com/pulumi/pulumi/sdk/v3/go/pulumi-language-go" },
  yaml: { module: "yaml", command: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml" },
};
/** @typedef {keyof typeof languageHosts} Language */

/**
 * Installs the CLI where the npm package `pulumi` and the Automation API look for it, unless it is there already.
 * @param {Language[]} [languages] of programs other than Node's
 * @returns {Promise<string>} the folder that contains `pulumi`
 */
export async function ensureCli(languages = []) {
  const versions = join(process.env["PULUMI_HOME"] || join(homedir(), ".pulumi"), "versions");
  const bin = join(versions, version, "bin");
  await ensureOneCli(versions, bin);
  for (const language of languages) await ensureLanguageHost(language, versions, bin);
  return bin;
}

/**
 * @param {string} versions
 * @param {string} bin
 */
async function ensureOneCli(versions, bin) {
  if (works(bin)) return;

  mkdirSync(versions, { recursive: true });
  // On the same disk as `bin`, so that one atomic rename installs the CLI, even if several processes do so at once.
  const sandbox = mkdtempSync(join(versions, ".installing-"));
  try {
    const errors = [];
    for (const obtain of [download, build]) {
      try {
        moveInto(bin, await obtain(sandbox), sandbox);
        return;
      } catch (error) {
        if (error instanceof Interrupted) throw error;
        const message = error instanceof Error ? error.message : String(error);
        console.log(`  failed: ${message}`);
        errors.push(message);
      }
    }
    throw new Failure(
      `Could not install the Pulumi CLI ${version}: the download failed (${errors[0]}), and so did the build (${errors[1]}).\n` +
        `Either install Go 1.26 or newer from https://go.dev/dl and run this command again,\n` +
        `or extract a release from https://github.com/pulumi/pulumi/releases/tag/v${version} into ${bin}`,
    );
  } finally {
    rmSync(sandbox, { recursive: true, force: true });
  }
}

/**
 * Downloads the official CLI, through the npm package `pulumi`, which does so when it runs for the first time.
 * @param {string} sandbox
 * @returns {Promise<string>} the folder that contains `pulumi`
 */
async function download(sandbox) {
  console.log(`Downloading the Pulumi CLI ${version} from get.pulumi.com ...`);
  const { code, output } = await run(process.execPath, [join(root, "node_modules/pulumi/run.js"), "version"], {
    // The installer writes into its home step by step, so it gets a separate one, and only a complete result is moved.
    env: { ...process.env, PULUMI_HOME: sandbox, PULUMI_VERSION: version, PULUMI_SKIP_UPDATE_CHECK: "true" },
    capture: true,
    progress: () => "downloading",
    timeLimitMs: 10 * 60_000,
    gracePeriodMs: 2_000,
  });
  const bin = join(sandbox, "versions", version, "bin");
  if (code !== 0 || !works(bin)) {
    throw new Error(output.trim().split("\n").at(-1) || `the installer exited with code ${code}`);
  }
  return bin;
}

/**
 * Builds the CLI from the Go modules in tools/pulumi-cli.
 * @param {string} sandbox
 * @returns {Promise<string>} the folder that contains `pulumi`
 */
async function build(sandbox) {
  assertCanBuild();
  console.log(`Building the Pulumi CLI ${version} from its Go modules. The first build takes a few minutes ...`);
  const start = Date.now();
  const bin = join(sandbox, "bin");
  const versionFlag = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
  await goBuild("cli", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", bin, versionFlag);
  await goBuild(languageHosts.nodejs.module, languageHosts.nodejs.command, bin);
  copyFileSync(join(sources, "pulumi-resource-pulumi-nodejs"), join(bin, "pulumi-resource-pulumi-nodejs"));
  if (!works(bin)) throw new Error("the CLI was built, but does not run");
  console.log(`  built in ${elapsed(start)}`);
  return bin;
}

/**
 * Builds a language host, if a CLI that was built has none.
 * @param {Language} language
 * @param {string} versions
 * @param {string} bin
 */
async function ensureLanguageHost(language, versions, bin) {
  const name = `pulumi-language-${language}`;
  if (existsSync(join(bin, `${name}${exe}`))) return;
  const sandbox = mkdtempSync(join(versions, ".installing-"));
  try {
    assertCanBuild();
    console.log(`Building ${name} from its Go modules. The first build takes a few minutes ...`);
    const start = Date.now();
    const { module, command } = languageHosts[language];
    const built = join(sandbox, "bin");
    await goBuild(module, command, built);
    // The host starts it from its own folder. It is a script of the same module.
    if (language === "python") copyFileSync(pythonExec(module), join(bin, "pulumi-language-python-exec"));
    renameSync(join(built, name), join(bin, name));
    console.log(`  built in ${elapsed(start)}`);
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    throw new Failure(
      `Could not build ${name}, which these tests need: ${error instanceof Error ? error.message : String(error)}.\n` +
        "Install Go 1.26 or newer from https://go.dev/dl and run this command again.",
    );
  } finally {
    rmSync(sandbox, { recursive: true, force: true });
  }
}

/** @param {string} module */
function pythonExec(module) {
  const options = { cwd: join(sources, module), encoding: /** @type {const} */ ("utf8") };
  const { stdout } = spawnSync("go", ["list", "-m", "-f", "{{.Dir}}", "github.com/pulumi/pulumi/sdk/v3"], options);
  return join(stdout.trim(), "python/cmd/pulumi-language-python-exec");
}

function assertCanBuild() {
  if (exe) throw new Error("on Windows the CLI can only be downloaded");
  if (spawnSync("go", ["version"]).status !== 0) throw new Error("Go is not installed");
}

/**
 * @param {string} module the folder of the go.mod
 * @param {string} command
 * @param {string} bin
 * @param {string} [linkerFlags]
 */
async function goBuild(module, command, bin, linkerFlags = "") {
  const name = command.slice(command.lastIndexOf("/") + 1);
  const flags = [
    ...["-v", "-trimpath", "-buildvcs=false"],
    ...["-tags", "osusergo grpcnotrace"],
    ...["-ldflags", `-s -w ${linkerFlags}`],
  ];
  const { code, output } = await run("go", ["build", ...flags, "-o", join(bin, name), command], {
    cwd: join(sources, module),
    // The user's own Go settings must not change the build.
    // GOTMPDIR is in the sandbox because an interrupted `go build` can leave temporary files behind.
    env: {
      ...process.env,
      CGO_ENABLED: "0",
      GOFLAGS: "",
      GOWORK: "off",
      GOOS: "",
      GOARCH: "",
      GOTMPDIR: dirname(bin),
    },
    capture: true,
    // `go build -v` prints one line for each module that it downloads and each package that it compiles.
    progress: (lines) => `${name}: ${lines.split("\n").length - 1} modules and packages`,
    gracePeriodMs: 5_000,
  });
  if (code !== 0) {
    const end = output.split("\n").slice(-15).join("\n");
    throw new Error(`go build of ${name} exited with code ${code}:\n${end}`);
  }
}

/**
 * Moves a complete CLI to its final place, unless another process did so first.
 * @param {string} bin
 * @param {string} complete
 * @param {string} sandbox
 */
function moveInto(bin, complete, sandbox) {
  if (works(bin)) return;
  mkdirSync(dirname(bin), { recursive: true });
  // An interrupted installer may have left a CLI there that does not work.
  if (existsSync(bin)) renameSync(bin, join(sandbox, "broken"));
  try {
    renameSync(complete, bin);
  } catch (error) {
    if (!works(bin)) throw error;
  }
}

/** @param {string} bin */
function works(bin) {
  if (!existsSync(join(bin, `pulumi-language-nodejs${exe}`))) return false;
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const { error, stdout } = spawnSync(join(bin, `pulumi${exe}`), ["version"], { env, encoding: "utf8" });
  return !error && stdout.trim() === `v${version}`;
}
