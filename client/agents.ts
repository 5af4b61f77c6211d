import { z } from "zod";
import { AnswerError, type ApiOperation } from "./errors";
import { describe, isJsonObject, readAnswer, type JsonObject } from "./responses";
import type { HttpReply } from "./transport";

/** An agent as assigned to a group. */
export interface AssignedAgent {
  /** The agent's id (`agent_unique_id`). */
  readonly id: string;
  /** Whether the group's calls reach the agent (`receive_call`). */
  readonly receivesCalls: boolean;
}

/** The possible keys of an agent's id, the most specific first: `id` may be the id of the assignment. */
export const agentIdKeys = ["agent_unique_id", "agentId", "agent_id", "unique_id", "id"] as const;
const receivesCallsKeys = ["receive_call", "receiveCall", "receivesCalls"] as const;
const groupIdKeys = ["groupId", "groupid", "group_id"] as const;

const idText = z.union([z.string().min(1), z.number().transform(String)]);
const flags = new Map<unknown, boolean>([
  ...[1, "1", true, "true"].map((value): [unknown, boolean] => [value, true]),
  ...[0, "0", false, "false"].map((value): [unknown, boolean] => [value, false]),
]);

/**
 * The agents of a group in a successful `getGroupAgentRelation`, sorted by id. `relationData` alone decides, because
 * `agentData` may list all agents of the account. Anything that is not understood is an error, never "no agents".
 */
export function readAssignedAgents(operation: ApiOperation, reply: HttpReply, groupId: number): AssignedAgent[] {
  const { response } = readAnswer(operation, reply);
  const relations = isJsonObject(response) ? response["relationData"] : undefined;
  if (relations === undefined)
    throw new AnswerError(operation, `no relationData in the response (${describe(response)})`);
  if (relations === null || relations === "") return [];
  if (typeof relations !== "object")
    throw new AnswerError(operation, `relationData that is no list of agents (${describe(relations)})`);
  const rows: [string | undefined, unknown][] = Array.isArray(relations)
    ? relations.map((row: unknown) => [undefined, row])
    : Object.entries(relations);
  const agents = rows.map(([key, row]) => readAgent(operation, key, row, groupId));
  return agents.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** @param key - of the row, if `relationData` is an object. */
function readAgent(operation: ApiOperation, key: string | undefined, row: unknown, groupId: number): AssignedAgent {
  const unknown = (what: string): AnswerError =>
    new AnswerError(operation, `${what} in relationData (${describe(row)})`);
  if (!isJsonObject(row)) throw unknown("a row that is no agent");
  const group = idText.safeParse(firstOf(row, groupIdKeys));
  if (group.success && group.data !== String(groupId)) throw unknown("an agent of another group");
  const id = idText.safeParse(firstOf(row, agentIdKeys) ?? key);
  if (!id.success) throw unknown("an agent without an id");
  // The key and `id` could be the agent's id and the assignment's, in either order.
  const isAmbiguous = key !== undefined && key !== id.data && agentIdKeys.find((name) => name in row) === "id";
  const receivesCalls = flags.get(firstOf(row, receivesCallsKeys));
  if (isAmbiguous) throw unknown("an agent with two ids");
  if (receivesCalls === undefined) throw unknown("an agent whose receive_call is neither 1 nor 0");
  return { id: id.data, receivesCalls };
}

function firstOf(row: JsonObject, keys: readonly string[]): unknown {
  return keys.map((key) => row[key]).find((value) => value !== undefined && value !== null);
}
