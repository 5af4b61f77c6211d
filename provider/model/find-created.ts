import type { AccountAfter } from "../../client/group-reader";
import type { Group } from "../../client/responses";
import { couldBeAssignedFor } from "./names";

/** What an `add` whose answer was lost has created. */
type CreatedGroup =
  | { readonly kind: "one"; readonly group: Group }
  | { readonly kind: "none" }
  | { readonly kind: "unclear"; readonly candidates: readonly Group[] };

/**
 * Finds the group that a lost `add` created by comparing the account before and after. It is the only group that is new,
 * could have been assigned the requested name, and has no other owner in this run.
 *
 * It counts as new if it appears in the list of all groups and has a higher id than every group before: a truncated
 * list can hide an old group and show it later. In doubt, the result is `unclear`.
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
  const groups = new Map([...after.withName, ...after.all].map((group) => [group.id, group]));
  const candidates = [...groups.values()].filter(
    ({ id, name }) => !known.has(id) && !hasOwner(id) && couldBeAssignedFor(name, requestedName),
  );
  const [group] = candidates;
  if (!group) return { kind: "none" };
  const isNew = group.id > highest && after.all.some(({ id }) => id === group.id);
  return candidates.length === 1 && isNew ? { kind: "one", group } : { kind: "unclear", candidates };
}
