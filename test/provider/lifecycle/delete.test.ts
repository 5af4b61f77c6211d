import type { Emulator } from "../../../emulator";
import { GroupError } from "../../../provider";
import { createProviders } from "../../../provider/dynamic";
import type { DynamicProvider } from "../../../provider/dynamic/provider";
import { Run } from "../../../provider/lifecycle/run";
import type { Holding } from "../../../provider/model/holdings";
import {
  assignAgents,
  change,
  configured,
  create,
  desired,
  emulate,
  environment,
  failure,
  fastRetries,
  operate,
  operations,
  otherUser,
  refresh,
  shortDeadline,
  token,
  type Resource,
} from "../../support/lifecycle";

/** A group with three agents, as created without the argument or with `more`. */
async function createGroupWithAgents(more: Record<string, unknown> = {}) {
  const emulator = await emulate();
  const group = await create(operate(emulator), desired("Support", more));
  await assignAgents(emulator, group.id, "1001", "1002", "1003");
  emulator.clearCalls();
  return { emulator, group };
}

async function expectRefusal(emulator: Emulator, provider: DynamicProvider, { id, outputs }: Resource): Promise<Error> {
  const before = emulator.groups();
  const error = await failure(provider.delete(id, outputs));
  expect([emulator.count("delete"), emulator.groups()]).toEqual([0, before]);
  return error;
}

test.each(["getGroupAgentRelation", "delete"])(
  "%s answers 1503 for a group that the list shows: the group stays in the state",
  async (operation) => {
    const emulator = await emulate();
    const group = await create(operate(emulator), desired("Support"));
    emulator.faults.add(`${operation}:error-before:1503`);
    const error = await failure(operate(emulator).delete(group.id, group.outputs));
    expect(error).toMatchObject({ errorCode: "answer" });
    expect(error.message).toMatch(/for group 1, which the list shows/);
    expect(emulator.groups()).toHaveLength(1);
  },
);

describe("a group with agents", () => {
  test("is not deleted; the error has the number of agents, the first ids and what to do", async () => {
    const { emulator, group } = await createGroupWithAgents();
    await assignAgents(emulator, group.id, "1001", "1002", "1003", "1004");
    const error = await expectRefusal(emulator, operate(emulator), group);
    expect(error).toMatchObject({ errorCode: "has-agents" });
    expect(error.message).toBe(
      'Could not delete group "Support" (id 1): it has 4 agents (1001, 1002, 1003, …). The group was not deleted. ' +
        "Remove the agents from the group in Deepcall's panel first. " +
        "To delete it with its agents, set deleteWithAgents: true on the resource and run `pulumi up` before you delete it, " +
        "or run the command with DEEPCALL_DELETE_WITH_AGENTS=1. [deepcall:has-agents]",
    );
    expect(emulator.count("getGroupAgentRelation")).toBe(1);
  });

  test.each<[unknown, string]>([
    [[{ agent_unique_id: "1001" }], "1 agent (1001)"],
    [[{ id: 1 }, { id: 2 }, { id: 3 }], "3 agents (1, 2, 3)"],
    [[{ id: 1 }, { name: "Ann" }], "2 agents (1, …)"],
    [[{ name: "Ann" }, { name: "Bob" }], "2 agents (ids not recognized)"],
    ["Ann", "1 agent (ids not recognized)"],
  ])("%j: the error counts the agents and shows no names", async (relationData, agents) => {
    const { emulator, group } = await createGroupWithAgents();
    emulator.intercept = ({ operation }) =>
      operation === "getGroupAgentRelation"
        ? Response.json({ status: "success", code: 200, response: { relationData } })
        : undefined;
    const error = await expectRefusal(emulator, operate(emulator), group);
    expect(error.message).toContain(`it has ${agents}.`);
    expect(error.message).not.toMatch(/Ann|Bob/);
  });

  test("is not deleted for a replacement, and the replacement is not created", async () => {
    const { emulator, group } = await createGroupWithAgents();
    const provider = operate(emulator);
    // The argument in the new program does not count: the deletion gets the state.
    await provider.check({}, desired("Support", { deleteWithAgents: true }));
    expect(await expectRefusal(emulator, provider, group)).toMatchObject({ errorCode: "has-agents" });
  });

  test.each<[string, Record<string, unknown>, Record<string, string>]>([
    ["the argument in the state", { deleteWithAgents: true }, {}],
    ["the environment", {}, { DEEPCALL_DELETE_WITH_AGENTS: "1" }],
    ["the environment, as true", {}, { DEEPCALL_DELETE_WITH_AGENTS: "true" }],
  ])("is deleted, without a look, if %s says so", async (_, more, variables) => {
    const { emulator, group } = await createGroupWithAgents(more);
    await operate(emulator, variables).delete(group.id, group.outputs);
    expect([operations(emulator), emulator.groups()]).toEqual([["delete"], []]);
  });

  test("is deleted if the stack's config says so; the config wins over the environment", async () => {
    const { emulator, group } = await createGroupWithAgents();
    const refusing = await configured(emulator, { deleteWithAgents: "false" }, { DEEPCALL_DELETE_WITH_AGENTS: "1" });
    const error = await expectRefusal(emulator, refusing, group);
    expect(error.message).toContain("or run `pulumi config set deepcall:deleteWithAgents true` (");
    const provider = await configured(emulator, { deleteWithAgents: "true" }, { DEEPCALL_DELETE_WITH_AGENTS: "0" });
    await provider.delete(group.id, group.outputs);
    expect(emulator.groups()).toEqual([]);
  });

  test("of a DeepcallProvider is deleted if its variable says so; the error names that variable", async () => {
    const { emulator, group } = await createGroupWithAgents();
    const keys = {
      providerName: "emea",
      environmentPrefix: "DEEPCALL_EMEA",
      baseUrl: emulator.url,
      userId: "7",
      token,
    };
    // The default account's variable does not count.
    const refusing = await configured(emulator, keys, { DEEPCALL_DELETE_WITH_AGENTS: "1" });
    const { message } = await expectRefusal(emulator, refusing, group);
    expect(message).toMatch(/^DeepcallProvider "emea": Could not delete group "Support" \(id 1\): it has 3 agents/);
    expect(message).toContain("or run the command with DEEPCALL_EMEA_DELETE_WITH_AGENTS=1.");
    const provider = await configured(emulator, keys, { DEEPCALL_EMEA_DELETE_WITH_AGENTS: "1" });
    await provider.delete(group.id, group.outputs);
    expect(emulator.groups()).toEqual([]);
  });

  test("of a DeepcallProvider without a prefix is deleted if its argument says so", async () => {
    const { emulator, group } = await createGroupWithAgents();
    const keys = { providerName: "apac", baseUrl: emulator.url, userId: "7", token };
    const { message } = await expectRefusal(emulator, await configured(emulator, keys), group);
    expect(message).toContain("or set deleteWithAgents: true on the DeepcallProvider and run `pulumi up`.");
    const provider = await configured(emulator, { ...keys, deleteWithAgents: "true" });
    await provider.delete(group.id, group.outputs);
    expect(emulator.groups()).toEqual([]);
  });

  test("is not deleted if the setting is malformed", async () => {
    const { emulator, group } = await createGroupWithAgents();
    const provider = operate(emulator, { DEEPCALL_DELETE_WITH_AGENTS: "yes" });
    const error = await expectRefusal(emulator, provider, group);
    expect(error.message).toContain("DEEPCALL_DELETE_WITH_AGENTS must be true or false");
    expect(emulator.count()).toBe(0);
  });

  test("stays without a look if a successor, or its own replacement, adopts it", async () => {
    const { emulator, group } = await createGroupWithAgents({ onNameConflict: "adopt" });
    const replacing = operate(emulator);
    await replacing.check({}, desired("Support", { onNameConflict: "adopt" }));
    await replacing.delete(group.id, group.outputs);
    const moving = operate(emulator);
    await create(moving, desired("Support", { onNameConflict: "adopt", __resource: "successor" }));
    await moving.delete(group.id, group.outputs);
    expect(emulator.count("getGroupAgentRelation") + emulator.count("delete")).toBe(0);
    expect(emulator.groups()).toHaveLength(1);
  });
});

describe("the look at the agents", () => {
  test("is two calls for each deleted group, with and without quick, and concurrent", async () => {
    const emulator = await emulate();
    const provider = operate(emulator);
    const groups = await Promise.all(["A", "B", "C", "D"].map((name) => create(provider, desired(name))));
    emulator.clearCalls();
    let open = 0;
    let letGo: () => void = () => undefined;
    const allOpen = new Promise<void>((resolve) => (letGo = resolve));
    emulator.intercept = async ({ operation }) => {
      // Answers only if all looks have arrived.
      if (operation === "getGroupAgentRelation" && ++open === groups.length) letGo();
      if (operation === "getGroupAgentRelation") await allOpen;
      return undefined;
    };
    const later = operate(emulator);
    await Promise.all(groups.map(({ id, outputs }) => later.delete(id, outputs)));
    expect(emulator.groups()).toEqual([]);
    expect([emulator.count("getGroupAgentRelation"), emulator.count("delete"), emulator.count()]).toEqual([8, 4, 12]);
    const looks = emulator.calls.filter(({ operation }) => operation === "getGroupAgentRelation");
    expect(looks.map(({ body }) => body)).toEqual(
      expect.arrayContaining(groups.flatMap(({ id }) => [{ groupId: id, quick: true }, { groupId: id }])) as unknown,
    );
  });

  const success = (fields: object): Response => Response.json({ status: "success", code: 200, ...fields });
  const agents = { relationData: [{ unique_id: 1001, receive_call: 1 }] };
  const none = { relationData: [] };
  const absent = { groupData: {} };
  const agentData = [{ unique_id: 9001 }];
  test.each<[string, object, object, boolean, number]>([
    ["agents", agents, agents, false, 1],
    ["agents only with quick", agents, none, false, 1],
    ["agents only without quick", none, agents, false, 2],
    ["no agents", none, none, true, 2],
    ["no agents, and only the account's without quick", none, { agentData }, false, 2],
    ["agents in agentData alone", { agentData }, { agentData }, false, 2],
    ["agents in agentData alone, with quick", { agentData }, { agentData: [] }, false, 2],
    ["no agents in agentData", { agentData: [] }, { agentData: [] }, true, 2],
    ["no agents in agentData, and in relationData without quick", { agentData: [] }, none, true, 2],
    ["the account's agents, and no relationData with quick", { agentData }, { ...none, agentData }, true, 2],
    ["nothing with quick", absent, none, false, 1],
    ["nothing without quick", none, absent, false, 2],
    ["a row that says nothing", { relationData: [{}] }, none, false, 1],
  ])("%s: with quick %j, without %j: deleted: %j", async (_, quick, plain, isDeleted, count) => {
    const emulator = await emulate();
    const group = await create(operate(emulator), desired("Support"));
    emulator.intercept = ({ operation, body }) =>
      operation === "getGroupAgentRelation" ? success({ response: body["quick"] === true ? quick : plain }) : undefined;
    const deletion = operate(emulator).delete(group.id, group.outputs);
    await (isDeleted ? deletion : expect(deletion).rejects.toThrow("The group was not deleted."));
    expect([emulator.groups().length, emulator.count("getGroupAgentRelation")]).toEqual([isDeleted ? 0 : 1, count]);
  });

  test("that finds no group counts as deleted; another account's credentials do not show that", async () => {
    const { emulator, group } = await createGroupWithAgents();
    expect(await expectRefusal(emulator, operate(emulator, otherUser), group)).toMatchObject({
      errorCode: "other-account",
    });
    emulator.account("7").remove(Number(group.id));
    emulator.clearCalls();
    await operate(emulator).delete(group.id, group.outputs);
    expect(operations(emulator)).toEqual(["getGroupAgentRelation", "list"]);
  });

  test("is not made for a group that gives way to one that another client created at the same moment", async () => {
    const emulator = await emulate();
    emulator.intercept = ({ operation }) => {
      if (operation === "add") emulator.account("7").add("Support");
      return undefined;
    };
    await create(operate(emulator), desired("Support", { onNameConflict: "adopt" }));
    expect([emulator.count("delete"), emulator.count("getGroupAgentRelation")]).toEqual([1, 0]);
  });

  test.each<[string, string | (() => Response), string]>([
    ["without permission", "error-before:1015x0", "code 1015 (permission denied)"],
    ["with refused credentials", "error-before:1014x0", "code 1014 (invalid or expired token)"],
    ["with an error of the server", "error-before:1032x0", "code 1032 (internal server error)"],
    ["with HTTP status 500", "http-before:500x0", "(HTTP status 500). The call was sent "],
    ["with a web page", "html-after", "instead of JSON"],
    ["with a broken connection", "reset-afterx0", "broke before the answer"],
    ["without an answer in time", "hang-beforex0", "within 60 ms"],
    ["with an unknown shape", "shape-after", "Could not understand Deepcall's answer"],
    ["with an empty body", "empty-after", "an empty body"],
    ["without a response", () => success({}), "no relations of agents"],
    ["with a response that is a list", () => success({ response: [] }), "no relations of agents"],
    [
      "with neither relationData nor agentData",
      () => success({ response: { groupData: {} } }),
      "no relations of agents in the response (an object with the keys groupData)",
    ],
  ])("%s: the group is not deleted, and the error names the override", async (_, fault, cause) => {
    // Not even a group without agents.
    const emulator = await emulate();
    const group = await create(operate(emulator), desired("Support"));
    if (typeof fault === "string") emulator.faults.add(`getGroupAgentRelation:${fault}`);
    else emulator.intercept = ({ operation }) => (operation === "getGroupAgentRelation" ? fault() : undefined);
    // Short only where no answer comes: a busy machine would time out the others.
    const more = fault === "hang-beforex0" ? { DEEPCALL_TIMEOUT_MS: "60" } : {};
    const provider = operate(emulator, more, shortDeadline);
    const error = await expectRefusal(emulator, provider, group);
    expect(error).toBeInstanceOf(GroupError);
    expect(error.message).toContain('Could not check the agents of group "Support" (id 1). ');
    expect(error.message).toContain(cause);
    expect(error.message).toMatch(
      /The group was not deleted\. .* To delete the group without this check, set deleteWithAgents: true on the resource and run `pulumi up` before you delete it, or run the command with DEEPCALL_DELETE_WITH_AGENTS=1\. \[deepcall:[\w-]+\]$/,
    );
  });

  test("is repeated after a transient failure", async () => {
    const emulator = await emulate();
    const group = await create(operate(emulator), desired("Support"));
    emulator.faults.add("getGroupAgentRelation:http-before:503x2");
    await operate(emulator).delete(group.id, group.outputs);
    expect([emulator.count("getGroupAgentRelation"), emulator.groups()]).toEqual([4, []]);
  });
});

describe("a change of deleteWithAgents", () => {
  test("is an update that only reads, and is not drift", async () => {
    const { emulator, group } = await createGroupWithAgents();
    const set = await change(operate(emulator), group, desired("Support", { deleteWithAgents: true }));
    expect([set.changed, operations(emulator)]).toEqual([true, ["list"]]);
    expect(set.outputs).toEqual({ ...group.outputs, deleteWithAgents: true });
    const after = await refresh(operate(emulator), set);
    expect(after).toMatchObject({ drift: false, inputs: { deleteWithAgents: true } });
    const again = await change(operate(emulator), set, desired("Support", { deleteWithAgents: true }));
    expect(again.changed).toBe(false);

    const unset = await change(operate(emulator), set, desired("Support"));
    expect([unset.changed, unset.outputs]).toEqual([true, group.outputs]);
    expect((await refresh(operate(emulator), unset))?.drift).toBe(false);
    expect(await expectRefusal(emulator, operate(emulator), unset)).toMatchObject({ errorCode: "has-agents" });
    await operate(emulator).delete(set.id, set.outputs);
    expect([emulator.groups(), emulator.count("update")]).toEqual([[], 0]);
  });

  test("false is the same as none", async () => {
    const { emulator, group } = await createGroupWithAgents({ deleteWithAgents: false });
    expect([group.inputs, group.outputs]).toEqual([
      expect.not.objectContaining({ deleteWithAgents: false }),
      expect.not.objectContaining({ deleteWithAgents: false }),
    ]);
    expect((await change(operate(emulator), group, desired("Support"))).changed).toBe(false);
  });

  test("stays with a group that was left unfinished", async () => {
    const emulator = await emulate();
    emulator.faults.add("list:error-before:1015@2x0");
    const news = desired("Support", { deleteWithAgents: true });
    const error = await failure(create(operate(emulator, {}, shortDeadline), news));
    expect(error.properties).toMatchObject({ deleteWithAgents: true });
  });
});

describe("a group that another resource of the stack has, which this run does not see", () => {
  const holding = (resource: string, key: string, more: Partial<Holding> = {}): Holding => {
    const common = { kind: "group" as const, provider: null, id: "1", agents: undefined };
    return { resource, urn: resource, key, ...common, ...more };
  };
  async function createShared(others: Holding[]) {
    const emulator = await emulate();
    const { id, outputs } = await create(operate(emulator), desired("Support"));
    const own = holding("old", String(outputs["__key"]));
    const run = new Run(environment(emulator), fastRetries, () => Promise.resolve([own, ...others]));
    emulator.clearCalls();
    return { emulator, provider: createProviders(run).group, id, outputs };
  }

  test("stays without a call; if both are deleted, so is the group", async () => {
    const { emulator, provider, id, outputs } = await createShared([holding("new", "2")]);
    await provider.delete(id, outputs);
    expect([emulator.count(), emulator.groups()]).toMatchObject([0, [{ id: 1 }]]);
    await provider.delete(id, { ...outputs, __key: "2" });
    expect(emulator.groups()).toEqual([]);
  });

  test("stays even if its agents may be deleted, and if both are deleted at once, the second does it", async () => {
    const { emulator, provider, id, outputs } = await createShared([holding("new", "2")]);
    const deleted = { ...outputs, deleteWithAgents: true };
    await Promise.all([provider.delete(id, deleted), provider.delete(id, { ...deleted, __key: "2" })]);
    expect([emulator.count("delete"), emulator.groups()]).toEqual([1, []]);
  });

  test.each<[string, Holding]>([
    ["has another group", holding("new", "2", { id: "2" })],
    ["is in another account", holding("new", "2", { provider: "emea" })],
    ["has the group's agents", holding("new", "2", { kind: "agents" })],
  ])("is deleted if the other resource %s", async (_, other) => {
    const { emulator, provider, id, outputs } = await createShared([other]);
    await provider.delete(id, outputs);
    expect(emulator.groups()).toEqual([]);
  });

  test("is not deleted if the stack cannot be read", async () => {
    const emulator = await emulate();
    const { id, outputs } = await create(operate(emulator), desired("Support"));
    const run = new Run(environment(emulator), fastRetries, () => Promise.reject(new Error("error: no access")));
    const error = await expectRefusal(emulator, createProviders(run).group, { id, outputs } as Resource);
    expect(error).toMatchObject({ errorCode: "unreadable-stack" });
    expect(error.message).toMatch(
      /^Could not delete group "Support" \(id 1\): .* \(error: no access\)\. Nothing was deleted\. /,
    );
  });
});
