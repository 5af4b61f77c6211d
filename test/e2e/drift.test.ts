import { TestStack } from "./stack";

/** A stack with an active group "Support" and an inactive one "Night". */
async function twoGroups(options = ""): Promise<TestStack> {
  const stack = await TestStack.create();
  stack.program(`
    new DeepcallGroup("support", { name: "Support" }${options});
    new DeepcallGroup("night", { name: "Night", active: false }${options});`);
  await stack.up();
  return stack;
}

test("by hand: renamed, deactivated, deleted; both commands show it and exit with 7, up --refresh repairs it", async () => {
  const stack = await twoGroups();
  const panel = stack.emulator.account("7");
  const before = await stack.recorded();
  const [support = { id: 0 }, night = { id: 0 }] = stack.emulator
    .groups()
    .toSorted((a, b) => b.name.localeCompare(a.name));

  panel.rename(support.id, "Helpdesk");
  panel.setStatus(support.id, 0);
  panel.remove(night.id);
  const { preview, refresh } = await stack.drift();
  for (const { code, output } of [preview, refresh]) {
    expect(code).toBe(7);
    expect(output).toMatch(/~ name +: "Support" => "Helpdesk"/);
    expect(output).toMatch(/~ active +: true => false/);
  }
  expect(preview.output).toMatch(/- name +: "Night"/);
  expect(refresh.output).toMatch(/- pulumi-nodejs:dynamic\/deepcall:Group: \(delete\)\s+\[id=\d+\]/);
  expect(await stack.recorded()).toEqual(before);

  await stack.up("--refresh");
  expect(stack.emulator.groups()).toMatchObject([
    { name: "Support", status: 1 },
    { name: "Night", status: 0 },
  ]);
  expect(await stack.driftCodes()).toEqual([0, 0, 0]);
});

test("an inactive group stays inactive when it is renamed", async () => {
  const stack = await twoGroups();
  stack.program('new DeepcallGroup("night", { name: "Night shift", active: false });');
  await stack.up();
  expect(stack.emulator.groups()).toMatchObject([{ name: "Night shift", status: 0 }]);
});

test("ignored: name and status stay as they are, without a call and without a lasting diff", async () => {
  const stack = await twoGroups(', { ignoreChanges: ["name", "active"] }');
  const panel = stack.emulator.account("7");
  for (const { id, name, status } of stack.emulator.groups()) {
    panel.rename(id, `${name} by hand`);
    panel.setStatus(id, status === 1 ? 0 : 1);
  }
  const drifted = stack.emulator.groups();
  expect(await stack.driftCodes()).toEqual([0, 0, 0]);
  stack.emulator.clearCalls();
  await stack.up("--refresh");
  expect(stack.emulator.calls.map(({ operation }) => operation)).toEqual(["list"]);
  expect(stack.emulator.groups()).toEqual(drifted);
  expect(await stack.driftCodes()).toEqual([0, 0, 0]);
});

test("a group that vanished between refresh and update: the error says what mends it, and it does", async () => {
  const stack = await twoGroups();
  const [first = { id: 0, name: "" }] = stack.emulator.groups();
  stack.emulator.account("7").remove(first.id);
  stack.program('new DeepcallGroup("support", { name: "Care" }); new DeepcallGroup("night", { name: "Dawn" });');
  const { code, output } = await stack.run("up", "--yes", "--skip-preview");
  expect(code).not.toBe(0);
  expect(output).toContain(`Could not update group "${first.name}" (id ${first.id}): it is not in Deepcall any more`);
  expect(output).toContain("pulumi up --refresh");
  await stack.up("--refresh");
  expect(
    stack.emulator
      .groups()
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(["Care", "Dawn"]);
});
