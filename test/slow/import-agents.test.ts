import { cpSync } from "node:fs";
import { join, resolve } from "node:path";
import type { EmulatorOptions } from "../../emulator";
import { execute, TestStack, type Result } from "../e2e/stack";

const quickstart = resolve(__dirname, "../../examples/quickstart");
const bin = join(process.env["E2E_FOLDER"] ?? "", "node_modules/.bin");

/** 30 groups, every third without agents; the name of one is no valid identifier. */
async function createAccount(options: Partial<EmulatorOptions>): Promise<TestStack> {
  const stack = await TestStack.create(options, {}, (folder) => {
    cpSync(quickstart, folder, { recursive: true, filter: (path) => !path.includes("node_modules") });
  });
  const account = stack.emulator.account("7");
  for (let n = 0; n < 30; n++) {
    const { id } = account.add(n === 0 ? "delete" : `Team ${n + 100}`, n % 7 === 0 ? 0 : 1);
    const agents = Array.from({ length: n % 3 }, (_, index) => ({
      id: String(1000 + ((n * 7 + index * 11) % 40)),
      receivesCalls: (n + index) % 4 !== 0,
    }));
    account.setAgents(id, agents.length === 0 && n === 0 ? [{ id: "1001" }] : agents);
  }
  return stack;
}

async function pulumiDeepcall(stack: TestStack, ...args: string[]): Promise<Result> {
  return execute(join(bin, "pulumi-deepcall"), args, stack.folder, stack.env);
}

function writes({ emulator }: TestStack): string[] {
  return emulator.calls
    .map(({ operation }) => operation)
    .filter((operation) => operation !== "list" && operation !== "getGroupAgentRelation");
}

function everything({ emulator }: TestStack): unknown {
  return emulator.groups().map((group) => ({ ...group, agents: emulator.agents(group.id) }));
}

const component = 'import { DeepcallGroups } from "pulumi-deepcall";\n';
/** The count is that of the resources in the import file. */
const formats: [string, string, string | undefined, number, Partial<EmulatorOptions>][] = [
  [
    "yaml",
    "groups.yaml",
    `${component}new DeepcallGroups("groups", { file: "groups.yaml" });\n`,
    52,
    { relationShape: "byId", agentShape: "byId", agentIdType: "number" },
  ],
  // "typescript" declares the same resources as "yaml".
  ["typescript-resources", "index.ts", undefined, 51, {}],
];

test.each(formats)("groups and their agents are imported from the format %s", async (...row) => {
  const [format, out, program, count, options] = row;
  const stack = await createAccount(options);
  const before = everything(stack);
  const args = ["--agents", "--format", format, "--out", out, "--import", "import.json", "--force"];
  expect(await pulumiDeepcall(stack, "export", ...args)).toEqual({
    code: 0,
    output: `Wrote 30 groups and the agents of 21 groups to ${out} and import.json.\n`,
  });
  if (program !== undefined) stack.file("index.ts", program);
  expect([stack.emulator.count("list"), stack.emulator.count("getGroupAgentRelation")]).toEqual([1, 30]);
  expect(await stack.execute(join(bin, "tsc"), [])).toEqual({ code: 0, output: "" });

  stack.emulator.clearCalls();
  const imported = await stack.run("import", "--file", "import.json", "--generate-code=false", "--yes");
  expect(imported).toEqual({ code: 0, output: expect.stringContaining(`= ${count} imported`) as string });
  expect(await stack.run("preview", "--expect-no-changes")).toEqual({
    code: 0,
    output: expect.stringContaining(`${count + 1} unchanged`) as string,
  });
  expect(stack.emulator.count()).toBe(0);
  expect(await pulumiDeepcall(stack, "drift", "--stack", "dev")).toEqual({
    code: 0,
    output: expect.stringContaining("no drift; 30 groups and the agents of 21 as declared.\n") as string,
  });
  expect([writes(stack), everything(stack)]).toEqual([[], before]);

  // The program manages the agents from then on.
  stack.file(out, stack.read(out).replace('agents: ["1001"]', 'agents: ["1001", "1039"]'));
  await stack.up();
  expect(writes(stack)).toEqual(["submitAssignGroupToAgent"]);
  expect(stack.emulator.agents(1).map(({ id }) => id)).toEqual(["1001", "1039"]);
});

test("without an import, `up` adopts the groups with their agents and changes none", async () => {
  const stack = await createAccount({});
  const before = everything(stack);
  const args = ["--agents", "--format", "typescript-resources", "--out", "index.ts", "--force"];
  expect((await pulumiDeepcall(stack, "export", ...args)).code).toBe(0);
  await stack.up();
  await stack.expectNoDrift();
  expect([writes(stack), everything(stack)]).toEqual([[], before]);
});

test("agents are added to imported groups; after an `up`, they are removed before their groups are deleted", async () => {
  const stack = await createAccount({});
  const args = ["--format", "typescript-resources", "--out", "index.ts", "--import", "import.json", "--force"];
  const importOptions = ["--file", "import.json", "--generate-code=false", "--protect=false", "--yes"];
  await pulumiDeepcall(stack, "export", ...args);
  expect((await stack.run("import", ...importOptions)).output).toContain("= 30 imported");
  await pulumiDeepcall(stack, "export", "--agents", ...args);
  stack.emulator.clearCalls();
  const { code, output } = await stack.run("import", ...importOptions);
  expect([code, output]).toEqual([0, expect.stringMatching(/= 21 imported\n.*31 unchanged/) as string]);
  expect((await stack.run("preview", "--expect-no-changes")).code).toBe(0);
  await stack.up();
  expect(stack.emulator.count()).toBe(0);

  stack.file("index.ts", "export {};\n");
  await stack.up();
  expect([stack.emulator.groups(), stack.groups()]).toEqual([[], []]);
});
