import type { Group } from "../../client/responses";
import { attempt, GroupError, nothingChanged } from "../model/errors";
import {
  activeDiffers,
  appliedState,
  isRenamedManually,
  nameDiffers,
  refreshedState,
  type GroupInputs,
  type GroupState,
} from "../model/group";
import { renameTo } from "../model/name-conflict";
import { groupLabel, isNumbered, nameToKeep, providerLabel, type NamedGroup } from "../model/names";
import type { Self } from "../model/resource";
import { applyUpdate, type Progress } from "./apply-update";
import type { OperationContext } from "./context";

/**
 * Updates a group. It reads the group first, because the state may be outdated: a name that is already right is not
 * sent again, and a rename does not revert a status that was set manually.
 */
export async function updateGroup(
  context: OperationContext,
  id: string,
  recorded: GroupState,
  inputs: GroupInputs,
  self: Self,
): Promise<GroupState> {
  return context.nameLock.runExclusive(inputs.requestedName, async () => {
    const group = { name: recorded.name, id };
    const current = await attempt(`read ${groupLabel(group)}`, nothingChanged, () =>
      context.groups.readById(Number(id)),
    );
    if (self.account !== recorded.account && !isSameGroup(recorded, current)) throw otherProviderError(group, self);
    if (!current) {
      await context.assertSameAccount(group, recorded);
      throw goneError(group);
    }
    const progress: Progress = { current, isChanged: false };
    const state = (): GroupState =>
      appliedState(inputs, progress.current, {
        userId: context.userId ?? recorded.userId,
        account: self.account,
        key: recorded.key,
      });
    try {
      const desired = await desiredGroup(context, current, recorded, inputs, self);
      if (desired) await applyUpdate(context, progress, desired);
    } catch (error) {
      throw error instanceof GroupError && progress.isChanged ? error.keep(id, state(), "The group") : error;
    }
    return state();
  });
}

/** The name and status to send; `undefined` if the group needs no update. */
async function desiredGroup(
  context: OperationContext,
  current: Group,
  recorded: GroupState,
  inputs: GroupInputs,
  self: Self,
): Promise<{ name: string; active: boolean } | undefined> {
  const { requestedName } = inputs;
  const state = refreshedState(recorded, current);
  const isRenamed = nameDiffers(state, inputs, self) && !(await isAlreadyRenamed(context, state, inputs, current));
  if (!isRenamed && !activeDiffers(state, inputs, self)) return undefined;
  const active = self.ignored.includes("active") ? state.active : inputs.active;
  if (isRenamed) return { name: requestedName, active };
  return { name: self.ignored.includes("name") ? current.name : nameToKeep(current.name, requestedName), active };
}

/**
 * Whether an earlier rename, whose answer was lost, has already given the group the requested name and a number: sent
 * again, it would be numbered once more.
 *
 * @throws GroupError if another group has the name and the server must not append a number.
 */
async function isAlreadyRenamed(
  context: OperationContext,
  state: GroupState,
  { requestedName, onNameConflict }: GroupInputs,
  current: Group,
): Promise<boolean> {
  const isRenamed = isRenamedManually(state) && isNumbered(current.name, requestedName);
  if (onNameConflict === "suffix" && !isRenamed) return false;
  const groups = await attempt(`check the requested name of ${groupLabel(current)}`, nothingChanged, () =>
    context.groups.readByName(requestedName),
  );
  const others = groups.filter(({ id }) => id !== current.id);
  const outcome = renameTo({ groups: others, complete: true }, onNameConflict);
  if (outcome.kind === "taken") throw nameTakenError(current, outcome.other, onNameConflict);
  return isRenamed && outcome.kind === "numbered";
}

/** Ids may not be unique across accounts, so a group that another provider finds must have the same owner. */
function isSameGroup({ ownerId }: GroupState, current: Group | undefined): boolean {
  if (!current) return false;
  return ownerId === undefined || current.owner === undefined || ownerId === current.owner;
}

function otherProviderError(group: NamedGroup, { account }: Self): GroupError {
  return new GroupError("other-account", {
    failure: `Could not find ${groupLabel(group)} in ${account === "" ? "the default account" : `the account of ${providerLabel(account)}`}, to which the program has moved the resource`,
    done: "Nothing was changed in Deepcall or in the state.",
    next:
      "A group cannot move to another account: set the resource's option provider to what it was. " +
      "To have such a group in this account too, declare another resource.",
  });
}

function nameTakenError(group: Group, other: Group, onNameConflict: string): GroupError {
  return new GroupError("name-taken", {
    failure: `Could not rename ${groupLabel(group)} to ${JSON.stringify(other.name)}`,
    reason: `a group with this name already exists (id ${other.id}) and onNameConflict is ${JSON.stringify(onNameConflict)}`,
    done: "Nothing was changed.",
    next: 'Choose another name, rename the other group first, or set onNameConflict to "suffix" to let Deepcall append a number.',
  });
}

function goneError(group: NamedGroup): GroupError {
  return new GroupError("group-gone", {
    failure: `Could not update ${groupLabel(group)}`,
    reason: "it no longer exists in Deepcall (code 1503 or an empty list for its id)",
    done: "Nothing was changed.",
    next: "Run `pulumi up --refresh` to create it again.",
  });
}
