import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { assignAgents, token } from "../support/lifecycle";
import { execute, TestStack } from "../e2e/stack";

const root = resolve(__dirname, "../..");
const example = join(root, "examples/adopt-existing");
const installFolder = process.env["E2E_FOLDER"] ?? "";
const { version, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  version: string;
  devDependencies: Record<string, string>;
};

/** A section of docs/adopting.md. */
function section(heading: string): string {
  const page = readFileSync(join(root, "docs/adopting.md"), "utf8");
  return page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
}

/** Runs shell commands, all of which must succeed, and returns their output. */
async function shell(block: string, folder: string, env: Record<string, string>): Promise<string> {
  const { code, output } = await execute("bash", ["-euo", "pipefail", "-c", block], folder, env);
  if (code !== 0) throw new Error(`the commands failed with exit code ${code}:\n${output}`);
  return output;
}

/** The shell commands of a section. */
function commands(heading: string): string {
  return [...section(heading).matchAll(/```sh\n([^]*?)```/g)].map(([, block = ""]) => block).join("");
}

/** A stack without resources, and an account with groups. */
async function createExistingAccount(prepare?: (folder: string) => void): Promise<TestStack> {
  const stack = await TestStack.create({}, {}, prepare);
  const account = stack.emulator.account("7");
  account.add("Support");
  account.add("Night shift", 0);
  account.add("Sales: 24/7");
  return stack;
}

function expectNoWrites({ emulator }: TestStack): void {
  expect(["add", "update", "delete"].map((operation) => emulator.count(operation))).toEqual([0, 0, 0]);
}

test("the steps of docs/adopting.md work for a new user", async () => {
  const stack = await createExistingAccount();
  const before = stack.emulator.groups();
  const folder = join(stack.folder, "deepcall-groups");
  mkdirSync(folder);

  const steps = section("From an empty folder");
  // The test only replaces what depends on the user: account, backend, and the source of the package.
  const env = {
    ...stack.env,
    PULUMI_BACKEND_URL: "",
    PULUMI_SKIP_CONFIRMATIONS: "true",
    npm_config_prefer_offline: "true",
  };
  const replacements: [string, string][] = [
    [
      "@pulumi/pulumi pulumi-deepcall",
      `@pulumi/pulumi@${devDependencies["@pulumi/pulumi"] ?? ""} ${join(installFolder, `pulumi-deepcall-${version}.tgz`)}`,
    ],
    // --local always means the user's home folder.
    ["pulumi login --local", `pulumi login "file://${stack.folder}/state"`],
    ["https://v4-api.deepcall.com", stack.emulator.url],
    ["DEEPCALL_USER_ID=... DEEPCALL_TOKEN=...", `DEEPCALL_USER_ID=7 DEEPCALL_TOKEN=${token}`],
  ];
  const script: string[] = [];
  for (const [, file, kind, block = ""] of steps.matchAll(/(?:`([\w.]+)`:\n\n)?```(\w+)\n([^]*?)```/g)) {
    if (file !== undefined) script.push(`cat > ${file} <<'END'\n${block}END`);
    else if (kind === "sh") script.push(block);
  }
  expect(script.filter((block) => block.startsWith("cat")).length).toBe(3);
  const fullScript = replacements.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  }, script.join("\n"));
  const output = await shell(fullScript, folder, env);
  expect(output).toContain("Wrote 3 groups to groups.yaml and import.json.");
  expect(output).toContain("4 imported");
  expect(output).not.toMatch(/deepcall:Group \S+ creat/);
  expect(stack.emulator.groups()).toEqual(before);
  expectNoWrites(stack);
  expect(await shell("node_modules/.bin/tsc", folder, env)).toBe("");

  // Adding a group and giving one up, as on the page, without retainOnDelete.
  const program = readFileSync(join(folder, "index.ts"), "utf8");
  writeFileSync(join(folder, "index.ts"), program.replace(", { retainOnDelete: true }", ""));
  const settings = fullScript.split("\n").filter((line) => line.startsWith("export DEEPCALL"));
  const run = async (block: string) => shell([...settings, block].join("\n"), folder, env);
  await run("pulumi up");
  stack.emulator.account("7").add("Hotline", 0);
  expect(await run(commands("Adding a group later"))).toMatch(/1 imported[^]*Previewing[^]*6 unchanged/);
  await run("pulumi up");
  const groupsFile = readFileSync(join(folder, "groups.yaml"), "utf8");
  writeFileSync(join(folder, "groups.yaml"), groupsFile.replace(/^ {2}support: .*\n/m, ""));
  const giveUp = commands("Giving a group up").replace("state delete", "state delete --yes");
  expect(await run(giveUp)).toContain("Resource deleted");
  await run("pulumi up");
  expect(stack.emulator.groups()).toEqual([...before, expect.objectContaining({ name: "Hotline", status: 0 })]);
  expectNoWrites(stack);
});

const summary = "# How do I manage the groups of an existing account without changing one?";

test.each([summary, "Agents"])("the commands of the section %s import the groups without a change", async (heading) => {
  const stack = await createExistingAccount((folder) => {
    cpSync(example, folder, { recursive: true, filter: (path) => !path.includes("node_modules") });
  });
  await assignAgents(stack.emulator, 1, "1001");
  const before = stack.emulator.groups();
  await shell(commands(heading), stack.folder, stack.env);
  expect(readFileSync(join(stack.folder, "groups.yaml"), "utf8").includes('"1001"')).toBe(heading === "Agents");
  expect(stack.groups()).toHaveLength(3);
  expect(stack.emulator.groups()).toEqual(before);
  expectNoWrites(stack);
});

test("this file runs the commands of every section", () => {
  const page = readFileSync(join(root, "docs/adopting.md"), "utf8");
  const sections = page.split(/^## /m).filter((part) => part.includes("```sh"));
  expect(sections.map((part) => part.split("\n", 1)[0])).toEqual([
    summary,
    "From an empty folder",
    "Agents",
    "Several accounts",
    "Adopting instead",
    "Giving a group up",
    "Adding a group later",
  ]);
});

test("several accounts are imported into one program", async () => {
  const stack = await createExistingAccount((folder) => {
    cpSync(example, folder, { recursive: true, filter: (path) => !path.includes("node_modules") });
    writeFileSync(join(folder, "index.ts"), 'import "./emea"; import "./apac";\n');
  });
  stack.emulator.account("8").add("Support");
  const env = {
    ...stack.env,
    ...accountSettings("EMEA", stack.emulator.url, "7", token),
    ...accountSettings("APAC", stack.emulator.url, "8", "other-token-16180"),
    DEEPCALL_BASE_URL: "",
  };
  const before = stack.emulator.groups();
  const PATH = `${join(installFolder, "node_modules/.bin")}:${stack.env["PATH"] ?? ""}`;
  await shell(`${commands("Several accounts")}\ntsc`, stack.folder, { ...env, PATH });
  Object.assign(stack.env, env);
  expect(await stack.run("preview", "--expect-no-changes")).toMatchObject({ code: 0 });
  await stack.expectNoDrift();
  expect(stack.groups()).toHaveLength(4);
  expect(stack.emulator.groups()).toEqual(before);
  expectNoWrites(stack);
});

test.each([
  ["imports", "examples/adopt-existing/README.md"],
  ["adopts", "docs/adopting.md"],
])("the example compiles and %s as in %s, and a group whose entry is removed stays in Deepcall", async (_, page) => {
  const stack = await createExistingAccount((folder) => {
    cpSync(example, folder, { recursive: true, filter: (path) => !path.includes("node_modules") });
  });
  const before = stack.emulator.groups();
  const readme = readFileSync(join(example, "README.md"), "utf8");
  const block = page.startsWith("docs") ? commands("Adopting instead") : (/```sh\n([^]*?)```/.exec(readme)?.[1] ?? "");
  // The package is installed, the settings are in the environment, and the stack exists.
  const isSetup = /^(npm install|export DEEPCALL|pulumi stack init)/;
  const steps = block.split("\n").filter((line) => !isSetup.test(line));
  const output = await shell(steps.join("\n"), stack.folder, { ...stack.env, PULUMI_SKIP_CONFIRMATIONS: "true" });
  expect(output).toContain(page.startsWith("docs") ? "5 created" : "4 imported");
  expect(await stack.execute(join(installFolder, "node_modules/.bin/tsc"), [])).toEqual({ code: 0, output: "" });
  await stack.expectNoDrift();
  expect(Object.keys(stack.outputs()["groups"] ?? {}).toSorted()).toEqual(["night-shift", "sales-24-7", "support"]);

  const groupsFile = readFileSync(join(stack.folder, "groups.yaml"), "utf8");
  stack.file("groups.yaml", groupsFile.replace(/^ {2}support: .*\n/m, ""));
  await stack.up();
  expect(stack.groups()).toHaveLength(2);
  expect((await stack.run("destroy", "--yes", "--skip-preview")).code).toBe(0);
  expect(stack.emulator.groups()).toEqual(before);
  expectNoWrites(stack);
});

/** The environment variables of an account with a prefix of its own. */
function accountSettings(region: string, url: string, userId: string, token: string): Record<string, string> {
  const prefix = `DEEPCALL_${region}`;
  return { [`${prefix}_BASE_URL`]: url, [`${prefix}_USER_ID`]: userId, [`${prefix}_TOKEN`]: token };
}
