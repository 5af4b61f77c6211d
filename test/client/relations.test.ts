import { AnswerError, NotFoundError } from "../../provider/index";
import { readAssignedAgents } from "../../client/relations";
import type { HttpReply } from "../../client/transport";

const operation = "getGroupAgentRelation";

function reply(value: unknown): HttpReply {
  return { httpStatus: 200, headers: {}, text: JSON.stringify(value), json: { value } };
}

function read(response: unknown) {
  return readAssignedAgents(operation, reply({ status: "success", code: 200, response }));
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
  expect(() => read(response)).toThrow(AnswerError);
  expect(() => read(response)).toThrow(message);
});

test("code 1503 is an error, not an answer without agents", () => {
  const notFound = { status: "error", message: "Group not found or not authorized", code: 1503 };
  expect(() => readAssignedAgents(operation, reply(notFound))).toThrow(NotFoundError);
});
