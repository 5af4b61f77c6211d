import { randomBytes } from "node:crypto";
import type { Group } from "../../client/responses";
import { sendAdd } from "./add";
import { attempt, GroupError, NameTakenError, nothingChanged, UnfinishedGroupError, type OutcomeText } from "./errors";
import { groupLabel, nameToKeep } from "./names";
import type { OperationContext } from "./context";
import { AfterChangeError, applyUpdate, readBack } from "./apply-update";
import { appliedState, storedState, type GroupInputs } from "./state";

/** What Pulumi's `create` wants. */
export interface Created {
  id: string;
  outs: Record<string, unknown>;
}

/** Makes a group, or takes over the one that has its name, as `onNameConflict` says. */
export async function createGroup(context: OperationContext, inputs: GroupInputs): Promise<Created> {
  const making = new GroupCreation(context, inputs);
  return context.runExclusive(inputs.requestedName, async () => {
    const before = await attempt("look for an existing", { name: inputs.requestedName }, nothingChanged, () =>
      context.groups.everything(),
    );
    const namesakes = before.filter(({ name }) => name === inputs.requestedName);
    const [existing] = namesakes;
    if (!existing || inputs.onNameConflict === "suffix") return making.add(before);
    if (inputs.onNameConflict === "fail") throw nameTaken(existing);
    if (namesakes.length > 1) throw ambiguous(namesakes);
    return making.adopt(existing);
  });
}

/** One group on its way into the state. From the moment its id is known, every failure keeps it there. */
class GroupCreation {
  readonly #context: OperationContext;
  readonly #inputs: GroupInputs;
  readonly #key = randomBytes(4).toString("hex");

  constructor(context: OperationContext, inputs: GroupInputs) {
    this.#context = context;
    this.#inputs = inputs;
  }

  /** Takes over a group that exists. */
  async adopt(existing: Group): Promise<Created> {
    this.#take(existing);
    if (existing.active === this.#inputs.active) return this.#created(existing);
    return this.#finish(existing, () =>
      applyUpdate(this.#context, existing, { name: existing.name, active: this.#inputs.active }),
    );
  }

  /** Makes a new group, beside those that were there before. */
  async add(before: readonly Group[]): Promise<Created> {
    const { requestedName: wish, active } = this.#inputs;
    const id = await sendAdd(this.#context, wish, before);
    const upset = before.find((group) => group.id === id);
    if (upset) throw notNew(upset);
    const started: Group = { id, name: wish, active: true, owner: undefined };
    this.#take(started);
    const made = await this.#known(started, () => readBack(this.#context, started));
    if (made.name !== wish && this.#inputs.onNameConflict !== "suffix") {
      const holders = await this.#known(made, () =>
        attempt("look who has the name of", made, nothingChanged, () => this.#context.groups.withName(wish)),
      );
      const standing = holders.find((group) => group.id !== id);
      if (standing) return this.#giveWay(made, standing);
    }
    if (active) return this.#created(made);
    return this.#finish(made, () => applyUpdate(this.#context, made, { name: nameToKeep(made.name, wish), active }));
  }

  /**
   * Somebody made a group of that name between our look and our `add`, so the server numbered ours. Ours is removed
   * again: the name belongs to the other one.
   */
  async #giveWay(made: Group, standing: Group): Promise<Created> {
    await this.#known(made, () =>
      attempt("remove again", made, leftOver, () => this.#context.write(made.id, (client) => client.delete(made.id))),
    );
    this.#context.owners.release(String(made.id));
    if (this.#inputs.onNameConflict === "fail") throw nameTaken(standing);
    return this.adopt(standing);
  }

  #take(group: Group): void {
    const { __resource: resource, requestedName: wish } = this.#inputs;
    this.#context.owners.acquire(String(group.id), { resource, key: this.#key, requestedName: wish });
  }

  async #finish(known: Group, step: () => Promise<Group>): Promise<Created> {
    return this.#created(await this.#known(known, step));
  }

  /** Runs a step for a group whose id is known: a failure keeps the group in the state. */
  async #known<T>(group: Group, step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof GroupError)) throw error;
      const now = (error instanceof AfterChangeError ? error.now : undefined) ?? group;
      throw new UnfinishedGroupError(error.message, String(group.id), this.#state(now), { cause: error });
    }
  }

  #created(group: Group): Created {
    return { id: String(group.id), outs: this.#state(group) };
  }

  #state(group: Group): Record<string, unknown> {
    return storedState(appliedState(this.#inputs, group, { userId: this.#context.userId, key: this.#key }));
  }
}

const leftOver: OutcomeText = {
  "not sent": "It was not removed.",
  refused: "It was not removed.",
  answered: "It may have been removed.",
  unknown: "It may have been removed.",
};

function nameTaken(existing: Group): NameTakenError {
  return new NameTakenError(
    `Could not make a group ${JSON.stringify(existing.name)}: Deepcall has ${groupLabel(existing)} already, and onNameConflict is "fail". No group was made. ` +
      'Choose another name, remove or rename that group, or set onNameConflict to "adopt" to take it over, or to "suffix" to let Deepcall append a number.',
  );
}

function notNew(group: Group): GroupError {
  return new GroupError(
    `Deepcall confirmed a new group ${JSON.stringify(group.name)} and gave it the id of ${groupLabel(group)}, which existed before. ` +
      'It is not in the state, because it was not made here. To manage it, set onNameConflict to "adopt".',
  );
}

function ambiguous(groups: readonly Group[]): NameTakenError {
  return new NameTakenError(
    `Could not adopt a group ${JSON.stringify(groups[0]?.name)}: Deepcall has several of that name (ids ${groups.map(({ id }) => id).join(", ")}). ` +
      "Nothing was changed. Rename all but one of them in Deepcall's panel, then run again.",
  );
}
