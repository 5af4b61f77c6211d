import { setTimeout as sleep } from "node:timers/promises";
import { NotFoundError, RateLimitError, type ApiOperation, type CallError } from "./errors";

/** How long the client keeps trying; times in milliseconds. */
export interface RetryPolicy {
  /** The longest delay before the second attempt; it doubles with each further attempt. */
  readonly firstDelayMs: number;
  /** The longest delay before any attempt, unless Deepcall asks for a longer one. */
  readonly maxDelayMs: number;
  /** No attempt starts later than this after the first one. */
  readonly deadlineMs: number;
  /** How long Deepcall may still carry out a call after its connection broke. */
  readonly lateCommitMs: number;
  /**
   * How long Pulumi's engine may take to bring the next resource forward, for a resource that wants a name which another
   * one may give up; default: 1 second.
   */
  readonly registrationMs?: number;
  /** The limit for attempts; default: 5, and none for those that Deepcall refuses with HTTP 429. */
  readonly maxAttempts?: { readonly failed: number; readonly rateLimited: number };
  /** Ends all waits: a failed call is not sent again. */
  readonly signal?: AbortSignal;
}

export const standardRetryPolicy: RetryPolicy = {
  firstDelayMs: 500,
  maxDelayMs: 15_000,
  deadlineMs: 120_000,
  lateCommitMs: 5_000,
};

const defaultMaxAttempts = { failed: 5, rateLimited: Infinity };

/** How a call is repeated. */
export interface ReadOptions {
  /**
   * Repeats the read after every failure until the deadline, whatever the failure is and however often it happens. For
   * reads after a write: only the answer shows what the write did, and it decides whether a new group is lost.
   */
  readonly retryEveryFailure?: boolean;
  /** Sends the call once, unless Deepcall refuses it with HTTP 429. */
  readonly once?: boolean;
}

const idempotentOperations: ReadonlySet<ApiOperation> = new Set([
  "list",
  "getGroupAgentRelation",
  "delete",
  // Each call sends the whole list.
  "submitAssignGroupToAgent",
]);

/**
 * Whether a failed call may be sent again as it is: the failure is transient, and either Deepcall did nothing or the
 * operation is idempotent. A repeated `add` would create a second group, and a repeated `update` could append a number
 * because the group itself already has the name. For these two, the lifecycle first checks what the lost call did.
 */
export function isSafeToResend(error: CallError): boolean {
  return (
    error.transient &&
    (error.outcome === "not sent" || error instanceof RateLimitError || idempotentOperations.has(error.operation))
  );
}

/**
 * The delay before the next attempt in milliseconds; `undefined` if there is none. Retry-After takes precedence over
 * exponential backoff with full jitter. "Not found" is an answer and never repeated.
 *
 * @param attempts - how many times the call was sent.
 * @param elapsedMs - the time since the first attempt.
 * @param random - from 0 to 1.
 */
export function delayBeforeRetry(
  error: CallError,
  attempts: number,
  elapsedMs: number,
  random: number,
  policy: RetryPolicy,
  { retryEveryFailure = false, once = false }: ReadOptions = {},
): number | undefined {
  const isRateLimit = error instanceof RateLimitError;
  const maxAttempts = policy.maxAttempts ?? defaultMaxAttempts;
  const isRepeated = retryEveryFailure
    ? !(error instanceof NotFoundError)
    : isSafeToResend(error) && attempts < (isRateLimit ? maxAttempts.rateLimited : once ? 1 : maxAttempts.failed);
  if (!isRepeated) return undefined;
  const retryAfterMs = isRateLimit ? error.retryAfterMs : undefined;
  const delay =
    // Deepcall asks all clients to wait equally long: the jitter spreads them.
    retryAfterMs === undefined ? backoff(attempts, random, policy) : retryAfterMs + random * policy.firstDelayMs;
  return elapsedMs + delay > policy.deadlineMs ? undefined : delay;
}

/** Waits, at most until the run is canceled. */
export async function pause(ms: number, { signal }: RetryPolicy): Promise<void> {
  try {
    await sleep(ms, undefined, signal && { signal });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

/** Exponential backoff with full jitter, in milliseconds. */
export function backoff(attempts: number, random: number, policy: RetryPolicy): number {
  return random * Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (attempts - 1));
}

/** The delay that a `Retry-After` header asks for, in milliseconds: seconds or a date (RFC 9110, 10.2.3). */
export function parseRetryAfter(header: unknown, now: number): number | undefined {
  if (typeof header !== "string") return undefined;
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
