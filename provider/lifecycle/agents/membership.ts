import type { AssignedAgent } from "../../../client/relations";
import type { AgentsInputs, AgentsState } from "./state";

/** The whole list of agents to submit for a group. */
export function targetAgents(
  assigned: readonly AssignedAgent[],
  { requestedAgents, otherAgents }: Pick<AgentsInputs, "requestedAgents" | "otherAgents">,
  /** The ids that were requested at the last apply. */
  previousIds: readonly string[],
): AssignedAgent[] {
  if (otherAgents === "remove") return [...requestedAgents];
  const managed = new Set([...previousIds, ...requestedAgents.map(({ id }) => id)]);
  return [...assigned.filter(({ id }) => !managed.has(id)), ...requestedAgents];
}

/** How the assigned agents differ from a list. */
export interface AgentDifferences {
  /** Listed, but not assigned. */
  readonly missing: readonly string[];
  /** Assigned, but not listed. */
  readonly unlisted: readonly string[];
  /** Assigned, but `receivesCalls` differs. */
  readonly changed: readonly string[];
}

export function compareAgents(assigned: readonly AssignedAgent[], listed: readonly AssignedAgent[]): AgentDifferences {
  const now = new Map(assigned.map((agent) => [agent.id, agent.receivesCalls]));
  const expected = new Map(listed.map((agent) => [agent.id, agent.receivesCalls]));
  return {
    missing: [...expected.keys()].filter((id) => !now.has(id)),
    unlisted: [...now.keys()].filter((id) => !expected.has(id)),
    changed: [...expected].filter(([id, calls]) => now.has(id) && now.get(id) !== calls).map(([id]) => id),
  };
}

export function isEqual({ missing, unlisted, changed }: AgentDifferences): boolean {
  return missing.length + unlisted.length + changed.length === 0;
}

/** Whether the assigned or the recorded agents differ from what the program declares. An ignored list never differs. */
export function agentsDiffer(state: AgentsState, desired: AgentsInputs): boolean {
  if (desired.__ignore.includes("agents")) return false;
  return (
    !isEqual(compareAgents(state.agents, desired.requestedAgents)) ||
    !isEqual(compareAgents(state.requestedAgents, desired.requestedAgents)) ||
    state.otherAgents !== desired.otherAgents ||
    (desired.otherAgents === "remove" && state.otherAgentIds.length > 0)
  );
}
