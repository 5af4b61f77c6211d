import { TestStack } from "./stack";

const adopt = 'onNameConflict: "adopt"';

/** A stack that has adopted the group "Support", which somebody else had made. */
async function adopted(): Promise<{ stack: TestStack; id: number }> {
  const stack = await TestStack.create();
  const { id } = stack.emulator.account("7").add("Support");
  stack.program(`exports.id = new DeepcallGroup("support", { name: "Support", ${adopt} }).groupId;`);
  await stack.up();
  expect(stack.emulator.count("add") + stack.emulator.count("update")).toBe(0);
  expect(await stack.outputs()).toEqual({ id });
  return { stack, id };
}

test("replaced: the group lives on under its name", async () => {
  const { stack, id } = await adopted();
  const [group] = await stack.groups();
  const { output } = await stack.up("--replace", group?.urn ?? "");
  expect(output).toContain(`group "Support" (id ${id}) stays in Deepcall: its replacement adopts it`);
  expect(stack.emulator.groups()).toEqual([{ id, name: "Support", status: 1, userId: "7" }]);
  expect(await stack.driftCodes()).toEqual([0, 0, 0]);
});

test("replaced without adopting: deleted first, so the name has no number", async () => {
  const stack = await TestStack.create();
  stack.program('new DeepcallGroup("support", { name: "Support" });');
  await stack.up();
  const [group] = await stack.groups();
  await stack.up("--replace", group?.urn ?? "");
  expect(stack.emulator.groups()).toMatchObject([{ id: 2, name: "Support" }]);
  expect(await stack.driftCodes()).toEqual([0, 0, 0]);
});

test("replaced by a successor that is made first: it adopts, and the group lives on", async () => {
  const { stack, id } = await adopted();
  stack.program(`new DeepcallGroup("support", { name: "Support", ${adopt} }, { deleteBeforeReplace: false });`);
  const [group] = await stack.groups();
  await stack.up("--replace", group?.urn ?? "");
  expect(stack.emulator.groups()).toMatchObject([{ id, name: "Support" }]);
  expect(await stack.driftCodes()).toEqual([0, 0, 0]);
});

test("renamed in the program without an alias: the successor has the group", async () => {
  const { stack, id } = await adopted();
  stack.program(`new DeepcallGroup("care", { name: "Support", ${adopt} });`);
  await stack.up();
  expect(stack.emulator.groups()).toMatchObject([{ id, name: "Support" }]);
  expect((await stack.groups()).map(({ urn }) => urn.split("::").at(-1))).toEqual(["care"]);
  expect(await stack.driftCodes()).toEqual([0, 0, 0]);
});

test("moved into a component without an alias, and the operation fails in between: the next one keeps the group", async () => {
  const { stack, id } = await adopted();
  const component = `
    class Team extends pulumi.ComponentResource {
      constructor() { super("acme:team:Team", "team"); new DeepcallGroup("support", { name: "Support", ${adopt} }, { parent: this }); }
    }
    new Team();`;
  stack.program(`${component} new DeepcallGroup("bad", { name: "Taken", onNameConflict: "fail" });`);
  stack.emulator.account("7").add("Taken");
  expect((await stack.run("up", "--yes", "--skip-preview")).code).not.toBe(0);
  expect(await stack.groups()).toHaveLength(2);
  stack.program(component);
  await stack.up("--refresh");
  expect(stack.emulator.groups()).toMatchObject([{ id, name: "Support" }, { name: "Taken" }]);
  expect(await stack.groups()).toHaveLength(1);
});

test("declared twice: the error names both; removing one leaves the group alive", async () => {
  const { stack, id } = await adopted();
  const first = `new DeepcallGroup("support", { name: "Support", ${adopt} });`;
  stack.program(`${first} new DeepcallGroup("again", { name: "Support", ${adopt} });`);
  const { code, output } = await stack.run("up", "--yes", "--skip-preview");
  expect([0, 7]).not.toContain(code);
  expect(output).toMatch(/The resources "(support" and "again|again" and "support)" both mean the group with id 1 /);
  stack.program(first);
  await stack.up();
  expect(stack.emulator.groups()).toMatchObject([{ id, name: "Support" }]);
  expect(await stack.driftCodes()).toEqual([0, 0, 0]);
});

test("ignoreChanges with both properties drifted, then a replacement", async () => {
  const { stack, id } = await adopted();
  stack.program(`new DeepcallGroup("support", { name: "Support", ${adopt} }, { ignoreChanges: ["name", "active"] });`);
  await stack.up();
  stack.emulator.account("7").rename(id, "By hand");
  stack.emulator.account("7").setStatus(id, 0);
  expect(await stack.driftCodes()).toEqual([0, 0, 0]);
  await stack.up("--refresh");
  expect(stack.emulator.groups()).toMatchObject([{ id, name: "By hand", status: 0 }]);
  expect(await stack.driftCodes()).toEqual([0, 0, 0]);
});

test.each([[], ["--run-program"]])("destroy %p: an adopted group is deleted as any other", async (...flags) => {
  const { stack } = await adopted();
  expect((await stack.run("destroy", "--yes", "--skip-preview", ...flags)).code).toBe(0);
  expect(stack.emulator.groups()).toEqual([]);
});

test("get reads a group that is managed elsewhere, and destroy leaves it", async () => {
  const stack = await TestStack.create();
  stack.emulator.account("7").add("Theirs", 0);
  stack.program(
    'const g = DeepcallGroup.get("theirs", "1"); exports.all = [g.name, g.requestedName, g.groupId, g.active];',
  );
  await stack.up();
  expect(await stack.outputs()).toEqual({ all: ["Theirs", "Theirs", 1, false] });
  expect(await stack.driftCodes()).toEqual([0, 0, 0]);
  expect((await stack.run("destroy", "--yes", "--skip-preview")).code).toBe(0);
  expect(stack.emulator.groups()).toMatchObject([{ name: "Theirs" }]);
  stack.program('DeepcallGroup.get("theirs", "4711");');
  expect((await stack.run("preview")).output).toContain("Deepcall has no group with the id 4711");
});

test("fail: nothing is made, and the error names the group in the way", async () => {
  const stack = await TestStack.create();
  stack.emulator.account("7").add("Support");
  stack.program('new DeepcallGroup("support", { name: "Support", onNameConflict: "fail" });');
  const { code, output } = await stack.run("up", "--yes", "--skip-preview");
  expect([0, 7]).not.toContain(code);
  expect(output).toContain(
    'Deepcall has group "Support" (id 1) already, and onNameConflict is "fail". No group was made.',
  );
  expect(await stack.groups()).toEqual([]);
});
