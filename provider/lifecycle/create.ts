import { randomBytes } from "node:crypto";
import type { dynamic } from "@pulumi/pulumi";
import type { Group } from "../../client/responses";
import { sendAdd } from "./add";
import { AfterChangeError, applyUpdate, readBack } from "./apply-update";
import type { OperationContext } from "./context";
import {
  withGroupError,
  GroupError,
  NameTakenError,
  nothingChanged,
  UnfinishedGroupError,
  type OutcomeText,
  type ProviderErrorCode,
} from "./errors";
import { groupLabel, nameToKeep } from "./names";
import { appliedState, storedState, type GroupInputs } from "./state";

type CreateResult = dynamic.CreateResult<Record<string, unknown>>;

/** Creates a group, or adopts the one that has its name, as `onNameConflict` says. */
export async function createGroup(context: OperationContext, inputs: GroupInputs): Promise<CreateResult> {
  const { requestedName, onNameConflict } = inputs;
  const creation = new GroupCreation(context, inputs);
  return context.nameLock.runExclusive(requestedName, async () => {
    const before = await withGroupError("check for an existing", { name: requestedName }, nothingChanged, () =>
      context.groups.all(requestedName),
    );
    const namesakes = before.filter(({ name }) => name === requestedName);
    const [existing] = namesakes;
    if (!existing || onNameConflict === "suffix") return creation.add(before);
    if (onNameConflict === "fail") throw nameTakenError(existing);
    if (namesakes.length > 1) throw ambiguousNameError(namesakes);
    return creation.adopt(existing);
  });
}

/** The creation or adoption of one group. Once its id is known, every failure keeps the group in the state. */
class GroupCreation {
  readonly #context: OperationContext;
  readonly #inputs: GroupInputs;
  readonly #key = randomBytes(4).toString("hex");

  constructor(context: OperationContext, inputs: GroupInputs) {
    this.#context = context;
    this.#inputs = inputs;
  }

  async adopt(existing: Group): Promise<CreateResult> {
    const { active } = this.#inputs;
    this.#acquire(existing);
    if (existing.active === active) return this.#result(existing);
    const desired = { name: existing.name, active };
    return this.#result(await this.#keepOnFailure(existing, () => applyUpdate(this.#context, existing, desired)));
  }

  /** @param before - every group that existed before. */
  async add(before: readonly Group[]): Promise<CreateResult> {
    const { requestedName, active } = this.#inputs;
    const id = await sendAdd(this.#context, requestedName, before);
    const existing = before.find((group) => group.id === id);
    if (existing) throw existingIdError(requestedName, existing);
    const sent: Group = { id, name: requestedName, active: true, owner: undefined };
    this.#acquire(sent);
    const created = await this.#keepOnFailure(sent, () => readBack(this.#context, sent));
    if (created.name !== requestedName && this.#inputs.onNameConflict !== "suffix") {
      const other = await this.#findOtherWithName(created);
      if (other) return this.#resolveNameConflict(created, other);
    }
    if (active) return this.#result(created);
    const desired = { name: nameToKeep(created.name, requestedName), active };
    return this.#result(await this.#keepOnFailure(created, () => applyUpdate(this.#context, created, desired)));
  }

  async #findOtherWithName(created: Group): Promise<Group | undefined> {
    const groups = await this.#keepOnFailure(created, () =>
      withGroupError("check the requested name of", created, nothingChanged, () =>
        this.#context.groups.readByName(this.#inputs.requestedName),
      ),
    );
    return groups.find(({ id }) => id !== created.id);
  }

  /**
   * Deletes the created group: another client created a group with the requested name between the list and `add`, so
   * the created one was numbered. Then applies `onNameConflict` to the other group.
   */
  async #resolveNameConflict(created: Group, other: Group): Promise<CreateResult> {
    await this.#keepOnFailure(created, () =>
      withGroupError("delete the numbered", created, deletionOutcome, () =>
        this.#context.write(created.id, (client) => client.delete(created.id)),
      ),
    );
    this.#context.owners.release(String(created.id));
    if (this.#inputs.onNameConflict === "fail") throw nameTakenError(other);
    return this.adopt(other);
  }

  #acquire(group: Group): void {
    const { __resource: resource, requestedName } = this.#inputs;
    this.#context.owners.acquire(String(group.id), { resource, key: this.#key, requestedName });
  }

  async #keepOnFailure<T>(group: Group, step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof GroupError)) throw error;
      const current = (error instanceof AfterChangeError ? error.current : undefined) ?? group;
      throw new UnfinishedGroupError(error, String(group.id), this.#outputs(current), { cause: error });
    }
  }

  #result(group: Group): CreateResult {
    return { id: String(group.id), outs: this.#outputs(group) };
  }

  #outputs(group: Group): Record<string, unknown> {
    return storedState(appliedState(this.#inputs, group, { userId: this.#context.userId, key: this.#key }));
  }
}

const deletionOutcome: OutcomeText = {
  "not sent": "It was not deleted.",
  refused: "It was not deleted.",
  answered: "It may have been deleted.",
  unknown: "It may have been deleted.",
};

function nameTakenError(existing: Group): NameTakenError {
  return new NameTakenError(
    `Could not create group ${JSON.stringify(existing.name)}: a group with this name already exists (id ${existing.id}) and onNameConflict is "fail". ` +
      "Nothing was created. Choose another name, rename or delete that group, " +
      'or set onNameConflict to "adopt" to manage it or to "suffix" to let Deepcall append a number.',
  );
}

function existingIdError(requestedName: string, existing: Group): GroupError {
  return new GroupError(
    "existing-id" satisfies ProviderErrorCode,
    `Could not create group ${JSON.stringify(requestedName)}: Deepcall confirmed the new group with the id of ${groupLabel(existing)}, which existed before. ` +
      'Nothing was added to the state. To manage that group, set onNameConflict to "adopt".',
  );
}

function ambiguousNameError(groups: readonly Group[]): NameTakenError {
  return new NameTakenError(
    `Could not adopt group ${JSON.stringify(groups[0]?.name)}: several groups have this name (ids ${groups.map(({ id }) => id).join(", ")}). ` +
      "Nothing was changed. Import them by id with `pulumi-deepcall export --import`, or rename all but one of them in Deepcall's panel and run the command again.",
  );
}
