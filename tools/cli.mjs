// The Pulumi CLI of the version that package.json names: found, downloaded, or built from Go modules.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure, Interrupted, run } from "./process.mjs";
import { elapsed, withHeartbeat } from "./progress.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = fileURLToPath(new URL("./pulumi-cli", import.meta.url));
const exe = process.platform === "win32" ? ".exe" : "";
const version = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies.pulumi;

/**
 * Puts the CLI where the npm package `pulumi` and the Automation API look for it, if it isn't there.
 * @returns {Promise<string>} the folder that holds `pulumi`
 */
export async function ensureCli() {
  const versions = join(process.env.PULUMI_HOME || join(homedir(), ".pulumi"), "versions");
  const bin = join(versions, version, "bin");
  if (works(bin)) return bin;

  mkdirSync(versions, { recursive: true });
  // Beside its final place, so that one atomic rename puts it there whole, whoever else is at it.
  const workshop = mkdtempSync(join(versions, ".installing-"));
  try {
    const why = [];
    for (const obtain of [download, build]) {
      try {
        publish(await obtain(workshop), bin, workshop);
        return bin;
      } catch (error) {
        if (error instanceof Interrupted) throw error;
        console.log(`  not possible here: ${error.message}`);
        why.push(error.message);
      }
    }
    throw new Failure(
      `The Pulumi CLI ${version} is needed, and could be neither downloaded (${why[0]}) nor built (${why[1]}).\n` +
        `Either install Go 1.26 or newer from https://go.dev/dl and run this again,\n` +
        `or put the files of https://github.com/pulumi/pulumi/releases/tag/v${version} into ${bin}`,
    );
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

/** The official CLI, by way of the npm package that fetches it at its first use. */
async function download(workshop) {
  console.log(`Downloading the Pulumi CLI ${version} from get.pulumi.com ...`);
  let output = "";
  const code = await withHeartbeat(
    () => "downloading",
    () =>
      run(process.execPath, [join(root, "node_modules/pulumi/run.js"), "version"], {
        // It installs in place, so it gets a home of its own; what is whole is moved.
        env: { ...process.env, PULUMI_HOME: workshop, PULUMI_VERSION: version, PULUMI_SKIP_UPDATE_CHECK: "true" },
        timeLimit: 10 * 60_000,
        patience: 2_000,
        onOutput: (text) => (output += text),
      }),
  );
  const bin = join(workshop, "versions", version, "bin");
  if (code !== 0 || !works(bin)) throw new Error(lastLine(output) ?? `the installer ended with ${code}`);
  return bin;
}

async function build(workshop) {
  if (exe) throw new Error("on Windows the CLI can only be downloaded");
  if (spawnSync("go", ["version"]).status !== 0) throw new Error("Go is not installed");

  console.log(`Building the Pulumi CLI ${version} from its Go modules; the first time this takes a few minutes ...`);
  const start = Date.now();
  const bin = join(workshop, "bin");
  const stamp = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
  await goBuild("cli", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", bin, stamp);
  await goBuild("language", "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs", bin);
  copyFileSync(join(sources, "pulumi-resource-pulumi-nodejs"), join(bin, "pulumi-resource-pulumi-nodejs"));
  if (!works(bin)) throw new Error("the CLI was built, but doesn't run");
  console.log(`  built in ${elapsed(start)}`);
  return bin;
}

async function goBuild(module, command, bin, linkerFlags = "") {
  let output = "";
  const name = command.split("/").at(-1);
  const flags = [
    "-v",
    "-trimpath",
    "-buildvcs=false",
    "-tags",
    "osusergo grpcnotrace",
    "-ldflags",
    `-s -w ${linkerFlags}`,
  ];
  const code = await withHeartbeat(
    // `go build -v` names each package when it is compiled, and each module when it is downloaded.
    () => `${name}: ${output.split("\n").length - 1} modules and packages`,
    () =>
      run("go", ["build", ...flags, "-o", join(bin, name), command], {
        cwd: join(sources, module),
        // Not the reader's own Go settings: what is built here is ruled by the go.mod beside it.
        // Its scratch files stay in our folder, because an interrupted `go build` can leave them behind.
        env: {
          ...process.env,
          CGO_ENABLED: "0",
          GOFLAGS: "",
          GOWORK: "off",
          GOOS: "",
          GOARCH: "",
          GOTMPDIR: dirname(bin),
        },
        patience: 5_000,
        onOutput: (text) => (output += text),
      }),
  );
  if (code !== 0)
    throw new Error(`go build of ${name} ended with ${code}:\n${output.split("\n").slice(-15).join("\n")}`);
}

/** Moves a finished CLI to its place, unless somebody else was quicker. */
function publish(finished, bin, workshop) {
  if (works(bin)) return;
  mkdirSync(dirname(bin), { recursive: true });
  // What is there but doesn't work, for instance after an installer was interrupted, has to go first.
  if (existsSync(bin)) renameSync(bin, join(workshop, "broken"));
  try {
    renameSync(finished, bin);
  } catch (error) {
    if (!works(bin)) throw error;
  }
}

function works(bin) {
  if (!existsSync(join(bin, `pulumi-language-nodejs${exe}`))) return false;
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const { stdout } = spawnSync(join(bin, `pulumi${exe}`), ["version"], { env, encoding: "utf8" });
  return stdout?.trim() === `v${version}`;
}

const lastLine = (text) => text.trim().split("\n").at(-1) || undefined;
