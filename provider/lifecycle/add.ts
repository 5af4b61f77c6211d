import { setTimeout as sleep } from "node:timers/promises";
import { CallError } from "../../client/errors";
import { backoff } from "../../client/retry";
import type { Group } from "../../client/responses";
import { forEveryOutcome, attempt, GroupError, type OutcomeText } from "./errors";
import { groupLabel } from "./names";
import type { OperationContext } from "./context";
import { findCreatedGroup } from "./find-created";

/** How often `add` is sent while each time it is proven that it did nothing. */
const mostSends = 4;

/**
 * Sends `add` and gives back the new group's id. Where the answer is lost, the account is compared with what it held
 * before: the one new group of that name is ours. It is sent again only when Deepcall is done with the call and there
 * is no such group; where that can't be known, it stops with an error that names the candidates.
 *
 * @param before - every group that was there before.
 */
export async function sendAdd(context: OperationContext, wish: string, before: readonly Group[]): Promise<number> {
  for (let sends = 1; ; sends++) {
    try {
      return await context.client.add(wish);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      const isLost = error.outcome === "unknown" || error.outcome === "answered";
      if (!isLost) return await attempt("make", { name: wish }, noGroup, () => Promise.reject(error));

      if (error.outcome === "unknown") await sleep(context.retryPolicy.settleMs);
      const after = await attempt("find out whether there is", { name: wish }, undecided(wish), () =>
        context.groups.listAfterLostAdd(wish),
      );
      const found = findCreatedGroup(wish, before, after, (id) => context.owners.has(String(id)));
      if (found.kind === "one") return found.group.id;
      if (found.kind === "unclear") throw unclear(wish, error, found.candidates);
      const didNothing = error.outcome === "answered" && after.complete;
      if (!didNothing || !error.transient || sends === mostSends) throw notSeen(wish, error, didNothing);
      await sleep(backoff(sends, Math.random(), context.retryPolicy));
    }
  }
}

const noGroup = forEveryOutcome("No group was made.");

const advice =
  'Look in Deepcall\'s panel before you run again: delete the group there if it is not wanted, or set onNameConflict to "adopt" to take it over; otherwise the next run makes a second one.';

function undecided(wish: string): OutcomeText {
  return forEveryOutcome(
    `The answer to add was lost before, so Deepcall may have a group ${JSON.stringify(wish)} now (or that name and a number) that is not in the state. ${advice}`,
  );
}

function unclear(wish: string, lost: CallError, candidates: readonly Group[]): GroupError {
  return new GroupError(
    `Could not make ${groupLabel({ name: wish })} for certain. ${lost.message} A list after it shows what may have come of it: ${candidates.map(groupLabel).join(", ")}. ` +
      "Nothing was taken into the state, because it can't be told for certain which group was made by this call. " +
      'Look in Deepcall\'s panel: keep one, delete or rename any others, and set onNameConflict to "adopt" to take it over.',
    { cause: lost },
  );
}

function notSeen(wish: string, lost: CallError, didNothing: boolean): GroupError {
  return new GroupError(
    `Could not make ${groupLabel({ name: wish })}. ${lost.message} ` +
      (didNothing
        ? `A list after it shows no such group: none was made. ${lost.hint}`
        : `A list after it shows no such group, but Deepcall may still make it, or cut the list off: nothing is in the state. ${advice}`),
    { cause: lost },
  );
}
