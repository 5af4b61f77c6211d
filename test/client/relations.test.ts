import { AnswerError, NotFoundError } from "../../provider/index";
import { readRelation } from "../../client/relations";
import type { HttpReply } from "../../client/transport";

const operation = "getGroupAgentRelation";

function reply(value: unknown): HttpReply {
  return { httpStatus: 200, headers: {}, text: JSON.stringify(value), json: { value } };
}

function relation(response: unknown) {
  return readRelation(operation, reply({ status: "success", code: 200, response }), 42);
}

function read(response: unknown) {
  const { count, ids } = relation(response);
  return { count, ids };
}

/** The agents, or the error. */
function readList(response: unknown) {
  const { agents } = relation(response);
  if (agents instanceof AnswerError) throw agents;
  return agents;
}

/** All agents of the account, perhaps. */
const agentData = [{ agent_unique_id: "9001" }, { agent_unique_id: "9002" }];

test.each<[string, unknown]>([
  ["null", null],
  ["an empty text", ""],
  ["an empty array", []],
  ["an empty object", {}],
])("no agents: %s", (_, empty) => {
  expect(read({ relationData: empty, agentData })).toEqual({ count: 0, ids: [] });
  expect(read({ groupData: { id: 28 }, agentData: empty })).toEqual({ count: 0, ids: [] });
});

test.each<[string, unknown, number, string[]]>([
  ["an array", [{ agent_unique_id: "1001", receive_call: 1 }, { agent_unique_id: 1002 }], 2, ["1001", "1002"]],
  ...["agent_unique_id", "agentId", "agent_id", "unique_id", "id"].map((key): [string, unknown, number, string[]] => [
    `the id as ${key}`,
    [{ name: "Ann", [key]: "1001" }],
    1,
    ["1001"],
  ]),
  ["the id of the relation beside the agent's", [{ id: 7, agent_unique_id: "1001" }], 1, ["1001"]],
  ["an object keyed by id", { 1001: { receive_call: 1 }, 1002: 1 }, 2, ["1001", "1002"]],
  ["an object keyed by the relation's id", { 7: { agent_id: 1001 } }, 1, ["1001"]],
  ["an object with other keys", { a: { agentId: "1001" }, b: { agentId: "1002" } }, 2, ["1001", "1002"]],
  ["one agent", { agent_unique_id: "1001", receive_call: 1 }, 1, ["1001"]],
  ["rows without an id", [{ name: "Ann" }, { agent_unique_id: "" }, { agent_unique_id: null }], 3, []],
  ["rows of which some have an id", [{ name: "Ann" }, { id: 1001 }], 2, ["1001"]],
  ["rows that are not objects", ["Ann", null, 7], 3, []],
  ["an empty array one level down", { rows: [] }, 1, []],
  ["an empty object one level down", { rows: {} }, 1, []],
  ["an empty row", [{}], 1, []],
  ["a text", "none", 1, []],
  ["a space", " ", 1, []],
  ["a number", 0, 1, []],
  ["true", true, 1, []],
  ["false", false, 1, []],
])("agents: %s", (_, data, count, ids) => {
  expect(read({ groupData: {}, agentData: [], relationData: data })).toEqual({ count, ids });
  expect(read({ groupData: {}, agentData: data })).toEqual({ count, ids });
});

test.each<[unknown, string]>([
  [undefined, "no relations of agents (an object with the keys status, code, response)"],
  [null, "no relations of agents"],
  ["", "no relations of agents"],
  [[], "no relations of agents"],
  [[{ agent_unique_id: "1001" }], "no relations of agents"],
  [{}, "no relations of agents in the response (an object with no keys)"],
  [{ groupData: {}, agents: [] }, "no relations of agents in the response (an object with the keys groupData, agents)"],
])("unclear: %j", (response, message) => {
  expect(relation(response)).toMatchObject({ key: undefined, count: 0 });
  expect(() => readList(response)).toThrow(AnswerError);
  expect(() => readList(response)).toThrow(message);
});

test.each<[object, "relationData" | "agentData"]>([
  [{ relationData: [], agentData }, "relationData"],
  [{ relationData: null, agentData }, "relationData"],
  [{ agentData }, "agentData"],
])("%j: %s shows the agents", (response, key) => {
  expect(relation(response).key).toBe(key);
});

test("the payload under data", () => {
  const data = { relationData: [{ unique_id: 1001, receive_call: 1 }] };
  const { agents } = readRelation(operation, reply({ status: "success", code: 200, data }), 42);
  expect(agents).toEqual([{ id: "1001", receivesCalls: true }]);
});

test.each([{ isDeleted: 1 }, { preDeleted: "1" }, { isDeleted: true }])("a group marked by %j is not found", (mark) => {
  const response = (groupData: unknown) => ({ groupData, relationData: [] });
  expect(() => relation(response({ id: 42, ...mark }))).toThrow(NotFoundError);
  expect(() => relation(response([{ id: 42, ...mark }]))).toThrow(NotFoundError);
});

test.each([{ isDeleted: 0 }, { isDeleted: "0" }, { isDeleted: false }, { preDeleted: null }, {}])(
  "a group marked by %j exists",
  (mark) => {
    expect(read({ groupData: { id: 42, ...mark }, relationData: [] })).toEqual({ count: 0, ids: [] });
  },
);

test("code 1503 is an error, not an answer without agents", () => {
  const notFound = { status: "error", message: "Group not found or not authorized", code: 1503 };
  expect(() => readRelation(operation, reply(notFound), 42)).toThrow(NotFoundError);
});

describe("a group's agents with receive_call", () => {
  const ann = { id: "1001", receivesCalls: true };
  const bob = { id: "1002", receivesCalls: false };

  test.each<[string, unknown]>([
    ["null", null],
    ["an empty text", ""],
    ["an empty array", []],
    ["an empty object", {}],
  ])("no agents: %s", (_, relationData) => {
    expect(readList({ relationData, agentData })).toEqual([]);
  });

  test.each<[string, unknown]>([
    ...["agent_unique_id", "agentId", "agent_id", "unique_id", "id"].map((key): [string, unknown] => [
      `ids as ${key}`,
      [
        { [key]: "1001", receive_call: 1 },
        { [key]: 1002, receive_call: 0 },
      ],
    ]),
    ...[
      ["1", "0"],
      [true, false],
      ["true", "false"],
    ].map(([yes, no]): [string, unknown] => [
      `receive_call as ${JSON.stringify(yes)}`,
      [
        { agent_unique_id: "1001", receive_call: yes },
        { agent_unique_id: "1002", receive_call: no },
      ],
    ]),
    ...["receiveCall", "receivesCalls"].map((key): [string, unknown] => [
      `receive_call as ${key}`,
      [
        { agent_unique_id: "1001", [key]: 1 },
        { agent_unique_id: "1002", [key]: 0 },
      ],
    ]),
    ["an object keyed by id", { 1001: { receive_call: 1 }, 1002: { receive_call: 0 } }],
    [
      "an object keyed by id that repeats it",
      { 1002: { id: 1002, receive_call: 0 }, 1001: { id: "1001", receive_call: 1 } },
    ],
    [
      "an object keyed by the relation's id",
      { 7: { agent_id: 1002, receive_call: 0 }, 8: { agent_id: 1001, receive_call: 1 } },
    ],
    [
      "the id of the relation beside the agent's",
      [
        { id: 8, agent_unique_id: "1002", receive_call: 0 },
        { id: 7, agent_unique_id: "1001", receive_call: 1 },
      ],
    ],
    [
      "rows that name the group",
      [
        { groupId: 42, agentId: "1001", receive_call: 1 },
        { group_id: "42", agentId: "1002", receive_call: 0 },
      ],
    ],
    [
      "ids that say none",
      [
        { agent_unique_id: 0, agentId: "", id: "1001", groupId: 0, receive_call: 1 },
        { agent_unique_id: "", agent_id: "0", unique_id: 1002, id: 0, group_id: "", receive_call: 0 },
      ],
    ],
    [
      "ids that say none in an object keyed by id",
      { 1001: { id: 0, agentId: "", receive_call: 1 }, 1002: { agent_unique_id: "", receive_call: 0 } },
    ],
    [
      "null beside the id",
      [
        { agent_unique_id: null, agentId: "1001", receive_call: 1 },
        { agent_unique_id: null, agentId: "1002", receive_call: 0 },
      ],
    ],
  ])("%s", (_, relationData) => {
    expect(readList({ relationData, agentData })).toEqual([ann, bob]);
  });

  test.each<[unknown, string]>([
    [{ agentData }, "no relationData in the response (an object with the keys agentData)"],
    [{ relationData: "none" }, "relationData that is no list of agents"],
    [{ relationData: 0 }, "relationData that is no list of agents"],
    [{ relationData: false }, "relationData that is no list of agents"],
    [{ relationData: ["1001"] }, "a row that is no agent"],
    [{ relationData: [null] }, "a row that is no agent"],
    [{ relationData: { 1001: 1 } }, "a row that is no agent"],
    [{ relationData: { rows: [] } }, "a row that is no agent"],
    [
      { relationData: [{ name: "Ann", receive_call: 1 }] },
      "an agent without an id in relationData (an object with the keys name, receive_call)",
    ],
    [{ relationData: [{ agentId: "", receive_call: 1 }] }, "an agent without an id"],
    [{ relationData: [{ agentId: 0, receive_call: 1 }] }, "an agent without an id"],
    [{ relationData: [{ agentId: {}, receive_call: 1 }] }, "an agent without an id"],
    [{ relationData: [{ agentId: "1001" }] }, "an agent whose receive_call is neither 1 nor 0"],
    [{ relationData: [{ agentId: "1001", receive_call: 2 }] }, "an agent whose receive_call is neither 1 nor 0"],
    [{ relationData: [{ agentId: "1001", receive_call: null }] }, "an agent whose receive_call is neither 1 nor 0"],
    [{ relationData: [{ groupId: 43, agentId: "1001", receive_call: 1 }] }, "an agent of another group"],
    [{ relationData: { 7: { id: "1001", receive_call: 1 } } }, "an agent with two ids"],
  ])("not understood: %j", (response, message) => {
    expect(() => readList(response)).toThrow(AnswerError);
    expect(() => readList(response)).toThrow(message);
  });

  test("one row that is not understood makes the whole list an error", () => {
    const rows = [{ agentId: "1001", receive_call: 1 }, { agentId: "1002" }];
    expect(() => readList({ relationData: rows })).toThrow(AnswerError);
  });
});
