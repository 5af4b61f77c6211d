import { AnswerError, NotFoundError, PermissionError } from "../../client/errors";
import { agentIdKeys, idUnder, receivesCallsKeys } from "../../client/relations";
import { isJsonObject, type Group, type JsonObject } from "../../client/responses";
import type { Call, Exchange } from "./calls";
import { finding, ok, type Check } from "./findings";

const forms = ["quick", "plain"] as const;
type Form = (typeof forms)[number];
/** The answers to both forms of a read of a group's agents. */
type AgentRead = { readonly id: number } & Readonly<Record<Form, Exchange>>;
export type AgentReads = readonly AgentRead[];

/** Reads the agents of up to three groups, until one has agents or a call fails. */
export async function probeAgents(call: Call, groups: readonly Group[]): Promise<AgentReads> {
  const reads: AgentRead[] = [];
  for (const { id } of groups.slice(0, 3)) {
    const quick = await readAgents(call, id, "quick");
    const read = { id, quick, plain: quick.error ? quick : await readAgents(call, id, "plain") };
    reads.push(read);
    if (read.quick.error || read.plain.error || hasAgents(read)) break;
  }
  return reads;
}

/** @param form - with `quick`, which is documented as the complete form, or without. */
export async function readAgents(call: Call, id: number, form: Form): Promise<Exchange> {
  return call("getGroupAgentRelation", { groupId: String(id), ...(form === "quick" && { quick: true }) });
}

export const rowsOf = (data: unknown): readonly unknown[] =>
  typeof data === "object" && data !== null ? Object.values(data) : [];
const exchangesOf = (reads: AgentReads) => reads.flatMap(({ quick, plain }) => [quick, plain]);

/** Whether an answer shows an agent, understood or not. */
const hasAgents = (read: AgentRead) => forms.some((form) => rowsOf(read[form].relationData).length > 0);

/** The form that shows the agents of groups, the complete one if both do; `undefined` if no agents were seen. */
export const formWithAgents = (reads: AgentReads) =>
  forms.find((form) => reads.some((read) => rowsOf(read[form].relationData).length > 0));

/** The answers in the form that the provider reads. */
const answers = (reads: AgentReads) =>
  reads.map((read) => read[formWithAgents(reads) ?? (read.quick.relationData === undefined ? "plain" : "quick")]);

/** Checks whether the agents of groups can be read. */
export function checkAgents(reads: AgentReads): Check | undefined {
  const last = reads.at(-1);
  const error = last?.quick.error ?? last?.plain.error;
  // The check `relation` reports an existing group that is not found.
  if (last === undefined || error instanceof NotFoundError) return undefined;
  if (error) return finding(error instanceof PermissionError ? "agents-denied" : "agents-not-read", error.description);
  const problem = answers(reads).find(({ agents }) => agents instanceof AnswerError)?.agents;
  if (problem instanceof AnswerError) return finding("agents-unknown-shape", problem.description);
  if (hasAgents(last)) return ok("agents", "the agents of groups can be read");
  const groups = reads.length === 1 ? "the first group has" : `the first ${reads.length} groups have`;
  return finding("agents-not-observed", `the agents of groups can be read, but ${groups} none`);
}

/** Agents as the server sent them, in `relationData` and then in `agentData`. */
export function agentRows(reads: AgentReads): JsonObject[] {
  const exchanges = exchangesOf(reads);
  const data = [...exchanges.map((one) => one.relationData), ...exchanges.map((one) => one.agentData)];
  return data.flatMap(rowsOf).filter(isJsonObject);
}

/** Only agents show the shape, because a server may send the same for no agents in both formats. */
export function shapeOf(reads: AgentReads, key: "agentData" | "relationData"): "array" | "byId" | undefined {
  const data = exchangesOf(reads).find((one) => rowsOf(one[key]).length > 0)?.[key];
  return data === undefined ? undefined : Array.isArray(data) ? "array" : "byId";
}

/** Whether a group has agents that are not understood. */
export const isUnknownShape = (reads: AgentReads) =>
  answers(reads).some(({ relationData, agents }) => rowsOf(relationData).length > 0 && !Array.isArray(agents));

/** The key of an agent's id, and its JSON type. Objects by id may omit the id. */
export function findAgentId(reads: AgentReads) {
  const found = agentRows(reads).flatMap((row) => {
    const key = idUnder(row, agentIdKeys)?.key;
    return key ? [{ key, type: typeof row[key] === "number" ? ("number" as const) : ("string" as const) }] : [];
  });
  // Ids that are not numbers are text in any case.
  return found.find(({ type }) => type === "number") ?? found[0];
}

export function receiveCallType(reads: AgentReads): "number" | "string" | "boolean" | undefined {
  const rows = exchangesOf(reads).flatMap(({ relationData }) => rowsOf(relationData).filter(isJsonObject));
  const types = rows.flatMap((row) => receivesCallsKeys.map((key) => typeof row[key]));
  return (["number", "string", "boolean"] as const).find((type) => types.includes(type));
}

/** Whether `agentData` has the agents of the group or of the account. */
export function agentDataScope(reads: AgentReads): "group" | "account" | undefined {
  const understood = answers(reads).flatMap(({ agents, agentData }) =>
    Array.isArray(agents) ? [{ assigned: agents.length, listed: rowsOf(agentData).length }] : [],
  );
  const known = understood.reduce((sum, { assigned }) => sum + assigned, 0);
  // A form that never shows agents shows nothing here, and neither does a group that has all agents.
  if (formWithAgents(reads) === undefined) return undefined;
  if (understood.some(({ assigned, listed }) => listed > assigned)) return "account";
  return understood.some(({ assigned, listed }) => listed === assigned && known > assigned) ? "group" : undefined;
}

const emptyForms = { "[]": "array", "{}": "object", null: "null", '""': "text" } as const;

/**
 * `relationData` of a group without agents.
 *
 * @param isUnassigned - there are none in any group. Otherwise, a form that never shows agents says nothing.
 */
export function findNoAgents(
  reads: AgentReads,
  isUnassigned = reads.every(({ plain }) => rowsOf(plain.agentData).length === 0),
) {
  const texts = exchangesOf(reads).map(({ relationData }) => JSON.stringify(relationData));
  const empty = texts.find((text) => text in emptyForms);
  if (empty !== undefined) return emptyForms[empty as keyof typeof emptyForms];
  const form = formWithAgents(reads) ?? (isUnassigned ? "plain" : undefined);
  const isAbsent =
    form && reads.some(({ [form]: one }) => isJsonObject(one.response) && !("relationData" in one.response));
  return isAbsent ? ("absent" as const) : undefined;
}

/**
 * Whether a form of the read shows the agents of a group. Without agents, only a missing key says something.
 *
 * @param sample - a group that has agents.
 */
export function relationForm(reads: AgentReads, form: Form, sample = reads.find(hasAgents)) {
  if (sample && isJsonObject(sample[form].response)) {
    const { relationData } = sample[form];
    return relationData === undefined ? "none" : rowsOf(relationData).length > 0 ? "full" : "empty";
  }
  const other = form === "quick" ? "plain" : "quick";
  const isLeftOut = reads.some(
    (read) => read[other].relationData !== undefined && read[form].relationData === undefined,
  );
  return isLeftOut ? "none" : undefined;
}
