import { AnswerError, NotFoundError, type ApiOperation } from "./errors";
import { describe, isJsonObject, isMarkedDeleted, payloadOf, readAnswer, type JsonObject } from "./responses";
import type { HttpReply } from "./transport";

/** How many agents are assigned to a group. */
export interface AgentCount {
  readonly count: number;
  /** The agents' ids, as far as they are recognized. */
  readonly ids: readonly string[];
}

/** An agent as assigned to a group. */
export interface AssignedAgent {
  /** The agent's id (`agent_unique_id`). */
  readonly id: string;
  /** Whether the group's calls reach the agent (`receive_call`). */
  readonly receivesCalls: boolean;
}

/**
 * The agents in an answer to `getGroupAgentRelation`, and how sure that is. The shape of the answer is not documented. A
 * group with agents must not be deleted by mistake, so only what is clearly empty is counted as "no agents"; anything
 * else is counted as agents.
 */
export interface Relation extends AgentCount {
  /** Where the agents were counted; `undefined` if the answer does not show them. `agentData` may list all agents of the account. */
  readonly key: "relationData" | "agentData" | undefined;
  /** The agents, sorted by id; an error unless the answer has `relationData` of which every row is understood. */
  readonly agents: AssignedAgent[] | AnswerError;
  /** The ids in `agentData`, which lists the agents of the account or only those of the group. */
  readonly agentDataIds: readonly string[];
}

/**
 * Reads a successful `getGroupAgentRelation`.
 *
 * @throws NotFoundError if the group does not exist, or is only marked as deleted.
 */
export function readRelation(operation: ApiOperation, reply: HttpReply, groupId: number): Relation {
  const fields = assertNotDeleted(operation, reply);
  const payload = payloadOf(fields);
  const relations = isJsonObject(payload) ? payload : {};
  const key = (["relationData", "agentData"] as const).find((candidate) => relations[candidate] !== undefined);
  const data = key && relations[key];
  const rows = rowsOf(data);
  return {
    key,
    count: rows.length,
    ids: rowIds(rows),
    agentDataIds: rowIds(rowsOf(relations["agentData"])),
    agents: agentsOrError(() => {
      if (key === "relationData") return readAgents(operation, data, groupId);
      if (key === "agentData")
        throw new AnswerError(operation, `no relationData in the response (${describe(payload)})`);
      const where = isJsonObject(payload) ? ` in the response (${describe(payload)})` : ` (${describe(fields)})`;
      throw new AnswerError(operation, `no relations of agents${where}`);
    }),
  };
}

/**
 * Reads a successful answer about one group.
 *
 * @throws NotFoundError if the group does not exist, or is only marked as deleted.
 */
export function assertNotDeleted(operation: ApiOperation, reply: HttpReply): JsonObject {
  const fields = readAnswer(operation, reply);
  const payload = payloadOf(fields);
  const groups = isJsonObject(payload) ? [payload["groupData"]].flat().filter(isJsonObject) : [];
  if (groups.some(isMarkedDeleted)) throw new NotFoundError(operation, 1503, "The group is marked as deleted");
  return fields;
}

/** A row with its key in an object that has a key for each row. */
type Row = readonly [key: string | undefined, row: unknown];

/** One entry for each agent: from an array, an object that has a key for each agent, or a single agent. */
function rowsOf(data: unknown): readonly Row[] {
  if (data === undefined || data === null || data === "") return [];
  const unkeyed = (row: unknown): Row => [undefined, row];
  if (Array.isArray(data)) return data.map(unkeyed);
  if (!isJsonObject(data)) return [unkeyed(data)];
  const entries = Object.entries(data);
  if (entries.every(([key]) => /^\d+$/.test(key))) return entries;
  return Object.values(data).every(isJsonObject) ? Object.values(data).map(unkeyed) : [unkeyed(data)];
}

/** The possible keys of an agent's id. `id` comes last, because it may be the id of the relation. */
export const agentIdKeys = ["agent_unique_id", "agentId", "agent_id", "unique_id", "id"] as const;

/** The possible keys of whether the group's calls reach an agent. */
export const receivesCallsKeys = ["receive_call", "receiveCall", "receivesCalls"] as const;
const groupIdKeys = ["groupId", "groupid", "group_id"] as const;

/** The first id under these keys, as text; 0 and "" mean "none". */
export function idUnder<K extends string>(
  row: JsonObject,
  keys: readonly K[],
): { readonly key: K; readonly id: string } | undefined {
  for (const key of keys) {
    const value = row[key];
    const id = typeof value === "number" ? String(value) : value;
    if (typeof id === "string" && id !== "" && id !== "0") return { key, id };
  }
  return undefined;
}

function rowIds(rows: readonly Row[]): string[] {
  return rows.flatMap(([key, row]) => agentIdOf(row) ?? key ?? []);
}

function agentIdOf(row: unknown): string | undefined {
  return isJsonObject(row) ? idUnder(row, agentIdKeys)?.id : undefined;
}

const flags = new Map<unknown, boolean>([
  ...[1, "1", true, "true"].map((value): [unknown, boolean] => [value, true]),
  ...[0, "0", false, "false"].map((value): [unknown, boolean] => [value, false]),
]);

function agentsOrError(read: () => AssignedAgent[]): AssignedAgent[] | AnswerError {
  try {
    return read();
  } catch (error) {
    if (error instanceof AnswerError) return error;
    throw error;
  }
}

/** `relationData` as agents. Anything that is not understood is an error, never "no agents". */
function readAgents(operation: ApiOperation, data: unknown, groupId: number): AssignedAgent[] {
  if (data === null || data === "") return [];
  if (typeof data !== "object")
    throw new AnswerError(operation, `relationData that is no list of agents (${describe(data)})`);
  const rows: readonly Row[] = Array.isArray(data)
    ? data.map((row: unknown): Row => [undefined, row])
    : Object.entries(data);
  const agents = rows.map(([key, row]) => readAgent(operation, key, row, groupId));
  return agents.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** @param key - of the row, if `relationData` is an object. */
function readAgent(operation: ApiOperation, key: string | undefined, row: unknown, groupId: number): AssignedAgent {
  const unknown = (what: string): AnswerError =>
    new AnswerError(operation, `${what} in relationData (${describe(row)})`);
  if (!isJsonObject(row)) throw unknown("a row that is no agent");
  const group = idUnder(row, groupIdKeys);
  if (group !== undefined && group.id !== String(groupId)) throw unknown("an agent of another group");
  const own = idUnder(row, agentIdKeys);
  const id = own?.id ?? key;
  if (id === undefined) throw unknown("an agent without an id");
  // The key and `id` could be the agent's id and the assignment's, in either order.
  if (key !== undefined && key !== id && own?.key === "id") throw unknown("an agent with two ids");
  const flag = receivesCallsKeys.map((name) => row[name]).find((value) => value !== undefined && value !== null);
  const receivesCalls = flags.get(flag);
  if (receivesCalls === undefined) throw unknown("an agent whose receive_call is neither 1 nor 0");
  return { id, receivesCalls };
}
