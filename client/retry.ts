import { CallError, RateLimitError, type ApiOperation } from "./errors";

/** How patient the client is; times in milliseconds. */
export interface RetryPolicy {
  /** The longest wait before the second try; it doubles with each further one. */
  readonly firstWaitMs: number;
  /** The longest wait before any try, unless Deepcall asks for a longer one. */
  readonly longestWaitMs: number;
  /** No try begins later than this after the first one. */
  readonly deadlineMs: number;
  /** How long a call whose connection broke may still be carried out by the server. */
  readonly settleMs: number;
  /** How often a call is sent at most: normally, and when Deepcall refuses it with HTTP 429. */
  readonly maxTries?: { readonly normal: number; readonly rateLimited: number };
}

export const standardRetryPolicy: RetryPolicy = {
  firstWaitMs: 500,
  longestWaitMs: 15_000,
  deadlineMs: 120_000,
  settleMs: 5_000,
};

const defaultMaxTries = { normal: 5, rateLimited: Infinity };

/** Calls that do no harm when they are carried out twice. */
const repeatable: ReadonlySet<ApiOperation> = new Set(["list", "getGroupAgentRelation", "delete"]);

/**
 * Whether a failed call may be sent again as it is: the failure may pass, and either Deepcall has done nothing, or
 * doing it twice is as doing it once. `add` (it would make a second group) and `update` (it could number the group's
 * name against itself) are not repeatable; for them the lifecycle looks first what became of the call.
 */
export function isSafeToResend(error: CallError): boolean {
  return (
    error.transient &&
    (error.outcome === "not sent" || error instanceof RateLimitError || repeatable.has(error.operation))
  );
}

/**
 * How long to wait before the next try, in milliseconds; `undefined` when there is none.
 * What Deepcall asks for (Retry-After) comes first, else a random part of a span that doubles (full jitter).
 *
 * @param tries - how often the call was sent already.
 * @param elapsedMs - since its first try.
 * @param random - from 0 to 1.
 */
export function delayBeforeRetry(
  error: CallError,
  tries: number,
  elapsedMs: number,
  random: number,
  pace: RetryPolicy,
): number | undefined {
  if (!isSafeToResend(error)) return undefined;
  const limited = error instanceof RateLimitError;
  const { normal, rateLimited } = pace.maxTries ?? defaultMaxTries;
  if (tries >= (limited ? rateLimited : normal)) return undefined;
  const asked = limited ? error.retryAfterMs : undefined;
  const jitter = backoff(tries, random, pace);
  // Everybody is asked to come back at the same time: the jitter spreads them.
  const wait = asked === undefined ? jitter : asked + random * pace.firstWaitMs;
  return elapsedMs + wait > pace.deadlineMs ? undefined : wait;
}

/** A random part of a span that doubles with each try ("full jitter"), in milliseconds. */
export function backoff(tries: number, random: number, pace: RetryPolicy): number {
  return random * Math.min(pace.longestWaitMs, pace.firstWaitMs * 2 ** (tries - 1));
}

/** The time that a `Retry-After` header asks for, in milliseconds: seconds or a date (RFC 9110, 10.2.3). */
export function retryAfter(header: unknown, now: number): number | undefined {
  if (typeof header !== "string") return undefined;
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
