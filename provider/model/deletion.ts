import type { AgentCount } from "../../client/relations";

/** Whether a group may be deleted. `ask` means that its agents decide, and are not known. */
export type DeletionRule = "allowed" | "refused" | "ask";

/**
 * A group that has agents, or may have some, is not deleted unless the program or the settings say so.
 *
 * @param allowsAgents - `deleteWithAgents` of the resource or of the settings.
 * @param agents - `undefined` if nobody has asked; a text says why they cannot be read.
 */
export function mayDelete(allowsAgents: boolean, agents?: Pick<AgentCount, "count"> | string): DeletionRule {
  if (allowsAgents) return "allowed";
  if (agents === undefined) return "ask";
  return typeof agents === "object" && agents.count === 0 ? "allowed" : "refused";
}
