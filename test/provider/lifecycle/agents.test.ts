import type { Emulator, EmulatorOptions } from "../../../emulator";
import { createProviders } from "../../../provider/dynamic";
import type { DynamicProvider } from "../../../provider/dynamic/provider";
import { Run } from "../../../provider/lifecycle/run";
import {
  change,
  create,
  emulate,
  environment,
  failure,
  fastRetries,
  operations,
  otherUser,
  refresh,
  shortDeadline,
  token,
  type Resource,
} from "../../support/lifecycle";

const everyAgent = ["1001", "1002", "1003", "1004", "1005"].map((id) => ({ id, name: `Person ${id}` }));

/** An account with group 42, which has the agents 1004 (who receives calls) and 1005. */
async function emulateAgents(options: Partial<EmulatorOptions> = {}): Promise<Emulator> {
  const agents = [{ id: "1004" }, { id: "1005", receivesCalls: false }];
  const groups = [
    { id: 42, name: "Support", agents },
    { id: 43, name: "Sales" },
  ];
  const seed = {
    accounts: [
      { userId: "7", token, groups, agents: everyAgent },
      { userId: "8", token: otherUser.DEEPCALL_TOKEN, groups: [] },
    ],
  };
  return emulate(options, seed);
}

function operate(emulator: Emulator, more: Record<string, string> = {}): DynamicProvider {
  return createProviders(new Run(environment(emulator, more), fastRetries)).agents;
}

const desired = (agents: unknown, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  groupId: 42,
  requestedAgents: agents,
  __resource: "support-agents",
  __provider: "text",
  ...more,
});
const remove = { otherAgents: "remove" };

/** The agents of a group as text: those who receive no calls have a minus. */
const assigned = (emulator: Emulator, groupId = 42): string =>
  emulator
    .agents(groupId)
    .map(({ id, receivesCalls }) => `${id}${receivesCalls ? "" : "-"}`)
    .join(" ");

const servers: [string, Partial<EmulatorOptions>][] = [
  ["the standard server", {}],
  ["agentData lists the account", { agentData: "account" }],
  ["objects keyed by id", { agentShape: "byId", relationShape: "byId" }],
  ...(["agentId", "agent_id", "unique_id", "id"] as const).map((agentIdKey): [string, Partial<EmulatorOptions>] => [
    `ids under ${agentIdKey}`,
    { agentIdKey },
  ]),
  ["ids as numbers", { agentIdType: "number" }],
  ["receive_call as text", { receiveCallType: "string" }],
  ["receive_call as boolean", { receiveCallType: "boolean" }],
  ["quick omits relations", { quickRelation: "none" }],
  ["only quick has relations", { plainRelation: "none" }],
  ["only quick shows agents", { plainRelation: "empty" }],
  [
    "data instead of response, ids that say none, and passwords",
    { payloadKey: "data", emptyIds: true, passwordFields: true },
  ],
  ...(["object", "null", "text"] as const).map((noAgents): [string, Partial<EmulatorOptions>] => [
    `no agents as ${noAgents}`,
    { noAgents },
  ]),
];

describe.each(servers)("on a server with %s", (_, options) => {
  test("agents are created, changed, reordered, read and deleted; others are kept", async () => {
    const emulator = await emulateAgents(options);
    const created = await create(operate(emulator), desired(["1002", { id: "1001", receivesCalls: false }]));
    expect(assigned(emulator)).toBe("1001- 1002 1004 1005-");
    // The complete form is enough, unless it has no `relationData`.
    const reads = options.quickRelation === "none" ? 2 : 1;
    const read = Array.from({ length: reads }, () => "getGroupAgentRelation");
    expect(operations(emulator)).toEqual([...read, "submitAssignGroupToAgent", ...read]);
    expect(created.id).toBe("42");
    expect(created.outputs).toMatchObject({
      agents: [{ id: "1001", receivesCalls: false }, "1002"],
      otherAgentIds: ["1004", "1005"],
    });
    expect(JSON.stringify(created)).not.toContain("Person");

    emulator.clearCalls();
    const reordered = await change(operate(emulator), created, desired([{ id: "1001", receivesCalls: false }, "1002"]));
    expect([reordered.changed, emulator.count()]).toEqual([false, 0]);
    expect((await refresh(operate(emulator), reordered))?.drift).toBe(false);
    expect(emulator.count()).toBe(reads);

    const changed = await change(operate(emulator), created, desired(["1001", "1003"]));
    expect(assigned(emulator)).toBe("1001 1003 1004 1005-");

    emulator.account("7").setAgents(42, [{ id: "1001", receivesCalls: false }, { id: "1004" }]);
    const drifted = await refresh(operate(emulator), changed);
    expect(drifted?.drift).toBe(true);
    expect(drifted?.outputs).toMatchObject({ agents: [{ id: "1001", receivesCalls: false }], otherAgentIds: ["1004"] });
    const repaired = await change(operate(emulator), { ...changed, ...drifted }, desired(["1001", "1003"]));
    expect(assigned(emulator)).toBe("1001 1003 1004");

    await operate(emulator).delete("42", repaired.outputs);
    expect(assigned(emulator)).toBe("1004");
  });

  test("with remove, the list is exact, and may be empty", async () => {
    const emulator = await emulateAgents(options);
    const created = await create(operate(emulator), desired(["1004"], { ...remove, removeExisting: true }));
    expect(assigned(emulator)).toBe("1004");
    emulator.account("7").setAgents(42, [{ id: "1004" }, { id: "1005" }]);
    const drifted = await refresh(operate(emulator), created);
    expect(drifted?.drift).toBe(true);
    const empty = await change(operate(emulator), { ...created, ...drifted }, desired([], remove));
    expect(assigned(emulator)).toBe("");
    expect((await refresh(operate(emulator), empty))?.drift).toBe(false);

    const exact = await change(operate(emulator), empty, desired(["1001"], remove));
    emulator.account("7").setAgents(42, [{ id: "1001" }, { id: "1005" }]);
    await operate(emulator).delete("42", exact.outputs);
    expect(assigned(emulator)).toBe("1005");
  });
});

test("a first apply with remove fails if the group has other agents, and submits nothing", async () => {
  const emulator = await emulateAgents();
  const error = await failure(create(operate(emulator), desired(["1001"], remove)));
  expect(error.message).toMatch(
    /^Could not update the agents of group 42 \(resource "support-agents"\): .* \(1004, 1005\), and otherAgents is "remove"\. Nothing was changed\. .*\[deepcall:other-agents\]$/,
  );
  expect(operations(emulator)).toEqual(["getGroupAgentRelation"]);

  // The same if a resource changes from keep to remove; the agents that it listed itself may go.
  const kept = await create(operate(emulator), desired(["1001", "1004"]));
  expect((await failure(change(operate(emulator), kept, desired(["1001"], remove)))).message).toContain("list (1005)");
  emulator.account("7").setAgents(42, [{ id: "1001" }, { id: "1004" }]);
  await change(operate(emulator), kept, desired(["1001"], remove));
  expect(assigned(emulator)).toBe("1001");
});

test("on a server that only adds agents, a removal is an error, and the state is true", async () => {
  const emulator = await emulateAgents({ assign: "add" });
  const created = await create(operate(emulator), desired(["1001", "1002"]));
  const error = await failure(change(operate(emulator), created, desired(["1001"])));
  expect(error.message).toMatch(
    /agent 1002 is still assigned: .*The resource is in the state with id 42\. .*\[deepcall:agents-rejected\]$/,
  );
  expect(error.properties).toMatchObject({ agents: ["1001"], otherAgentIds: ["1002", "1004", "1005"] });
  expect((await failure(operate(emulator).delete("42", created.outputs))).message).toContain("still assigned");
});

test.each<[string, Partial<EmulatorOptions>, RegExp]>([
  [
    "relationData is left out",
    { noAgents: "absent" },
    /no relationData in the response .*relationData|no relationData/,
  ],
  ["relationData has unknown rows", { relationShape: "unknown" }, /an agent without an id .*keys x/],
  ["a permission is missing", { agentPermission: "none" }, /code 1015/],
])("if %s, nothing is submitted", async (_, options, message) => {
  const emulator = await emulateAgents(options);
  if (options.noAgents) emulator.account("7").setAgents(42, []);
  const error = await failure(create(operate(emulator), desired(["1001"])));
  expect(error.message).toMatch(message);
  expect(error.message).toMatch(/Nothing was changed\./);
  expect(operations(emulator)).not.toContain("submitAssignGroupToAgent");
});

test("an unknown agent is an error of Deepcall, and nothing changes", async () => {
  const emulator = await emulateAgents();
  const error = await failure(create(operate(emulator), desired(["9999"])));
  expect(error.message).toMatch(/refused submitAssignGroupToAgent with code 1047 .*Nothing was changed\./);
  expect(assigned(emulator)).toBe("1004 1005-");
});

test.each([
  "reset-after",
  "cut-after",
  "error-after:1009",
  "http-after:502",
  "html-after",
  "empty-after",
  "shape-after",
])("after an answer lost by %s, the agents are read back", async (kind) => {
  const emulator = await emulateAgents();
  emulator.faults.add(`submitAssignGroupToAgent:${kind}@1x0`);
  const created = await create(operate(emulator), desired(["1001"]));
  expect(assigned(emulator)).toBe("1001 1004 1005-");
  expect(created.outputs["agents"]).toEqual(["1001"]);
});

test("a group that is gone takes its agents' resource with it, but not with another account's credentials", async () => {
  const emulator = await emulateAgents();
  const created = await create(operate(emulator), desired(["1001"]));
  expect(await failure(refresh(operate(emulator, otherUser), created))).toMatchObject({ errorCode: "other-account" });
  expect(await failure(operate(emulator, otherUser).delete("42", created.outputs))).toMatchObject({
    errorCode: "other-account",
  });
  emulator.account("7").remove(42);
  expect(await refresh(operate(emulator), created)).toBeUndefined();
  await operate(emulator).delete("42", created.outputs);
});

describe.each(["refresh", "update", "delete"] as const)("%s", (method) => {
  test("a group that the list still shows is not gone, whatever code 1503 says", async () => {
    const emulator = await emulateAgents();
    const created = await create(operate(emulator), desired(["1001"]));
    emulator.faults.add("getGroupAgentRelation:error-before:1503");
    emulator.clearCalls();
    const provider = operate(emulator);
    const steps = {
      refresh: async () => refresh(provider, created),
      update: async () => change(provider, created, desired(["1002"])),
      delete: async () => provider.delete("42", created.outputs),
    };
    const error = await failure(steps[method]());
    expect(error).toMatchObject({ errorCode: "answer" });
    expect(error.message).toMatch(
      /code 1503 .* for group 42, which the list shows\. .*(was changed|was not changed|was removed)/,
    );
    expect(operations(emulator)).toEqual(["getGroupAgentRelation", "list"]);
    expect(assigned(emulator)).toBe("1001 1004 1005-");
  });
});

describe("agents that Deepcall does not know", () => {
  const account = { agentData: "account" } as const;
  const unclear = { agentData: "group" } as const;
  const codes = ([1047, 1003, 1507] as const).map((unknownAgentCode) => ({ ...account, unknownAgentCode }));

  test.each([...codes, { ...account, agentShape: "byId" as const }])(
    "%j: are named, and nothing changes",
    async (options) => {
      const emulator = await emulateAgents(options);
      const error = await failure(create(operate(emulator), desired(["1001", "8", "9"])));
      expect(error.message).toMatch(
        /Nothing was changed\. .*Deepcall's list of agents does not contain agents 8, 9\. Remove agents that no longer exist/,
      );
      expect(assigned(emulator)).toBe("1004 1005-");
      expect(emulator.count("submitAssignGroupToAgent")).toBe(1);
    },
  );

  test("are among the candidates if Deepcall does not list the account's agents", async () => {
    const emulator = await emulateAgents(unclear);
    const several = await failure(create(operate(emulator), desired(["1001", "9"])));
    expect(several.message).toMatch(/Deepcall may not know one of agents 1001, 9, 1004, 1005\. Remove/);
    const other = { groupId: 43 };
    expect((await failure(create(operate(emulator), desired(["9"], other)))).message).toMatch(
      /Deepcall may not know agent 9\. Remove/,
    );
  });

  /** Group 42 with agents 1001, 1002 and 9, of which 9 leaves the account. */
  async function emulateLeft(options: Partial<EmulatorOptions>, isAssigned: boolean) {
    const emulator = await emulateAgents(options);
    const { id, inputs, outputs } = await create(operate(emulator), desired(["1001", "1002"]));
    const created = { id, inputs, outputs: { ...outputs, requestedAgents: ["1001", "1002", "9"] } };
    const all = ["1001", "1002", "1004", ...(isAssigned ? ["9"] : [])].map((id) => ({ id }));
    emulator.account("7").setAgents(42, all);
    // The emulator's own answer lists every assigned agent in `agentData`.
    emulator.intercept = ({ operation }) => {
      if (operation !== "getGroupAgentRelation" || options.agentData !== "account") return undefined;
      const agentData = everyAgent.map((agent) => ({ agent_unique_id: agent.id }));
      const relationData = emulator
        .agents(42)
        .map((agent) => ({ agent_unique_id: agent.id, receive_call: agent.receivesCalls }));
      return Response.json({ status: "success", code: 200, response: { relationData, agentData } });
    };
    return { emulator, created };
  }

  test.each([
    [account, true],
    [account, false],
    [unclear, false],
  ])(
    "%j, still assigned %p: a listed agent that left does not prevent a removal, and is named",
    async (options, is) => {
      const { emulator, created } = await emulateLeft(options, is);
      const error = await failure(change(operate(emulator), created, desired(["1001", "9"])));
      expect(error.message).toMatch(/without agent 9, but agent 9 is not assigned\. .*no longer exist/);
      expect(error).toMatchObject({ errorCode: "agents-rejected" });
      expect(assigned(emulator)).toBe("1001 1004");
    },
  );

  test.each([
    [account, true],
    [account, false],
    [unclear, true],
    [unclear, false],
  ])("%j, still assigned %p: the agent that left can be removed, and the resource deleted", async (options, is) => {
    const { emulator, created } = await emulateLeft(options, is);
    const changed = await change(operate(emulator), created, desired(["1001", "1002"]));
    expect(assigned(emulator)).toBe("1001 1002 1004");
    await operate(emulator).delete("42", changed.outputs);
    expect(assigned(emulator)).toBe("1004");
  });

  test("another agent of the group that left does not prevent a deletion", async () => {
    const { emulator, created } = await emulateLeft(account, true);
    const others = { ...created.outputs, requestedAgents: ["1001", "1002"] };
    await operate(emulator).delete("42", others);
    expect(assigned(emulator)).toBe("1004");
  });

  test("a new unknown agent changes nothing, even beside a removal", async () => {
    const { emulator, created } = await emulateLeft(account, false);
    const error = await failure(change(operate(emulator), created, desired(["1001", "8"])));
    expect(error.message).toMatch(/Nothing was changed\. .*does not contain agent 8\./);
    expect(assigned(emulator)).toBe("1001 1002 1004");
  });
});

test("two resources for one group are an error that names both; a renamed resource keeps the agents", async () => {
  const emulator = await emulateAgents();
  const provider = operate(emulator);
  await create(provider, desired(["1001"], { __resource: "one" }));
  const error = await failure(create(provider, desired(["1002"], { __resource: "two" })));
  expect(error).toMatchObject({ errorCode: "shared-group" });
  expect(error.message).toMatch(/"one" and "two"/);

  const old = await create(operate(emulator), desired(["1001"], { __resource: "old" }));
  const next = operate(emulator);
  await create(next, desired(["1001", "1002"], { __resource: "new" }));
  await next.delete("42", old.outputs);
  expect(assigned(emulator)).toBe("1001 1002 1004 1005-");
});

test("a renamed resource that drops an agent removes it", async () => {
  const emulator = await emulateAgents();
  const old = await create(operate(emulator), desired(["1001", "1002"], { __resource: "old" }));
  const next = operate(emulator);
  await create(next, desired(["1001"], { __resource: "new" }));
  await next.delete("42", old.outputs);
  expect(assigned(emulator)).toBe("1001 1004 1005-");
});

test("a resource keeps the agents that its successor of an earlier, incomplete run lists", async () => {
  const emulator = await emulateAgents();
  const old = await create(operate(emulator), desired(["1001", "1002"], { __resource: "old" }));
  const successor = await create(operate(emulator), desired(["1001"]));
  const provider = operate(emulator);
  await change(provider, successor, successor.inputs);
  await provider.delete(old.id, old.outputs);
  expect(assigned(emulator)).toBe("1001 1004 1005-");
});

test.each<[string, string[] | undefined, string, number]>([
  ["those that it lists, too", ["1001"], "1001 1004 1005-", 3],
  ["all, if its list is secret", undefined, "1001 1002 1004 1005-", 0],
])("another resource of the stack, which this run does not see, keeps %s", async (_, agents, expected, calls) => {
  const emulator = await emulateAgents();
  const old = await create(operate(emulator), desired(["1001", "1002"]));
  const own = {
    resource: "",
    urn: "",
    provider: null,
    kind: "agents",
    id: "42",
    key: String(old.outputs["__key"]),
    agents: [],
  } as const;
  const readStack = () => Promise.resolve([own, { ...own, key: "2", agents }]);
  emulator.clearCalls();
  await createProviders(new Run(environment(emulator), fastRetries, readStack)).agents.delete(old.id, old.outputs);
  expect([assigned(emulator), emulator.count()]).toEqual([expected, calls]);
});

test("a replacement is created after a deletion that the engine did not wait for", async () => {
  const emulator = await emulateAgents();
  const old = await create(operate(emulator), desired(["1001"]));
  const stack = Promise.withResolvers<[]>();
  const { agents } = createProviders(new Run(environment(emulator), fastRetries, () => stack.promise));
  const ended: string[] = [];
  const deletion = agents.delete(old.id, old.outputs).then(() => ended.push("delete"));
  const creation = agents.create(desired(["1001"], { groupId: 43 })).then(() => ended.push("create"));
  emulator.clearCalls();
  await new Promise(setImmediate);
  expect(emulator.count()).toBe(0);
  stack.resolve([]);
  await Promise.all([deletion, creation]);
  expect([ended, assigned(emulator), assigned(emulator, 43)]).toEqual([["delete", "create"], "1004 1005-", "1001"]);
});

test("two resources can swap their groups", async () => {
  const emulator = await emulateAgents();
  const one = await create(operate(emulator), desired(["1001", "1002"], { __resource: "one" }));
  const two = await create(operate(emulator), desired(["1003"], { __resource: "two", groupId: 43 }));
  const provider = operate(emulator);
  const swapped: [Resource, Record<string, unknown>][] = [
    [one, desired(["1001", "1002"], { __resource: "one", groupId: 43 })],
    [two, desired(["1003"], { __resource: "two" })],
  ];
  // The engine checks and compares one after the other; each replacement is deleted before it is created.
  for (const [resource, news] of swapped) {
    const { inputs = {} } = await provider.check(resource.inputs, news);
    expect(await provider.diff(resource.id, resource.outputs, inputs)).toMatchObject({ replaces: ["groupId"] });
  }
  for (const [resource, news] of swapped) {
    await provider.delete(resource.id, resource.outputs);
    await create(provider, news);
  }
  expect([assigned(emulator), assigned(emulator, 43)]).toEqual(["1003 1004 1005-", "1001 1002"]);
});

test("another group replaces the resource", async () => {
  const emulator = await emulateAgents();
  const provider = operate(emulator);
  const { id, outputs } = await create(provider, desired(["1001"]));
  const { inputs = {} } = await provider.check({}, desired(["1001"], { groupId: 43 }));
  expect(await provider.diff(id, outputs, inputs)).toMatchObject({ changes: true, replaces: ["groupId"] });
});

describe("after a failed update, the state still has what the next one needs", () => {
  /** An error of the update, and the resource as the engine keeps it. */
  async function failed(
    emulator: Emulator,
    resource: Resource | undefined,
    news: Record<string, unknown>,
  ): Promise<Resource> {
    const step = resource ? change(operate(emulator), resource, news) : create(operate(emulator), news);
    const { id, properties } = await failure(step);
    expect([id, properties]).toEqual(["42", expect.anything()]);
    return { id: "42", inputs: news, outputs: { ...properties } };
  }

  test("an agent that the program dropped is removed later", async () => {
    const emulator = await emulateAgents();
    const created = await create(operate(emulator), desired(["1001", "1002"]));
    emulator.faults.add("submitAssignGroupToAgent:reset-before@1x0");
    const kept = await failed(emulator, created, desired(["1001"]));
    expect(kept.outputs).toMatchObject({ agents: ["1001"], otherAgentIds: ["1002", "1004", "1005"] });
    emulator.faults.clear();
    expect((await change(operate(emulator), kept, desired(["1001"]))).changed).toBe(true);
    expect(assigned(emulator)).toBe("1001 1004 1005-");
  });

  test("the same if the result could not be read, and with a refresh and a deletion in between", async () => {
    const emulator = await emulateAgents();
    const created = await create(operate(emulator), desired(["1001", "1002"]));
    emulator.faults.add("submitAssignGroupToAgent:error-before:1009@1x0");
    emulator.faults.add("getGroupAgentRelation:shape-after@2x0");
    const provider = createProviders(new Run(environment(emulator), shortDeadline)).agents;
    const { properties } = await failure(change(provider, created, desired(["1001"])));
    emulator.faults.clear();
    const kept = { id: "42", inputs: desired(["1001"]), outputs: { ...properties } };
    const refreshed = await refresh(operate(emulator), kept);
    await operate(emulator).delete("42", refreshed?.outputs ?? {});
    expect(assigned(emulator)).toBe("1004 1005-");
  });

  test("but not an agent that is known to be removed: somebody may assign it again", async () => {
    const emulator = await emulateAgents();
    const created = await create(operate(emulator), desired(["1001", "1002"]));
    emulator.intercept = ({ operation }) => {
      if (operation === "submitAssignGroupToAgent") emulator.account("7").setAgents(42, []);
      return undefined;
    };
    emulator.faults.add("submitAssignGroupToAgent:error-before:1009@1x0");
    const kept = await failed(emulator, created, desired(["1001"]));
    emulator.intercept = undefined;
    emulator.faults.clear();
    emulator.account("7").setAgents(42, [{ id: "1002" }]);
    await change(operate(emulator), kept, desired(["1001"]));
    expect(assigned(emulator)).toBe("1001 1002");
  });

  test("an attempt that was lost counts, even if Deepcall refuses the next one", async () => {
    const emulator = await emulateAgents();
    emulator.faults.add("submitAssignGroupToAgent:reset-after");
    emulator.faults.add("submitAssignGroupToAgent:error-before:1047@2");
    const created = await create(operate(emulator), desired(["1001"]));
    expect(created.outputs["agents"]).toEqual(["1001"]);

    emulator.faults.add("submitAssignGroupToAgent:reset-before");
    emulator.faults.add("submitAssignGroupToAgent:error-before:1047@2");
    const error = await failure(change(operate(emulator), created, desired(["1001", "1002"])));
    expect(error.message).toMatch(/code 1047 .*sent 2 times\. The update may or may not have been applied\./);
    expect(error.properties).toMatchObject({ agents: ["1001"], requestedAgents: ["1001", "1002"] });
  });

  test("a first apply with remove that failed does not allow to remove agents that came later", async () => {
    const emulator = await emulateAgents();
    emulator.account("7").setAgents(42, []);
    emulator.faults.add("submitAssignGroupToAgent:reset-before@1x0");
    const kept = await failed(emulator, undefined, desired(["1001"], remove));
    emulator.faults.clear();
    emulator.account("7").setAgents(42, [{ id: "1005" }]);
    const error = await failure(change(operate(emulator), kept, desired(["1001"], remove)));
    expect(error.message).toMatch(/list \(1005\).*\[deepcall:other-agents\]$/);
    expect(assigned(emulator)).toBe("1005");
  });
});

describe("with the list in ignoreChanges", () => {
  const ignored = { __ignore: ["agents"] };

  test("it is assigned once; changes of the list and in Deepcall are left alone, also by an update of something else", async () => {
    const emulator = await emulateAgents();
    const account = emulator.account("7");
    const created = await create(operate(emulator), desired(["1001"], ignored));
    expect(assigned(emulator)).toBe("1001 1004 1005-");
    account.setAgents(42, [{ id: "1002" }]);
    const resource = await refresh(operate(emulator), created);
    expect(resource).toMatchObject({ drift: false, outputs: { agents: [], otherAgentIds: ["1002"] } });
    if (!resource) throw new Error("no resource");
    const other = desired(["1003"], { ...ignored, ...remove });
    expect(await operate(emulator).diff("42", resource.outputs, other)).toEqual({ changes: false });
    emulator.clearCalls();
    const outputs = (await operate(emulator).update("42", resource.outputs, other)).outs ?? {};
    expect(operations(emulator)).toEqual(["getGroupAgentRelation"]);
    expect(assigned(emulator)).toBe("1002");

    // Without the option, the list counts again, and "remove" asks first.
    const counted = desired(["1003"], remove);
    expect(await operate(emulator).diff("42", outputs, counted)).toEqual({ changes: true });
    expect((await failure(operate(emulator).update("42", outputs, counted))).message).toContain("(1002)");
    await operate(emulator).update("42", outputs, desired(["1003"]));
    expect(assigned(emulator)).toBe("1002 1003");
  });

  test("a first apply that failed halfway is finished", async () => {
    const emulator = await emulateAgents();
    emulator.faults.add("getGroupAgentRelation:shape-after@2x0");
    const provider = createProviders(new Run(environment(emulator), shortDeadline)).agents;
    const { properties } = await failure(provider.create(desired(["1001", "1002"], ignored)));
    emulator.faults.clear();
    emulator.account("7").setAgents(42, [{ id: "1001" }]);
    const { outs } = await operate(emulator).update("42", { ...properties }, desired(["1001", "1002"], ignored));
    expect(assigned(emulator)).toBe("1001 1002");
    // From then on, it is left alone.
    emulator.account("7").setAgents(42, []);
    await operate(emulator).update("42", outs ?? {}, desired(["1001", "1002"], ignored));
    expect(assigned(emulator)).toBe("");
  });
});
