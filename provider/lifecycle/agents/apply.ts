import { setTimeout as sleep } from "node:timers/promises";
import type { AssignedAgent } from "../../../client/relations";
import { CallError, NotFoundError, type Outcome } from "../../../client/errors";
import type { ReadOptions } from "../../../client/retry";
import type { OperationContext } from "../context";
import {
  GroupError,
  callErrorOf,
  nothingChanged,
  forEveryOutcome,
  withCallError,
  type OutcomeText,
  type ProviderErrorCode,
} from "../errors";
import { compareAgents, isEqual, targetAgents } from "./membership";
import type { AgentsInputs } from "./state";

/** A failure after agents were submitted: the state must contain what is assigned. */
export class AfterSubmitError extends GroupError {
  constructor(
    errorCode: string,
    description: string,
    /** The agents that are assigned now; if that is not known, those that were submitted. */
    readonly assigned: readonly AssignedAgent[],
    /** The previously requested agents that are, or may be, still assigned: the next update must remove them. */
    readonly notRemoved: readonly string[],
    options?: ErrorOptions,
  ) {
    super(errorCode, description, options);
  }
}

/** The agents' group and their resource, for messages. */
export function agentsLabel({ groupId, __resource }: Pick<AgentsInputs, "groupId" | "__resource">): string {
  return `the agents of group ${groupId} (resource ${JSON.stringify(__resource)})`;
}

/** The agents that are assigned to a group; `undefined` if these credentials have no such group. */
export async function readAgents(
  context: OperationContext,
  inputs: Pick<AgentsInputs, "groupId" | "__resource">,
  outcomeText: OutcomeText = nothingChanged,
  options?: ReadOptions,
): Promise<AssignedAgent[] | undefined> {
  return withCallError(`read ${agentsLabel(inputs)}`, outcomeText, async () => {
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
 * @param assigned - the agents that are assigned now.
 * @param previousIds - the ids that were requested at the last apply.
 * @returns the agents that are assigned afterwards, as requested.
 * @throws GroupError if nothing was changed; AfterSubmitError otherwise.
 */
export async function applyAgents(
  context: OperationContext,
  inputs: AgentsInputs,
  assigned: readonly AssignedAgent[],
  previousIds: readonly string[],
): Promise<readonly AssignedAgent[]> {
  const target = targetAgents(assigned, inputs, previousIds);
  if (isEqual(compareAgents(assigned, target))) return assigned;
  const lost = await submit(context, inputs, target);
  const requestedIds = inputs.requestedAgents.map(({ id }) => id);
  const droppedIds = previousIds.filter((id) => !requestedIds.includes(id));
  const confirmed = lost ? uncertain : forEveryOutcome("Deepcall confirmed the update, but its result is unknown.");
  let after: AssignedAgent[] | undefined;
  try {
    after = await readAgents(context, inputs, confirmed, { retryEveryFailure: true });
  } catch (error) {
    if (!(error instanceof GroupError)) throw error;
    throw new AfterSubmitError(error.errorCode, error.description, target, droppedIds, { cause: error });
  }
  const problems = findProblems(after ?? [], inputs, previousIds);
  if (problems.length === 0) return after ?? [];
  const notRemoved = droppedIds.filter((id) => after?.some((agent) => agent.id === id));
  if (lost) throw new AfterSubmitError(lost.errorCode, lost.description, after ?? [], notRemoved, { cause: lost });
  throw new AfterSubmitError(
    "agents-rejected" satisfies ProviderErrorCode,
    `Could not update ${agentsLabel(inputs)}: Deepcall confirmed the update, but ${problems.join(", and ")}. ` +
      "The state contains what is assigned. Check the agents in Deepcall's panel.",
    after ?? [],
    notRemoved,
  );
}

const uncertain = forEveryOutcome("The update may or may not have been applied.");

/** Submits a list. Returns the error if an answer was lost, so that the result is unknown. */
async function submit(
  context: OperationContext,
  inputs: AgentsInputs,
  target: readonly AssignedAgent[],
): Promise<GroupError | undefined> {
  const outcomes = new Set<Outcome>();
  try {
    await context.client.assignAgents(inputs.groupId, target, ({ outcome }) => outcomes.add(outcome));
    return undefined;
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    const what = `update ${agentsLabel(inputs)}`;
    // Even if Deepcall refused the last attempt, an earlier one may have taken effect.
    if (!outcomes.has("unknown") && !outcomes.has("answered")) throw callErrorOf(what, error, nothingChanged);
    if (outcomes.has("unknown")) await sleep(context.retryPolicy.lateCommitMs);
    return callErrorOf(what, error, uncertain);
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
