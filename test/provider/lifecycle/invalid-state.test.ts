import { createProviders } from "../../../provider/dynamic";
import { Run } from "../../../provider/lifecycle/run";
import { create, desired, emulate, environment, failure, fastRetries, operate } from "../../support/lifecycle";

/** What edits, edited import files and other providers leave behind. */
const broken: Record<string, (outputs: Record<string, unknown>) => Record<string, unknown>> = {
  "a property is missing": (outputs) => Object.fromEntries(Object.entries(outputs).filter(([key]) => key !== "name")),
  "a property has another type": (outputs) => ({ ...outputs, active: "true" }),
  "a property is null": (outputs) => ({ ...outputs, assignedName: null }),
  "another provider wrote it": () => ({ groupName: "Support" }),
  "it is empty": () => ({}),
};

test.each(Object.entries(broken))("%s: nothing is called, and a refresh repairs the state", async (_, edit) => {
  const emulator = await emulate();
  const { id, outputs } = await create(operate(emulator), desired("Support"));
  const edited = edit(outputs);
  emulator.clearCalls();
  for (const call of [
    async () => operate(emulator).diff(id, edited, desired("Support")),
    async () => operate(emulator).update(id, edited, desired("Care")),
    async () => operate(emulator).delete(id, edited),
  ])
    expect((await failure(call())).message).toMatch(
      /^Could not read the state of the group with id 1: these properties are missing or not valid: .* No call was made\. .* `pulumi refresh` reads .* \[deepcall:invalid-state\]$/,
    );
  expect(emulator.calls).toEqual([]);

  const { props = {} } = await operate(emulator).read(id, edited);
  expect(await operate(emulator).diff(id, props, desired("Support"))).toMatchObject({ changes: false });
  await operate(emulator).delete(id, props);
  expect(emulator.groups("7")).toEqual([]);
});

test("edited inputs are a change, so a refresh replaces them", async () => {
  const emulator = await emulate();
  const { id, outputs } = await create(operate(emulator), desired("Support"));
  expect(await operate(emulator).diff(id, outputs, { active: true })).toEqual({ changes: true });
  expect(await operate(emulator).read(id, outputs)).toMatchObject({
    inputs: { requestedName: "Support", active: true },
  });
});

test.each(["requestedAgents", "agents", "groupId"])(
  "the state of agents without %s is not read from Deepcall, which does not know the listed ones",
  async (key) => {
    const emulator = await emulate();
    const { agents } = createProviders(new Run(environment(emulator), fastRetries));
    const outputs = { groupId: 1, requestedAgents: ["1001"], agents: ["1001"], otherAgentIds: [], [key]: undefined };
    expect((await failure(agents.read("1", outputs))).message).toMatch(
      /^Could not read the state of the agents of group 1: .* \[deepcall:invalid-state\]$/,
    );
    expect(emulator.calls).toEqual([]);
  },
);
