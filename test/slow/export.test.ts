import { cpSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Emulator } from "../../emulator";
import { execute, TestStack, type Result } from "../e2e/stack";
import { difficultNames } from "../support/difficult-names";

const quickstart = resolve(__dirname, "../../examples/quickstart");
const installFolder = process.env["E2E_FOLDER"] ?? "";

const names = [...difficultNames, ...Array.from({ length: 200 - difficultNames.length }, (_, n) => `Team ${n + 100}`)];

/** Adds all groups to an emulated account, every seventh of them inactive. */
function addGroups(emulator: Emulator): void {
  names.forEach((name, n) => emulator.account("7").add(name, n % 7 === 0 ? 0 : 1));
}

async function runExport(stack: TestStack, ...args: string[]): Promise<Result> {
  const command = join(installFolder, "node_modules/.bin/pulumi-deepcall");
  const env = { ...stack.env, DEEPCALL_BASE_URL: stack.emulator.url };
  return execute(command, ["export", ...args], stack.folder, env);
}

/** Expects that `up` adopts every group without changing it, and that nothing remains to be done. */
async function expectAdopted(stack: TestStack): Promise<void> {
  const before = stack.emulator.groups();
  expect(before).toHaveLength(200);
  const { output } = await stack.up();
  expect(output).toContain("+ 202 created");
  expect(stack.groups()).toHaveLength(200);
  await stack.expectNoDrift();
  expect(stack.emulator.groups()).toEqual(before);
  expect(["add", "update", "delete"].map((operation) => stack.emulator.count(operation))).toEqual([0, 0, 0]);
}

test("200 groups with difficult names: after an export as YAML and `up`, the preview is empty", async () => {
  expect(new Set(names).size).toBe(200);
  const stack = await TestStack.create();
  addGroups(stack.emulator);
  expect(await runExport(stack, "--out", "groups.yaml")).toEqual({
    code: 0,
    output: "Wrote 200 groups to groups.yaml.\n",
  });
  stack.program('exports.groups = new DeepcallGroups("groups", { file: "groups.yaml" }).outputs;');
  await expectAdopted(stack);
});

test("200 groups with difficult names: after an export as TypeScript and `up`, the preview is empty", async () => {
  const stack = await TestStack.create({}, {}, (folder) => {
    cpSync(quickstart, folder, { recursive: true, filter: (path) => !path.includes("node_modules") });
  });
  addGroups(stack.emulator);
  expect((await runExport(stack, "--format", "typescript", "--out", "index.ts")).code).toBe(1);
  expect(await runExport(stack, "--format", "typescript", "--out", "index.ts", "--force")).toEqual({
    code: 0,
    output: "Wrote 200 groups to index.ts.\n",
  });
  expect(await stack.execute(join(installFolder, "node_modules/.bin/tsc"), [])).toEqual({ code: 0, output: "" });
  await expectAdopted(stack);

  // The groups file declares the same resources, so switching to it changes nothing.
  expect((await runExport(stack, "--out", "groups.yaml")).code).toBe(0);
  const program = 'export const { outputs: groups } = new DeepcallGroups("groups", { file: "groups.yaml" });';
  stack.file("index.ts", `import { DeepcallGroups } from "pulumi-deepcall";\n${program}\n`);
  expect((await stack.run("preview", "--expect-no-changes")).code).toBe(0);
});

test("a pipe that its reader closes early is not an error", async () => {
  const stack = await TestStack.create();
  addGroups(stack.emulator);
  const line = `"${join(installFolder, "node_modules/.bin/pulumi-deepcall")}" export | head -1; echo "\${PIPESTATUS[0]}"`;
  const env = { ...stack.env, DEEPCALL_BASE_URL: stack.emulator.url };
  const { output } = await execute("bash", ["-c", line], stack.folder, env);
  expect(output.split("\n").slice(0, 2)).toEqual([expect.stringContaining("# yaml-language-server: $schema="), "0"]);
});
