import { AnswerError, NotFoundError, PermissionError } from "../../client/errors";
import { agentIdKeys, readRelation, receivesCallsKeys } from "../../client/relations";
import { isJsonObject, type Group, type JsonObject } from "../../client/responses";
import { finding, ok, type Check } from "./findings";
import type { Call, Exchange } from "./calls";

/** How many groups the doctor reads to find one that has agents. */
const maxGroups = 3;

/** The answer to a read of a group's agents. */
interface AgentRead {
  readonly group: Group;
  readonly exchange: Exchange;
  /** The ids of the assigned agents; `undefined` if the answer is not understood. */
  readonly ids: readonly string[] | undefined;
  /** Why the answer is not understood. */
  readonly problem: string | undefined;
}

export type AgentProbe = readonly AgentRead[];

/** Reads the agents of the first groups, until one has agents or a call fails. */
export async function probeAgents(call: Call, groups: readonly Group[]): Promise<AgentProbe> {
  const reads: AgentRead[] = [];
  for (const group of groups.slice(0, maxGroups)) {
    // Not `quick`, which may leave the relations out.
    const exchange = await call("getGroupAgentRelation", { groupId: String(group.id) });
    const read = { group, exchange, ...readIds(exchange, group) };
    reads.push(read);
    if (exchange.error || hasAgents(read)) break;
  }
  return reads;
}

function readIds({ reply, error }: Exchange, { id }: Group): Pick<AgentRead, "ids" | "problem"> {
  if (error || !reply) return { ids: undefined, problem: undefined };
  try {
    const { agents } = readRelation("getGroupAgentRelation", reply, id);
    if (agents instanceof AnswerError) return { ids: undefined, problem: agents.description };
    return { ids: agents.map((agent) => agent.id), problem: undefined };
  } catch (failure) {
    if (!(failure instanceof NotFoundError)) throw failure;
    return { ids: undefined, problem: failure.description };
  }
}

/** Whether an answer shows an agent, understood or not. */
const hasAgents = (read: AgentRead): boolean => relationsOf(read).length > 0;

/** The read of a group that has agents; otherwise of the first group. */
export function agentSample(reads: AgentProbe): AgentRead | undefined {
  return reads.find(hasAgents) ?? reads[0];
}

/** Checks whether the agents of groups can be read. */
export function checkAgents(reads: AgentProbe): readonly Check[] {
  const last = reads.at(-1);
  // The check `relation` reports an existing group that is not found.
  if (last === undefined || last.exchange.error instanceof NotFoundError) return [];
  const { error } = last.exchange;
  if (error)
    return [finding(error instanceof PermissionError ? "agents-denied" : "agents-not-read", error.description)];
  const problem = reads.find((read) => read.problem !== undefined)?.problem;
  if (problem !== undefined) return [finding("agents-unknown-shape", problem)];
  if (hasAgents(last)) return [ok("agents", "the agents of groups can be read")];
  const groups = reads.length === 1 ? "the first group has" : `the first ${reads.length} groups have`;
  return [finding("agents-not-observed", `the agents of groups can be read, but ${groups} none`)];
}

const responseOf = ({ exchange: { response } }: AgentRead): JsonObject => (isJsonObject(response) ? response : {});
const entriesOf = (data: unknown): readonly unknown[] =>
  typeof data === "object" && data !== null ? Object.values(data) : [];
const relationsOf = (read: AgentRead): readonly unknown[] => entriesOf(responseOf(read)["relationData"]);

/** Agents as the server sent them, in `relationData` and then in `agentData`. */
function rowsOf(reads: AgentProbe): JsonObject[] {
  const data = ["relationData", "agentData"].flatMap((key) => reads.map((read) => responseOf(read)[key]));
  return data.flatMap(entriesOf).filter(isJsonObject);
}

/** `array` or `byId`; only agents show it, because a server may send the same for no agents in both formats. */
export function shapeOf(reads: AgentProbe, key: "agentData" | "relationData"): "array" | "byId" | undefined {
  const data = reads.map((read) => responseOf(read)[key]).find((value) => entriesOf(value).length > 0);
  return data === undefined ? undefined : Array.isArray(data) ? "array" : "byId";
}

/** Whether a group has agents that are not understood. */
export function isUnknownShape(reads: AgentProbe): boolean {
  return reads.some((read) => hasAgents(read) && read.problem !== undefined);
}

/** The key of an agent's id, and its JSON type. Objects by id may omit the id. */
export function findAgentId(reads: AgentProbe) {
  const found = rowsOf(reads).flatMap((row) => {
    const key = agentIdKeys.find((name) => (row[name] ?? "") !== "");
    return key === undefined
      ? []
      : [{ key, type: typeof row[key] === "number" ? ("number" as const) : ("string" as const) }];
  });
  // Ids that are not numbers are text in any case.
  return found.find(({ type }) => type === "number") ?? found[0];
}

export function receiveCallType(reads: AgentProbe): "number" | "string" | "boolean" | undefined {
  const rows = reads.flatMap(relationsOf).filter(isJsonObject);
  const values = rows.flatMap((row) => receivesCallsKeys.map((key) => row[key]));
  return (["number", "string", "boolean"] as const).find((type) => values.some((value) => typeof value === type));
}

/** Whether `agentData` has the agents of the group or of the account. */
export function agentDataScope(reads: AgentProbe): "group" | "account" | undefined {
  const understood = reads.filter((read) => read.ids !== undefined);
  const known = understood.flatMap(({ ids = [] }) => ids).length;
  for (const read of understood) {
    const listed = entriesOf(responseOf(read)["agentData"]).length;
    const assigned = read.ids?.length ?? 0;
    if (listed > assigned) return "account";
    // A group that has all agents shows nothing.
    if (listed === assigned && known > assigned) return "group";
  }
  return undefined;
}

/** `relationData` of a group without agents. */
export function findNoAgents(reads: AgentProbe): "array" | "object" | "null" | "text" | "absent" | undefined {
  for (const read of reads.filter(({ exchange }) => isJsonObject(exchange.response))) {
    const { relationData, agentData } = responseOf(read);
    if (relationData === null) return "null";
    if (relationData === "") return "text";
    // Without an agent anywhere, the server may never send `relationData`.
    if (relationData === undefined && (entriesOf(agentData).length === 0 || reads.some(hasAgents))) return "absent";
    if (typeof relationData === "object" && entriesOf(relationData).length === 0)
      return Array.isArray(relationData) ? "array" : "object";
  }
  return undefined;
}

/** Whether a `quick` read includes `relationData`. */
export function quickRelation(reads: AgentProbe, quick: Exchange | undefined): "full" | "none" | undefined {
  const sample = agentSample(reads);
  if (sample === undefined || !Object.hasOwn(responseOf(sample), "relationData")) return undefined;
  if (!isJsonObject(quick?.response)) return undefined;
  return Object.hasOwn(quick.response, "relationData") ? "full" : "none";
}
