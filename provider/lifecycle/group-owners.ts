import { SharedGroupError } from "./errors";

/** A resource of the program. */
export interface OwningResource {
  /** Its name in the program, for messages. */
  readonly resource: string;
  /** Distinguishes it from all other resources that declare, or declared, the same group. */
  readonly key: string;
  readonly requestedName: string;
}

/**
 * Which resource owns which group in this run. With `adopt`, two resources can declare one group: a duplicate in the
 * program, or a renamed resource and its predecessor. One process serves one run, so memory is enough to report the
 * first, and to keep the group when the predecessor is deleted.
 */
export class GroupOwners {
  readonly #owners = new Map<string, OwningResource & { readonly acquired: boolean }>();

  /** Registers a resource that is in the state and still in the program. */
  declare(id: string, owner: OwningResource): void {
    const other = this.#owners.get(id);
    if (other && other.key !== owner.key) throw sharedGroup(id, other, owner);
    this.#owners.set(id, { ...owner, acquired: other?.acquired ?? false });
  }

  /**
   * Registers a resource that creates or adopts the group in this run. A resource may acquire its own group again, as
   * a replacement that is created before its predecessor is deleted.
   */
  acquire(id: string, owner: OwningResource): void {
    const other = this.#owners.get(id);
    if (other && (other.acquired || other.resource !== owner.resource)) throw sharedGroup(id, other, owner);
    this.#owners.set(id, { ...owner, acquired: true });
  }

  has(id: string): boolean {
    return this.#owners.has(id);
  }

  /** Whether a resource owns a group other than this one under the requested name. */
  hasOther(id: string, { resource, requestedName }: Pick<OwningResource, "resource" | "requestedName">): boolean {
    return [...this.#owners].some(
      ([otherId, owner]) => otherId !== id && owner.resource === resource && owner.requestedName === requestedName,
    );
  }

  /** The resource that owns the group after the resource with `key` is deleted. */
  successor(id: string, key: string): OwningResource | undefined {
    const owner = this.#owners.get(id);
    return owner && owner.key !== key ? owner : undefined;
  }

  /** Forgets the owner of a group that was deleted. */
  release(id: string): void {
    this.#owners.delete(id);
  }
}

function sharedGroup(id: string, first: OwningResource, second: OwningResource): SharedGroupError {
  const [one, other] = [JSON.stringify(first.resource), JSON.stringify(second.resource)];
  return new SharedGroupError(
    `The resources ${one} and ${other} declare the same group (id ${id}). ` +
      `A group can belong to one resource only. Nothing was changed for ${other}. ` +
      "Give one of the two another name, or remove it from the program: the group stays because the other one still declares it.",
  );
}
