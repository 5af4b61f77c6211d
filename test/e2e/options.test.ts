import { TestStack } from "./stack";

const adopt = 'onNameConflict: "adopt"';

/** The URN of the resource with this name. */
function urn(stack: TestStack, name: string): string {
  return stack.groups().find((group) => group.urn.endsWith(`::${name}`))?.urn ?? "";
}

test("ignoreChanges, get, and a plain replacement", async () => {
  const stack = await TestStack.create();
  const account = stack.emulator.account("7");
  const { id: theirs } = account.add("Theirs", 0);
  stack.program(`
    new DeepcallGroup("ignored", { name: "Ignored" }, { ignoreChanges: ["name", "active"] });
    new DeepcallGroup("support", { name: "Support" });
    const g = DeepcallGroup.get("theirs", "${theirs}");
    exports.theirs = [g.name, g.requestedName, g.groupId, g.active];`);
  await stack.up();
  expect(stack.outputs()).toEqual({ theirs: ["Theirs", "Theirs", theirs, false] });
  const id = (name: string) => stack.emulator.groups().find((group) => group.name === name)?.id ?? 0;
  account.setStatus(id("Ignored"), 0);
  account.rename(id("Ignored"), "By hand");
  const first = id("Support");
  stack.emulator.clearCalls();
  await stack.up("--refresh", "--replace", urn(stack, "support"));
  // Deleted before the replacement is created, so the new name has no number.
  const writes = ({ operation }: { operation: string }) => !["list", "getGroupAgentRelation"].includes(operation);
  expect(stack.emulator.calls.filter(writes).map(({ operation }) => operation)).toEqual(["delete", "add"]);
  expect(id("Support")).toBeGreaterThan(first);
  expect(stack.emulator.groups()).toContainEqual(expect.objectContaining({ name: "By hand", status: 0 }));

  expect((await stack.run("destroy", "--yes", "--skip-preview")).code).toBe(0);
  expect(stack.emulator.groups()).toMatchObject([{ name: "Theirs" }]);
});

test("an adopted group outlives replacement, a new resource name and a failed move; destroy deletes it", async () => {
  const stack = await TestStack.create();
  const group = stack.emulator.account("7").add("Support");
  const support = (name: string, options = "{}") =>
    `exports.id = new DeepcallGroup("${name}", { name: "Support", ${adopt} }, ${options}).groupId;`;
  const resources = () => stack.groups().map(({ urn }) => urn.split("::").at(-1));
  stack.program(support("support"));
  await stack.up();
  expect(stack.outputs()).toEqual({ id: group.id });

  const { output } = await stack.up("--replace", urn(stack, "support"));
  expect(output).toContain(`group "Support" (id ${group.id}) stays in Deepcall because its replacement adopts it`);

  stack.program(support("support", "{ deleteBeforeReplace: false }"));
  await stack.up("--replace", urn(stack, "support"));
  expect(stack.emulator.groups()).toEqual([group]);

  // Renamed in the program without an alias: the engine creates the successor, then deletes the predecessor.
  stack.program(support("care"));
  await stack.up();
  expect([resources(), stack.emulator.groups()]).toEqual([["care"], [group]]);

  // Moved into a component without an alias; the operation fails before the engine deletes the predecessor.
  const component = `
    class Team extends pulumi.ComponentResource {
      constructor() { super("acme:team:Team", "team"); new DeepcallGroup("care", { name: "Support", ${adopt} }, { parent: this }); }
    }
    new Team();`;
  const taken = stack.emulator.account("7").add("Taken");
  stack.program(`${component} new DeepcallGroup("bad", { name: "Taken", onNameConflict: "fail" });`);
  expect(await stack.failingUp()).toContain('Could not create group "Taken": a group with this name already exists');
  expect(resources()).toEqual(["care", "care"]);
  stack.program(component);
  await stack.up("--refresh");
  expect([resources(), stack.emulator.groups()]).toEqual([["care"], [group, taken]]);
  expect(["add", "update", "delete"].map((operation) => stack.emulator.count(operation))).toEqual([0, 0, 0]);

  // Declared twice: one process has both resources, so the error names them.
  stack.program(component + support("again"));
  expect(await stack.failingUp()).toMatch(
    new RegExp(`The resources "(care" and "again|again" and "care)" declare the same group \\(id ${group.id}\\)`),
  );

  // The engine calls `check` here, as it does before a replacement; the group is deleted all the same.
  expect((await stack.run("destroy", "--yes", "--skip-preview", "--run-program")).code).toBe(0);
  expect(stack.emulator.groups()).toEqual([taken]);
});
