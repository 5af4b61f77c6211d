import type { AgentAssignment, Emulator, EmulatorOptions } from "../../emulator";
import { bySsid, codeOf, post, useEmulators } from "./support";

const start = useEmulators();

/** The account has agents 1001 to 1003; group 1 has agents 1002 and 1001, of which 1001 receives calls. */
const group = {
  id: 1,
  name: "Support",
  agents: [
    { id: "1002", receivesCalls: false },
    { id: "1001", receivesCalls: true },
  ],
};
const agents = [{ id: "1001", name: "Ada" }, { id: "1002", name: "Bob" }, { id: "1003" }];
const withAgents = { accounts: [{ userId: "demo", ssid: "demo-ssid", agents, groups: [group, { name: "Sales" }] }] };
const withoutAgents = { accounts: [{ userId: "demo", ssid: "demo-ssid", groups: [group, { name: "Sales" }] }] };

function startWith(options: Partial<EmulatorOptions>, seed: typeof withAgents | typeof withoutAgents = withAgents) {
  return start({ seed: structuredClone(seed), options });
}

async function relation(emulator: Emulator, fields: object = {}): Promise<Record<string, unknown>> {
  const { body } = await post(emulator, "getGroupAgentRelation", { ...bySsid, groupId: 1, ...fields });
  return body["response"] as Record<string, unknown>;
}

function assign(emulator: Emulator, ids?: readonly string[], receivers?: readonly string[]): Promise<unknown> {
  return codeOf(emulator, "submitAssignGroupToAgent", { groupId: 1, agent_unique_id: ids, receive_call: receivers });
}

/** The agents of group 1, for example "1001+ 1002-"; "+" means that the agent receives calls. */
function assigned(emulator: Emulator): string {
  return emulator
    .agents(1)
    .map(({ id, receivesCalls }) => `${id}${receivesCalls ? "+" : "-"}`)
    .join(" ");
}

const before = "1001+ 1002-";

test("the agents of a group are sorted by id; an unknown group is an error", async () => {
  const emulator = await startWith({});
  expect(emulator.agents(1)).toEqual([
    { id: "1001", receivesCalls: true },
    { id: "1002", receivesCalls: false },
  ]);
  expect(emulator.agents(2)).toEqual([]);
  expect(() => emulator.agents(3)).toThrow("unknown group 3");
});

test.each<[Partial<EmulatorOptions>, string[] | undefined, string[] | undefined, unknown, string]>([
  [{ assign: "replace" }, ["1003"], ["1003"], 200, "1003+"],
  [{ assign: "replace" }, ["1002", "1001"], ["1002"], 200, "1001- 1002+"],
  [{ assign: "replace" }, ["1001"], undefined, 200, "1001-"],
  [{ assign: "replace" }, ["1001", "1001"], ["1001", "1003"], 200, "1001+"],
  [{ assign: "add" }, ["1003"], ["1003"], 200, "1001+ 1002- 1003+"],
  [{ assign: "add" }, ["1002"], ["1002", "1001"], 200, "1001+ 1002+"],
  [{ assign: "add" }, ["1001"], [], 200, "1001- 1002-"],
  [{ emptyAgents: "apply" }, [], [], 200, ""],
  [{ emptyAgents: "apply" }, undefined, undefined, 200, ""],
  [{ emptyAgents: "apply", assign: "add" }, [], ["1002"], 200, before],
  [{ emptyAgents: "apply", assign: "add" }, undefined, undefined, 200, before],
  [{ emptyAgents: "ignore" }, [], [], 200, before],
  [{ emptyAgents: "ignore" }, undefined, ["1002"], 200, before],
  [{ emptyAgents: "reject" }, [], [], 1047, before],
  [{ emptyAgents: "reject" }, undefined, [], 1047, before],
  [{ emptyAgents: "reject", assign: "add" }, [], [], 1047, before],
  [{ unknownAgent: "reject" }, ["1003", "9"], ["9"], 1047, before],
  [{ unknownAgent: "reject", assign: "add" }, ["9"], ["9"], 1047, before],
  [{ unknownAgentCode: 1507 }, ["9"], ["9"], 1507, before],
  [{ unknownAgent: "ignore" }, ["1003", "9"], ["9"], 200, "1003-"],
  [{ unknownAgent: "ignore" }, ["9"], ["9"], 200, ""],
  [{ unknownAgent: "ignore", emptyAgents: "reject" }, ["9"], ["9"], 200, ""],
  [{ unknownAgent: "ignore", assign: "add" }, ["9", "1003"], ["9"], 200, "1001+ 1002- 1003-"],
  [{ unknownAgent: "accept" }, ["1003", "9"], ["9"], 200, "1003- 9+"],
  [{ agentPermission: "all" }, ["1003"], [], 200, "1003-"],
  [{ agentPermission: "read" }, ["1003"], [], 1015, before],
  [{ agentPermission: "none" }, ["1003"], [], 1015, before],
])(
  "submitAssignGroupToAgent, %j: agents %j, receivers %j → %d, %j",
  async (options, ids, receivers, code, expected) => {
    const emulator = await startWith(options);
    expect([await assign(emulator, ids, receivers), assigned(emulator)]).toEqual([code, expected]);
  },
);

test.each(["reject", "ignore", "accept"] as const)(
  "unknownAgent %s: an account without agents in the seed has every agent",
  async (unknownAgent) => {
    const emulator = await startWith({ unknownAgent }, withoutAgents);
    expect([await assign(emulator, ["9"], ["9"]), assigned(emulator)]).toEqual([200, "9+"]);
  },
);

test("an account with an empty list of agents has none", async () => {
  const emulator = await start({ seed: { accounts: [{ userId: "demo", ssid: "demo-ssid", agents: [] }] } });
  emulator.account("demo").add("Support");
  expect(await assign(emulator, ["1001"])).toBe(1047);
});

const ada = { agent_unique_id: "1001", name: "Ada" };
const bob = { agent_unique_id: "1002", name: "Bob" };
const bobRow = { groupId: 1, agent_unique_id: "1002", receive_call: 0 };
const adaRow = { groupId: 1, agent_unique_id: "1001", receive_call: 1 };

test.each<[Partial<EmulatorOptions>, object]>([
  [{}, { agentData: [bob, ada], relationData: [bobRow, adaRow] }],
  [{ agentData: "group" }, { agentData: [bob, ada] }],
  [{ agentData: "account" }, { agentData: [ada, bob, { agent_unique_id: "1003" }], relationData: [bobRow, adaRow] }],
  [{ agentShape: "array" }, { agentData: [bob, ada] }],
  [{ agentShape: "byId" }, { agentData: { 1001: { name: "Ada" }, 1002: { name: "Bob" } } }],
  [
    { agentShape: "byId", agentData: "account" },
    { agentData: { 1001: { name: "Ada" }, 1002: { name: "Bob" }, 1003: {} } },
  ],
  [{ relationShape: "array" }, { relationData: [bobRow, adaRow] }],
  [
    { relationShape: "byId" },
    { relationData: { 1001: { groupId: 1, receive_call: 1 }, 1002: { groupId: 1, receive_call: 0 } } },
  ],
  [{ relationShape: "unknown" }, { agentData: [bob, ada], relationData: [{ x: 1 }, { x: 1 }] }],
  ...(["agent_unique_id", "agentId", "agent_id", "unique_id", "id"] as const).map(
    (key): [Partial<EmulatorOptions>, object] => [
      { agentIdKey: key },
      {
        agentData: [
          { [key]: "1002", name: "Bob" },
          { [key]: "1001", name: "Ada" },
        ],
        relationData: [
          { groupId: 1, [key]: "1002", receive_call: 0 },
          { groupId: 1, [key]: "1001", receive_call: 1 },
        ],
      },
    ],
  ),
  [
    { agentIdKey: "id", agentShape: "byId", relationShape: "byId" },
    { agentData: { 1001: { name: "Ada" }, 1002: { name: "Bob" } } },
  ],
  [{ agentIdType: "string" }, { relationData: [bobRow, adaRow] }],
  [
    { agentIdType: "number" },
    {
      agentData: [
        { ...bob, agent_unique_id: 1002 },
        { ...ada, agent_unique_id: 1001 },
      ],
      relationData: [
        { ...bobRow, agent_unique_id: 1002 },
        { ...adaRow, agent_unique_id: 1001 },
      ],
    },
  ],
  [{ idType: "string" }, { relationData: [bobRow, adaRow].map((row) => ({ ...row, groupId: "1" })) }],
  [{ receiveCallType: "number" }, { relationData: [bobRow, adaRow] }],
  [
    { receiveCallType: "string" },
    {
      relationData: [
        { ...bobRow, receive_call: "0" },
        { ...adaRow, receive_call: "1" },
      ],
    },
  ],
  [
    { receiveCallType: "boolean" },
    {
      relationData: [
        { ...bobRow, receive_call: false },
        { ...adaRow, receive_call: true },
      ],
    },
  ],
])("getGroupAgentRelation, %j", async (options, expected) => {
  const { groupData, ...response } = await relation(await startWith(options));
  expect(groupData).toMatchObject({ name: "Support" });
  expect(Object.keys(response)).toEqual(["agentData", "relationData"]);
  // Not `toMatchObject`, which ignores additional properties of entries.
  for (const [key, value] of Object.entries(expected)) expect(response[key]).toEqual(value);
});

test.each([
  ["array", []],
  ["object", {}],
  ["null", null],
  ["text", ""],
  ["absent", undefined],
] as const)("noAgents %s: relationData of a group without agents is %j", async (noAgents, expected) => {
  for (const relationShape of ["array", "byId", "unknown"] as const) {
    const emulator = await startWith({ noAgents, relationShape });
    const response = await relation(emulator, { groupId: 2 });
    expect(response).toEqual({ groupData: expect.anything() as object, agentData: [], relationData: expected });
    expect("relationData" in response).toBe(noAgents !== "absent");
    // Groups with agents are not affected.
    expect(Object.keys((await relation(emulator))["relationData"] as object)).toHaveLength(2);
  }
});

test.each([
  ["full", true, true],
  ["full", false, true],
  ["none", true, false],
  ["none", false, true],
] as const)("quickRelation %s, quick %j: relationData is included: %j", async (quickRelation, quick, isIncluded) => {
  const emulator = await startWith({ quickRelation });
  for (const groupId of [1, 2]) {
    const response = await relation(emulator, { groupId, quick });
    expect(Object.keys(response)).toEqual(["groupData", "agentData", ...(isIncluded ? ["relationData"] : [])]);
  }
});

test.each([
  [{ plainRelation: "none" }, false, undefined],
  [{ plainRelation: "none" }, true, 2],
  [{ plainRelation: "empty" }, false, 0],
  [{ plainRelation: "empty" }, true, 2],
  [{ quickRelation: "empty" }, true, 0],
  [{ quickRelation: "empty" }, false, 2],
] as const)("%j, quick %j: relationData has %p rows", async (options, quick, count) => {
  const response = await relation(await startWith(options), { quick });
  expect((response["relationData"] as unknown[] | undefined)?.length).toBe(count);
});

test("rows of agents have ids that say none, and secrets", async () => {
  const response = await relation(await startWith({ emptyIds: true, passwordFields: true }));
  const extra = {
    ...{ agentId: 0, agent_id: "", unique_id: 0, id: "" },
    ...{ password: "emulator-password", call_pass: "emulator-call-pass" },
  };
  expect(response["relationData"]).toEqual([bobRow, adaRow].map((row) => ({ ...row, ...extra })));
  expect(response["agentData"]).toEqual([bob, ada].map((row) => ({ ...row, ...extra })));
});

test.each([
  ["all", 200],
  ["read", 200],
  ["none", 1015],
] as const)(
  "agentPermission %s: getGroupAgentRelation → %d; groups are not affected",
  async (agentPermission, code) => {
    const emulator = await startWith({ agentPermission });
    expect(await codeOf(emulator, "getGroupAgentRelation", { groupId: 1 })).toBe(code);
    expect(await codeOf(emulator, "getGroupAgentRelation", { groupId: 9 })).toBe(code === 200 ? 1503 : 1015);
    expect(await codeOf(emulator, "list", { groupId: 1 })).toBe(200);
    expect(await codeOf(emulator, "delete", { groupId: 1 })).toBe(200);
  },
);

test("agentIdType number: only the text of a number becomes a number", async () => {
  const emulator = await startWith({ agentIdType: "number", unknownAgent: "accept" });
  const ids = ["007", "A1", "1e3", "12345678901234567890", "-1", "0"];
  await assign(emulator, ids);
  const rows = (await relation(emulator))["relationData"] as { agent_unique_id: unknown }[];
  expect(rows.map((row) => row.agent_unique_id)).toEqual(["007", "A1", "1e3", "12345678901234567890", -1, 0]);
});

test("agentData of the account has assigned agents that the seed does not list, but not those of other accounts", async () => {
  const others = {
    userId: "2",
    ssid: "two",
    agents: [{ id: "2001" }],
    groups: [{ name: "X", agents: [{ id: "2002" }] }],
  };
  const seed = { accounts: [...structuredClone(withoutAgents).accounts, others] };
  const emulator = await start({ seed, options: { agentData: "account" } });
  emulator.account("demo").setAgents(2, [{ id: "1001" }, { id: "9" }]);
  const ids = ["1002", "1001", "9"].map((id) => ({ agent_unique_id: id }));
  for (const groupId of [1, 2]) expect((await relation(emulator, { groupId }))["agentData"]).toEqual(ids);
});

describe("manual changes", () => {
  test.each<[AgentAssignment[], string]>([
    [[{ id: "1003", receivesCalls: false }], "1003-"],
    [[{ id: "1001" }], "1001+"],
    [[{ id: "9" }, { id: "1001", receivesCalls: false }], "1001- 9+"],
    [[], ""],
  ])("setAgents %j", async (given, expected) => {
    // The options only apply to calls.
    const emulator = await startWith({ assign: "add", emptyAgents: "reject", agentPermission: "read" });
    emulator.account("demo").setAgents(1, given);
    expect(assigned(emulator)).toBe(expected);
    expect(emulator.count()).toBe(0);
    expect((await relation(emulator))["agentData"]).toHaveLength(given.length);
  });

  test("setAgents rejects a list with an agent twice, and a group that the account does not have", async () => {
    const emulator = await startWith({});
    const editor = emulator.account("demo");
    expect(() => {
      editor.setAgents(1, [{ id: "1" }, { id: "1" }]);
    }).toThrow("must be unique");
    expect(() => {
      editor.setAgents(3, []);
    }).toThrow("Group not found or not authorized");
    expect(assigned(emulator)).toBe(before);
  });

  test("renaming a group or setting its status keeps its agents", async () => {
    const emulator = await startWith({});
    await codeOf(emulator, "update", { groupId: 1, name: "Care", status: 0 });
    emulator.account("demo").rename(1, "Help");
    expect(assigned(emulator)).toBe(before);
  });
});

test("deleting a group removes its relations", async () => {
  const emulator = await startWith({ agentData: "account" }, withoutAgents);
  await codeOf(emulator, "delete", { groupId: 1 });
  expect(() => emulator.agents(1)).toThrow("unknown group 1");
  expect((await relation(emulator, { groupId: 2 }))["agentData"]).toEqual([]);
});

test("group snapshots do not include agents", async () => {
  expect((await startWith({})).groups()).toEqual([
    { id: 1, name: "Support", status: 1, userId: "demo" },
    { id: 2, name: "Sales", status: 1, userId: "demo" },
  ]);
});
