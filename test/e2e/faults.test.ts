import { TestStack } from "./stack";

const declared = {
  none: "",
  team: 'new DeepcallGroup("support", { name: "Support" }); new DeepcallGroup("night", { name: "Night", active: false });',
  changed:
    'new DeepcallGroup("support", { name: "Care" }); new DeepcallGroup("night", { name: "Night", active: true });',
};
const expected = {
  none: [],
  team: ["Night off", "Support on"],
  changed: ["Care on", "Night on"],
};
type Program = keyof typeof declared;

// What went wrong, on the way from one program to another, and whether `up` gets over it by itself.
test.each<[string, Program, Program, boolean]>([
  ["add:reset-after", "none", "team", true],
  ["add:cut-after", "none", "team", true],
  ["add:late-commit:1500", "none", "team", true],
  ["add:hang-after", "none", "team", true],
  ["add:error-after:1009", "none", "team", true],
  ["add:error-before:1010@1x2", "none", "team", true],
  ["add:http-before:429", "none", "team", true],
  ["add:html-after", "none", "team", true],
  ["add:reset-before", "none", "team", false],
  ["add:error-before:1015@1x0", "none", "team", false],
  ["update:reset-after", "none", "team", true],
  ["update:reset-before", "team", "changed", true],
  ["update:error-before:1032@1x2", "team", "changed", true],
  ["update:http-after:502", "team", "changed", true],
  ["update:error-before:1014@1x0", "team", "changed", false],
  ["list:http-before:503@1x2", "team", "changed", true],
  ["list:shape-after@2x0", "none", "team", false],
  ["delete:reset-after", "team", "none", true],
  ["delete:error-after:1009", "team", "none", true],
  ["delete:http-before:503@1x0", "team", "none", false],
])("%s, from %s to %s: up ends well at once: %p", async (fault, from, to, endsWell) => {
  const stack = await TestStack.create();
  stack.env["DEEPCALL_TIMEOUT_MS"] = "2000";
  const { id } = stack.emulator.account("7").add("Theirs", 0);
  stack.program(declared[from]);
  if (from !== "none") await stack.up();

  stack.program(declared[to]);
  stack.emulator.faults.add(fault);
  const { code, output } = await stack.run("up", "--yes", "--skip-preview");
  await stack.emulator.settled();
  if (endsWell) expect([code, output]).toEqual([0, expect.not.stringContaining("error:")]);
  else expect(output).toMatch(/error: .*Could not|\* Could not/);

  // Nothing lost: whatever was made is in the state.
  const ours = (): string[] => stack.emulator.groups().flatMap((group) => (group.id === id ? [] : String(group.id)));
  expect((await stack.groups()).map((group) => group.id).toSorted()).toEqual(ours().toSorted());

  stack.emulator.faults.clear();
  if (!endsWell) await stack.up("--refresh");
  const left = stack.emulator.groups().map(({ name, status }) => `${name} ${status === 1 ? "on" : "off"}`);
  expect(left.toSorted()).toEqual([...expected[to], "Theirs off"].toSorted());
  expect((await stack.run("preview", "--refresh", "--expect-no-changes")).code).toBe(0);
});

test("200 groups against 20 requests a second: up succeeds without an error", async () => {
  const stack = await TestStack.create({ rateLimit: 20 });
  stack.program('for (let n = 0; n < 200; n++) new DeepcallGroup("g" + n, { name: "Group " + n + "x" });');
  const { output } = await stack.up();
  expect(output).not.toMatch(/error|429/);
  expect(stack.emulator.groups()).toHaveLength(200);
});
