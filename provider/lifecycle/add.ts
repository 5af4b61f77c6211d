import { setTimeout as sleep } from "node:timers/promises";
import { CallError } from "../client/errors";
import { backoff } from "../client/retry";
import type { Group } from "../client/wire";
import { always, attempt, GroupError, type Done } from "./errors";
import { label } from "./names";
import type { Operation } from "./operation";
import { findMade } from "./recover";

/** How often `add` is sent while each time it is proven that it did nothing. */
const mostSends = 4;

/**
 * Sends `add` and gives back the new group's id. Where the answer is lost, the account is compared with what it held
 * before: the one new group of that name is ours. It is sent again only when Deepcall is done with the call and there
 * is no such group; where that can't be known, it stops with an error that names the candidates.
 *
 * @param before - every group that was there before.
 */
export async function sendAdd(operation: Operation, wish: string, before: readonly Group[]): Promise<number> {
  for (let sends = 1; ; sends++) {
    try {
      return await operation.client.add(wish);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      const isLost = error.outcome === "unknown" || error.outcome === "answered";
      if (!isLost) return await attempt("make", { name: wish }, noGroup, () => Promise.reject(error));

      if (error.outcome === "unknown") await sleep(operation.pace.settleMs);
      const after = await attempt("find out whether there is", { name: wish }, undecided(wish), () =>
        operation.groups.after(wish),
      );
      const found = findMade(wish, before, after, (id) => operation.claims.has(String(id)));
      if (found.kind === "one") return found.group.id;
      if (found.kind === "unclear") throw unclear(wish, error, found.candidates);
      const didNothing = error.outcome === "answered" && after.complete;
      if (!didNothing || !error.passing || sends === mostSends) throw notSeen(wish, error, didNothing);
      await sleep(backoff(sends, Math.random(), operation.pace));
    }
  }
}

const noGroup = always("No group was made.");

const advice =
  'Look in Deepcall\'s panel before you run again: delete the group there if it is not wanted, or set onNameConflict to "adopt" to take it over; otherwise the next run makes a second one.';

function undecided(wish: string): Done {
  return always(
    `The answer to add was lost before, so Deepcall may have a group ${JSON.stringify(wish)} now (or that name and a number) that is not in the state. ${advice}`,
  );
}

function unclear(wish: string, lost: CallError, candidates: readonly Group[]): GroupError {
  return new GroupError(
    `Could not make ${label({ name: wish })} for certain. ${lost.message} A list after it shows what may have come of it: ${candidates.map(label).join(", ")}. ` +
      "Nothing was taken into the state, because it can't be told for certain which group was made by this call. " +
      'Look in Deepcall\'s panel: keep one, delete or rename any others, and set onNameConflict to "adopt" to take it over.',
    { cause: lost },
  );
}

function notSeen(wish: string, lost: CallError, didNothing: boolean): GroupError {
  return new GroupError(
    `Could not make ${label({ name: wish })}. ${lost.message} ` +
      (didNothing
        ? `A list after it shows no such group: none was made. ${lost.next}`
        : `A list after it shows no such group, but Deepcall may still make it, or cut the list off: nothing is in the state. ${advice}`),
    { cause: lost },
  );
}
