import type { Group } from "../../client/responses";
import { AfterChangeError, applyUpdate } from "./apply-update";
import type { OperationContext } from "./context";
import { activeDiffers, nameDiffers } from "./diff";
import {
  withGroupError,
  GroupGoneError,
  NameTakenError,
  nothingChanged,
  OtherAccountError,
  UnfinishedGroupError,
} from "./errors";
import { groupLabel, isNumbered, nameToKeep, providerLabel } from "./names";
import { appliedState, refreshedState, storedState, type GroupInputs, type GroupState } from "./state";

/**
 * Updates a group. It reads the group first, because the state may be outdated: a name that is already right is not
 * sent again, and a rename does not revert a status that was set manually.
 */
export async function updateGroup(
  context: OperationContext,
  id: string,
  recorded: GroupState,
  inputs: GroupInputs,
): Promise<Record<string, unknown>> {
  return context.nameLock.runExclusive(inputs.requestedName, async () => {
    const group = { name: recorded.name, id };
    const current = await withGroupError("read", group, nothingChanged, () => context.groups.readById(Number(id)));
    if (inputs.__providerName !== recorded.__providerName && !isSameGroup(recorded, current))
      throw otherProviderError(group, inputs);
    if (!current) {
      await context.assertSameAccount(group, recorded);
      throw goneError(group);
    }
    const outputs = (applied: Group): Record<string, unknown> =>
      storedState(appliedState(inputs, applied, { userId: context.userId ?? recorded.userId, key: recorded.__key }));

    const desired = await desiredGroup(context, current, recorded, inputs);
    if (!desired) return outputs(current);
    try {
      return outputs(await applyUpdate(context, current, desired));
    } catch (error) {
      if (!(error instanceof AfterChangeError)) throw error;
      throw new UnfinishedGroupError(error, id, outputs(error.current ?? { ...current, ...desired }), { cause: error });
    }
  });
}

/** The name and status to send; `undefined` if the group needs no update. */
async function desiredGroup(
  context: OperationContext,
  current: Group,
  recorded: GroupState,
  inputs: GroupInputs,
): Promise<{ name: string; active: boolean } | undefined> {
  const { requestedName, __ignore } = inputs;
  const state = refreshedState(recorded, current);
  const rename = nameDiffers(state, inputs) && !(await isAlreadyRenamed(context, state, inputs, current));
  if (!rename && !activeDiffers(state, inputs)) return undefined;
  const active = __ignore.includes("active") ? state.active : inputs.active;
  if (rename) return { name: requestedName, active };
  return { name: __ignore.includes("name") ? current.name : nameToKeep(current.name, requestedName), active };
}

/**
 * Whether an earlier rename, whose answer was lost, has already given the group the requested name and a number: sent
 * again, it would be numbered once more.
 *
 * @throws NameTakenError if another group has the name and the server must not append a number.
 */
async function isAlreadyRenamed(
  context: OperationContext,
  state: GroupState,
  { requestedName, onNameConflict }: GroupInputs,
  current: Group,
): Promise<boolean> {
  const isRenamed = state.name !== state.assignedName && isNumbered(current.name, requestedName);
  if (onNameConflict === "suffix" && !isRenamed) return false;
  const groups = await withGroupError("check the requested name of", current, nothingChanged, () =>
    context.groups.readByName(requestedName),
  );
  const other = groups.find(({ id }) => id !== current.id);
  if (other && onNameConflict !== "suffix") throw nameTakenError(current, other, onNameConflict);
  return isRenamed && other !== undefined;
}

/** Ids may not be unique across accounts, so a group that another provider finds must have the same owner. */
function isSameGroup({ ownerId }: GroupState, current: Group | undefined): boolean {
  if (!current) return false;
  return ownerId === undefined || current.owner === undefined || ownerId === current.owner;
}

function otherProviderError(
  group: { name: string; id: string },
  { __providerName: name }: GroupInputs,
): OtherAccountError {
  const account = name === "" ? "the default account" : `the account of ${providerLabel(name)}`;
  return new OtherAccountError(
    `Could not find ${groupLabel(group)} in ${account}, to which the program has moved the resource. ` +
      "Nothing was changed in Deepcall or in the state. A group cannot move to another account: " +
      "set the resource's option provider to what it was. To have such a group in this account too, declare another resource.",
  );
}

function nameTakenError(group: Group, other: Group, onNameConflict: string): NameTakenError {
  return new NameTakenError(
    `Could not rename ${groupLabel(group)} to ${JSON.stringify(other.name)}: a group with this name already exists (id ${other.id}) and onNameConflict is ${JSON.stringify(onNameConflict)}. ` +
      'Nothing was changed. Choose another name, rename the other group first, or set onNameConflict to "suffix" to let Deepcall append a number.',
  );
}

function goneError(group: { name: string; id: string }): GroupGoneError {
  return new GroupGoneError(
    `Could not update ${groupLabel(group)}: it no longer exists in Deepcall (code 1503 or an empty list for its id). ` +
      "Nothing was changed. Run `pulumi up --refresh` to create it again.",
  );
}
