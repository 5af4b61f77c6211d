import { cpSync, readFileSync } from "node:fs";
import { basename, delimiter, join, resolve } from "node:path";
import { execute, expectSmallProvider, TestStack } from "../e2e/stack";

const root = resolve(__dirname, "../..");
/** Contains the packed package, and no node_modules that a project could find by mistake. */
const folder = process.env["E2E_FOLDER"] ?? "";

interface Manifest {
  version: string;
  dependencies: Record<string, string>;
}
const readManifest = (path: string) => JSON.parse(readFileSync(path, "utf8")) as Manifest;
const { version } = readManifest(join(root, "package.json"));

interface Row {
  readonly system: string;
  readonly node: string;
  readonly sdk: string;
  readonly cli: string;
  readonly manager: string;
  readonly result: string;
}

/** The rows of the page's table. */
function readTable(): Row[] {
  const page = readFileSync(join(root, "docs/compatibility.md"), "utf8");
  return [...page.matchAll(/^\| (?:Linux|macOS|Windows) \|.*\|$/gm)].map(([line]) => {
    const [system = "", node = "", sdk = "", cli = "", manager = "", result = ""] = line.slice(2, -2).split(" | ");
    return { system, node, sdk, cli, manager, result };
  });
}

/** For each package manager of the table: the npm package that contains it, its install command, and files it needs. */
const managers: Record<string, { npmPackage: string; install: string[]; files?: Record<string, string> }> = {
  npm: { npmPackage: "npm", install: ["npm", "install", "--no-audit", "--no-fund"] },
  pnpm: {
    npmPackage: "pnpm",
    install: ["pnpm", "install", "--no-frozen-lockfile"],
    files: { "pnpm-workspace.yaml": "allowBuilds:\n  protobufjs: false\n" },
  },
  Yarn: {
    npmPackage: "@yarnpkg/cli-dist",
    install: ["yarn", "install", "--no-immutable"],
    // An empty lockfile makes the folder a project of its own.
    files: { "yarn.lock": "" },
  },
  Bun: { npmPackage: "bun", install: ["bun", "install"] },
};
const linkers: Record<string, string> = { "with node-modules": "node-modules", "with Plug'n'Play": "pnp" };

/** Runs a command that must succeed. */
async function succeeding(stack: TestStack, command: string, ...args: string[]): Promise<string> {
  const { code, output } = await stack.execute(command, args);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${output}`);
  return output.trim();
}

/** The quickstart example, with this SDK and the packed package, installed with this package manager. */
async function createProject({ sdk, manager }: Pick<Row, "sdk" | "manager">): Promise<TestStack> {
  const stack = await TestStack.create({}, {}, (project) => {
    const example = join(root, "examples/quickstart");
    cpSync(example, project, { recursive: true, filter: (path) => basename(path) !== "node_modules" });
  });
  const manifest = readManifest(join(stack.folder, "package.json"));
  Object.assign(manifest.dependencies, {
    "@pulumi/pulumi": sdk,
    "pulumi-deepcall": `file:${join(folder, `pulumi-deepcall-${version}.tgz`)}`,
  });
  stack.file("package.json", JSON.stringify(manifest));

  const [name = "", managerVersion = "", ...linker] = manager.split(" ");
  const { npmPackage, install, files = {} } = managers[name] ?? { npmPackage: name, install: [] };
  for (const [file, text] of Object.entries(files)) stack.file(file, text);
  if (linker.length > 0) stack.file(".yarnrc.yml", `nodeLinker: ${linkers[linker.join(" ")]}\n`);
  const npx = ["--yes", "--loglevel=error", "--package", `${npmPackage}@${managerVersion}`, "--"];
  expect(await succeeding(stack, "npx", ...npx, install[0] ?? "", "--version")).toBe(managerVersion);
  await succeeding(stack, "npx", ...npx, ...install);
  return stack;
}

/** From now on, program, plugin and command run with this Node, which npm has, too. */
async function useNode(stack: TestStack, node: string): Promise<void> {
  // Unlike the package `node`, this one needs no install script.
  const name = `node-${process.platform}-${process.arch}`;
  const prefix = join(folder, `node-${node}`);
  await succeeding(stack, "npm", "install", "--prefix", prefix, "--no-audit", "--no-fund", `${name}@${node}`);
  stack.env["PATH"] = [join(prefix, "node_modules", name, "bin"), stack.env["PATH"]].join(delimiter);
  expect(await succeeding(stack, "node", "--version")).toBe(`v${node}`);
}

const table = readTable();

test("the table has the oldest Node and SDK that package.json allows, the CLI of the tests, and no unknown result", async () => {
  const { engines, peerDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    engines: { node: string };
    peerDependencies: Record<string, string>;
  };
  const working = table.filter(({ result }) => result === "works");
  expect(working.map(({ node }) => `>=${node}`)).toContain(engines.node);
  expect(working.map(({ sdk }) => `^${sdk}`)).toContain(peerDependencies["@pulumi/pulumi"]);
  const pulumi = join(process.env["PULUMI_CLI_BIN"] ?? "", "pulumi");
  const { output } = await execute(pulumi, ["version"], folder, { PULUMI_SKIP_UPDATE_CHECK: "true" });
  expect([...new Set(working.map(({ cli }) => `v${cli}`))]).toEqual([output.trim()]);
  expect(table.filter(({ result }) => !/^(works$|fails: .|untested here: .)/.test(result))).toEqual([]);
});

const described = (rows: readonly Row[]) =>
  rows.map((row): [string, Row] => [`Node ${row.node}, SDK ${row.sdk}, ${row.manager}`, row]);

test.each(described(table.filter(({ result }) => result === "works")))("%s: works", async (_, row) => {
  const stack = await createProject(row);
  expect(readManifest(join(stack.folder, "node_modules/@pulumi/pulumi/package.json")).version).toBe(row.sdk);
  await useNode(stack, row.node);
  await stack.up();
  expect(stack.emulator.groups("7").map(({ name }) => name)).toHaveLength(4);
  expectSmallProvider(stack);
  expect(await stack.run("preview", "--expect-no-changes")).toMatchObject({ code: 0 });
  expect(await succeeding(stack, "node_modules/.bin/pulumi-deepcall", "--version")).toBe(version);
});

test.each(described(table.filter(({ result }) => result.startsWith("fails: "))))("%s: fails", async (_, row) => {
  const stack = await createProject(row);
  await useNode(stack, row.node);
  const message = row.result.replace("fails: ", "");
  expect(await stack.failing("preview")).toContain(message);
  expect(await stack.failingUp()).toContain(message);
  expect(stack.emulator.calls).toEqual([]);
});

const oldNodes = table.filter(({ result }) => result.includes("requires Node"));

test.each(described(oldNodes))("%s: the plugin and the command fail, and change nothing", async (_, row) => {
  const stack = await createProject(row);
  await stack.up();
  const before = stack.recorded();
  const calls = stack.emulator.calls.length;
  await useNode(stack, row.node);
  const message = row.result.replace("fails: ", "");
  // Neither command runs the program.
  for (const command of ["refresh", "destroy"]) {
    const output = await stack.failing(command, "--yes", "--skip-preview");
    for (const name of ["support", "sales", "billing", "night-shift"])
      expect(output).toContain(`pulumi-nodejs:dynamic/deepcall:Group (${name}):\n    error: ${message}`);
    expect(output).not.toContain("    at ");
  }
  expect(await stack.execute("node_modules/.bin/pulumi-deepcall", ["doctor"])).toEqual({
    code: 1,
    output: expect.stringContaining(`error: ${message}`) as string,
  });
  expect(stack.emulator.calls).toHaveLength(calls);
  expect(stack.recorded()).toEqual(before);
});
