import { z } from "zod";
import { AnswerError, type ApiOperation } from "./errors";
import { describe, isJsonObject, readAnswer } from "./responses";
import type { HttpReply } from "./transport";

/** The agents that are assigned to a group. */
export interface AssignedAgents {
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
export function readAssignedAgents(operation: ApiOperation, reply: HttpReply): AssignedAgents {
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
