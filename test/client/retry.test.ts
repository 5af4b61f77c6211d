import {
  AnswerError,
  ApiError,
  AuthenticationError,
  ConnectionError,
  NotFoundError,
  PermissionError,
  RateLimitError,
  TimeoutError,
  type CallError,
  type ApiOperation,
} from "../../provider/index";
import { backoff, isSafeToResend, parseRetryAfter, standardRetryPolicy, delayBeforeRetry } from "../../client/retry";
import { apiError } from "../../client/errors";

type CreateError = (operation: ApiOperation) => CallError;
const failures: Record<string, CreateError> = {
  "a refused connection": (operation) => new ConnectionError(operation, "not sent", true, "host", "ECONNREFUSED"),
  "a bad certificate": (operation) => new ConnectionError(operation, "not sent", false, "host", "CERT_HAS_EXPIRED"),
  "a reset": (operation) => new ConnectionError(operation, "unknown", true, "host", "ECONNRESET"),
  "a body that broke off": (operation) => new ConnectionError(operation, "answered", true, "host", "other side closed"),
  "a time-out": (operation) => new TimeoutError(operation, "host", 30_000),
  "HTTP 429": (operation) => new RateLimitError(operation, undefined),
  "HTTP 503 without an answer": (operation) => new AnswerError(operation, "no JSON", 503),
  "HTML with HTTP 200": (operation) => new AnswerError(operation, "no JSON", 200),
  "1009": (operation) => apiError(operation, 1009, ""),
  "1010": (operation) => apiError(operation, 1010, ""),
  "1032": (operation) => apiError(operation, 1032, ""),
  "1014": (operation) => apiError(operation, 1014, ""),
  "1015": (operation) => apiError(operation, 1015, ""),
  "1047": (operation) => apiError(operation, 1047, ""),
  "1503": (operation) => apiError(operation, 1503, ""),
};

// Whether it may have been done, and whether it is sent again as it is: a list or delete, an add or update.
test.each<[string, CallError["outcome"], boolean, boolean]>([
  ["a refused connection", "not sent", true, true],
  ["a bad certificate", "not sent", false, false],
  ["a reset", "unknown", true, false],
  ["a body that broke off", "answered", true, false],
  ["a time-out", "unknown", true, false],
  ["HTTP 429", "refused", true, true],
  ["HTTP 503 without an answer", "unknown", true, false],
  ["HTML with HTTP 200", "answered", false, false],
  ["1009", "answered", true, false],
  ["1010", "answered", true, false],
  ["1032", "answered", true, false],
  ["1014", "refused", false, false],
  ["1015", "refused", false, false],
  ["1047", "refused", false, false],
  ["1503", "refused", false, false],
])("%s: %s; list and delete again: %p, add and update: %p", (name, outcome, repeatable, other) => {
  const createError = failures[name];
  if (!createError) throw new Error(name);
  expect(createError("add").outcome).toBe(outcome);
  expect(
    (["list", "getGroupAgentRelation", "delete"] as const).map((operation) => isSafeToResend(createError(operation))),
  ).toEqual([repeatable, repeatable, repeatable]);
  expect((["add", "update"] as const).map((operation) => isSafeToResend(createError(operation)))).toEqual([
    other,
    other,
  ]);
});

test("every failure of the table has its class", () => {
  expect(failures["1014"]?.("list")).toBeInstanceOf(AuthenticationError);
  expect(failures["1015"]?.("list")).toBeInstanceOf(PermissionError);
  expect(failures["1503"]?.("list")).toBeInstanceOf(NotFoundError);
  expect(failures["1009"]?.("list")).toBeInstanceOf(ApiError);
});

const reset = new ConnectionError("list", "unknown", true, "host", "ECONNRESET");
test.each<[string, CallError, number, number, number, number | undefined]>([
  ["the first wait", reset, 1, 0, 1, 500],
  ["it doubles", reset, 3, 0, 1, 2_000],
  ["a random part of it", reset, 3, 0, 0.25, 500],
  ["the last try", reset, 5, 0, 1, undefined],
  ["past the deadline", reset, 2, 119_500, 1, undefined],
  ["Retry-After and jitter", new RateLimitError("add", 3_000), 1, 0, 0.5, 3_250],
  ["Retry-After beyond the deadline", new RateLimitError("add", 200_000), 1, 0, 0.5, undefined],
  ["429 without Retry-After", new RateLimitError("add", undefined), 2, 0, 1, 1_000],
  ["429 has no last try but the deadline", new RateLimitError("add", undefined), 30, 60_000, 1, 15_000],
])("%s", (_, error, tries, elapsed, random, expected) => {
  expect(delayBeforeRetry(error, tries, elapsed, random, standardRetryPolicy)).toBe(expected);
});

test.each<[CallError, number, number | undefined]>([
  [reset, 1, undefined],
  [new RateLimitError("list", 1_000), 5, 1_500],
  [new RateLimitError("list", 1_000), 6, undefined],
])("a policy may limit attempts: %s, attempt %d", (error, attempts, expected) => {
  const policy = { ...standardRetryPolicy, firstDelayMs: 1_000, maxAttempts: { failed: 1, rateLimited: 6 } };
  expect(delayBeforeRetry(error, attempts, 0, 0.5, policy)).toBe(expected);
});

// "Not found" is an answer.
const repeated = Object.entries(failures).map(
  ([name, createError]) => [name, name === "1503" ? "never" : "until the deadline", createError("list")] as const,
);
test.each(repeated)("with retryEveryFailure, %s is repeated %s", (_, repeated, error) => {
  const policy = { ...standardRetryPolicy, maxAttempts: { failed: 1, rateLimited: 1 } };
  const delays = [0, 100_000, 119_000].map((elapsedMs) =>
    delayBeforeRetry(error, 30, elapsedMs, 1, policy, { retryEveryFailure: true }),
  );
  expect(delays).toEqual(repeated === "never" ? [undefined, undefined, undefined] : [15_000, 15_000, undefined]);
});

test.each(repeated)("a call that is sent once is not repeated after %s, except after HTTP 429", (name, _, error) => {
  const delay = delayBeforeRetry(error, 1, 0, 1, standardRetryPolicy, { once: true });
  expect(delay).toBe(name === "HTTP 429" ? standardRetryPolicy.firstDelayMs : undefined);
});

test("no delay is longer than the longest", () => {
  expect(backoff(20, 1, standardRetryPolicy)).toBe(standardRetryPolicy.maxDelayMs);
});

test.each([
  ["2", 2_000],
  ["Mon, 23 Nov 2026 12:00:05 GMT", 5_000],
  ["Mon, 23 Nov 2026 11:00:00 GMT", 0],
  ["soon", undefined],
  [undefined, undefined],
  [["1", "2"], undefined],
])("Retry-After %p is %p ms", (header, expected) => {
  expect(parseRetryAfter(header, Date.parse("2026-11-23T12:00:00Z"))).toBe(expected);
});
