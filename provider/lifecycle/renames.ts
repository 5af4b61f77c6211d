import type { Group } from "../../client/responses";
import { decideName, rotationOf, type NameDecision, type NameRequest, type NamesInUse } from "../model/name-conflict";

/** A group of a resource that is in the state and in the program. */
interface KnownGroup {
  /** The name in the state. */
  readonly name: string;
  /** The new name; `undefined` if the group keeps its name. */
  readonly rename: NameRequest | undefined;
  /** Updates the group, or waits for the update that runs already. */
  readonly update: () => Promise<unknown>;
}

/** What a resource that wants a name has already waited for. */
export class Waited {
  readonly registration = new Set<number>();
  readonly rename = new Set<number>();
}

const maxRegistrationMs = 10_000;

/**
 * The renames of one run. A resource that wants a name which another resource of the run gives up gets it after that
 * rename, in whatever order the program declares the two. Without a conflict, nothing waits.
 */
export class Renames {
  readonly #known = new Map<number, KnownGroup>();
  readonly #registered = new Signals();
  readonly #left = new Signals();
  #lastSeen = performance.now();

  /**
   * @param quietMs - how long the engine may take to bring the next resource forward.
   * @param hasResource - whether a resource of this run has the group.
   */
  constructor(
    private readonly quietMs: number,
    private readonly hasResource: (id: number) => boolean,
  ) {}

  /** Records that the engine has brought another resource forward. */
  seen(): void {
    this.#lastSeen = performance.now();
  }

  /** Registers a group that is in the state and in the program. */
  register(id: number, group: KnownGroup): void {
    this.#known.set(id, group);
    this.#registered.of(id).resolve();
  }

  /** Records that a group has left its name, or that its update has ended. */
  leave(id: number): void {
    this.#left.of(id).resolve();
  }

  /** Whether a registered group has the name in the state. */
  isHeld({ id: ownId, requestedName }: NameRequest): boolean {
    return [...this.#known].some(([id, { name, rename }]) => rename && id !== ownId && name === requestedName);
  }

  /** Decides what a requested name leads to. A group that was waited for and still has its name keeps it. */
  decide(request: NameRequest, groups: readonly Group[], waited: Waited): NameDecision<Group> {
    return decideName(request, this.#inUse(groups, waited));
  }

  /** Whether the group must leave its name through a temporary one, so that the others of its rotation can go on. */
  mustStepAside(request: NameRequest, groups: readonly Group[], waited: Waited): boolean {
    return rotationOf(request, this.#inUse(groups, waited))[0] === request.id;
  }

  /** The groups that have the requested name and may still leave it. */
  holdersToAwait(request: NameRequest, groups: readonly Group[], waited: Waited): number[] {
    const unregistered = this.#unregisteredHolders(request, groups).filter((id) => !waited.registration.has(id));
    if (unregistered.length > 0) return unregistered;
    return this.decide(request, groups, waited).leaving.map(({ id }) => id);
  }

  /** The groups without a known resource that have the requested name, or a name that such a group's holder requests. */
  #unregisteredHolders(request: NameRequest, groups: readonly Group[], seen = new Set<number>()): number[] {
    return groups.flatMap(({ id, name }) => {
      if (name !== request.requestedName || id === request.id || seen.has(id)) return [];
      seen.add(id);
      if (!this.#isKnown(id)) return [id];
      const rename = this.#known.get(id)?.rename;
      return rename ? this.#unregisteredHolders(rename, groups, seen) : [];
    });
  }

  /** Waits until these groups are registered or cannot be any more, or have left their names or will not. */
  async wait(ids: readonly number[], waited: Waited): Promise<void> {
    for (const id of ids) {
      const known = this.#known.get(id);
      if (known) {
        waited.rename.add(id);
        // In a rotation, a group leaves its name before its update ends.
        await Promise.race([known.update().catch(() => undefined), this.#left.of(id).promise]);
      } else {
        waited.registration.add(id);
        await this.#untilRegistered(id);
      }
    }
  }

  #isKnown(id: number): boolean {
    return this.#known.has(id) || this.hasResource(id);
  }

  #inUse(groups: readonly Group[], waited: Waited): NamesInUse<Group> {
    const renames = new Map<number, NameRequest>();
    for (const [id, { rename }] of this.#known) if (rename && !waited.rename.has(id)) renames.set(id, rename);
    // What the list lacks is not known to have the name. The server then assigns another one.
    return { groups, complete: true, renames };
  }

  /** The engine registers resources one after another: once it pauses, no other one will come. */
  async #untilRegistered(id: number): Promise<void> {
    const deadline = performance.now() + maxRegistrationMs;
    for (;;) {
      const now = performance.now();
      const remaining = Math.min(this.#lastSeen + this.quietMs, deadline) - now;
      if (remaining <= 0 || this.#isKnown(id)) return;
      let timer: NodeJS.Timeout | undefined;
      const pause = new Promise<void>((resolve) => (timer = setTimeout(resolve, remaining)));
      await Promise.race([this.#registered.of(id).promise, pause]);
      clearTimeout(timer);
    }
  }
}

/** One promise for each group. */
class Signals {
  readonly #signals = new Map<number, { readonly promise: Promise<void>; readonly resolve: () => void }>();

  of(id: number): { readonly promise: Promise<void>; readonly resolve: () => void } {
    const signal = this.#signals.get(id) ?? Promise.withResolvers<void>();
    this.#signals.set(id, signal);
    return signal;
  }
}

/** The groups that a step has to wait for, outside of its name lock. */
export class Blocked {
  constructor(readonly ids: readonly number[]) {}
}

/** Repeats a step until it has waited for all groups that may leave the name it wants. */
export async function whenNamesAreFree<T>(
  renames: Renames,
  step: (waited: Waited) => Promise<T | Blocked>,
): Promise<T> {
  const waited = new Waited();
  for (;;) {
    const result = await step(waited);
    if (!(result instanceof Blocked)) return result;
    await renames.wait(result.ids, waited);
  }
}
