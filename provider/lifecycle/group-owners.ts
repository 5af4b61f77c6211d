import { SharedGroupError } from "./errors";

/** A resource of the program, as far as a dynamic provider gets to know it. */
export interface OwningResource {
  /** Its name in the program, for messages. */
  readonly resource: string;
  /** What tells it from every other resource that means, or meant, the same group. */
  readonly key: string;
  /** The name that the program asks for. */
  readonly requestedName: string;
}

/**
 * Who means which group in this operation. Adopting makes it possible that two resources mean one: declared twice, or
 * a resource and its successor under another name. One process serves one operation, so this memory is enough to
 * name both, and to let the group live when the predecessor is deleted.
 */
export class GroupOwners {
  readonly #holders = new Map<string, OwningResource & { readonly taken: boolean }>();

  /** A resource of the state that the program still declares. */
  declare(id: string, holder: OwningResource): void {
    const other = this.#holders.get(id);
    if (other && other.key !== holder.key) throw shared(id, other, holder);
    this.#holders.set(id, { ...holder, taken: other?.taken ?? false });
  }

  /**
   * A resource that makes or adopts the group in this operation. It may take over from itself, as a replacement does
   * that is made before its predecessor is deleted.
   */
  acquire(id: string, holder: OwningResource): void {
    const other = this.#holders.get(id);
    if (other && (other.taken || other.resource !== holder.resource)) throw shared(id, other, holder);
    this.#holders.set(id, { ...holder, taken: true });
  }

  /** Whether a resource of this operation has the group. */
  has(id: string): boolean {
    return this.#holders.has(id);
  }

  /** Whether a resource that asks for a name has its group, and that is another one than this. */
  hasOther(id: string, { resource, requestedName }: Pick<OwningResource, "resource" | "requestedName">): boolean {
    return [...this.#holders].some(
      ([other, holder]) => other !== id && holder.resource === resource && holder.requestedName === requestedName,
    );
  }

  /** The resource that takes care of the group once `key`'s resource is deleted. */
  successor(id: string, key: string): OwningResource | undefined {
    const holder = this.#holders.get(id);
    return holder && holder.key !== key ? holder : undefined;
  }

  /** The group is deleted: nobody means it any more. */
  release(id: string): void {
    this.#holders.delete(id);
  }
}

function shared(id: string, first: OwningResource, second: OwningResource): SharedGroupError {
  return new SharedGroupError(
    `The resources ${JSON.stringify(first.resource)} and ${JSON.stringify(second.resource)} both mean the group with id ${id} in Deepcall. ` +
      `A group can have one resource only; nothing was changed for ${JSON.stringify(second.resource)}. ` +
      "Give one of them another name, or remove it from the program (the group stays, as the other one still declares it).",
  );
}
