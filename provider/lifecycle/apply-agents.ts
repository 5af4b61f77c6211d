import { CallError, NotFoundError, type Outcome } from "../../client/errors";
import type { AssignedAgent } from "../../client/relations";
import { pause, type ReadOptions } from "../../client/retry";
import { compareAgents, idsOf, sameAgents, targetAgents, type AgentsInputs } from "../model/agents";
import { attempt, callFailure, forEveryOutcome, GroupError, nothingChanged, type OutcomeText } from "../model/errors";
import type { Self } from "../model/resource";
import type { OperationContext } from "./context";

/** A group's agents while they are changed. If a later step fails, the state must contain what is known by then. */
export interface AgentsProgress {
  /** The agents that are assigned now; if that is not known, those that were submitted. */
  assigned: readonly AssignedAgent[];
  /** The previously requested agents that are, or may be, still assigned: the next update must remove them. */
  notRemoved: readonly string[];
  /** Whether agents were submitted, and that may have had an effect. */
  isChanged: boolean;
}

/** The agents' group and their resource, for messages. */
export function agentsLabel({ groupId }: Pick<AgentsInputs, "groupId">, { resource }: Self): string {
  return `the agents of group ${groupId} (resource ${JSON.stringify(resource)})`;
}

/** The agents that are assigned to a group; `undefined` if these credentials have no such group. */
export async function readAgents(
  context: OperationContext,
  inputs: Pick<AgentsInputs, "groupId">,
  self: Self,
  outcomeText: OutcomeText = nothingChanged,
  options?: ReadOptions,
): Promise<AssignedAgent[] | undefined> {
  return attempt(`read ${agentsLabel(inputs, self)}`, outcomeText, async () => {
    try {
      return await context.client.listAgents(inputs.groupId, options);
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  });
}

/**
 * Submits the whole list of a group's agents, and reads it back: the server may replace the list, or only add to it.
 *
 * @param previousIds - the ids that were requested at the last update.
 */
export async function applyAgents(
  context: OperationContext,
  inputs: AgentsInputs,
  previousIds: readonly string[],
  progress: AgentsProgress,
  self: Self,
): Promise<void> {
  const target = targetAgents(progress.assigned, inputs, previousIds);
  if (sameAgents(progress.assigned, target)) return;
  const lost = await submit(context, inputs, target, self);
  const requestedIds = idsOf(inputs.requestedAgents);
  const droppedIds = previousIds.filter((id) => !requestedIds.includes(id));
  Object.assign(progress, { assigned: target, notRemoved: droppedIds, isChanged: true });
  const confirmed = lost ? uncertain : forEveryOutcome("Deepcall confirmed the update, but its result is unknown.");
  const after = (await readAgents(context, inputs, self, confirmed, { retryEveryFailure: true })) ?? [];
  Object.assign(progress, {
    assigned: after,
    notRemoved: droppedIds.filter((id) => after.some((agent) => agent.id === id)),
  });
  const problems = findProblems(after, inputs, previousIds);
  if (problems.length === 0) return;
  if (lost) throw lost;
  throw new GroupError("agents-rejected", {
    failure: `Could not update ${agentsLabel(inputs, self)}`,
    reason: `Deepcall confirmed the update, but ${problems.join(", and ")}`,
    done: "The state contains what is assigned.",
    next: "Check the agents in Deepcall's panel.",
  });
}

const uncertain = forEveryOutcome("The update may or may not have been applied.");

/** Submits a list. Returns the error if an answer was lost, so that the result is unknown. */
async function submit(
  context: OperationContext,
  inputs: AgentsInputs,
  target: readonly AssignedAgent[],
  self: Self,
): Promise<GroupError | undefined> {
  const outcomes = new Set<Outcome>();
  try {
    await context.client.assignAgents(inputs.groupId, target, ({ outcome }) => outcomes.add(outcome));
    return undefined;
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    const what = `update ${agentsLabel(inputs, self)}`;
    // Even if Deepcall refused the last attempt, an earlier one may have taken effect.
    if (!outcomes.has("unknown") && !outcomes.has("answered")) throw callFailure(what, error, nothingChanged);
    if (outcomes.has("unknown")) await pause(context.retryPolicy.lateCommitMs, context.retryPolicy);
    return callFailure(what, error, uncertain);
  }
}

/** How the assigned agents are not as requested, each as a clause. */
function findProblems(
  assigned: readonly AssignedAgent[],
  { requestedAgents, otherAgents }: AgentsInputs,
  previousIds: readonly string[],
): string[] {
  const { missing, unlisted, changed } = compareAgents(assigned, requestedAgents);
  const notRemoved = unlisted.filter((id) => otherAgents === "remove" || previousIds.includes(id));
  return [
    ...(missing.length === 0 ? [] : [`${listIds(missing)} ${isOrAre(missing)} not assigned`]),
    ...(changed.length === 0 ? [] : [`receivesCalls of ${listIds(changed)} is not as requested`]),
    ...(notRemoved.length === 0
      ? []
      : [
          `${listIds(notRemoved)} ${isOrAre(notRemoved)} still assigned: this server may only add agents, and never remove them`,
        ]),
  ];
}

const maxIds = 3;

/** The first ids of agents, and how many there are. */
function listIds(ids: readonly string[]): string {
  const shown = ids.slice(0, maxIds).join(", ");
  const noun = ids.length === 1 ? "agent" : `${ids.length} agents`;
  return ids.length > maxIds ? `${noun} (${shown}, …)` : `${ids.length === 1 ? "agent" : "agents"} ${shown}`;
}

function isOrAre(ids: readonly string[]): string {
  return ids.length === 1 ? "is" : "are";
}
