import { DeepcallClient } from "../../client/client";
import { CallError } from "../../client/errors";
import { describeIncomplete } from "../../client/pages";
import type { Group, GroupList } from "../../client/responses";
import type { RetryPolicy } from "../../client/retry";
import type { ClientSettings } from "../../client/settings";
import { GroupError, lookupOutcome, LookupError } from "../model/errors";
import { GroupReader } from "../../client/group-reader";
import { closestNames } from "./closest-names";

/** Which group to look up. */
export type GroupQuery = { readonly name: string } | { readonly id: number };

/** Which groups to look up; all if nothing is set. */
export interface GroupsQuery {
  readonly nameContains?: string | undefined;
  readonly active?: boolean | undefined;
}

/**
 * Looks up the groups of one account. One list serves all lookups. It proves that a group exists; a group that is missing
 * from it is asked for, because the server may truncate lists and because a group may be newer than the list.
 */
export class LookupAccount {
  /** Not closed: idle connections do not keep the program's process alive. */
  readonly #client: DeepcallClient;
  #list: Promise<GroupList> | undefined;

  /** @param policy - shorter in tests. */
  constructor(settings: ClientSettings, policy?: RetryPolicy) {
    this.#client = new DeepcallClient(settings, policy);
  }

  /**
   * The one group with an id or with exactly a name.
   *
   * @param isSecret - keeps the name or id out of errors.
   */
  async group(query: GroupQuery, isSecret = false): Promise<Group> {
    return "id" in query ? this.#groupWithId(query.id, isSecret) : this.#groupWithName(query.name, isSecret);
  }

  /** The groups that meet all conditions, sorted by id. */
  async groups({ nameContains = "", active }: GroupsQuery): Promise<Group[]> {
    const list = await this.#sharedList();
    const { groups, complete } = list;
    if (!complete)
      throw new LookupError("incomplete-list", {
        failure: "Could not look up groups",
        reason: `${describeIncomplete(list)}, so some would be missing from the result`,
        hint: "Look up single groups with getGroup.",
      });
    const text = nameContains.toLowerCase();
    const named = groups.filter(({ name }) => name.toLowerCase().includes(text));
    if (active !== undefined && named.some((group) => group.active === undefined))
      throw new LookupError("status-not-listed", {
        failure: "Could not look up groups by their status",
        reason: "Deepcall's list does not include the status",
        hint: "Remove active from the arguments of getGroups.",
      });
    return named.filter((group) => active === undefined || group.active === active).toSorted((a, b) => a.id - b.id);
  }

  async #groupWithId(id: number, isSecret: boolean): Promise<Group> {
    const failure = `Could not look up the group with id ${isSecret ? "[secret]" : id}`;
    const { groups } = await this.#sharedList();
    const listed = groups.find((group) => group.id === id);
    const group = listed ?? (await this.#call(failure, (client) => new GroupReader(client).readById(id)));
    if (group) return group;
    throw new LookupError("group-not-found", {
      failure,
      reason: "Deepcall has no such group for these credentials (not found or not authorized)",
      hint: "Check the id, and that the credentials belong to the group's account.",
    });
  }

  async #groupWithName(name: string, isSecret: boolean): Promise<Group> {
    const failure = `Could not look up group ${isSecret ? "[secret]" : JSON.stringify(name)}`;
    const list = await this.#sharedList();
    const { groups, complete } = list;
    const listed = groups.filter((group) => group.name === name);
    const isDecided = complete && listed.length > 0;
    const withName = isDecided ? undefined : await this.#call(failure, (client) => client.list({ name }));
    const read = withName?.groups.filter((group) => group.name === name) ?? [];
    const matches = [...new Map([...listed, ...read].map((group) => [group.id, group])).values()];
    const [group, ...others] = matches;
    if (others.length > 0) {
      const ids = matches.map(({ id }) => id).toSorted((a, b) => a - b);
      throw new LookupError("ambiguous-name", {
        failure,
        reason: `${ids.length} groups have exactly this name (ids ${ids.join(", ")})`,
        hint: `Look one of them up by its id, for example getGroup({ id: ${ids[0]} }).`,
      });
    }
    if (!complete && !withName?.complete)
      throw new LookupError("incomplete-list", {
        failure,
        reason: `${describeIncomplete(list)}, and others may have this name`,
        hint: "Look the group up by its id, with getGroup({ id }).",
      });
    if (group) return group;
    const names = groups.map((other) => other.name);
    throw new LookupError("group-not-found", {
      failure,
      reason: `no group that these credentials can see has exactly this name${isSecret ? "" : similarNames(name, names)}`,
      hint: "Correct the name, in which case matters, or check that the credentials belong to the group's account.",
    });
  }

  /** The list of all groups. If it fails, all waiting lookups get the same error, and the next lookup lists again. */
  async #sharedList(): Promise<GroupList> {
    if (this.#list) return this.#list;
    const list = this.#call("Could not list the groups of the account for getGroup and getGroups", (client) =>
      client.list(),
    );
    this.#list = list;
    list.catch(() => {
      this.#list = undefined;
    });
    return list;
  }

  async #call<T>(failure: string, step: (client: DeepcallClient) => Promise<T>): Promise<T> {
    try {
      return await step(this.#client);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      throw new GroupError(error, { failure, done: lookupOutcome, next: error.hint });
    }
  }
}

function similarNames(name: string, names: readonly string[]): string {
  const closest = closestNames(name, names).map((candidate) => JSON.stringify(candidate));
  return closest.length === 0 ? " (they see no group at all)" : ` (closest: ${closest.join(", ")})`;
}
