import type { Group } from "../client/wire";
import { isMadeOf } from "./names";

/** What became of an `add` whose answer was lost. */
export type Found =
  | { readonly kind: "one"; readonly group: Group }
  | { readonly kind: "none" }
  | { readonly kind: "unclear"; readonly candidates: readonly Group[] };

/**
 * Finds the group of a lost `add` by comparing the account before and after. It is ours when it is new, has the
 * wished name as the server writes it, nobody else in this operation made it, and it is the only one.
 *
 * @param isClaimed - whether another resource of this operation has the group.
 */
export function findMade(
  wish: string,
  before: readonly Group[],
  after: readonly Group[],
  isClaimed: (id: number) => boolean,
): Found {
  const known = new Set(before.map(({ id }) => id));
  const candidates = after.filter(({ id, name }) => !known.has(id) && !isClaimed(id) && isMadeOf(name, wish));
  const [group] = candidates;
  if (!group) return { kind: "none" };
  return candidates.length === 1 ? { kind: "one", group } : { kind: "unclear", candidates };
}
