import { cpSync } from "node:fs";
import { join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { execute, TestStack, type Result } from "../e2e/stack";
import { difficultNames } from "../support/difficult-names";

const quickstart = resolve(__dirname, "../../examples/quickstart");
const bin = join(process.env["E2E_FOLDER"] ?? "", "node_modules/.bin");

/** Names that several groups have. */
const twins = ["Support", "Support", "🎧", "yes", "# comment", "R & D"];
const declarable = [
  ...difficultNames,
  ...twins,
  ...Array.from({ length: 200 - difficultNames.length - twins.length }, (_, n) => `Team ${n + 100}`),
];
const undeclarable = ["tab\there", " leading", "line\nbreak"];

async function createAccount(): Promise<TestStack> {
  const stack = await TestStack.create({}, {}, (folder) => {
    cpSync(quickstart, folder, { recursive: true, filter: (path) => !path.includes("node_modules") });
  });
  const account = stack.emulator.account("7");
  [...declarable, ...undeclarable].forEach((name, n) => account.add(name, n % 7 === 0 ? 0 : 1));
  return stack;
}

async function pulumiDeepcall(stack: TestStack, ...args: string[]): Promise<Result> {
  return execute(join(bin, "pulumi-deepcall"), args, stack.folder, stack.env);
}

function writes({ emulator }: TestStack): number {
  return emulator.calls.filter(({ operation }) => ["add", "update", "delete"].includes(operation)).length;
}

const component = 'import { DeepcallGroups } from "pulumi-deepcall";\n';
test.each([
  ["yaml", "groups.yaml", `${component}new DeepcallGroups("groups", { file: "groups.yaml" });\n`],
  ["typescript", "index.ts", undefined],
  ["typescript-resources", "index.ts", undefined],
])("200 groups with difficult and equal names are imported from the format %s", async (format, out, program) => {
  const stack = await createAccount();
  const before = stack.emulator.groups();
  expect(new Set(declarable).size).toBe(200 - twins.length);

  const args = ["--format", format, "--out", out, "--import", "import.json", "--force"];
  const exported = await pulumiDeepcall(stack, "export", ...args);
  expect(exported.code).toBe(0);
  expect(exported.output.split("\n").slice(0, -1)).toEqual([
    `Wrote 200 groups to ${out} and import.json.`,
    ...undeclarable.map(
      () => expect.stringMatching(/^warning: skipped group ".*" \(id 20[123]\): its name /) as string,
    ),
  ]);
  if (program !== undefined) stack.file("index.ts", program);
  expect(await stack.execute(join(bin, "tsc"), [])).toEqual({ code: 0, output: "" });
  expect([writes(stack), stack.emulator.count()]).toEqual([0, 1]);

  stack.emulator.clearCalls();
  const imported = await stack.run("import", "--file", "import.json", "--generate-code=false", "--yes");
  expect(imported).toEqual({ code: 0, output: expect.stringMatching(/= 20[01] imported/) as string });
  const recorded = stack.recorded();
  expect(recorded).toHaveLength(200);
  const preview = await stack.run("preview", "--expect-no-changes");
  expect(preview).toEqual({ code: 0, output: expect.stringMatching(/20[123] unchanged/) as string });
  expect(stack.emulator.count()).toBe(0);
  expect(await pulumiDeepcall(stack, "drift", "--stack", "dev")).toEqual({
    code: 0,
    output: expect.stringContaining("Stack dev: no drift; 200 groups as declared.\n") as string,
  });
  expect([writes(stack), stack.emulator.groups()]).toEqual([0, before]);

  const last = before.findLast(({ name }) => name === "yes");
  const renamed = stack
    .read(out)
    .replace(new RegExp(`(-${last?.id ?? 0}"?[:,].*)name: "yes"`), '$1name: "Team: renamed"');
  expect(renamed).not.toBe(stack.read(out));
  stack.file(out, renamed);
  stack.emulator.clearCalls();
  const { output } = await stack.up();
  expect(output).toMatch(/~ 1 updated\n +20[012] unchanged/);
  expect(writes(stack)).toBe(1);
  expect(stack.emulator.count("update")).toBe(1);
  expect(stack.emulator.groups()).toEqual(
    before.map((group) => (group.id === last?.id ? { ...group, name: "Team: renamed" } : group)),
  );
  // The program's own inputs are those of the import.
  const changed = stack.recorded().filter((group) => !recorded.some((other) => isDeepStrictEqual(group, other)));
  expect(changed).toEqual([expect.objectContaining({ id: String(last?.id) })]);
});
