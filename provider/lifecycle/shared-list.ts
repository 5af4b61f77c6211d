import type { Group, GroupList } from "../../client/responses";

/** A list of everything is old when nobody has used it for this long, in milliseconds … */
const idleMs = 5_000;
/** … and in any case after this time. */
const oldMs = 60_000;

/**
 * A list of everything that many reads share, and what was written since it began. A group that was written is unknown
 * to it until it was read back: so no read is served by a list that began before the write it must see.
 */
export class SharedList {
  readonly #listed: Promise<ReadonlyMap<number, Group>>;
  readonly #written = new Map<number, Group | undefined>();
  readonly #startedAt = performance.now();
  /** Nothing while the list is on its way: a slow server is not asked twice for the same. */
  #usedAt: number | undefined;

  constructor(listed: Promise<GroupList>) {
    this.#listed = listed.then(({ groups }) => new Map(groups.map((group) => [group.id, group])));
  }

  /** Whether the next read may use it. */
  get isFresh(): boolean {
    const now = performance.now();
    return now - this.#startedAt <= oldMs && now - (this.#usedAt ?? now) <= idleMs;
  }

  /** The group as it was when the list began, or as it was read back since; `undefined` says nothing. */
  async get(id: number): Promise<Group | undefined> {
    const listed = await this.#arrived();
    return this.#written.has(id) ? this.#written.get(id) : listed.get(id);
  }

  /** All that is known. */
  async all(): Promise<Group[]> {
    const listed = await this.#arrived();
    return [...new Map<number, Group | undefined>([...listed, ...this.#written]).values()].filter(
      (group) => group !== undefined,
    );
  }

  /** A group was changed or deleted: what the list shows of it counts no more. */
  forget(id: number): void {
    this.#written.set(id, undefined);
  }

  /** A group was read back after a write. */
  record(group: Group): void {
    this.#written.set(group.id, group);
  }

  async #arrived(): Promise<ReadonlyMap<number, Group>> {
    const listed = await this.#listed;
    this.#usedAt = performance.now();
    return listed;
  }
}
