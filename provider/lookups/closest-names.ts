import { distance } from "fastest-levenshtein";
import { couldBeAssignedFor } from "../model/names";

/**
 * The names that a program may have meant, the most likely first: those that differ only in case, then those that the
 * server may have assigned for the requested name (numbered or escaped), then those with the fewest edits.
 */
export function closestNames(requestedName: string, names: readonly string[], count = 3): string[] {
  const lowerCaseName = requestedName.toLowerCase();
  const rank = (name: string): number => (name === lowerCaseName ? 0 : couldBeAssignedFor(name, lowerCaseName) ? 1 : 2);
  return [...new Set(names)]
    .map((name) => ({ name, rank: rank(name.toLowerCase()), edits: distance(name.toLowerCase(), lowerCaseName) }))
    .toSorted((a, b) => a.rank - b.rank || a.edits - b.edits)
    .slice(0, count)
    .map(({ name }) => name);
}
