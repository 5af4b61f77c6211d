import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { execute, programToMove, TestStack } from "../e2e/stack";
import { otherUser, token } from "../support/lifecycle";

const root = resolve(__dirname, "../..");
interface Manifest {
  version: string;
  devDependencies: Record<string, string>;
}
const { version, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;

/** The packed package as npm installs it, and an SDK for each language. All projects of this file use them. */
const installed = join(process.env["E2E_FOLDER"] ?? "", "languages");
const sdk = (language: string) => join(installed, "sdks", language);
const plugin = join(installed, "node_modules/pulumi-deepcall/plugin");
const venv = join(installed, "venv");

/** Runs a command that must succeed. */
async function run(command: string, args: string[], cwd = installed): Promise<string> {
  const { code, output } = await execute(command, args, cwd, {
    PULUMI_HOME: join(installed, "home"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
  });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${output}`);
  return output;
}

/** What `pulumi package add` does, which the language hosts of these tests are too old for. */
async function addPackage(): Promise<void> {
  const executable = join(process.env["PULUMI_CLI_BIN"] ?? "", "pulumi");
  const schema = await run(executable, ["package", "get-schema", join(plugin, "pulumi-resource-deepcall")]);
  writeFileSync(join(installed, "schema.json"), schema);
  const generator = join(installed, "generate-sdk");
  await run("go", ["build", "-o", generator, "."], join(root, "tools/pulumi-cli/generate-sdk"));
  for (const language of ["nodejs", "python", "go"])
    await run(generator, [language, join(installed, "schema.json"), sdk(language)]);
}

beforeAll(async () => {
  mkdirSync(installed);
  const dependencies: Record<string, string> = {
    "@pulumi/pulumi": devDependencies["@pulumi/pulumi"] ?? "",
    "pulumi-deepcall": `file:../pulumi-deepcall-${version}.tgz`,
  };
  const install = async () => {
    const sdkScript = { [`file:${sdk("nodejs")}`]: true };
    writeFileSync(join(installed, "package.json"), JSON.stringify({ dependencies, allowScripts: sdkScript }));
    await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"]);
  };
  await install();
  await addPackage();
  dependencies["@pulumi/deepcall"] = `file:${sdk("nodejs")}`;
  await install();
  await run("python3", ["-m", "venv", venv]);
  await run(join(venv, "bin/pip"), ["install", "--quiet", "pulumi==3.272.0", sdk("python")]);
  // The first build of the generator and the install of Python's packages take minutes.
}, 900_000);

test("`pulumi package add` runs `npm install` in the plugin's folder, which installs nothing, and starts the main file", async () => {
  const files = () => readdirSync(join(plugin, ".."), { recursive: true, encoding: "utf8" }).toSorted();
  const before = files();
  await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], plugin);
  const { main } = JSON.parse(readFileSync(join(plugin, "package.json"), "utf8")) as { main: string };
  expect(before).toContain(join("plugin", main));
  expect(files().filter((name) => name !== join("plugin", "package-lock.json"))).toEqual(before);
});

const plugins = { plugins: { providers: [{ name: "deepcall", path: plugin }] } };

interface Language {
  /** The program's file. */
  readonly file: string;
  readonly runtime: unknown;
  readonly files?: Record<string, string>;
  /** After the program was written. */
  readonly prepare?: (stack: TestStack) => Promise<unknown>;
}

const languages = {
  yaml: { file: "Main.yaml", runtime: "yaml" },
  python: { file: "__main__.py", runtime: "python" },
  go: {
    file: "main.go",
    runtime: "go",
    files: {
      "go.mod": `module test\n\ngo 1.25\n\nrequire github.com/pulumi/pulumi/sdk/v3 v${devDependencies["pulumi"]}\n\nreplace example.com/pulumi-deepcall/sdk/go => ${sdk("go")}\n`,
    },
    prepare: (stack) => run("go", ["mod", "tidy"], stack.folder),
  },
  ts: { file: "index.ts", runtime: "nodejs", files: { "package.json": "{}", "tsconfig.json": "{}" } },
  js: {
    file: "index.js",
    runtime: { name: "nodejs", options: { typescript: false } },
    files: { "package.json": '{"main":"index.js"}' },
  },
} satisfies Record<string, Language>;

/** Turns the stack's folder into a project in this language. */
async function useLanguage(stack: TestStack, language: Language, program: string): Promise<void> {
  stack.file("Pulumi.yaml", JSON.stringify({ name: "test", runtime: language.runtime, ...plugins }));
  for (const [name, text] of Object.entries(language.files ?? {})) stack.file(name, text);
  stack.file(language.file, program);
  await language.prepare?.(stack);
}

/** A stack whose program in TypeScript or Python finds the packages. */
async function createStack(options = {}, config: Record<string, string> = {}): Promise<TestStack> {
  const stack = await TestStack.create(options, config, (folder) => {
    writeFileSync(join(folder, "Pulumi.yaml"), "name: test\nruntime: nodejs\n");
    symlinkSync(join(installed, "node_modules"), join(folder, "node_modules"));
  });
  stack.env["PATH"] = [join(venv, "bin"), stack.env["PATH"]].join(delimiter);
  return stack;
}

/** The other value, as Python or another language writes it. */
const inverted = (value: string) => ({ true: "false", false: "true", True: "False", False: "True" })[value] ?? "";
const groups = ({ emulator }: TestStack) => emulator.groups("7").map(({ name, status }) => `${name} ${status}`);
const programText = (name: string) => readFileSync(join(__dirname, "programs", name), "utf8");
const page = readFileSync(join(root, "docs/languages.md"), "utf8");

/** The first block of the page in this language that contains the text. */
function block(language: string, text: string): string {
  const blocks = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter(([, name]) => name === language);
  return blocks.map(([, , content = ""]) => content).find((content) => content.includes(text)) ?? "";
}

test.each([["ts"], ["yaml"], ["python"], ["go"]] as const)(
  "%s: the program of docs/languages.md: a numbered name, a rename, a deactivation, destroy",
  async (name) => {
    // The YAML program is the project.
    const language = name === "yaml" ? { ...languages.yaml, file: "Pulumi.yaml" } : languages[name];
    const program = block(name, "Night shift").replace("name: support-team", "name: test");
    const stack = await createStack();
    stack.emulator.account("7").add("Support");
    await useLanguage(stack, language, program);
    const preview = await stack.run("preview", "--diff");
    expect(preview.output).toMatch(/supportName *: \[unknown\]/);
    await stack.up();
    expect(stack.outputs()).toEqual({ supportName: "Support1" });
    expect(groups(stack)).toEqual(expect.arrayContaining(["Support 1", "Support1 1", "Night shift 0"]));
    stack.emulator.clearCalls();
    expect(await stack.run("preview", "--expect-no-changes")).toMatchObject({ code: 0 });
    expect(stack.emulator.count()).toBe(0);

    const changed = program.replace(/\bSupport\b/, "Help desk").replace(/false/i, inverted);
    stack.file(language.file, changed);
    await stack.up();
    expect(groups(stack).toSorted()).toEqual(["Help desk 1", "Night shift 1", "Support 1"]);
    stack.file(language.file, program);
    await stack.up();
    expect(groups(stack).toSorted()).toEqual(["Night shift 0", "Support 1", "Support1 1"]);
    await stack.expectNoDrift();
    await stack.run("destroy", "--yes", "--skip-preview");
    expect(groups(stack)).toEqual(["Support 1"]);
  },
);

test.each([
  ["yaml", "everything.yaml"],
  ["python", "everything.py"],
  ["go", "everything.go"],
] as const)(
  "%s: all resources, functions and options, through failures, manual changes and replacements",
  async (name, file) => {
    const language = languages[name];
    const stack = await createStack({ echoCredentials: true }, { userId: "7", token });
    const { emulator } = stack;
    const account = emulator.account("7");
    for (const group of ["Shared", "Old", "Imported"]) account.add(group);
    const names = () => emulator.groups("7").map((group) => group.name);
    const idOf = (group: string) => emulator.groups("7").find((one) => one.name === group)?.id ?? 0;
    const agents = (group: string) => emulator.agents(idOf(group)).map(({ id, receivesCalls }) => [id, receivesCalls]);
    const declaredAgents = [
      ["1001", true],
      ["1002", false],
    ];
    const program = programText(file);
    await stack.run("config", "set", "url", emulator.url);
    await stack.run("config", "set", "--secret", "otherToken", otherUser.DEEPCALL_TOKEN);

    // A value that is not valid fails the preview.
    await useLanguage(stack, language, program.replace("Night shift", "Night shift\u00a0"));
    expect(await stack.failing("preview")).toMatch(/Group \(night\):\n.* name: must not/);
    expect(emulator.count("add")).toBe(0);

    // A partial failure, and an `add` whose answer is lost.
    stack.file(language.file, program);
    emulator.intercept = async ({ operation, body }, proceed) => {
      if (operation === "update") return Response.json({ status: "error", message: `no ${token}`, code: 1009 });
      const answer = await proceed();
      return operation === "add" && body["name"] === "Lost" ? new Response("", { status: 502 }) : answer;
    };
    const failed = await stack.failingUp("--continue-on-error", "--logtostderr", "-v=3");
    expect(failed).toContain('Could not update group "Night shift"');
    const all = ["Hush", "Imported", "Line", "Lost", "Night shift", "Old", "Sales", "Shared", "Shared1"];
    expect(names().toSorted()).toEqual(all);
    emulator.intercept = undefined;
    emulator.clearCalls();
    await stack.up();
    expect([emulator.count("add"), emulator.count("update")]).toEqual([0, 1]);
    expect(stack.outputs()).toEqual({ shared: 1, found: "Shared", numbered: "Shared1" });
    expect(emulator.groups("8")).toMatchObject([{ name: "Shared" }]);
    expect(emulator.groups("7").find((group) => group.name === "Night shift")?.status).toBe(0);
    expect(agents("Hush")).toEqual(declaredAgents);
    const { output: state } = await stack.run("stack", "export");
    for (const secret of [token, otherUser.DEEPCALL_TOKEN]) expect(failed + state).not.toContain(secret);
    expect(state).not.toContain("Hush");
    expect(await stack.run("preview", "--expect-no-changes")).toMatchObject({ code: 0 });

    // Manual changes: only the ignored one stays.
    account.rename(idOf("Line"), "Line by hand");
    account.rename(idOf("Sales"), "Sales by hand");
    account.remove(idOf("Old"));
    account.setStatus(idOf("Night shift"), 1);
    account.setAgents(idOf("Hush"), [{ id: "1001" }, { id: "1003" }]);
    expect(await stack.drift()).toMatchObject({ code: 7 });
    await stack.up("--refresh");
    expect(names().toSorted()).toEqual(all.map((one) => (one === "Sales" ? "Sales by hand" : one)));
    expect(agents("Hush")).toEqual(declaredAgents);
    await stack.expectNoDrift();

    // A change that replaces, and a replacement on demand: both delete first, so that the names are free.
    emulator.clearCalls();
    const deactivated = program.replace(/(?<=Line.*)true/i, inverted);
    stack.file(language.file, deactivated);
    await stack.up("--replace", "urn:pulumi:dev::test::deepcall:index:Group::lost");
    expect([emulator.count("delete"), emulator.count("add"), emulator.count("update")]).toEqual([2, 2, 1]);
    expect(names()).toEqual(expect.arrayContaining(["Line", "Lost"]));

    // A group with agents stays until the command says otherwise.
    account.setAgents(idOf("Night shift"), [{ id: "1001" }]);
    expect(await stack.failing("destroy", "--yes", "--skip-preview", "--continue-on-error")).toContain("1001");
    expect(names()).toContain("Night shift");
    stack.env["DEEPCALL_DELETE_WITH_AGENTS"] = "1";
    expect(await stack.run("destroy", "--yes", "--skip-preview")).toMatchObject({ code: 0 });
    expect(names()).toEqual(["Shared"]);
  },
);

test.each([
  ["python", "moved.py"],
  ["go", "moved.go"],
  ["js", "moved.js"],
] as const)("a stack moves from the classes to %s with an SDK: no change and no call", async (name, file) => {
  const stack = await createStack();
  stack.emulator.account("7").add("Support");
  await useLanguage(stack, languages.js, "");
  stack.program(programToMove);
  await stack.up();
  const before = stack.emulator.groups();

  await useLanguage(stack, languages[name], programText(file));
  stack.emulator.clearCalls();
  // Only the component leaves the state.
  expect((await stack.up()).output).toMatch(/- 1 deleted\n +(1 updated\n +)?\d unchanged/);
  expect(stack.emulator.count()).toBe(0);
  expect(await stack.run("preview", "--expect-no-changes")).toMatchObject({ code: 0 });
  await stack.expectNoDrift();
  expect(stack.emulator.groups()).toEqual(before);
});

/** A program with this body. */
const inPython = (body: string) => `import pulumi\nimport pulumi_deepcall as deepcall\n${body}`;
const inGo = (body: string) => `package main

import (
	"example.com/pulumi-deepcall/sdk/go/deepcall"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
${body}
		return nil
	})
}
`;

test.each([
  ["python", inPython(block("python", "groups.yaml"))],
  ["go", inGo(block("go", "groups.yaml"))],
] as const)("%s: the component of docs/languages.md, with a groups file", async (name, program) => {
  const stack = await createStack();
  stack.file("groups.yaml", "groups:\n  support: { name: Support }\n  night: { name: Night shift, active: false }\n");
  await useLanguage(stack, languages[name], program);
  await stack.up();
  expect(groups(stack).toSorted()).toEqual(["Night shift 0", "Support 1"]);
  expect(stack.outputs()).toEqual({ supportId: expect.any(Number) as number });
  expect(await stack.run("preview", "--expect-no-changes")).toMatchObject({ code: 0 });
});
