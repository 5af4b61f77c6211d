// Figures of several runs.

/** @param {number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @param {number[]} values */
export function summary(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** The order of the n-th turn: each comes first equally often, so that drift of the machine favours none. */
export function rotated(list, n) {
  const by = n % list.length;
  return [...list.slice(by), ...list.slice(0, by)];
}
