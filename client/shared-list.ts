import type { Group, GroupList } from "./responses";

const maxIdleMs = 5_000;
const maxAgeMs = 60_000;

/**
 * A list of all groups that many reads share, and the groups that were written after the list started. A written group
 * is unknown until it is read back, so that no read returns a state from before a write.
 */
export class SharedList {
  readonly #listed: Promise<{ readonly groups: ReadonlyMap<number, Group>; readonly complete: boolean }>;
  readonly #written = new Map<number, Group | undefined>();
  readonly #deleted = new Set<number>();
  readonly #startedAt = performance.now();
  /** `undefined` until the list arrives, so that a slow server does not get a second call for it. */
  #usedAt: number | undefined;

  constructor(list: Promise<GroupList>) {
    this.#listed = list.then(({ groups, complete }) => ({
      groups: new Map(groups.map((group) => [group.id, group])),
      complete,
    }));
  }

  /** Whether the next read may use this list. */
  get isFresh(): boolean {
    const now = performance.now();
    return now - this.#startedAt <= maxAgeMs && now - (this.#usedAt ?? now) <= maxIdleMs;
  }

  /** The group when the list started, or as it was read back since; `undefined` does not prove its absence. */
  async get(id: number): Promise<Group | undefined> {
    const listed = await this.#groups();
    return this.#written.has(id) ? this.#written.get(id) : listed.get(id);
  }

  /** Whether the list shows every group of the account. */
  async isComplete(): Promise<boolean> {
    return (await this.#listed).complete;
  }

  /** All groups. One that is being changed is as it was before. */
  async all(): Promise<Group[]> {
    const listed = await this.#groups();
    const ids = new Set([...listed.keys(), ...this.#written.keys()]);
    return [...ids].flatMap((id) => (this.#deleted.has(id) ? [] : (this.#written.get(id) ?? listed.get(id) ?? [])));
  }

  /** Discards a group, because it was changed after the list started. */
  invalidate(id: number): void {
    this.#written.set(id, undefined);
  }

  /** Discards a group for good, because it was, or may have been, deleted. */
  remove(id: number): void {
    this.invalidate(id);
    this.#deleted.add(id);
  }

  /** Records a group that was read back after a write. */
  record(group: Group): void {
    this.#written.set(group.id, group);
  }

  async #groups(): Promise<ReadonlyMap<number, Group>> {
    const { groups } = await this.#listed;
    this.#usedAt = performance.now();
    return groups;
  }
}
