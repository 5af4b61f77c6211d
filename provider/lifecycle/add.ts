import { setTimeout as sleep } from "node:timers/promises";
import { CallError } from "../../client/errors";
import type { Group } from "../../client/responses";
import { backoff } from "../../client/retry";
import type { OperationContext } from "./context";
import { withGroupError, forEveryOutcome, GroupError, type ProviderErrorCode } from "./errors";
import { findCreatedGroup } from "./find-created";
import { groupLabel } from "./names";

const maxSends = 4;

/**
 * Sends `add` and returns the new group's id. If the answer is lost, the account is compared with what it held before:
 * the only new group with that name is ours. `add` is sent again only if there is no such group and Deepcall has
 * finished with the call. If that is unclear, the error names the candidates.
 *
 * @param before - every group that existed before.
 */
export async function sendAdd(
  context: OperationContext,
  requestedName: string,
  before: readonly Group[],
): Promise<number> {
  const group = { name: requestedName };
  for (let sends = 1; ; sends++) {
    try {
      return await context.client.add(requestedName);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      const isLost = error.outcome === "unknown" || error.outcome === "answered";
      if (!isLost) return await withGroupError("create", group, noneCreated, () => Promise.reject(error));

      if (error.outcome === "unknown") await sleep(context.retryPolicy.lateCommitMs);
      const after = await listAfter(context, requestedName);
      const created = findCreatedGroup(requestedName, before, after, (id) => context.owners.has(String(id)));
      if (created.kind === "one") return created.group.id;
      if (created.kind === "unclear") throw unclearError(requestedName, error, created.candidates);
      const didNothing = error.outcome === "answered" && after.complete;
      if (!didNothing || !error.transient || sends === maxSends) throw notFoundError(requestedName, error, didNothing);
      await sleep(backoff(sends, Math.random(), context.retryPolicy));
    }
  }
}

const lostAdd: ProviderErrorCode = "lost-add";
const noneCreated = forEveryOutcome("No group was created.");

const panelHint =
  "Check Deepcall's panel before you run the command again: delete the group if you don't want it, " +
  'or set onNameConflict to "adopt" to manage it. Otherwise the next run creates a second group.';

async function listAfter(context: OperationContext, requestedName: string) {
  const mayExist = forEveryOutcome(
    `The answer to add was lost before that, so Deepcall may now have a group ${JSON.stringify(requestedName)} (or that name with a number) that is not in the state. ${panelHint}`,
  );
  try {
    return await withGroupError("find out whether Deepcall created", { name: requestedName }, mayExist, () =>
      context.groups.listAfterLostAdd(requestedName),
    );
  } catch (error) {
    if (!(error instanceof GroupError)) throw error;
    throw new GroupError(lostAdd, error.description, { cause: error.cause });
  }
}

function unclearError(requestedName: string, lost: CallError, candidates: readonly Group[]): GroupError {
  return new GroupError(
    lostAdd,
    `Could not confirm that ${groupLabel({ name: requestedName })} was created. ${lost.description} ` +
      `The list after the call shows these candidates: ${candidates.map(groupLabel).join(", ")}. ` +
      "None of them was added to the state, because it is unclear which one this call created. " +
      'Check Deepcall\'s panel: keep one, delete or rename the others, and set onNameConflict to "adopt" to manage it.',
    { cause: lost },
  );
}

function notFoundError(requestedName: string, lost: CallError, didNothing: boolean): GroupError {
  const problem = `Could not create ${groupLabel({ name: requestedName })}. ${lost.description} `;
  return didNothing
    ? new GroupError(
        lost.errorCode,
        `${problem}The list after the call shows no such group: none was created. ${lost.hint}`,
        { cause: lost },
      )
    : new GroupError(
        lostAdd,
        `${problem}The list after the call shows no such group, but Deepcall may still create it or may have truncated the list. Nothing was added to the state. ${panelHint}`,
        { cause: lost },
      );
}
