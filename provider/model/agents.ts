import type { AssignedAgent } from "../../client/relations";
import { accountMayDiffer } from "./group";
import { unknownValue, type MaybeUnknown, type Self, type Unknown } from "./resource";

/** What to do with agents that the program does not list; see `otherAgents` of a group's agents. */
export type OtherAgents = "keep" | "remove";

/** What the program declares about the agents of a group. */
export interface AgentsInputs {
  readonly groupId: number;
  readonly requestedAgents: readonly AssignedAgent[];
  readonly otherAgents: OtherAgents;
  readonly removeExisting: boolean;
}

/** The inputs of a preview. */
export interface PlannedAgents {
  readonly groupId: number | Unknown;
  /** `undefined` while a value is unknown. */
  readonly known: AgentsInputs | undefined;
}

/** What is known about the agents of a group, beside what the program declared at the last update. */
export interface AgentsState extends AgentsInputs {
  /** The requested agents that are assigned now. */
  readonly agents: readonly AssignedAgent[];
  /** The ids of all other agents that are assigned now. */
  readonly otherAgentIds: readonly string[];
  /** The `userId` of the credentials that assigned the agents. */
  readonly userId: string | undefined;
  /** The name of the `DeepcallProvider` at the last update; empty for the default account. */
  readonly account: string;
  /** Distinguishes resources that declare the agents of the same group. */
  readonly key: string;
  /** Whether the last update failed halfway, so that the next one must finish it even if the list is ignored. */
  readonly unfinished: boolean;
}

/** An agent as a program, a file or the state writes it: its id alone if it receives calls. */
export type WrittenAgent = string | { readonly id: string; readonly receivesCalls: boolean };

export function toAgent(agent: WrittenAgent): AssignedAgent {
  return typeof agent === "string" ? { id: agent, receivesCalls: true } : agent;
}

/** The shortest form of each agent, sorted by id: their order has no meaning. */
export function writeAgents(agents: readonly AssignedAgent[]): (string | { id: string; receivesCalls: boolean })[] {
  return agents
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, receivesCalls }) => (receivesCalls ? id : { id, receivesCalls }));
}

export const idsOf = (agents: readonly AssignedAgent[]): string[] => agents.map(({ id }) => id);

/** How the assigned agents differ from a list. */
export interface AgentDifferences {
  /** Listed, but not assigned. */
  readonly missing: readonly string[];
  /** Assigned, but not listed. */
  readonly unlisted: readonly string[];
  /** Assigned, but `receivesCalls` differs. */
  readonly changed: readonly string[];
}

/** The only comparison of two lists of agents. */
export function compareAgents(assigned: readonly AssignedAgent[], listed: readonly AssignedAgent[]): AgentDifferences {
  const now = new Map(assigned.map((agent) => [agent.id, agent.receivesCalls]));
  const expected = new Map(listed.map((agent) => [agent.id, agent.receivesCalls]));
  return {
    missing: [...expected.keys()].filter((id) => !now.has(id)),
    unlisted: [...now.keys()].filter((id) => !expected.has(id)),
    changed: [...expected].filter(([id, calls]) => now.has(id) && now.get(id) !== calls).map(([id]) => id),
  };
}

export function sameAgents(one: readonly AssignedAgent[], other: readonly AssignedAgent[]): boolean {
  const { missing, unlisted, changed } = compareAgents(one, other);
  return missing.length + unlisted.length + changed.length === 0;
}

/** The whole list of agents to submit for a group. */
export function targetAgents(
  assigned: readonly AssignedAgent[],
  { requestedAgents, otherAgents }: Pick<AgentsInputs, "requestedAgents" | "otherAgents">,
  /** The ids that were requested at the last update. */
  previousIds: readonly string[],
): AssignedAgent[] {
  if (otherAgents === "remove") return [...requestedAgents];
  const managed = new Set([...previousIds, ...idsOf(requestedAgents)]);
  return [...assigned.filter(({ id }) => !managed.has(id)), ...requestedAgents];
}

/** The agents that nobody has listed, and that an update must not remove without `removeExisting`. */
export function unknownAgents(
  assigned: readonly AssignedAgent[],
  { requestedAgents, otherAgents, removeExisting }: AgentsInputs,
  previousIds: readonly string[],
): string[] {
  if (otherAgents !== "remove" || removeExisting) return [];
  const known = new Set([...previousIds, ...idsOf(requestedAgents)]);
  return idsOf(assigned).filter((id) => !known.has(id));
}

/**
 * The submitted agents that are not in `agentData`; `undefined` if it may not list all agents of the account. It does if it
 * has agents that are not assigned, beside some that are.
 */
export function missingFromAccount(
  agentDataIds: readonly string[],
  submittedIds: readonly string[],
  assignedIds: readonly string[],
): string[] | undefined {
  const listed = new Set(agentDataIds);
  const expectedIds = assignedIds.length > 0 ? assignedIds : submittedIds;
  const listsAccount = agentDataIds.some((id) => !assignedIds.includes(id)) && expectedIds.some((id) => listed.has(id));
  const missing = submittedIds.filter((id) => !listed.has(id));
  return listsAccount && missing.length > 0 ? missing : undefined;
}

/** What an update changes. `account` means that the program moved the resource to a provider of perhaps another account. */
export type AgentsDifference = "agents" | "otherAgents" | "account";

/**
 * What an update would change. An ignored list does not differ, and neither does what to do with other agents.
 *
 * @param userId - of the current credentials, if known.
 */
export function agentsDifferences(
  state: AgentsState,
  desired: AgentsInputs,
  self: Self,
  userId: string | undefined,
): AgentsDifference[] {
  const account = accountMayDiffer(state, self, userId) ? ["account" as const] : [];
  if (self.ignored.includes("agents")) return account;
  const agentsDiffer =
    !sameAgents(state.agents, desired.requestedAgents) ||
    !sameAgents(state.requestedAgents, desired.requestedAgents) ||
    (desired.otherAgents === "remove" && state.otherAgentIds.length > 0);
  return [
    ...(agentsDiffer ? ["agents" as const] : []),
    ...(state.otherAgents !== desired.otherAgents ? ["otherAgents" as const] : []),
    ...account,
  ];
}

/** What a preview shows of a group's agents that will be assigned or updated. */
export function plannedAgents(
  state: AgentsState | undefined,
  { groupId, known }: PlannedAgents,
  self: Self,
): MaybeUnknown<Pick<AgentsState, "groupId" | "agents" | "otherAgentIds">> {
  if (state && self.ignored.includes("agents"))
    return { groupId, agents: state.agents, otherAgentIds: state.otherAgentIds };
  return {
    groupId,
    agents: known?.requestedAgents ?? unknownValue,
    otherAgentIds: known?.otherAgents === "remove" ? [] : unknownValue,
  };
}

/** The state if these agents are assigned to the group. */
export function agentsState(
  inputs: AgentsInputs,
  assigned: readonly AssignedAgent[],
  { account, userId, key, unfinished = false }: Pick<AgentsState, "account" | "userId" | "key"> & Partial<AgentsState>,
): AgentsState {
  const { groupId, requestedAgents, otherAgents, removeExisting } = inputs;
  const requested = new Set(idsOf(requestedAgents));
  return {
    groupId,
    requestedAgents,
    otherAgents,
    removeExisting,
    agents: assigned.filter(({ id }) => requested.has(id)),
    otherAgentIds: idsOf(assigned).filter((id) => !requested.has(id)),
    userId,
    account,
    key,
    unfinished,
  };
}
