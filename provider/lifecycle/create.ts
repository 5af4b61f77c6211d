import { randomBytes } from "node:crypto";
import type { Group } from "../../client/responses";
import { attempt, GroupError, nothingChanged, type OutcomeText } from "../model/errors";
import { appliedState, type GroupInputs, type GroupState, type PlannedInputs } from "../model/group";
import { groupLabel, nameToKeep, takenReason } from "../model/names";
import type { Self } from "../model/resource";
import { sendAdd } from "./add";
import { applyUpdate, readBack, type Progress } from "./apply-update";
import type { OperationContext } from "./context";
import type { Owners } from "./owners";
import { whenNamesAreFree, type Blocked, type Holder, type Waited } from "./renames";
import type { Run } from "./run";

/** A resource whose group is created or adopted. */
interface Creation {
  readonly context: OperationContext;
  readonly owners: Owners<PlannedInputs>;
  readonly self: Self;
  readonly inputs: GroupInputs;
  readonly key: string;
}

export interface Created<State> {
  readonly id: string;
  readonly state: State;
}

/** Creates a group, or adopts the one that has its name, as `onNameConflict` says. */
export async function createGroup(
  context: OperationContext,
  { groups: owners, renames }: Pick<Run, "groups" | "renames">,
  inputs: GroupInputs,
  self: Self,
): Promise<Created<GroupState>> {
  const { requestedName } = inputs;
  const creation = { context, owners, self, inputs, key: randomBytes(4).toString("hex") };
  const request = renames.request(self, inputs);
  const create = async (waited: Waited): Promise<{ result: Created<GroupState> } | Blocked> => {
    const before = await attempt(`check for an existing ${groupLabel({ name: requestedName })}`, nothingChanged, () =>
      context.groups.all(requestedName),
    );
    const answer = renames.decide(request, before, waited);
    if ("blocked" in answer) return answer;
    const outcome = answer.decision;
    switch (outcome.kind) {
      case "taken":
        throw nameTakenError(outcome.other);
      case "ambiguous":
        throw ambiguousNameError(outcome.groups);
      case "adopt":
        return { result: await adoptGroup(creation, outcome.group) };
      default:
        // The server may hide a group with this name. It then assigns another name, which `addGroup` finds out.
        return { result: await addGroup(creation, before) };
    }
  };
  return whenNamesAreFree(renames, self, (waited) =>
    context.nameLock.runExclusive(requestedName, () => create(waited)),
  );
}

async function adoptGroup(creation: Creation, existing: Group): Promise<Created<GroupState>> {
  const { active } = creation.inputs;
  return asOwner(creation, existing, async (progress) => {
    if (existing.active !== active) await applyUpdate(creation.context, progress, { name: existing.name, active });
  });
}

/** @param before - every group that existed before. */
async function addGroup(creation: Creation, before: readonly Group[]): Promise<Created<GroupState>> {
  const { context, owners, inputs } = creation;
  const { requestedName, active, onNameConflict } = inputs;
  const id = await sendAdd(context, requestedName, before, (other) => owners.has(String(other)));
  const existing = before.find((group) => group.id === id);
  if (existing) throw existingIdError(requestedName, existing);
  let other: Group | undefined;
  const sent: Group = { id, name: requestedName, active: true, owner: undefined };
  const created = await asOwner(creation, sent, async (progress) => {
    const current = (progress.current = await readBack(context, sent));
    if (current.name !== requestedName && onNameConflict !== "suffix") {
      other = await findOtherWithName(context, current, requestedName);
      if (other) return deleteNumbered(context, current);
    }
    if (!active) await applyUpdate(context, progress, { name: nameToKeep(current.name, requestedName), active });
  });
  if (!other) return created;
  // Another client created a group with the requested name between the list and `add`.
  owners.release(created.id);
  if (onNameConflict === "fail") throw nameTakenError(other);
  return adoptGroup(creation, other);
}

/** Runs the steps after a group's id is known. Every failure keeps the group in the state. */
async function asOwner(
  { context, owners, self, inputs, key }: Creation,
  group: Group,
  step: (progress: Progress) => Promise<void>,
): Promise<Created<GroupState>> {
  const id = String(group.id);
  owners.acquire(id, self, key, inputs);
  const progress: Progress = { current: group, isChanged: true };
  const state = (): GroupState =>
    appliedState(inputs, progress.current, { userId: context.userId, account: self.account, key });
  try {
    await step(progress);
  } catch (error) {
    throw error instanceof GroupError ? error.keep(id, state(), "The group") : error;
  }
  return { id, state: state() };
}

async function findOtherWithName(
  context: OperationContext,
  created: Group,
  requestedName: string,
): Promise<Group | undefined> {
  const groups = await attempt(`check the requested name of ${groupLabel(created)}`, nothingChanged, () =>
    context.groups.readByName(requestedName),
  );
  return groups.find(({ id }) => id !== created.id);
}

async function deleteNumbered(context: OperationContext, created: Group): Promise<void> {
  await attempt(`delete the numbered ${groupLabel(created)}`, deletionOutcome, () => context.delete(created.id));
}

const deletionOutcome: OutcomeText = {
  "not sent": "It was not deleted.",
  refused: "It was not deleted.",
  answered: "It may have been deleted.",
  unknown: "It may have been deleted.",
};

function nameTakenError(existing: Holder): GroupError {
  return new GroupError("name-taken", {
    failure: `Could not create group ${JSON.stringify(existing.name)}`,
    reason: `${takenReason(existing)} and onNameConflict is "fail"`,
    done: "Nothing was created.",
    next:
      "Choose another name, rename or delete that group, " +
      'or set onNameConflict to "adopt" to manage it or to "suffix" to let Deepcall append a number.',
  });
}

function existingIdError(requestedName: string, existing: Group): GroupError {
  return new GroupError("existing-id", {
    failure: `Could not create group ${JSON.stringify(requestedName)}`,
    reason: `Deepcall confirmed the new group with the id of ${groupLabel(existing)}, which existed before`,
    done: "Nothing was added to the state.",
    next: 'To manage that group, set onNameConflict to "adopt".',
  });
}

function ambiguousNameError(groups: readonly Group[]): GroupError {
  return new GroupError("name-taken", {
    failure: `Could not adopt group ${JSON.stringify(groups[0]?.name)}`,
    reason: `several groups have this name (ids ${groups.map(({ id }) => id).join(", ")})`,
    done: "Nothing was changed.",
    next: "Import them by id with `pulumi-deepcall export --import`, or rename all but one of them in Deepcall's panel and run the command again.",
  });
}
