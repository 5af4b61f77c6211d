import type { Group } from "../../client/responses";
import { activeDiffers, nameDiffers } from "./diff";
import { attempt, GroupGoneError, NameTakenError, nothingChanged, UnfinishedGroupError } from "./errors";
import { isNumbered, groupLabel, nameToKeep } from "./names";
import type { OperationContext } from "./context";
import { AfterChangeError, applyUpdate } from "./apply-update";
import { appliedState, refreshedState, storedState, type GroupInputs, type GroupState } from "./state";

/**
 * Makes the group what the inputs ask. It looks first, because the state may be older than the group: a name that
 * fits already is not sent again, and a status set by hand is not undone by a rename.
 */
export async function updateGroup(
  context: OperationContext,
  id: string,
  recorded: GroupState,
  inputs: GroupInputs,
): Promise<Record<string, unknown>> {
  return context.runExclusive(inputs.requestedName, async () => {
    const live = await attempt("look up", { name: recorded.name, id }, nothingChanged, () =>
      context.groups.withId(Number(id)),
    );
    if (!live) {
      await context.assertSameAccount({ name: recorded.name, id }, recorded);
      throw new GroupGoneError(vanished(recorded.name, id));
    }
    const applied = (now: Group): Record<string, unknown> =>
      storedState(appliedState(inputs, now, { userId: context.userId ?? recorded.userId, key: recorded.__key }));

    const wanted = await plan(context, live, recorded, inputs);
    if (!wanted) return applied(live);
    try {
      return applied(await applyUpdate(context, live, wanted));
    } catch (error) {
      if (!(error instanceof AfterChangeError)) throw error;
      const now = error.now ?? { ...live, ...wanted };
      throw new UnfinishedGroupError(error.message, id, applied(now), { cause: error });
    }
  });
}

/** The name and status to send; `undefined` when the group is already as it should be. */
async function plan(
  context: OperationContext,
  live: Group,
  recorded: GroupState,
  inputs: GroupInputs,
): Promise<{ name: string; active: boolean } | undefined> {
  const state = refreshedState(recorded, live);
  const rename = nameDiffers(state, inputs) && !(await isRenamedAlready(context, state, inputs, live));
  // Where the server does not tell the status, only the record says whether it has to change.
  const setStatus = activeDiffers(state, inputs);
  if (!rename && !setStatus) return undefined;
  const active = inputs.__ignore.includes("active") ? state.active : inputs.active;
  if (rename) return { name: inputs.requestedName, active };
  return { name: inputs.__ignore.includes("name") ? live.name : nameToKeep(live.name, inputs.requestedName), active };
}

/**
 * Looks at who else has the wished name. A rename whose answer was lost has brought the group to the wish and a
 * number already: sent again, it would be numbered once more.
 *
 * @throws NameTakenError unless the server may append a number.
 */
async function isRenamedAlready(
  context: OperationContext,
  state: GroupState,
  inputs: GroupInputs,
  live: Group,
): Promise<boolean> {
  const landed = state.name !== state.assignedName && isNumbered(live.name, inputs.requestedName);
  if (inputs.onNameConflict === "suffix" && !landed) return false;
  const taken = await attempt("look for the new name of", live, nothingChanged, () =>
    context.groups.withName(inputs.requestedName),
  );
  const other = taken.find((group) => group.id !== live.id);
  if (other && inputs.onNameConflict !== "suffix") throw renameTaken(live, other);
  return landed && other !== undefined;
}

function renameTaken(group: Group, other: Group): NameTakenError {
  return new NameTakenError(
    `Could not rename ${groupLabel(group)} to ${JSON.stringify(other.name)}: ${groupLabel(other)} has that name already, and onNameConflict says not to take another one. ` +
      'Nothing was changed. Choose another name, rename the other group first, or set onNameConflict to "suffix" to let Deepcall append a number.',
  );
}

function vanished(name: string, id: string): string {
  return (
    `Could not update ${groupLabel({ name, id })}: it is not in Deepcall any more (code 1503, or an empty list for its id). ` +
    "Nothing was changed. Somebody deleted it since the last refresh; `pulumi up --refresh` makes it again."
  );
}
