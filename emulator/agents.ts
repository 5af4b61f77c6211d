import { type EmulatorOptions, optionsSchema } from "./options";
import { type JsonObject, omit } from "./requests";
import { encodeNumber, extraFields } from "./responses";
import type { Agent, Group } from "./store";

const agentIdKeys = optionsSchema.shape.agentIdKey.unwrap().options;

/** `agentData` in the response to `getGroupAgentRelation`. */
export function formatAgentData(agents: readonly Agent[], options: EmulatorOptions): unknown {
  const entries = agents.map(({ id, name }) => ({
    [options.agentIdKey]: encodeAgentId(id, options),
    ...(name !== undefined && { name }),
    ...extraFields(options, agentIdKeys, options.agentIdKey),
  }));
  return options.agentShape === "byId" ? keyedById(agents, entries, options) : entries;
}

/**
 * `relationData` in the response to `getGroupAgentRelation`; undefined if it is left out.
 * @param form of the response, with or without `quick`
 */
export function formatRelationData(
  { id: groupId, agents }: Group,
  form: EmulatorOptions["quickRelation"],
  options: EmulatorOptions,
): unknown {
  if (form === "none") return undefined;
  if (agents.length === 0 || form === "empty") return emptyRelationData[options.noAgents];
  const entries = agents.map(({ id, receivesCalls }) => ({
    groupId: encodeNumber(groupId, options.idType),
    [options.agentIdKey]: encodeAgentId(id, options),
    receive_call: flags[options.receiveCallType](receivesCalls),
    ...extraFields(options, agentIdKeys, options.agentIdKey),
  }));
  switch (options.relationShape) {
    case "array":
      return entries;
    case "byId":
      return keyedById(agents, entries, options);
    case "unknown":
      return agents.map(() => ({ x: 1 }));
  }
}

const emptyRelationData: Record<EmulatorOptions["noAgents"], unknown> = {
  array: [],
  object: {},
  null: null,
  text: "",
  absent: undefined,
};

const flags: Record<EmulatorOptions["receiveCallType"], (isSet: boolean) => unknown> = {
  number: Number,
  string: (isSet) => (isSet ? "1" : "0"),
  boolean: (isSet) => isSet,
};

function keyedById(
  agents: readonly { readonly id: string }[],
  entries: readonly JsonObject[],
  { agentIdKey }: EmulatorOptions,
): JsonObject {
  return Object.fromEntries(agents.map(({ id }, n) => [id, omit(entries[n] ?? {}, [agentIdKey])]));
}

/** An id that is not the text of a number, for example "007" or "A1", remains text. */
function encodeAgentId(id: string, { agentIdType }: EmulatorOptions): string | number {
  return agentIdType === "number" && String(Number(id)) === id ? Number(id) : id;
}
