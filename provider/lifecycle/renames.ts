import type { Group } from "../../client/responses";
import type { PlannedInputs } from "../model/group";
import {
  decideNames,
  earlierClaims,
  isRefused,
  rotationOf,
  toRequest,
  type NameClaim,
  type NameDecision,
  type NameRequest,
  type NamesInUse,
} from "../model/name-conflict";
import type { Self } from "../model/resource";

/** A group of a resource that is in the state and in the program. */
interface KnownGroup {
  /** The name in the state. */
  readonly name: string;
  /** The new name; `undefined` if the group keeps its name. */
  readonly rename: NameRequest | undefined;
  /** Updates the group, or waits for the update that runs already. */
  readonly update: () => Promise<unknown>;
}

/** A group, or one that a resource of this run will create or rename. */
export type Holder = Group & { readonly resource?: string };

/** What a resource that wants a name has already waited for. */
export class Waited {
  readonly registration = new Set<number>();
  readonly rename = new Set<number>();
}

interface Claim extends NameClaim<Holder> {
  readonly started: Signal;
  readonly ended: Signal;
}

const maxRegistrationMs = 10_000;

/**
 * The renames of one run. A resource that wants a name which another resource of the run gives up gets it after that
 * rename, in whatever order the program declares the two. If several want it, the first one in the program gets it.
 * Without a conflict, nothing waits.
 */
export class Renames {
  readonly #known = new Map<number, KnownGroup>();
  /** By the resource's identity, in the order of the program. */
  readonly #claims = new Map<string, Claim>();
  /** The groups that will not be renamed because their names are refused. */
  readonly #refused = new Set<number>();
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

  /** Records that the engine has brought another resource forward, which may create a group. */
  declare(self: Self, inputs: PlannedInputs): void {
    this.#lastSeen = performance.now();
    this.#claim(self, toRequest(inputs));
  }

  /** Registers a group that is in the state and in the program. */
  register(id: number, self: Self, group: KnownGroup): void {
    this.#known.set(id, group);
    if (group.rename) this.#claim(self, group.rename);
    else this.end(self);
    this.#registered.of(id).resolve();
  }

  /**
   * The request of a resource that is created or renamed now; the same object each time.
   *
   * @param id - of the renamed group.
   */
  request(self: Self, inputs: PlannedInputs, id?: number): NameRequest {
    const request = this.#claims.get(self.identity)?.request;
    return request && request.id === id ? request : this.#claim(self, { ...toRequest(inputs), id });
  }

  /** Records that a group has left its name. */
  leave(id: number): void {
    this.#left.of(id).resolve();
  }

  /** Records that a resource is created or updated now. */
  start({ identity }: Self): void {
    this.#claims.get(identity)?.started.resolve();
  }

  /** Records that a resource has been created or updated, or that this failed. */
  end({ identity }: Self): void {
    this.#claims.get(identity)?.ended.resolve();
    this.#claims.delete(identity);
  }

  /** Whether a group that this run renames has the name in the state, or another resource of the run wants it, too. */
  isContested(request: NameRequest): boolean {
    const isLeft = [...this.#known].some(
      ([id, { name, rename }]) => rename && id !== request.id && name === request.requestedName,
    );
    return isLeft || earlierClaims(request, [...this.#claims.values()]).length > 0;
  }

  /**
   * Decides what a requested name leads to, or what has to be waited for before that: groups that have the name and may
   * still leave it, and resources that come first. A group that was waited for and still has its name keeps it.
   */
  decide(request: NameRequest, groups: readonly Group[], waited: Waited): Blocked | Decided {
    const chain = this.#chain(request, groups);
    const first = earlierClaims(request, [...this.#claims.values()]);
    if (chain.length + first.length === 0) return { decision: { kind: "free", leaving: [] } };
    const unregistered = chain.filter((id) => !this.#isKnown(id) && !waited.registration.has(id));
    if (unregistered.length > 0) return { blocked: { ids: unregistered, first: [] }, mustStepAside: false };

    const kept = new Set(this.#refused);
    for (const { id, name } of groups) if (waited.rename.has(id) && name === request.requestedName) kept.add(id);
    const refused = new Set(kept);
    // What the list lacks is not known to have the name. The server then assigns another one.
    const inUse: NamesInUse<Holder> = { groups, complete: true, claims: [...this.#claims.values()] };
    const decision = decideNames(inUse, refused).get(request) ?? { kind: "free", leaving: [] };
    // What this decision depends on stays as it is, whatever else happens in the run.
    for (const id of [request.id ?? 0, ...chain]) if (refused.has(id) && !kept.has(id)) this.#refused.add(id);

    const ids = decision.leaving.map(({ id }) => id);
    // A name that is refused is not waited for.
    if (isRefused(decision) || ids.length + first.length === 0) return { decision };
    return { blocked: { ids, first }, mustStepAside: rotationOf(request, inUse)[0] === request.id };
  }

  /** Waits until the obstacles are gone, or will not go. */
  async wait({ ids, first }: Obstacles, waited: Waited): Promise<void> {
    for (const id of ids) {
      const known = this.#known.get(id);
      if (known) {
        waited.rename.add(id);
        // In a rotation, a group leaves its name before its update ends.
        await Promise.race([known.update().catch(() => undefined), this.#left.of(id).promise]);
      } else {
        waited.registration.add(id);
        await this.#unlessQuiet(this.#registered.of(id).promise, () => this.#isKnown(id));
      }
    }
    for (const { started, ended } of first) {
      // After a failure, the engine starts nothing more.
      if (await this.#unlessQuiet(started.promise)) await ended.promise;
    }
  }

  #claim({ identity, resource }: Self, request: NameRequest): NameRequest {
    const { started = newSignal(), ended = newSignal() } = this.#claims.get(identity) ?? {};
    const group = { id: request.id ?? 0, name: request.requestedName, active: undefined, owner: undefined, resource };
    this.#claims.set(identity, { request, group, started, ended });
    return request;
  }

  /** The groups that have the requested name, or a name that the resource of such a group requests. */
  #chain(request: NameRequest, groups: readonly Group[], seen = new Set<number>()): number[] {
    for (const { id, name } of groups) {
      if (name !== request.requestedName || id === request.id || seen.has(id)) continue;
      seen.add(id);
      const rename = this.#known.get(id)?.rename;
      if (rename) this.#chain(rename, groups, seen);
    }
    return [...seen];
  }

  #isKnown(id: number): boolean {
    return this.#known.has(id) || this.hasResource(id);
  }

  /**
   * Waits for a signal. The engine brings resources forward one after another: once it pauses, no other one will come.
   *
   * @returns whether there was a signal.
   */
  async #unlessQuiet(signal: Promise<void>, isDone = (): boolean => false): Promise<boolean> {
    const deadline = performance.now() + maxRegistrationMs;
    for (;;) {
      const remaining = Math.min(this.#lastSeen + this.quietMs, deadline) - performance.now();
      if (isDone()) return true;
      let timer: NodeJS.Timeout | undefined;
      const pause = new Promise<boolean>((resolve) => {
        timer = setTimeout(resolve, Math.max(0, remaining), false);
      });
      const isSignaled = await Promise.race([signal.then(() => true), pause]);
      clearTimeout(timer);
      if (isSignaled || remaining <= 0) return isSignaled;
    }
  }
}

type Signal = PromiseWithResolvers<void>;
const newSignal = (): Signal => Promise.withResolvers();

/** One promise for each group. */
class Signals {
  readonly #signals = new Map<number, Signal>();

  of(id: number): Signal {
    const signal = this.#signals.get(id) ?? newSignal();
    this.#signals.set(id, signal);
    return signal;
  }
}

/** What has to be waited for, outside of the name lock. */
interface Obstacles {
  /** Groups that may leave the name. */
  readonly ids: readonly number[];
  /** Resources that come first. */
  readonly first: readonly Pick<Claim, "started" | "ended">[];
}

export interface Blocked {
  readonly blocked: Obstacles;
  /** In a rotation: whether the group must leave its own name first, through a temporary one, so that the others can go on. */
  readonly mustStepAside: boolean;
}

interface Decided {
  readonly decision: NameDecision<Holder>;
}

/** Repeats a step until it has waited for everything that may free the name it wants. */
export async function whenNamesAreFree<T>(
  renames: Renames,
  self: Self,
  step: (waited: Waited) => Promise<{ readonly result: T } | Blocked>,
): Promise<T> {
  const waited = new Waited();
  renames.start(self);
  try {
    for (;;) {
      const outcome = await step(waited);
      if ("result" in outcome) return outcome.result;
      await renames.wait(outcome.blocked, waited);
    }
  } finally {
    renames.end(self);
  }
}
