// What long steps say about themselves.
import { clearInterval, setInterval } from "node:timers";

/** @param {number} since a `Date.now()` @returns e.g. "75 s" */
export const elapsed = (since) => `${Math.round((Date.now() - since) / 1000)} s`;

/**
 * Says every now and then that `work` is still going on.
 * @template T
 * @param {() => string} describe what it is at
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withHeartbeat(describe, work) {
  const start = Date.now();
  const timer = setInterval(() => console.log(`  ${describe()}, ${elapsed(start)} so far`), 15_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
