import type { DeepcallClient } from "../client/client";
import { AnswerError, NotFoundError } from "../client/errors";
import type { Group, GroupList } from "../client/wire";
import type { After } from "./recover";

/** How long the list of everything may serve, in milliseconds. */
const freshMs = 5_000;

/**
 * Reads of groups. The list of everything, fetched once and shared, proves that a group is there; that it is gone is
 * proven only by asking for its id.
 */
export class Groups {
  readonly #client: DeepcallClient;
  /** The shared list by id; groups that are made here meanwhile are added to it. */
  #everything: { readonly startedAt: number; readonly groups: Promise<Map<number, Group>> } | undefined;

  constructor(client: DeepcallClient) {
    this.#client = client;
  }

  /** The group as a list of the last few seconds shows it, or else as the server tells it now; `undefined` when it is gone. */
  async find(id: number): Promise<Group | undefined> {
    const groups = await this.#shared();
    return groups.get(id) ?? (await this.withId(id));
  }

  /**
   * The group as the server tells it now; `undefined` when the server says that there is none for these credentials.
   *
   * @throws AnswerError when the answer leaves open whether the group exists.
   */
  async withId(id: number): Promise<Group | undefined> {
    const { groups, complete } = await this.#list({ id });
    const group = groups.find((candidate) => candidate.id === id);
    if (group) return group;
    if (groups.length === 0 && complete) return undefined;
    // The server ignored the filter, or cut the list off: only a call that can't do without the id decides.
    return this.#decide(id);
  }

  /** All groups of exactly this name, as the server tells it now. */
  async withName(name: string): Promise<readonly Group[]> {
    const { groups } = await this.#list({ name });
    return groups.filter((group) => group.name === name);
  }

  /**
   * Every group that the credentials can see, those included that were made here meanwhile. The list may be a few
   * seconds old; a group that is missing may still exist, where the server cuts lists off.
   */
  async everything(): Promise<readonly Group[]> {
    return [...(await this.#shared()).values()];
  }

  /** What a lost `add` can have come to, and whether the answers themselves say that they are cut off. */
  async after(wish: string): Promise<After & { readonly complete: boolean }> {
    const everything = await this.#list({});
    const named = await this.#list({ name: wish });
    return {
      everything: everything.groups,
      named: named.groups,
      complete: everything.complete && named.complete,
    };
  }

  /** A group was made here. */
  made(group: Group): void {
    this.#everything?.groups.then(
      (groups) => groups.has(group.id) || groups.set(group.id, group),
      () => undefined,
    );
  }

  /** A group was changed or deleted: the shared list is out of date. */
  changed(): void {
    this.#everything = undefined;
  }

  async #shared(): Promise<ReadonlyMap<number, Group>> {
    if (!this.#everything || performance.now() - this.#everything.startedAt > freshMs) {
      const groups = this.#list({}).then((list) => new Map(list.groups.map((group) => [group.id, group])));
      const everything = { startedAt: performance.now(), groups };
      this.#everything = everything;
      groups.catch(() => {
        if (this.#everything === everything) this.#everything = undefined;
      });
    }
    return this.#everything.groups;
  }

  async #list(filter: { id?: number; name?: string }): Promise<GroupList> {
    try {
      return await this.#client.list(filter);
    } catch (error) {
      // Whether nothing found is an empty list or error 1503 is not documented.
      if (error instanceof NotFoundError) return { groups: [], complete: true };
      throw error;
    }
  }

  async #decide(id: number): Promise<undefined> {
    try {
      await this.#client.probe(id);
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
    throw new AnswerError("list", `group ${id} exists, and the list that was asked for it does not show it`);
  }
}
