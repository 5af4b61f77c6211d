import { CallError } from "../../client/errors";
import { backoff, pause, type RetryPolicy } from "../../client/retry";

const maxSends = 4;

/** What a call did whose answer was lost. */
type Effect<T> =
  /** It took effect, with this result. */
  | { readonly result: T }
  /** It did not, or that is unclear. */
  | { readonly error: Error; readonly maySendAgain: boolean };

/**
 * Sends a call that must not be repeated blindly. If its answer is lost, looks what the call did before it is sent again.
 *
 * @param look - what the lost call did. It may throw if that cannot be found out.
 * @throws CallError if Deepcall certainly did nothing.
 */
export async function sendOnce<T>(
  policy: RetryPolicy,
  send: () => Promise<T>,
  look: (lost: CallError) => Promise<Effect<T>>,
): Promise<T> {
  for (let sends = 1; ; sends++) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof CallError) || error.outcome === "not sent" || error.outcome === "refused") throw error;
      if (error.outcome === "unknown") await pause(policy.lateCommitMs, policy);
      const effect = await look(error);
      if ("result" in effect) return effect.result;
      if (!effect.maySendAgain || !error.transient || sends === maxSends || policy.signal?.aborted) throw effect.error;
      await pause(backoff(sends, Math.random(), policy), policy);
    }
  }
}
