/** What somebody who wrote `word` may have meant: what begins with it, else what is closest, if that is close. */
export function nearest(word: string, candidates: readonly string[]): string[] {
  const wish = word.toLowerCase();
  const begun = wish.length < 2 ? [] : candidates.filter((candidate) => candidate.toLowerCase().startsWith(wish));
  if (begun.length > 0) return begun;
  const ranked = candidates.map((candidate) => ({ candidate, edits: distance(wish, candidate.toLowerCase()) }));
  const least = Math.min(...ranked.map(({ edits }) => edits));
  return least > 2 ? [] : ranked.filter(({ edits }) => edits === least).map(({ candidate }) => candidate);
}

// After Levenshtein: how many letters have to be put in, taken out or changed.
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, n) => n);
  Array.from(one).forEach((letter, n) => {
    const next = [n + 1];
    Array.from(other).forEach((otherLetter, m) => {
      const changed = at(row, m) + (letter === otherLetter ? 0 : 1);
      next.push(Math.min(at(next, m) + 1, at(row, m + 1) + 1, changed));
    });
    row = next;
  });
  return at(row, other.length);
}

function at(row: readonly number[], n: number): number {
  return row[n] ?? Infinity;
}
