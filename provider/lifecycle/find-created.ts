import type { Group } from "../../client/responses";
import { couldBeAssignedFor } from "./names";

/** What became of an `add` whose answer was lost. */
export type CreatedGroup =
  | { readonly kind: "one"; readonly group: Group }
  | { readonly kind: "none" }
  | { readonly kind: "unclear"; readonly candidates: readonly Group[] };

/** The account after a lost `add`, seen in two ways. */
export interface AccountAfter {
  /** The list of everything, to be compared with the one before. The server may cut both off without a word. */
  readonly everything: readonly Group[];
  /** The list filtered by the wished name: short, so hardly cut off, but there is none from before to compare with. */
  readonly named: readonly Group[];
}

/**
 * Finds the group of a lost `add` by comparing the account before and after. It is ours when it is new, has the
 * wished name as the server writes it, nobody else in this operation made it, and it is the only one.
 *
 * New means that a list shows it which did not show it before, and that its id is higher than all that were there: a
 * list that is cut off can hide a group, and show it later. Where that can't be said, nothing is taken for ours.
 *
 * @param isClaimed - whether another resource of this operation has the group.
 */
export function findCreatedGroup(
  wish: string,
  before: readonly Group[],
  after: AccountAfter,
  isClaimed: (id: number) => boolean,
): CreatedGroup {
  const known = new Set(before.map(({ id }) => id));
  const highest = Math.max(0, ...known);
  const all = new Map([...after.named, ...after.everything].map((group) => [group.id, group]));
  const candidates = [...all.values()].filter(
    ({ id, name }) => !known.has(id) && !isClaimed(id) && couldBeAssignedFor(name, wish),
  );
  const [group] = candidates;
  if (!group) return { kind: "none" };
  const isNew = group.id > highest && after.everything.some(({ id }) => id === group.id);
  return candidates.length === 1 && isNew ? { kind: "one", group } : { kind: "unclear", candidates };
}
