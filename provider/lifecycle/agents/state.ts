import { z } from "zod";
import type { AssignedAgent } from "../../../client/relations";
import type { StoredAgent, StoredAgentsInputs, StoredAgentsState } from "../../state-contract";

export const otherAgentsRules = ["keep", "remove"] as const;

const storedAgent = z
  .union([z.string(), z.object({ id: z.string(), receivesCalls: z.boolean() })])
  .transform((agent): AssignedAgent => (typeof agent === "string" ? { id: agent, receivesCalls: true } : agent));

/** The inputs of a group's agents with their defaults; {@link StoredAgentsInputs} describes them. */
export const agentsInputsSchema = z.object({
  groupId: z.number(),
  requestedAgents: z.array(storedAgent),
  otherAgents: z.enum(otherAgentsRules).default("keep"),
  removeExisting: z.boolean().default(false),
  __resource: z.string().default(""),
  __providerName: z.string().default(""),
  __ignore: z.array(z.literal("agents")).default([]),
}) satisfies z.ZodType<unknown, StoredAgentsInputs>;
export type AgentsInputs = z.infer<typeof agentsInputsSchema>;

/** The state of a group's agents with its defaults; {@link StoredAgentsState} describes it. */
export const agentsStateSchema = agentsInputsSchema.extend({
  agents: z.array(storedAgent),
  otherAgentIds: z.array(z.string()),
  userId: z.string().optional(),
  __key: z.string().default(""),
  __unfinished: z.literal(true).optional(),
}) satisfies z.ZodType<unknown, StoredAgentsState>;
export type AgentsState = z.infer<typeof agentsStateSchema>;

/** Leaves out the defaults, and sorts the agents: their order has no meaning. */
export function storedAgentsInputs(inputs: AgentsInputs) {
  const { groupId, requestedAgents, otherAgents, removeExisting, __resource, __providerName, __ignore } = inputs;
  return {
    groupId,
    requestedAgents: storedAgents(requestedAgents),
    ...(otherAgents !== "keep" && { otherAgents }),
    ...(removeExisting && { removeExisting }),
    ...(__resource !== "" && { __resource }),
    ...(__providerName !== "" && { __providerName }),
    ...(__ignore.length > 0 && { __ignore }),
  } satisfies StoredAgentsInputs;
}

export function storedAgentsState(state: AgentsState) {
  const { agents, otherAgentIds, userId, __key, __unfinished } = state;
  return {
    ...storedAgentsInputs(state),
    agents: storedAgents(agents),
    otherAgentIds: otherAgentIds.toSorted(),
    ...(userId !== undefined && { userId }),
    ...(__key !== "" && { __key }),
    ...(__unfinished && { __unfinished }),
  } satisfies StoredAgentsState;
}

/** The state if these agents are assigned to the group. */
export function agentsState(
  inputs: AgentsInputs,
  assigned: readonly AssignedAgent[],
  { userId, __key, __unfinished }: Pick<AgentsState, "userId" | "__key" | "__unfinished">,
): AgentsState {
  const requested = new Set(inputs.requestedAgents.map(({ id }) => id));
  return {
    ...inputs,
    agents: assigned.filter(({ id }) => requested.has(id)),
    otherAgentIds: assigned.filter(({ id }) => !requested.has(id)).map(({ id }) => id),
    userId,
    __key,
    __unfinished,
  };
}

function storedAgents(agents: readonly AssignedAgent[]): StoredAgent[] {
  return agents
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, receivesCalls }) => (receivesCalls ? id : { id, receivesCalls }));
}
