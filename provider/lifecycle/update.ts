import { randomBytes } from "node:crypto";
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
import { groupLabel, isNumbered, nameToKeep, providerLabel, takenReason, type NamedGroup } from "../model/names";
import type { Self } from "../model/resource";
import { applyUpdate, type Progress } from "./apply-update";
import type { OperationContext } from "./context";
import { whenNamesAreFree, type Blocked, type Holder, type Renames, type Waited } from "./renames";

/**
 * Updates a group. It reads the group first, because the state may be outdated: a name that is already right is not
 * sent again, and a rename does not revert a status that was set manually.
 */
export async function updateGroup(
  context: OperationContext,
  renames: Renames,
  id: string,
  recorded: GroupState,
  inputs: GroupInputs,
  self: Self,
): Promise<GroupState> {
  const group = { name: recorded.name, id };
  let progress: Progress | undefined;
  const stateOf = (current: Group): GroupState =>
    appliedState(inputs, current, {
      userId: context.userId ?? recorded.userId,
      account: self.account,
      key: recorded.key,
    });

  const update = async (waited: Waited): Promise<{ result: GroupState } | Blocked> => {
    const current = await attempt(`read ${groupLabel(group)}`, nothingChanged, () =>
      context.groups.readById(Number(id)),
    );
    if (self.account !== recorded.account && !isSameGroup(recorded, current)) throw otherProviderError(group, self);
    if (!current) {
      await context.assertSameAccount(group, recorded);
      throw goneError(group);
    }
    progress = { current, isChanged: progress?.isChanged ?? false };
    const state = refreshedState(recorded, current);
    const active = self.ignored.includes("active") ? state.active : inputs.active;
    if (nameDiffers(state, inputs, self)) {
      const { requestedName, onNameConflict } = inputs;
      const request = renames.request(self, inputs, current.id);
      // An earlier rename, whose answer was lost. Sent again, it would be numbered once more.
      const isSent = isRenamedManually(state) && isNumbered(current.name, requestedName);
      const mustLook = onNameConflict !== "suffix" || isSent || renames.isContested(request);
      const groups = mustLook ? await listHolders(context, current, requestedName) : [];
      const answer = renames.decide(request, groups, waited);
      if ("blocked" in answer) {
        if (answer.mustStepAside) {
          await applyUpdate(context, progress, { name: temporaryName(), active: state.active });
          renames.leave(current.id);
        }
        return answer;
      }
      const outcome = answer.decision;
      if (outcome.kind === "taken") throw nameTakenError(current, outcome.other, onNameConflict);
      if (!(isSent && outcome.kind === "numbered")) {
        await applyUpdate(context, progress, { name: requestedName, active });
        if (progress.current.name === requestedName || onNameConflict !== "suffix")
          return { result: stateOf(progress.current) };
        const holders = await listHolders(context, progress.current, requestedName);
        const late = renames.decide(request, holders, waited);
        return "blocked" in late ? late : { result: stateOf(progress.current) };
      }
    }
    if (activeDiffers(state, inputs, self)) {
      const name = self.ignored.includes("name") ? current.name : nameToKeep(current.name, inputs.requestedName);
      await applyUpdate(context, progress, { name, active });
    }
    return { result: stateOf(progress.current) };
  };

  try {
    return await whenNamesAreFree(renames, self, (waited) =>
      context.nameLock.runExclusive(inputs.requestedName, () => update(waited)),
    );
  } catch (error) {
    if (!(error instanceof GroupError && progress?.isChanged)) throw error;
    const state = stateOf(progress.current);
    // A temporary name is not the assigned one: the next update must still rename the group.
    const isTemporary = temporaryPattern.test(state.name);
    if (isTemporary)
      error.append(
        `Before that, ${groupLabel(group)} got a temporary name, because it exchanges names with other groups.`,
      );
    throw error.keep(id, isTemporary ? { ...state, assignedName: inputs.requestedName } : state, "The group");
  } finally {
    renames.leave(Number(id));
  }
}

const temporaryName = (): string => `renaming-${randomBytes(4).toString("hex")}`;
const temporaryPattern = /^renaming-[0-9a-f]{8}/;

/** If another group has the name, all groups: they decide whether this run frees the name. */
async function listHolders(context: OperationContext, current: Group, name: string): Promise<readonly Group[]> {
  return attempt(`check the requested name of ${groupLabel(current)}`, nothingChanged, async () => {
    const holders = await context.groups.readByName(name);
    if (holders.every(({ id }) => id === current.id)) return [];
    const others = await context.groups.all();
    return [...new Map([...others, ...holders].map((group) => [group.id, group])).values()];
  });
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

function nameTakenError(group: Group, other: Holder, onNameConflict: string): GroupError {
  return new GroupError("name-taken", {
    failure: `Could not rename ${groupLabel(group)} to ${JSON.stringify(other.name)}`,
    reason: `${takenReason(other)} and onNameConflict is ${JSON.stringify(onNameConflict)}`,
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
