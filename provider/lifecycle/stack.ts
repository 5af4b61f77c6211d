import { GroupError } from "../model/errors";
import { isSame, isShared, type Held, type Holding } from "../model/holdings";

/**
 * Reads the state of the stack that contains a resource.
 *
 * @throws Error that says why it cannot be read.
 */
export type ReadStack = (held: Held) => Promise<readonly Holding[]>;

/**
 * What the resources of the stack have according to its state. The engine tells a run nothing about those that `--target` or
 * `--exclude` leaves out, so the state is read before something is deleted.
 */
export class StackHoldings {
  #holdings: Promise<readonly Holding[]> | undefined;
  readonly #released = new Set<Holding>();

  constructor(private readonly read: ReadStack) {}

  /**
   * Is called once for each resource that is deleted: if several have the same group, only the last one may delete it.
   *
   * @param what - completes "Could not": `delete group "Support" (id 42)`.
   * @returns the resources that have the same and stay.
   * @throws GroupError if the state cannot be read.
   */
  async release(what: string, held: Held): Promise<Holding[]> {
    const holdings = await this.#readOnce(what, held);
    const own = holdings.find((holding) => isSame(holding, held) && !this.#released.has(holding));
    if (!own) return [];
    this.#released.add(own);
    return holdings.filter((other) => isShared(own, other) && !this.#released.has(other));
  }

  async #readOnce(what: string, held: Held): Promise<readonly Holding[]> {
    try {
      return await (this.#holdings ??= this.read(held));
    } catch (error) {
      throw new GroupError("unreadable-stack", {
        failure: `Could not ${what}`,
        reason: `it is not known whether another resource of the stack has the same group, because Pulumi could not read the stack's state (${(error as Error).message})`,
        done: "Nothing was deleted.",
        next:
          "Check that `pulumi stack ls` and `pulumi stack export` work where the command runs, and that `pulumi` is on the PATH. " +
          "Or remove the resource with `pulumi state delete`, and delete the group in Deepcall's panel.",
      });
    }
  }
}
