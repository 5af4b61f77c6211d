import type { DeepcallClient } from "./client";
import { AnswerError, NotFoundError } from "./errors";
import type { Group } from "./responses";
import type { ReadOptions } from "./retry";
import { SharedList } from "./shared-list";

/** The account after a lost `add`, in two lists. */
export interface AccountAfter {
  /** All groups, comparable with the earlier list. The server may truncate both without saying so. */
  readonly all: readonly Group[];
  /** The groups with the requested name: a short list that is unlikely to be truncated, but has no earlier counterpart. */
  readonly withName: readonly Group[];
}

/** Reads groups. The shared list of all groups proves that a group exists; only a read by id proves that it doesn't. */
export class GroupReader {
  readonly #client: DeepcallClient;
  #sharedList: SharedList | undefined;

  constructor(client: DeepcallClient) {
    this.#client = client;
  }

  /** The group from the shared list, or else from a new read; `undefined` if it is gone. */
  async find(id: number): Promise<Group | undefined> {
    return (await this.#list().get(id)) ?? (await this.readById(id));
  }

  /**
   * The group from a new read; `undefined` if the server says that these credentials have no such group.
   *
   * @throws AnswerError if the answer does not show whether the group exists.
   */
  async readById(id: number, options?: ReadOptions): Promise<Group | undefined> {
    const { groups, complete } = await this.#client.list({ id }, options);
    const group = groups.find((candidate) => candidate.id === id);
    if (group) return group;
    if (groups.length === 0 && complete) return undefined;
    // The server ignored the filter or truncated the list: only an operation that requires the id decides.
    try {
      await this.#client.assertExists(id, options);
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
    throw new AnswerError("list", `a list for id ${id} without that group, which exists`);
  }

  /**
   * Confirms that a group is gone after a call that says so.
   *
   * @throws AnswerError if a list still shows the group.
   */
  async assertGone(id: number, { operation }: NotFoundError): Promise<void> {
    if (!(await this.readById(id))) return;
    const error = new AnswerError(
      operation,
      `code 1503 (not found or not authorized) for group ${id}, which the list shows`,
    );
    error.addHint("Check the permissions of this user, too.");
    throw error;
  }

  /** All groups with exactly this name, from a new read. */
  async readByName(name: string): Promise<readonly Group[]> {
    const { groups } = await this.#client.list({ name });
    return groups.filter((group) => group.name === name);
  }

  /**
   * All groups from the shared list, with the changes of this run that were read back. A missing group may still
   * exist: the server may truncate lists, or the group was just written.
   *
   * @param name - if the list is incomplete, the groups with exactly this name are read, too.
   */
  async all(name?: string): Promise<readonly Group[]> {
    const list = this.#list();
    if (name === undefined || (await list.isComplete())) return list.all();
    const named = await this.readByName(name);
    const groups = await list.all();
    return [...new Map([...named, ...groups].map((group) => [group.id, group])).values()];
  }

  /** The account after an `add` whose answer was lost, and whether the lists claim to be complete. */
  async listAfterLostAdd(name: string): Promise<AccountAfter & { readonly complete: boolean }> {
    const options = { retryEveryFailure: true };
    const all = await this.#client.list({}, options);
    const withName = await this.#client.list({ name }, options);
    return { all: all.groups, withName: withName.groups, complete: all.complete && withName.complete };
  }

  /** Discards what the shared list contains about a group, because the group was changed. */
  invalidate(id: number): void {
    this.#sharedList?.invalidate(id);
  }

  /** Discards a group that was deleted. */
  remove(id: number): void {
    this.#sharedList?.remove(id);
  }

  /** Adds a group to the shared list that was read back after a write. */
  record(group: Group): void {
    this.#sharedList?.record(group);
  }

  #list(): SharedList {
    if (this.#sharedList?.isFresh) return this.#sharedList;
    const list = this.#client.list({});
    const sharedList = new SharedList(list);
    this.#sharedList = sharedList;
    list.catch(() => {
      // All waiting reads get the error; the next read lists again.
      if (this.#sharedList === sharedList) this.#sharedList = undefined;
    });
    return sharedList;
  }
}
