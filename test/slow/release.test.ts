import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join, relative, resolve } from "node:path";
import { runServer } from "verdaccio";
import { expectSmallProvider, execute, type Result, TestStack } from "../e2e/stack";
import { type Checkout, GitHub, type Outcome } from "./gitops/github";

const root = resolve(__dirname, "../..");
/** A version that is not released yet, also while this test is part of a release. */
const version = "99.0.0";
const tarball = `pulumi-deepcall-${version}.tgz`;
const pluginArchives = [
  "darwin-amd64",
  "darwin-arm64",
  "linux-amd64",
  "linux-arm64",
  "windows-amd64",
  "windows-arm64",
].map((target) => `pulumi-resource-deepcall-v${version}-${target}.tar.gz`);
const read = (...path: string[]): string => readFileSync(join(...path), "utf8");

/** A registry with an empty storage of its own. It forwards requests for other packages to the configured registry. */
class Registry {
  private constructor(
    private readonly server: Server,
    readonly url: string,
    /** An npm configuration that selects this registry. */
    readonly userconfig: string,
  ) {}

  static async start(): Promise<Registry> {
    const folder = mkdtempSync(join(process.env["E2E_FOLDER"] ?? "", "registry-"));
    const { output } = await execute("npm", ["config", "get", "registry"], folder);
    const server = (await runServer({
      self_path: join(folder, "config.yaml"),
      storage: join(folder, "storage"),
      web: { enable: false },
      uplinks: { configured: { url: output.trim() } },
      packages: {
        "pulumi-deepcall": { access: "$all", publish: "$all" },
        "**": { access: "$all", proxy: "configured" },
      },
      log: { type: "stdout", format: "pretty", level: "fatal" },
    })) as Server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const userconfig = join(folder, "npmrc");
    // npm requires a token, but the registry accepts anyone.
    writeFileSync(userconfig, `registry=http://${host}/\n//${host}/:_authToken=none\n`);
    return new Registry(server, `http://${host}`, userconfig);
  }

  /** The integrity of each published version. */
  async published(): Promise<Record<string, string>> {
    const response = await fetch(`${this.url}/pulumi-deepcall`);
    if (response.status === 404) return {};
    const { versions } = (await response.json()) as { versions: Record<string, { dist: { integrity: string } }> };
    return Object.fromEntries(Object.entries(versions).map(([key, { dist }]) => [key, dist.integrity]));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** A folder in which jobs run their scripts, with an `npm` that replaces what takes long. */
class Workspace implements Checkout {
  readonly folder = mkdtempSync(join(process.env["E2E_FOLDER"] ?? "", "release-"));

  constructor(private readonly registry: Registry) {
    mkdirSync(join(this.folder, "tmp"));
    mkdirSync(join(this.folder, "tmp/bin"));
    cpSync(join(__dirname, "gitops/bin/gh"), join(this.folder, "tmp/bin/gh"));
    writeFileSync(
      join(this.folder, "tmp/bin/npm"),
      `#!/bin/sh
npm() { PATH="$REAL_PATH" command npm "$@"; }
case "$*" in
  "ci --ignore-scripts" | *" pulumi@latest") ;;
  "run lint" | test | "run test:slow") echo "npm $* $(sha256sum "$PULUMI_DEEPCALL_TARBALL")" >> tmp/tested ;;
  # Only npm's own registry accepts provenance.
  publish*) npm "$@" --provenance=false ;;
  *) npm "$@" ;;
esac
`,
    );
    chmodSync(join(this.folder, "tmp/bin/npm"), 0o755);
  }

  /** Copies this repository, as `git clone` would, with the installed packages but without the link to itself. */
  checkOut(): void {
    const ignored = ["node_modules", "dist", "schema", ".git"];
    cpSync(root, this.folder, { recursive: true, filter: (path) => !ignored.includes(relative(root, path)) });
    for (const name of readdirSync(join(root, "node_modules"))) {
      const isShared = name !== "pulumi-deepcall" && (name === ".package-lock.json" || !name.startsWith("."));
      mkdirSync(join(this.folder, "node_modules"), { recursive: true });
      if (isShared) symlinkSync(join(root, "node_modules", name), join(this.folder, "node_modules", name));
    }
  }

  /** Has what another job gets: the workflow, and the artifact. */
  download(from: Workspace): void {
    for (const name of [".github", "release"])
      cpSync(join(from.folder, name), join(this.folder, name), { recursive: true });
  }

  async bash(script: string, env: Record<string, string> = {}): Promise<Result> {
    const file = join(this.folder, "tmp/step.sh");
    writeFileSync(file, script);
    const path = process.env["PATH"] ?? "";
    return execute("bash", ["--noprofile", "--norc", "-eo", "pipefail", file], this.folder, {
      GITHUB_REPOSITORY: "org/groups",
      NODE_NO_WARNINGS: "1",
      npm_config_userconfig: this.registry.userconfig,
      // `npm run --silent` passes its level on.
      npm_config_loglevel: "notice",
      ...env,
      REAL_PATH: path,
      PATH: [join(this.folder, "tmp/bin"), path].join(delimiter),
    });
  }
}

/** What docs/releasing.md tells the owner to do, up to the tag. */
async function prepareRelease(workspace: Workspace): Promise<void> {
  const [setUp = ""] = /repo=OWNER\/NAME\n.*\n/.exec(read(root, "docs/releasing.md")) ?? [];
  const file = join(workspace.folder, "CHANGELOG.md");
  const script = `
    ${setUp.replace("OWNER/NAME", "org/groups")}
    npm version ${version} --no-git-tag-version
    git init --quiet --initial-branch=main && git add --all
    git -c user.name=test -c user.email=test@example.com commit --quiet --message 'Release ${version}'
    git tag v${version}`;
  const section = `## [${version}] - 2026-11-25\n\n### Added\n\n- A rehearsal.\n`;
  writeFileSync(file, read(file).replace("## [Unreleased]\n", `## [Unreleased]\n\n${section}`));
  expect(await workspace.bash(script)).toMatchObject({ code: 0 });
}

/** The one of this version, that the end-to-end tests install. */
function anotherTarball(): string {
  const folder = process.env["E2E_FOLDER"] ?? "";
  return join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "");
}

let registry: Registry;
beforeEach(async () => {
  registry = await Registry.start();
});
afterEach(async () => {
  await registry.stop();
});

const context = { github: { ref_name: `v${version}` } };
const runJob = async (workspace: Workspace, job: string, needs?: Outcome) =>
  new GitHub(workspace).runWith("release", job, { ...context, needs: { build: needs } });

test("a tag is tested, published and announced as one tarball, which `pulumi up` can use", async () => {
  const checkout = new Workspace(registry);
  checkout.checkOut();
  await prepareRelease(checkout);
  const build = await runJob(checkout, "build");
  expect([build.result, build.log]).toEqual(["success", expect.stringContaining(`v${version} can be released.`)]);
  const release = join(checkout.folder, "release");
  const bytes = readFileSync(join(release, tarball));
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const tested = ["run lint", "test", "run test:slow"].map((task) => `npm ${task} ${sha256}  release/${tarball}\n`);
  expect(read(checkout.folder, "tmp/tested")).toBe(tested.join(""));

  for (const name of pluginArchives) {
    const { output } = await execute("tar", ["--list", "--file", join(release, name)], release);
    const licenses = output.match(/[\w-]*LICENSE\S*/g)?.toSorted();
    const node = name.includes("linux-amd64") ? ["NODE-LICENSE.txt"] : [];
    expect(licenses).toEqual(["LICENSE", ...node, "THIRD-PARTY-LICENSES.txt"]);
    const schema = await execute(
      "tar",
      ["--extract", "--to-stdout", "--file", join(release, name), "./schema.json"],
      release,
    );
    expect(schema.output).toContain('"pluginDownloadURL":"github://api.github.com/org/groups"');
  }
  const tried = await new GitHub(checkout).runWith("release", "plugin", { matrix: { target: "linux-amd64" } });
  expect([tried.result, tried.log]).toEqual([
    "success",
    expect.stringContaining(`The plugin works: release/${pluginArchives[2]}.`),
  ]);

  // Another tarball than the tested one is not published.
  const tampered = new Workspace(registry);
  tampered.download(checkout);
  cpSync(anotherTarball(), join(tampered.folder, "release", tarball));
  const refused = await runJob(tampered, "publish", build);
  expect([refused.result, refused.log]).toEqual(["failure", expect.stringContaining(`${tarball}: FAILED`)]);
  expect((await runJob(tampered, "github", build)).result).toBe("failure");
  expect(await registry.published()).toEqual({});

  const job = new Workspace(registry);
  job.download(checkout);
  const published = await runJob(job, "publish", build);
  expect([published.result, published.log]).toEqual([
    "success",
    expect.stringContaining(`+ pulumi-deepcall@${version}`),
  ]);
  const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  expect(await registry.published()).toEqual({ [version]: integrity });

  const github = new GitHub(job);
  expect((await github.runWith("release", "github", { ...context, needs: { build } })).result).toBe("success");
  expect(github.state.releases).toEqual([
    {
      tag: `v${version}`,
      title: `v${version}`,
      notes: expect.stringMatching(/^### Added\n\n- A rehearsal\.\n/) as string,
      assets: [tarball, "sbom.cdx.json", "licenses.txt", "checksums.txt", ...pluginArchives],
    },
  ]);

  const stack = await TestStack.create();
  const { devDependencies } = JSON.parse(read(root, "package.json")) as { devDependencies: Record<string, string> };
  const sdk = `@pulumi/pulumi@${devDependencies["@pulumi/pulumi"]}`;
  const options = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  expect(await stack.execute("npm", ["install", sdk, ...options])).toMatchObject({ code: 0 });
  const install = ["install", "pulumi-deepcall", `--userconfig=${registry.userconfig}`, ...options];
  expect(await stack.execute("npm", install)).toMatchObject({ code: 0 });
  // The SBOM and the licenses list what is installed, without the SDK.
  const installed = JSON.parse(read(stack.folder, "node_modules/pulumi-deepcall/package.json")) as {
    dependencies: Record<string, string>;
  };
  const { components } = JSON.parse(read(release, "sbom.cdx.json")) as { components: { name: string }[] };
  expect(components.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(installed.dependencies)));
  const licensed = read(release, "licenses.txt").match(/^.+(?=@[^@]+: [\w.-]+$)/gm);
  expect(licensed?.toSorted()).toEqual(components.map(({ name }) => name).toSorted());

  stack.program(`
    const g = new DeepcallGroup("support", { name: "Support" });
    exports.all = { name: g.name, version: require("pulumi-deepcall/package.json").version };`);
  await stack.up();
  expect(stack.outputs()).toEqual({ all: { name: "Support", version } });
  expectSmallProvider(stack);
  expect(stack.emulator.groups("7").map(({ name }) => name)).toEqual(["Support"]);
});

test("a tag that does not agree with package.json and the changelog stops before anything is packed", async () => {
  const checkout = new Workspace(registry);
  checkout.checkOut();
  await prepareRelease(checkout);
  const github = { ref_name: "v98.0.0" };
  const build = await new GitHub(checkout).runWith("release", "build", { github });
  expect(build.result).toBe("failure");
  expect(build.log).toContain(`The tag is v98.0.0, but the version in package.json is ${version}.`);
  expect(build.outputs).toEqual({ tarball: "", checksums: "" });
  expect(readdirSync(checkout.folder)).not.toContain("release");
});
