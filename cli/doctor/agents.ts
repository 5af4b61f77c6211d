import { AnswerError, NotFoundError, PermissionError } from "../../client/errors";
import { agentIdKeys, readRelation, receivesCallsKeys } from "../../client/relations";
import { isJsonObject, type Group, type JsonObject } from "../../client/responses";
import { finding, ok, type Check } from "./findings";
import type { Call, Exchange } from "./calls";

/** How many groups the doctor reads to find one that has agents. */
const maxGroups = 3;

type Form = "quick" | "plain";
/** The answers to both forms of a read of a group's agents. */
type AgentRead = { readonly group: Pick<Group, "id"> } & Readonly<Record<Form, Exchange>>;
export type AgentProbe = readonly AgentRead[];

/** Reads the agents of the first groups, until one has agents or a call fails. */
export async function probeAgents(call: Call, groups: readonly Pick<Group, "id">[]): Promise<AgentProbe> {
  const reads: AgentRead[] = [];
  for (const group of groups.slice(0, maxGroups)) {
    const quick = await readAgents(call, group.id, "quick");
    const read = { group, quick, plain: quick.error ? quick : await readAgents(call, group.id, "plain") };
    reads.push(read);
    if (read.quick.error || read.plain.error || hasAgents(read)) break;
  }
  return reads;
}

/** @param form - with `quick`, which is documented as the complete form, or without. */
export async function readAgents(call: Call, id: number, form: Form): Promise<Exchange> {
  return call("getGroupAgentRelation", { groupId: String(id), ...(form === "quick" && { quick: true }) });
}

/** The ids of the assigned agents, or why the answer is not understood; `undefined` if there is no answer. */
export function assignedAgents(
  { reply, error }: Exchange,
  groupId: number,
): readonly string[] | AnswerError | undefined {
  if (error || !reply) return undefined;
  try {
    const { agents } = readRelation("getGroupAgentRelation", reply, groupId);
    return agents instanceof AnswerError ? agents : agents.map(({ id }) => id);
  } catch (failure) {
    if (!(failure instanceof NotFoundError)) throw failure;
    return undefined;
  }
}

const fieldOf = ({ response }: Exchange, key: string): unknown => (isJsonObject(response) ? response[key] : undefined);
const hasRelationData = (exchange: Exchange): boolean => fieldOf(exchange, "relationData") !== undefined;
const rowsOf = (data: unknown): readonly unknown[] =>
  typeof data === "object" && data !== null ? Object.values(data) : [];
export const relationRows = (exchange: Exchange) => rowsOf(fieldOf(exchange, "relationData"));
const exchangesOf = (reads: AgentProbe): readonly Exchange[] => reads.flatMap(({ quick, plain }) => [quick, plain]);

/** Whether an answer shows an agent, understood or not. */
const hasAgents = (read: AgentRead): boolean => relationRows(read.quick).length + relationRows(read.plain).length > 0;

/** The form that shows the agents of groups, the complete one if both do; `undefined` if no agents were seen. */
export function formWithAgents(reads: AgentProbe): Form | undefined {
  return (["quick", "plain"] as const).find((form) => reads.some((read) => relationRows(read[form]).length > 0));
}

/** The answers in the form that the provider reads. */
const answers = (reads: AgentProbe): readonly (readonly [Exchange, number])[] =>
  reads.map((read) => {
    const hasRelations = fieldOf(read.quick, "relationData") !== undefined;
    return [read[formWithAgents(reads) ?? (hasRelations ? "quick" : "plain")], read.group.id];
  });

/** Checks whether the agents of groups can be read. */
export function checkAgents(reads: AgentProbe): readonly Check[] {
  const last = reads.at(-1);
  const error = last?.quick.error ?? last?.plain.error;
  // The check `relation` reports an existing group that is not found.
  if (last === undefined || error instanceof NotFoundError) return [];
  if (error)
    return [finding(error instanceof PermissionError ? "agents-denied" : "agents-not-read", error.description)];
  const problem = answers(reads)
    .map((answer) => assignedAgents(...answer))
    .find((ids) => ids instanceof AnswerError);
  if (problem instanceof AnswerError) return [finding("agents-unknown-shape", problem.description)];
  if (hasAgents(last)) return [ok("agents", "the agents of groups can be read")];
  const groups = reads.length === 1 ? "the first group has" : `the first ${reads.length} groups have`;
  return [finding("agents-not-observed", `the agents of groups can be read, but ${groups} none`)];
}

/** Agents as the server sent them, in `relationData` and then in `agentData`. */
export function agentRows(reads: AgentProbe): JsonObject[] {
  const data = ["relationData", "agentData"].flatMap((key) => exchangesOf(reads).map((one) => fieldOf(one, key)));
  return data.flatMap(rowsOf).filter(isJsonObject);
}

/** `array` or `byId`; only agents show it, because a server may send the same for no agents in both formats. */
export function shapeOf(reads: AgentProbe, key: "agentData" | "relationData"): "array" | "byId" | undefined {
  const data = exchangesOf(reads)
    .map((one) => fieldOf(one, key))
    .find((value) => rowsOf(value).length > 0);
  return data === undefined ? undefined : Array.isArray(data) ? "array" : "byId";
}

/** Whether a group has agents that are not understood. */
export function isUnknownShape(reads: AgentProbe): boolean {
  return answers(reads).some(([one, id]) => relationRows(one).length > 0 && !Array.isArray(assignedAgents(one, id)));
}

/** The key of an agent's id, and its JSON type. Objects by id may omit the id. */
export function findAgentId(reads: AgentProbe) {
  const found = agentRows(reads).flatMap((row) => {
    const key = agentIdKeys.find((name) => !["", 0, "0", null, undefined].includes(row[name] as string));
    const type = key !== undefined && typeof row[key] === "number" ? ("number" as const) : ("string" as const);
    return key === undefined ? [] : [{ key, type }];
  });
  // Ids that are not numbers are text in any case.
  return found.find(({ type }) => type === "number") ?? found[0];
}

export function receiveCallType(reads: AgentProbe): "number" | "string" | "boolean" | undefined {
  const rows = exchangesOf(reads).flatMap(relationRows).filter(isJsonObject);
  const values = rows.flatMap((row) => receivesCallsKeys.map((key) => row[key]));
  return (["number", "string", "boolean"] as const).find((type) => values.some((value) => typeof value === type));
}

/** Whether `agentData` has the agents of the group or of the account. */
export function agentDataScope(reads: AgentProbe): "group" | "account" | undefined {
  const understood = answers(reads).flatMap(([answer, id]) => {
    const ids = assignedAgents(answer, id);
    return Array.isArray(ids) ? [{ assigned: ids.length, listed: rowsOf(fieldOf(answer, "agentData")).length }] : [];
  });
  const known = understood.reduce((sum, { assigned }) => sum + assigned, 0);
  // A form that never shows agents shows nothing here, and neither does a group that has all agents.
  if (formWithAgents(reads) === undefined) return undefined;
  if (understood.some(({ assigned, listed }) => listed > assigned)) return "account";
  return understood.some(({ assigned, listed }) => listed === assigned && known > assigned) ? "group" : undefined;
}

const emptyForms = new Map<unknown, "array" | "object" | "null" | "text">([
  ["[]", "array"],
  ["{}", "object"],
  ["null", "null"],
  ['""', "text"],
]);

/**
 * `relationData` of a group without agents.
 *
 * @param isUnassigned - there are none in any group. Otherwise, a form that never shows agents says nothing.
 */
export function findNoAgents(reads: AgentProbe, isUnassigned = reads.every(({ plain }) => isWithoutAgents(plain))) {
  for (const one of exchangesOf(reads)) {
    const empty = emptyForms.get(JSON.stringify(fieldOf(one, "relationData")));
    if (empty) return empty;
  }
  const form = formWithAgents(reads) ?? (isUnassigned ? "plain" : undefined);
  const isAbsent = form && reads.some((read) => isJsonObject(read[form].response) && !hasRelationData(read[form]));
  return isAbsent ? ("absent" as const) : undefined;
}

const isWithoutAgents = (one: Exchange): boolean => rowsOf(fieldOf(one, "agentData")).length === 0;

/**
 * Whether a form of the read shows the agents of a group. Without agents, only a missing key says something.
 *
 * @param sample - a group that has agents.
 */
export function relationForm(reads: AgentProbe, form: Form, sample = reads.find(hasAgents)) {
  if (sample && isJsonObject(sample[form].response)) {
    if (!hasRelationData(sample[form])) return "none";
    return relationRows(sample[form]).length > 0 ? "full" : "empty";
  }
  const other = form === "quick" ? "plain" : "quick";
  return reads.some((read) => hasRelationData(read[other]) && !hasRelationData(read[form])) ? "none" : undefined;
}
