import { CallError, NotFoundError, unknownAgentCodes, type Outcome } from "../../client/errors";
import type { AssignedAgent } from "../../client/relations";
import { pause, type ReadOptions } from "../../client/retry";
import { compareAgents, idsOf, missingFromAccount, sameAgents, targetAgents, type AgentsInputs } from "../model/agents";
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
      if (!(error instanceof NotFoundError)) throw error;
      await context.groups.assertGone(inputs.groupId, error);
      return undefined;
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
  const { lost, omittedIds } = await submitKnown(context, inputs, target, previousIds, progress.assigned, self);
  const requestedIds = idsOf(inputs.requestedAgents);
  const droppedIds = previousIds.filter((id) => !requestedIds.includes(id));
  const submitted = target.filter(({ id }) => !omittedIds.includes(id));
  Object.assign(progress, { assigned: submitted, notRemoved: droppedIds, isChanged: true });
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
    reason: `Deepcall confirmed the update${omittedIds.length === 0 ? "" : ` without ${listIds(omittedIds)}`}, but ${problems.join(", and ")}`,
    done: "The state contains what is assigned.",
    next: "Check the agents in Deepcall's panel, and remove those that no longer exist from the program's list.",
  });
}

const uncertain = forEveryOutcome("The update may or may not have been applied.");

/** A list that Deepcall accepted, or may have accepted. */
interface Submitted {
  /** The error, if an answer was lost. */
  readonly lost: GroupError | undefined;
  /** The agents that Deepcall does not know, and that the list therefore does not contain. */
  readonly omittedIds: readonly string[];
}

/**
 * Submits a list. If Deepcall refuses it because of agents that no longer exist, the rest is submitted, so that removals
 * work. An unknown agent that was not requested before may be a typing mistake, so then nothing is changed.
 */
async function submitKnown(
  context: OperationContext,
  inputs: AgentsInputs,
  target: readonly AssignedAgent[],
  previousIds: readonly string[],
  assigned: readonly AssignedAgent[],
  self: Self,
): Promise<Submitted> {
  try {
    return { lost: await submit(context, inputs, target, self), omittedIds: [] };
  } catch (error) {
    if (!(error instanceof GroupError && unknownAgentCodes.has(error.errorCode) && target.length > 0)) throw error;
    const [targetIds, requestedIds] = [idsOf(target), idsOf(inputs.requestedAgents)];
    const agentDataIds = await listAgentData(context, inputs.groupId);
    const unknownIds = missingFromAccount(agentDataIds, targetIds, idsOf(assigned));
    const missingIds = compareAgents(assigned, target).missing;
    // Agents that were assigned once and are not any more have probably left: the second answer shows it.
    const omittedIds = unknownIds ?? missingIds.filter((id) => previousIds.includes(id));
    const known = target.filter(({ id }) => !omittedIds.includes(id));
    const isNew = omittedIds.some((id) => requestedIds.includes(id) && !previousIds.includes(id));
    error.append(describeUnknown(unknownIds, missingIds, targetIds));
    if (omittedIds.length === 0 || isNew || sameAgents(assigned, known)) throw error;
    try {
      return { lost: await submit(context, inputs, known, self), omittedIds };
    } catch {
      throw error;
    }
  }
}

/** `agentData` only helps to explain an error, so its own errors don't matter. */
async function listAgentData(context: OperationContext, groupId: number): Promise<readonly string[]> {
  try {
    return await context.client.listAgentData(groupId);
  } catch (error) {
    if (error instanceof CallError) return [];
    throw error;
  }
}

/** Which agents Deepcall does not know, as far as that is clear, and what to do. Those that are not assigned come first. */
function describeUnknown(
  unknownIds: readonly string[] | undefined,
  missingIds: readonly string[],
  targetIds: readonly string[],
): string {
  const advice = "Remove agents that no longer exist from the program's list, or correct their ids.";
  if (unknownIds)
    return `Deepcall's list of agents does not contain ${listIds(unknownIds, unknownIds.length)}. ${advice}`;
  const candidates = [...new Set([...missingIds, ...targetIds])];
  const which = candidates.length === 1 ? "" : "one of ";
  return `Deepcall may not know ${which}${listIds(candidates, candidates.length)}. ${advice}`;
}

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
function listIds(ids: readonly string[], max = maxIds): string {
  const shown = ids.slice(0, max).join(", ");
  const noun = ids.length === 1 ? "agent" : `${ids.length} agents`;
  return ids.length > max ? `${noun} (${shown}, …)` : `${ids.length === 1 ? "agent" : "agents"} ${shown}`;
}

function isOrAre(ids: readonly string[]): string {
  return ids.length === 1 ? "is" : "are";
}
