import type { DeepcallClient } from "../../client/client";
import { DeepcallError } from "../../client/errors";
import type { AssignedAgent } from "../../client/relations";
import { agentIssues, agentListSchema } from "../../provider/model/agent-arguments";
import { groupLabel } from "../../provider/model/names";
import { oneLine } from "../formatting";
import { UsageError } from "../io";
import type { Entry, Plan } from "./plan";

/**
 * Adds the agents of the exported groups to a plan, with one call for each group.
 *
 * @param maxConcurrency - of the calls. After a failure, no further call starts.
 */
export async function addAgents(plan: Plan, client: DeepcallClient, maxConcurrency: number): Promise<Plan> {
  const entries = [...plan.entries];
  const remaining = plan.entries.entries();
  const failures: unknown[] = [];
  const readInTurn = async (): Promise<void> => {
    for (const [index, entry] of remaining) {
      if (failures.length > 0) return;
      try {
        entries[index] = { ...entry, agents: await readAgents(client, entry) };
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: maxConcurrency }, readInTurn));
  if (failures.length > 0) throw failures[0];
  return { ...plan, entries };
}

async function readAgents(client: DeepcallClient, { group }: Entry): Promise<readonly AssignedAgent[]> {
  const subject = `Could not export the agents of ${oneLine(groupLabel(group))}, so nothing was written`;
  let agents: readonly AssignedAgent[];
  try {
    agents = await client.listAgents(group.id);
  } catch (error) {
    if (error instanceof DeepcallError) error.prefixWith(subject);
    throw error;
  }
  const [issue] = (agentListSchema.safeParse(agents).error?.issues ?? []).flatMap(agentIssues);
  if (issue !== undefined)
    throw new UsageError(
      `${subject}: a program cannot declare the agents in Deepcall's answer (${issue.message}). ` +
        "Export without --agents, and report this message.",
    );
  return agents;
}
