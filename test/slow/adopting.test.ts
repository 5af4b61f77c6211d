import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { token } from "../support/lifecycle";
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
  expect(output).toContain("Wrote 3 groups to groups.yaml.");
  expect(output).toContain("5 created");
  expect(stack.emulator.groups()).toEqual(before);
  expectNoWrites(stack);
  expect(await shell("node_modules/.bin/tsc", folder, env)).toBe("");

  // Giving up a group as on the page, without retainOnDelete.
  const program = readFileSync(join(folder, "index.ts"), "utf8");
  writeFileSync(join(folder, "index.ts"), program.replace(", { retainOnDelete: true }", ""));
  const settings = fullScript.split("\n").filter((line) => line.startsWith("export DEEPCALL"));
  const run = async (block: string) => shell([...settings, block].join("\n"), folder, env);
  await run("pulumi up");
  const [, giveUp = ""] = /```sh\n([^]*?)```/.exec(section("Giving a group up")) ?? [];
  const groupsFile = readFileSync(join(folder, "groups.yaml"), "utf8");
  writeFileSync(join(folder, "groups.yaml"), groupsFile.replace(/^ {2}support: .*\n/m, ""));
  expect(await run(giveUp.replace("state delete", "state delete --yes"))).toContain("Resource deleted");
  await run("pulumi up");
  expect(stack.emulator.groups()).toEqual(before);
  expectNoWrites(stack);
});

test("the example compiles and adopts, and a group whose entry is removed stays in Deepcall", async () => {
  const stack = await createExistingAccount((folder) => {
    cpSync(example, folder, { recursive: true, filter: (path) => !path.includes("node_modules") });
  });
  const before = stack.emulator.groups();
  const env = { ...stack.env, DEEPCALL_BASE_URL: stack.emulator.url };
  const command = join(installFolder, "node_modules/.bin/pulumi-deepcall");
  expect((await execute(command, ["export", "--out", "groups.yaml"], stack.folder, env)).code).toBe(0);
  expect(await stack.execute(join(installFolder, "node_modules/.bin/tsc"), [])).toEqual({ code: 0, output: "" });
  await stack.up();
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
