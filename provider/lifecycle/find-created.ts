import type { Group } from "../../client/responses";
import { couldBeAssignedFor } from "./names";

/** What an `add` whose answer was lost has created. */
export type CreatedGroup =
  | { readonly kind: "one"; readonly group: Group }
  | { readonly kind: "none" }
  | { readonly kind: "unclear"; readonly candidates: readonly Group[] };

/** The account after a lost `add`, in two lists. */
export interface AccountAfter {
  /** All groups, comparable with the list from before. The server may truncate both without saying so. */
  readonly everything: readonly Group[];
  /** The groups with the requested name: a short list that is unlikely to be truncated, but has no counterpart from before. */
  readonly named: readonly Group[];
}

/**
 * Finds the group of a lost `add` by comparing the account before and after. It is ours if it is new, could have been
 * assigned the requested name, has no other owner in this run, and is the only such group.
 *
 * It counts as new if it appears in the list of all groups and has a higher id than every group before: a truncated
 * list can hide an old group and show it later. If in doubt, no group is taken.
 *
 * @param hasOwner - whether another resource of this run owns the group.
 */
export function findCreatedGroup(
  requestedName: string,
  before: readonly Group[],
  after: AccountAfter,
  hasOwner: (id: number) => boolean,
): CreatedGroup {
  const known = new Set(before.map(({ id }) => id));
  const highest = Math.max(0, ...known);
  const all = new Map([...after.named, ...after.everything].map((group) => [group.id, group]));
  const candidates = [...all.values()].filter(
    ({ id, name }) => !known.has(id) && !hasOwner(id) && couldBeAssignedFor(name, requestedName),
  );
  const [group] = candidates;
  if (!group) return { kind: "none" };
  const isNew = group.id > highest && after.everything.some(({ id }) => id === group.id);
  return candidates.length === 1 && isNew ? { kind: "one", group } : { kind: "unclear", candidates };
}
