import { z } from "zod";
import { AnswerError, type ApiOperation } from "./errors";
import { describe, isJsonObject, readAnswer, type JsonObject } from "./responses";
import type { HttpReply } from "./transport";

/** How many agents are assigned to a group. */
export interface AgentCount {
  readonly count: number;
  /** The agents' ids, as far as they are recognized. */
  readonly ids: readonly string[];
}

/**
 * The agents in a successful `getGroupAgentRelation`. The shape of the answer is not documented, and a group with agents
 * must not be deleted by mistake. So only what is clearly empty counts as "no agents"; anything else counts as agents.
 *
 * @throws AnswerError if the answer contains neither `relationData` nor `agentData`.
 */
export function readAgentCount(operation: ApiOperation, reply: HttpReply): AgentCount {
  const fields = readAnswer(operation, reply);
  const { response } = fields;
  if (!isJsonObject(response)) throw new AnswerError(operation, `no relations of agents (${describe(fields)})`);
  // `agentData` may list all agents of the account.
  const key = ["relationData", "agentData"].find((candidate) => Object.hasOwn(response, candidate));
  if (key === undefined)
    throw new AnswerError(operation, `no relations of agents in the response (${describe(response)})`);
  const rows = rowsOf(response[key]);
  return { count: rows.length, ids: rows.flatMap((row) => agentIdOf(row) ?? []) };
}

/** One entry for each agent: from an array, an object that has a key for each agent, or a single agent. */
function rowsOf(data: unknown): readonly unknown[] {
  if (data === null || data === "") return [];
  if (Array.isArray(data)) return data;
  if (!isJsonObject(data)) return [data];
  const entries = Object.entries(data);
  if (entries.every(([key]) => /^\d+$/.test(key)))
    return entries.map(([id, row]) => (isJsonObject(row) ? { id, ...row } : { id }));
  return Object.values(data).every(isJsonObject) ? Object.values(data) : [data];
}

/** The possible keys of an agent's id. `id` comes last, because it may be the id of the relation. */
export const agentIdKeys = ["agent_unique_id", "agentId", "agent_id", "unique_id", "id"] as const;

const idSchema = z.union([z.string().min(1), z.number().transform(String)]);

function agentIdOf(row: unknown): string | undefined {
  if (!isJsonObject(row)) return undefined;
  for (const key of agentIdKeys) {
    const id = idSchema.safeParse(row[key]);
    if (id.success) return id.data;
  }
  return undefined;
}

/** An agent as assigned to a group. */
export interface AssignedAgent {
  /** The agent's id (`agent_unique_id`). */
  readonly id: string;
  /** Whether the group's calls reach the agent (`receive_call`). */
  readonly receivesCalls: boolean;
}

/** The possible keys of whether the group's calls reach an agent. */
export const receivesCallsKeys = ["receive_call", "receiveCall", "receivesCalls"] as const;
const groupIdKeys = ["groupId", "groupid", "group_id"] as const;

const flags = new Map<unknown, boolean>([
  ...[1, "1", true, "true"].map((value): [unknown, boolean] => [value, true]),
  ...[0, "0", false, "false"].map((value): [unknown, boolean] => [value, false]),
]);

/**
 * The agents in a successful `getGroupAgentRelation`, sorted by id. `relationData` alone decides, because
 * `agentData` may list all agents of the account. Anything that is not understood is an error, never "no agents".
 */
export function readAgentList(operation: ApiOperation, reply: HttpReply, groupId: number): AssignedAgent[] {
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
  const group = idSchema.safeParse(firstOf(row, groupIdKeys));
  if (group.success && group.data !== String(groupId)) throw unknown("an agent of another group");
  const id = idSchema.safeParse(firstOf(row, agentIdKeys) ?? key);
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
