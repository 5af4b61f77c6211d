import type { OperationContext } from "./context";
import { attempt, forEveryOutcome, GroupError } from "../model/errors";
import { inputsOf, refreshedState, unmanagedState, type GroupInputs, type GroupState } from "../model/group";
import { groupLabel } from "../model/names";
import type { Self } from "../model/resource";

/**
 * Reads a group.
 *
 * @param recorded - `undefined` for a group that is read for the first time, with `DeepcallGroup.get`.
 * @returns `undefined` if the group is gone.
 */
export async function readGroup(
  context: OperationContext,
  id: string,
  recorded: GroupState | undefined,
  { account }: Self,
): Promise<{ readonly state: GroupState; readonly inputs: GroupInputs } | undefined> {
  const group = { name: recorded?.name ?? "", id };
  const current = await attempt(`read ${groupLabel(group)}`, forEveryOutcome("The state was not changed."), () =>
    context.groups.find(Number(id)),
  );
  if (!current) {
    if (!recorded) throw goneError(id);
    await context.assertSameAccount(group, recorded);
    return undefined;
  }
  const state = recorded ? refreshedState(recorded, current) : unmanagedState(current, account);
  return { state, inputs: inputsOf(state) };
}

function goneError(id: string): GroupError {
  return new GroupError("group-gone", {
    failure: `Could not read the group with id ${id}`,
    reason:
      "Deepcall has no such group for these credentials (code 1503 or an empty list: not found or not authorized)",
    done: "Nothing was changed.",
    next: "Check the id that you pass to DeepcallGroup.get or `pulumi import`, and that the credentials belong to the group's account.",
  });
}
