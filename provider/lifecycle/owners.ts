import { GroupError } from "../model/errors";
import type { Self } from "../model/resource";

/** A resource of the program that has a group, or a group's agents. */
export interface Owner<Inputs> {
  readonly self: Self;
  readonly inputs: Inputs;
  /** Distinguishes it from all other resources that declare, or declared, the same group. */
  readonly key: string;
  /** Whether it created or adopted the group in this run. */
  readonly acquired: boolean;
}

/**
 * The resources of one type that this run has seen in the program, and which of them has which group. With `adopt`, two
 * resources can declare one group: a duplicate in the program, or a renamed resource and its predecessor. One process
 * serves one run, so memory is enough to report the first, and to keep the group when the predecessor is deleted.
 */
export class Owners<Inputs> {
  readonly #declared: { readonly self: Self; readonly inputs: Inputs }[] = [];
  readonly #owners = new Map<string, Owner<Inputs>>();

  /** Registers a resource of the program. */
  declare(self: Self, inputs: Inputs): void {
    this.#declared.push({ self, inputs });
  }

  /**
   * Registers the group of a resource that is in the state. A refresh compares resources that are not in the program any
   * more, too: they do not count.
   *
   * @returns whether the resource is in the program.
   */
  hold(id: string, self: Self, key: string, inputs: Inputs): boolean {
    if (!this.#declared.some((declared) => declared.self.identity === self.identity)) return false;
    const other = this.#owners.get(id);
    if (other && other.key !== key) throw sharedGroup(id, other.self, self);
    this.#owners.set(id, { self, inputs, key, acquired: other?.acquired ?? false });
    return true;
  }

  /**
   * Registers a resource that creates or adopts the group in this run. A resource may acquire its own group again, as
   * a replacement that is created before its predecessor is deleted.
   */
  acquire(id: string, self: Self, key: string, inputs: Inputs): void {
    const other = this.#owners.get(id);
    if (other && (other.acquired || other.self.identity !== self.identity)) throw sharedGroup(id, other.self, self);
    this.#owners.set(id, { self, inputs, key, acquired: true });
  }

  has(id: string): boolean {
    return this.#owners.has(id);
  }

  /** The resource that has the group after the one with `key` is deleted. */
  successor(id: string, key: string): Owner<Inputs> | undefined {
    const owner = this.#owners.get(id);
    return owner && owner.key !== key ? owner : undefined;
  }

  /** Forgets the owner of a group that was deleted. */
  release(id: string): void {
    this.#owners.delete(id);
  }

  /** The resources of the program. */
  get declared(): readonly { readonly self: Self; readonly inputs: Inputs }[] {
    return this.#declared;
  }

  /** The ids of the groups that a resource has. */
  idsOf({ identity }: Self): string[] {
    return [...this.#owners].flatMap(([id, { self }]) => (self.identity === identity ? [id] : []));
  }
}

function sharedGroup(id: string, first: Self, second: Self): GroupError {
  const [one, other] = [JSON.stringify(first.resource), JSON.stringify(second.resource)];
  return new GroupError("shared-group", {
    failure: `The resources ${one} and ${other} declare the same group (id ${id})`,
    done: `A group can belong to one resource only. Nothing was changed for ${other}.`,
    next: "Give one of the two another name, or remove it from the program: the group stays because the other one still declares it.",
  });
}
