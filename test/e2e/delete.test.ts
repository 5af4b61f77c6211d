import { assignAgents } from "../support/lifecycle";
import { TestStack } from "./stack";

test("a group with agents survives removal, a replacement and destroy, until the argument or the setting allows it", async () => {
  const stack = await TestStack.create();
  const { emulator } = stack;
  const [support, night] = ['new DeepcallGroup("support", { name: "Support" });', 'new DeepcallGroup("night");'];
  stack.program(support + night);
  await stack.up();
  const [group, empty] = ["Support", "night"].map((name) => emulator.groups().find((one) => one.name === name));
  const id = group?.id ?? 0;
  await assignAgents(emulator, id, "1001", "1002", "1003", "1004");
  const current = () => ({ state: stack.recorded(), account: emulator.groups() });
  const before = current();
  const urn = stack.groups().find((one) => one.urn.endsWith("::support"))?.urn ?? "";

  const destroy = ["destroy", "--yes", "--skip-preview", "--target", urn];
  emulator.clearCalls();
  for (const [program, ...command] of [
    [night, "up", "--yes", "--skip-preview"],
    [support + night, "up", "--yes", "--skip-preview", "--replace", urn],
    [support + night, ...destroy],
  ] as const) {
    stack.program(program);
    const output = await stack.failing(...command);
    expect(output).toContain(
      `error: Could not delete group "Support" (id ${id}): it has 4 agents (1001, 1002, 1003, …). The group was not deleted. `,
    );
    expect(output).toMatch(/or run the command with DEEPCALL_DELETE_WITH_AGENTS=1\. \[deepcall:has-agents\]$/m);
    expect(output).not.toContain("    at ");
    expect(current()).toEqual(before);
  }
  expect([emulator.count("getGroupAgentRelation"), emulator.count()]).toEqual([3, 3]);

  // The argument: an update that writes nothing to Deepcall, and then the removal. A group without agents needs neither.
  stack.program(support.replace(" }", ", deleteWithAgents: true }") + night);
  emulator.clearCalls();
  expect((await stack.up()).output).toMatch(/~ 1 updated/);
  expect(emulator.calls.map(({ operation }) => operation)).toEqual(["list"]);
  stack.program('new DeepcallGroup("sales");');
  emulator.clearCalls();
  await stack.up();
  const names = emulator.groups().map(({ name }) => name);
  expect([names, stack.groups().length]).toEqual([["sales"], 1]);
  const looks = emulator.calls.filter(({ operation }) => operation === "getGroupAgentRelation");
  expect(looks.map(({ body }) => body)).toEqual([
    { groupId: String(empty?.id), quick: true },
    { groupId: String(empty?.id) },
  ]);

  // The setting: for this destroy alone.
  await assignAgents(emulator, emulator.groups()[0]?.id ?? 0, "1001");
  stack.env["DEEPCALL_DELETE_WITH_AGENTS"] = "1";
  expect((await stack.run("destroy", "--yes", "--skip-preview")).code).toBe(0);
  expect(emulator.groups()).toEqual([]);
});
