import { existsSync, globSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { execute, expectSmallProvider, TestStack } from "./stack";

const root = resolve(__dirname, "../..");
/** Where the packed package is installed. */
const installed = process.env["E2E_FOLDER"] ?? "";
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };

test("a symlinked package: up and refresh, with the same provider in the state", async () => {
  const stack = await TestStack.create();
  mkdirSync(join(stack.folder, "node_modules"));
  symlinkSync(root, join(stack.folder, "node_modules/pulumi-deepcall"), "junction");
  // The package finds the repository's own @pulumi/pulumi, the program another one.
  stack.program(`
    const g = new DeepcallGroup("support", { name: pulumi.output("Support") });
    exports.all = { name: g.name, package: require.resolve("pulumi-deepcall") };`);
  await stack.up();
  expect(stack.outputs()).toEqual({ all: { name: "Support", package: join(root, "dist/provider/index.js") } });
  expectSmallProvider(stack);
  stack.emulator.account("7").rename(1, "Renamed by hand");
  expect((await stack.run("refresh", "--yes", "--skip-preview")).code).toBe(0);
  expect(stack.groups()[0]?.outputs).toMatchObject({ name: "Renamed by hand" });
});

test("the tarball holds the build of the sources that are there, the documents, and nothing else", async () => {
  const { output } = await execute("tar", ["-tzf", `pulumi-deepcall-${version}.tgz`], installed);
  const files = output
    .trim()
    .split("\n")
    .map((file) => file.replace("package/", ""));
  const isBuilt = (file: string) => file.startsWith("dist/");
  const docs = globSync("docs/**/*.md", { cwd: root });
  const others = ["CHANGELOG.md", "LICENSE", "README.md", "package.json", "schema/groups.schema.json"];
  const starters = ["PulumiPlugin.yaml", "package.json", "pulumi-resource-deepcall", "pulumi-resource-deepcall.cmd"];
  const bundled = ["THIRD-PARTY-LICENSES.txt", "provider.cjs", "schema.json"];
  const plugin = [...starters, ...bundled].map((name) => `plugin/${name}`);
  expect(files.filter((file) => !isBuilt(file)).toSorted()).toEqual([...docs, ...others, ...plugin].toSorted());

  const built = files.filter(isBuilt);
  expect(built).toContain("dist/provider/index.js");
  const page = ["icon.svg", "index.html", "page.css", "page.js"].map((name) => `dist/emulator/page/${name}`);
  expect(built.filter((file) => file.startsWith("dist/emulator/page/")).toSorted()).toEqual(page);
  // The files of the page are copied, all others are compiled.
  const source = (file: string) =>
    (page.includes(file) ? file : file.replace(/(\.d\.ts|\.js)$/, ".ts")).replace("dist/", "");
  expect(built.filter((file) => !existsSync(join(root, source(file))))).toEqual([]);
  expect(built.filter((file) => !/^dist\/(client|provider|emulator|cli)\//.test(file))).toEqual([]);
});

test("the command starts, installed", async () => {
  const npx = async (...args: string[]) =>
    execute("npx", ["--no", "--loglevel=error", "pulumi-deepcall", ...args], installed);
  expect(await npx("--version")).toEqual({ code: 0, output: `${version}\n` });
  const help = await npx("emulator", "--help");
  expect(help).toEqual({ code: 0, output: expect.stringContaining("--port <n>") as string });
});

test("a program that loads the package doesn't wait for what only the provider and the emulator need", async () => {
  const script = 'require("pulumi-deepcall"); console.log(Object.keys(require.cache).join("\\n"))';
  const { output } = await execute(process.execPath, ["-e", script], installed);
  const ours = /[\\/]node_modules[\\/]pulumi-deepcall[\\/]dist[\\/](provider[\\/]group\.js)$/m;
  expect(output).toMatch(ours);
  expect(output.match(/[\\/]node_modules[\\/](undici|zod|hono|@hono|commander|async-mutex|yaml)[\\/].*/g)).toBeNull();
  expect(output.match(/[\\/]pulumi-deepcall[\\/]dist[\\/](emulator|cli|provider[\\/]groups-file)[\\/].*/g)).toBeNull();
});

test("a preview, which makes no call, doesn't wait for the HTTP client; the first call loads it", async () => {
  const script = `
    const { provider } = require("pulumi-deepcall/lifecycle");
    const loaded = () => Object.keys(require.cache).some((file) => /[\\\\/]node_modules[\\\\/]undici[\\\\/]/.test(file));
    (async () => {
      const { inputs } = await provider.check({}, { requestedName: "Support", active: true });
      await provider.diff("1", { ...inputs, name: "Support", assignedName: "Support" }, inputs);
      const before = loaded();
      process.env.DEEPCALL_BASE_URL = "http://127.0.0.1:1";
      process.env.DEEPCALL_USER_ID = process.env.DEEPCALL_TOKEN = "x";
      provider.configure({ config: { get: () => undefined } });
      provider.read("1", {}).catch(() => {});
      console.log(before, loaded());
      process.exit();
    })();`;
  expect(await execute(process.execPath, ["-e", script], installed)).toEqual({ code: 0, output: "false true\n" });
});
