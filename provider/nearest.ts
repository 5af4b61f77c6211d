import { distance } from "fastest-levenshtein";

/** Suggestions for a mistyped word: the candidates that start with it, or else the closest ones, up to two edits away. */
export function nearest(word: string, candidates: readonly string[]): string[] {
  const typed = word.toLowerCase();
  const completions = candidates.filter((candidate) => candidate.toLowerCase().startsWith(typed));
  if (typed.length >= 2 && completions.length > 0) return completions;
  const edits = candidates.map((candidate) => distance(typed, candidate.toLowerCase()));
  const fewest = Math.min(...edits);
  return fewest > 2 ? [] : candidates.filter((_, n) => edits[n] === fewest);
}
