import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { token } from "../support/lifecycle";
import { execute, TestStack } from "../e2e/stack";

const root = resolve(__dirname, "../..");
const example = join(root, "examples/adopt-existing");
const installed = process.env["E2E_FOLDER"] ?? "";
const { version, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  version: string;
  devDependencies: Record<string, string>;
};

/** One section of docs/adopting.md. */
function section(heading: string): string {
  const page = readFileSync(join(root, "docs/adopting.md"), "utf8");
  return page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
}

/** Runs shell commands that must all succeed; gives back what they printed. */
async function shell(block: string, folder: string, env: Record<string, string>): Promise<string> {
  const { code, output } = await execute("bash", ["-euo", "pipefail", "-c", block], folder, env);
  if (code !== 0) throw new Error(`the commands ended with ${code}:\n${output}`);
  return output;
}

/** An account as teams have them. */
async function grownAccount(prepare?: (folder: string) => void): Promise<TestStack> {
  const stack = await TestStack.create({}, {}, prepare);
  const panel = stack.emulator.account("7");
  panel.add("Support");
  panel.add("Night shift", 0);
  panel.add("Sales: 24/7");
  return stack;
}

function expectNoWrites({ emulator }: TestStack): void {
  expect(["add", "update", "delete"].map((operation) => emulator.count(operation))).toEqual([0, 0, 0]);
}

test("a first-time user's path, as docs/adopting.md writes it", async () => {
  const stack = await grownAccount();
  const before = stack.emulator.groups();
  const folder = join(stack.folder, "deepcall-groups");
  mkdirSync(folder);

  const path = section("From an empty folder");
  // Only what a test has to answer for the user is replaced: account, backend, and where the package comes from.
  const answers = {
    ...stack.env,
    PULUMI_BACKEND_URL: "",
    PULUMI_SKIP_CONFIRMATIONS: "true",
    npm_config_prefer_offline: "true",
  };
  const replaced: [string, string][] = [
    [
      "@pulumi/pulumi pulumi-deepcall",
      `@pulumi/pulumi@${devDependencies["@pulumi/pulumi"] ?? ""} ${join(installed, `pulumi-deepcall-${version}.tgz`)}`,
    ],
    // --local is the user's home folder, whatever the environment says.
    ["pulumi login --local", `pulumi login "file://${stack.folder}/state"`],
    ["https://v4-api.deepcall.com", stack.emulator.url],
    ["DEEPCALL_USER_ID=... DEEPCALL_TOKEN=...", `DEEPCALL_USER_ID=7 DEEPCALL_TOKEN=${token}`],
  ];
  const script: string[] = [];
  for (const [, file, kind, block = ""] of path.matchAll(/(?:`([\w.]+)`:\n\n)?```(\w+)\n([^]*?)```/g)) {
    if (file !== undefined) script.push(`cat > ${file} <<'END'\n${block}END`);
    else if (kind === "sh") script.push(block);
  }
  expect(script.filter((block) => block.startsWith("cat")).length).toBe(3);
  const all = replaced.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  }, script.join("\n"));
  const output = await shell(all, folder, answers);
  expect(output).toContain("Wrote 3 groups to groups.yaml.");
  expect(output).toContain("5 created");
  expect(stack.emulator.groups()).toEqual(before);
  expectNoWrites(stack);
  expect(await shell("node_modules/.bin/tsc", folder, answers)).toBe("");

  // Given up as the page says, without the option that retains.
  const program = readFileSync(join(folder, "index.ts"), "utf8");
  writeFileSync(join(folder, "index.ts"), program.replace(", { retainOnDelete: true }", ""));
  const account = all.split("\n").filter((line) => line.startsWith("export DEEPCALL"));
  const run = async (block: string) => shell([...account, block].join("\n"), folder, answers);
  await run("pulumi up");
  const [, giveUp = ""] = /```sh\n([^]*?)```/.exec(section("Giving a group up")) ?? [];
  const list = readFileSync(join(folder, "groups.yaml"), "utf8");
  writeFileSync(join(folder, "groups.yaml"), list.replace(/^ {2}support: .*\n/m, ""));
  expect(await run(giveUp.replace("state delete", "state delete --yes"))).toContain("Resource deleted");
  await run("pulumi up");
  expect(stack.emulator.groups()).toEqual(before);
  expectNoWrites(stack);
});

test("the example: adopted, its types are right, and what leaves the file stays in Deepcall", async () => {
  const stack = await grownAccount((folder) => {
    cpSync(example, folder, { recursive: true, filter: (path) => !path.includes("node_modules") });
  });
  const before = stack.emulator.groups();
  const env = { ...stack.env, DEEPCALL_BASE_URL: stack.emulator.url };
  const command = join(installed, "node_modules/.bin/pulumi-deepcall");
  expect((await execute(command, ["export", "--out", "groups.yaml"], stack.folder, env)).code).toBe(0);
  expect(await stack.execute(join(installed, "node_modules/.bin/tsc"), [])).toEqual({ code: 0, output: "" });
  await stack.up();
  await stack.expectNoDrift();
  expect(Object.keys(stack.outputs()["groups"] ?? {}).toSorted()).toEqual(["night-shift", "sales-24-7", "support"]);

  const list = readFileSync(join(stack.folder, "groups.yaml"), "utf8");
  stack.file("groups.yaml", list.replace(/^ {2}support: .*\n/m, ""));
  await stack.up();
  expect(stack.groups()).toHaveLength(2);
  expect((await stack.run("destroy", "--yes", "--skip-preview")).code).toBe(0);
  expect(stack.emulator.groups()).toEqual(before);
  expectNoWrites(stack);
});
