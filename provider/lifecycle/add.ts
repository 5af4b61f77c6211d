import type { CallError } from "../../client/errors";
import type { Group } from "../../client/responses";
import { attempt, forEveryOutcome, GroupError } from "../model/errors";
import { findCreatedGroup } from "../model/find-created";
import { groupLabel } from "../model/names";
import type { OperationContext } from "./context";
import { sendOnce } from "./send-once";

/**
 * Sends `add` and returns the new group's id. If the answer is lost, the account is compared with what it held before:
 * the only new group with that name is ours. `add` is sent again only if there is no such group and Deepcall has
 * finished with the call. If that is unclear, the error names the candidates.
 *
 * @param before - every group that existed before.
 * @param hasOwner - whether another resource of this run has the group.
 */
export async function sendAdd(
  context: OperationContext,
  requestedName: string,
  before: readonly Group[],
  hasOwner: (id: number) => boolean,
): Promise<number> {
  const label = groupLabel({ name: requestedName });
  const look = async (lost: CallError) => {
    const after = await listAfter(context, requestedName);
    const created = findCreatedGroup(requestedName, before, after, hasOwner);
    if (created.kind === "one") return { result: created.group.id };
    if (created.kind === "unclear") throw unclearError(label, lost, created.candidates);
    const didNothing = lost.outcome === "answered" && after.complete;
    return { error: notFoundError(label, lost, didNothing), maySendAgain: didNothing };
  };
  return attempt(`create ${label}`, forEveryOutcome("No group was created."), () =>
    sendOnce(context.retryPolicy, () => context.client.add(requestedName), look),
  );
}

const panelHint =
  "Check Deepcall's panel before you run the command again: delete the group if you don't want it, " +
  'or set onNameConflict to "adopt" to manage it. Otherwise the next run creates a second group.';

async function listAfter(context: OperationContext, requestedName: string) {
  const mayExist = forEveryOutcome(
    `The answer to add was lost before that, so Deepcall may now have a group ${JSON.stringify(requestedName)} (or that name with a number) that is not in the state. ${panelHint}`,
  );
  return attempt(
    `find out whether Deepcall created ${groupLabel({ name: requestedName })}`,
    mayExist,
    () => context.groups.listAfterLostAdd(requestedName),
    "lost-add",
  );
}

function unclearError(label: string, lost: CallError, candidates: readonly Group[]): GroupError {
  return new GroupError(lost, {
    failure: `Could not confirm that ${label} was created`,
    done:
      `The list after the call shows these candidates: ${candidates.map(groupLabel).join(", ")}. ` +
      "None of them was added to the state, because it is unclear which one this call created.",
    next: 'Check Deepcall\'s panel: keep one, delete or rename the others, and set onNameConflict to "adopt" to manage it.',
    code: "lost-add",
  });
}

function notFoundError(label: string, lost: CallError, didNothing: boolean): GroupError {
  const failure = `Could not create ${label}`;
  if (didNothing)
    return new GroupError(lost, {
      failure,
      done: "The list after the call shows no such group: none was created.",
      next: lost.hint,
    });
  return new GroupError(lost, {
    failure,
    done: "The list after the call shows no such group, but Deepcall may still create it or may have truncated the list. Nothing was added to the state.",
    next: panelHint,
    code: "lost-add",
  });
}
