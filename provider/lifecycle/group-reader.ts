import type { DeepcallClient } from "../../client/client";
import { AnswerError, NotFoundError } from "../../client/errors";
import type { Group } from "../../client/responses";
import type { AccountAfter } from "./find-created";
import { SharedList } from "./shared-list";

/**
 * Reads of groups. The list of everything, fetched once and shared, proves that a group is there; that it is gone is
 * proven only by asking for its id.
 */
export class GroupReader {
  readonly #client: DeepcallClient;
  #everything: SharedList | undefined;

  constructor(client: DeepcallClient) {
    this.#client = client;
  }

  /** The group as the shared list shows it, or else as the server tells it now; `undefined` when it is gone. */
  async find(id: number): Promise<Group | undefined> {
    return (await this.#shared().get(id)) ?? (await this.withId(id));
  }

  /**
   * The group as the server tells it now; `undefined` when the server says that there is none for these credentials.
   *
   * @throws AnswerError when the answer leaves open whether the group exists.
   */
  async withId(id: number): Promise<Group | undefined> {
    const { groups, complete } = await this.#client.list({ id });
    const group = groups.find((candidate) => candidate.id === id);
    if (group) return group;
    if (groups.length === 0 && complete) return undefined;
    // The server ignored the filter, or cut the list off: only a call that can't do without the id decides.
    return this.#decide(id);
  }

  /** All groups of exactly this name, as the server tells it now. */
  async withName(name: string): Promise<readonly Group[]> {
    const { groups } = await this.#client.list({ name });
    return groups.filter((group) => group.name === name);
  }

  /**
   * Every group that the credentials can see, as the shared list shows it; what was made or changed here meanwhile, as it
   * was read back. A group that is missing may still exist: the server may cut lists off, or the group was just written.
   */
  async everything(): Promise<readonly Group[]> {
    return this.#shared().all();
  }

  /** What a lost `add` can have come to, and whether the answers themselves say that they are cut off. */
  async listAfterLostAdd(wish: string): Promise<AccountAfter & { readonly complete: boolean }> {
    const everything = await this.#client.list({});
    const named = await this.#client.list({ name: wish });
    return {
      everything: everything.groups,
      named: named.groups,
      complete: everything.complete && named.complete,
    };
  }

  /** A group was changed or deleted: from now on, reads of it must see that. */
  markChanged(id: number): void {
    this.#everything?.forget(id);
  }

  /** A group was read back after a write of ours. */
  markRead(group: Group): void {
    this.#everything?.record(group);
  }

  #shared(): SharedList {
    if (this.#everything?.isFresh) return this.#everything;
    const list = this.#client.list({});
    const shared = new SharedList(list);
    this.#everything = shared;
    list.catch(() => {
      // Whoever waits on it is told; the next one asks again.
      if (this.#everything === shared) this.#everything = undefined;
    });
    return shared;
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
