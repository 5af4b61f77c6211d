import { otherUser } from "../support/lifecycle";
import { TestStack } from "./stack";

test("bad arguments and settings: the preview names them, before any call", async () => {
  const stack = await TestStack.create();
  stack.program('new DeepcallGroup("support", { name: "", activ: true });');
  const output = await stack.failing("preview");
  expect(output).toContain("deepcall:Group (support):");
  expect(output).toContain("name: must not be empty");
  expect(output).toContain(
    "activ: unknown property; a group has name, active, onNameConflict and deleteWithAgents [deepcall:arguments]",
  );

  stack.program('new DeepcallGroup("support");');
  // Without any credentials a preview works, as pull requests need it.
  Object.assign(stack.env, { DEEPCALL_USER_ID: "", DEEPCALL_TOKEN: "" });
  expect((await stack.run("preview")).code).toBe(0);
  expect(stack.emulator.count()).toBe(0);
});

test("failed creates, updates and deletes: the state contains what is in Deepcall, and the next command continues", async () => {
  const stack = await TestStack.create();
  const { faults } = stack.emulator;
  const states = () => stack.groups().map(({ outputs }) => [outputs?.["name"], outputs?.["active"]]);

  // An error without an id: nothing is in the state.
  stack.program('new DeepcallGroup("night", { name: "Night", active: false });');
  faults.add("add:error-before:1015@1x0");
  expect(await stack.failingUp()).toContain("No group was created.");
  expect(states()).toEqual([]);

  // A lost answer to `add`, and then an error with an id: the group is in the state, and the next up updates it.
  faults.clear();
  faults.add("add:reset-after");
  faults.add("update:error-before:1015@1x0");
  expect(await stack.failingUp()).toMatch(
    /Could not update group "Night" \(id 1\)\. .*code 1015 \(permission denied\).*in the state with id 1/,
  );
  expect(states()).toEqual([["Night", true]]);
  faults.clear();
  await stack.up();
  expect(stack.emulator.groups()).toMatchObject([{ id: 1, name: "Night", status: 0 }]);
  expect(stack.emulator.count("add")).toBe(2);

  // A refused update: the state does not change.
  const before = stack.recorded();
  stack.program('new DeepcallGroup("night", { name: "Dawn", active: false });');
  faults.add("update:error-before:1014@1x0");
  expect(await stack.failingUp()).toContain("Nothing was changed.");
  expect(stack.recorded()).toEqual(before);

  // A refused delete: the group stays in the state.
  faults.clear();
  faults.add("delete:error-before:1015@1x0");
  stack.program("");
  expect(await stack.failingUp()).toContain("It was not deleted.");
  expect(stack.recorded()).toEqual(before);
  faults.clear();

  // A refresh or a destroy with the credentials of another account removes nothing from the state.
  const mismatch =
    /group "Night" \(id 1\).*credentials of user 7, but the current credentials belong to user 8.*\[deepcall:other-account\]$/m;
  Object.assign(stack.env, otherUser);
  for (const command of ["refresh", "destroy"]) {
    const output = await stack.failing(command, "--yes", "--skip-preview");
    expect(output).toMatch(mismatch);
    expect(output).not.toContain("    at ");
    expect(stack.recorded()).toEqual(before);
  }
  expect(stack.emulator.groups()).toMatchObject([{ name: "Night" }]);
});
