/** The operations of Deepcall's Group API that this package calls, as in the URLs of the API. */
export type ApiOperation = "add" | "update" | "delete" | "list" | "getGroupAgentRelation" | "submitAssignGroupToAgent";

/**
 * What is known about a failed call:
 * - `not sent`: the request never reached Deepcall (connection refused, DNS, TLS).
 * - `refused`: Deepcall answered that it did nothing.
 * - `answered`: Deepcall has finished, but its answer does not say whether the call took effect.
 * - `unknown`: there was no complete answer. The call may have taken effect, or may still do so.
 */
export type Outcome = "not sent" | "refused" | "answered" | "unknown";

/** The error codes of this folder's errors, except for Deepcall's own numbers ({@link apiErrorMeanings}). */
export type ClientErrorCode = (typeof clientErrorCodes)[number];
export const clientErrorCodes = ["node-version", "settings", "connection", "timeout", "answer", "rate-limit"] as const;

/**
 * The base class of all errors of this package. Messages never contain a credential.
 *
 * A program can catch the errors of lookups and of constructors. What fails while Pulumi creates, reads, updates or deletes a
 * resource is reported by Pulumi, which keeps only the message.
 *
 * @example
 * ```ts
 * import { DeepcallError, getGroup } from "pulumi-deepcall";
 *
 * export const groupId = getGroup({ name: "Overflow" }).then(
 *   (group) => group.groupId,
 *   (error: unknown) => {
 *     if (error instanceof DeepcallError && error.errorCode === "group-not-found") return undefined;
 *     throw error;
 *   },
 * );
 * ```
 */
export class DeepcallError extends Error {
  constructor(
    /** The stable code at the end of the message, for example `"1014"` or `"timeout"`. `docs/errors.md` lists all codes. */
    readonly errorCode: string,
    description: string,
    options?: ErrorOptions,
  ) {
    super(withErrorCode(description, errorCode), options);
    this.#description = description;
    this.name = new.target.name;
  }

  #description: string;

  /** The message without its code. */
  get description(): string {
    return this.#description;
  }

  /**
   * Begins the message with its subject, for example the provider that the failed call was for.
   *
   * @internal
   */
  prefixWith(subject: string): void {
    this.#change(`${subject}: ${this.#description}`);
  }

  /**
   * Adds what was done, or what to do next.
   *
   * @internal
   */
  append(sentence: string): void {
    this.#change(`${this.#description} ${sentence}`);
  }

  #change(description: string): void {
    this.#description = description;
    this.message = withErrorCode(description, this.errorCode);
  }
}

/** Ends a message with its code: of a provider's error, Pulumi passes on the message alone. */
export function withErrorCode(description: string, errorCode: string): string {
  return `${description} [deepcall:${errorCode}]`;
}

/**
 * A setting (stack config, environment or `DeepcallProvider`) is missing, malformed or contradicts another one. No call was
 * made. Code `settings`.
 */
export class SettingsError extends DeepcallError {
  constructor(description: string) {
    super("settings" satisfies ClientErrorCode, description);
  }
}

/** A call to Deepcall failed. In the errors of resources and lookups, it is the `cause`. */
export abstract class CallError extends DeepcallError {
  /** How many times the call was sent, including retries. */
  tries = 1;

  constructor(
    errorCode: ClientErrorCode | `${number}`,
    /** The operation that was called. */
    readonly operation: ApiOperation,
    /** What is known about the effect of the call. */
    readonly outcome: Outcome,
    description: string,
    /** Whether the same call may succeed a little later. */
    readonly transient: boolean,
    hint: string,
  ) {
    super(errorCode, description);
    this.#hint = hint;
  }

  #hint: string;

  /** What to do next, as a sentence. */
  get hint(): string {
    return this.#hint;
  }

  /**
   * Adds what only the caller knows.
   *
   * @internal
   */
  addHint(sentence: string): void {
    this.#hint = `${this.#hint} ${sentence}`;
  }
}

/** Deepcall could not be reached, or the connection broke before the answer was complete. Code `connection`. */
export class ConnectionError extends CallError {
  constructor(
    operation: ApiOperation,
    outcome: "not sent" | "answered" | "unknown",
    transient: boolean,
    host: string,
    reason: string,
    /** The error code of Node or undici, for example `ECONNREFUSED` or `CERT_HAS_EXPIRED`; empty if there is none. */
    readonly code = "",
  ) {
    super(
      "connection",
      operation,
      outcome,
      outcome === "not sent"
        ? `Could not reach Deepcall at ${host} (${operation}: ${reason}).`
        : `The connection to Deepcall at ${host} broke before the answer to ${operation} was complete (${reason}).`,
      transient,
      "Check the setting baseUrl and the network between this machine and that host, then run the same command again.",
    );
  }
}

/** There was no complete answer within the setting `timeoutMs`. Code `timeout`. */
export class TimeoutError extends CallError {
  constructor(operation: ApiOperation, host: string, timeoutMs: number) {
    super(
      "timeout",
      operation,
      "unknown",
      `Deepcall at ${host} did not answer ${operation} within ${timeoutMs} ms.`,
      true,
      "Run the same command again. If the service is slow, raise the setting timeoutMs.",
    );
  }
}

/** An answer arrived in a form that this package does not understand. Code `answer`. */
export class AnswerError extends CallError {
  constructor(operation: ApiOperation, received: string, httpStatus = 200) {
    // An answer with 5xx often comes from a gateway while the service behind it is still working.
    const fromGateway = httpStatus >= 500;
    super(
      "answer",
      operation,
      fromGateway ? "unknown" : "answered",
      `Could not understand Deepcall's answer to ${operation}: received ${received}.`,
      fromGateway,
      fromGateway
        ? "The service, or a gateway in front of it, has a problem. Run the same command again later."
        : "Check that the setting baseUrl is the address of the API. If it is, please report this message: it shows an undocumented form of answer.",
    );
  }
}

/** Deepcall asked the client to slow down (HTTP 429). The call had no effect. Code `rate-limit`. */
export class RateLimitError extends CallError {
  constructor(
    operation: ApiOperation,
    /** How long Deepcall asked the client to wait, in milliseconds; `undefined` if it did not say. */
    readonly retryAfterMs: number | undefined,
  ) {
    super(
      "rate-limit",
      operation,
      "refused",
      `Deepcall refused ${operation} because of too many calls (HTTP 429).`,
      true,
      "Set requestsPerSecond to the account's limit, then run the same command again.",
    );
  }
}

/** "No data found": for a list, it is an answer without groups; for a group's agents, it proves nothing. */
export const noDataCode = 1012;

/**
 * What the codes of the Group API mean. Codes below 1100 are shared by all v2 APIs; those from 1500 on have another
 * meaning in each API, so this table is for the Group API alone.
 */
export const apiErrorMeanings: Readonly<Record<number, string>> = {
  1000: "invalid parameters or failed authentication",
  1001: "invalid data type",
  1002: "userId not provided",
  1009: "something went wrong",
  1010: "error connecting to the database",
  [noDataCode]: "no data found",
  1014: "invalid or expired token",
  1015: "permission denied",
  1020: "token not found",
  1032: "internal server error",
  1039: "user account suspended",
  1047: "invalid request data",
  1501: "name not provided",
  1502: "groupId is required",
  1503: "group not found or not authorized",
};

/**
 * What codes of the Agent API mean, where an operation of the Group API that concerns agents may answer them. They do not
 * replace the meanings in the Group API: 1503 is "invalid role id" in the Agent API.
 */
export const agentErrorMeanings: Readonly<Record<number, string>> = {
  1003: "agent id does not exist",
  1505: "invalid group data",
  1506: "group id does not exist",
  1507: "invalid agent id",
  1509: "invalid agent id",
  1520: "only a single field may be updated",
  1521: "only valid fields are allowed",
};

/** The codes that may mean that Deepcall does not know an agent of a submitted list. */
export const unknownAgentCodes: ReadonlySet<string> = new Set(["1001", "1003", "1047", "1507", "1509"]);

const agentOperations: ReadonlySet<ApiOperation> = new Set(["getGroupAgentRelation", "submitAssignGroupToAgent"]);

function meaningOf(operation: ApiOperation, code: number): string | undefined {
  const ofAgents = agentOperations.has(operation) ? agentErrorMeanings[code] : undefined;
  return apiErrorMeanings[code] ?? (ofAgents === undefined ? undefined : `in the Agent API: ${ofAgents}`);
}

/** Errors on Deepcall's side that a retry may get past. */
const transientCodes: ReadonlySet<number> = new Set([1009, 1010, 1032]);

/** Deepcall answered with an error code, which is also the `errorCode`. */
export class ApiError extends CallError {
  constructor(
    operation: ApiOperation,
    /** Deepcall's code as a number, for example 1503. */
    readonly code: number,
    serverMessage: string,
    hint = "Run the same command again. If it fails again, ask Deepcall's support what the code means for this account.",
  ) {
    const meaning = meaningOf(operation, code);
    const transient = transientCodes.has(code);
    super(
      `${code}`,
      operation,
      transient ? "answered" : "refused",
      `Deepcall ${transient ? "failed" : "refused"} ${operation} with code ${code}` +
        `${meaning === undefined ? "" : ` (${meaning})`}${serverMessage === "" ? "" : `: ${JSON.stringify(serverMessage)}`}.`,
      transient,
      hint,
    );
  }
}

/** Deepcall does not accept the credentials: codes 1000, 1002, 1014 and 1020. */
export class AuthenticationError extends ApiError {
  constructor(operation: ApiOperation, code: number, serverMessage: string) {
    super(
      operation,
      code,
      serverMessage,
      "Check the settings ssid, or userId and token, and that they belong to the brand of baseUrl. An ssid is a session and may have expired.",
    );
  }
}

/** Deepcall accepts the credentials but does not allow this operation: codes 1015 and 1039. */
export class PermissionError extends ApiError {
  constructor(operation: ApiOperation, code: number, serverMessage: string) {
    super(
      operation,
      code,
      serverMessage,
      agentOperations.has(operation)
        ? "Give this user the permissions to manage groups and agents in Deepcall (for agents they are called VIEW_AGENTS, ADD_EMPLOYEE and EDIT_EMPLOYEES), or use credentials that have them."
        : "Give this user the permission to manage groups in Deepcall, or use credentials that have it.",
    );
  }
}

/** Code 1503: the group does not exist **or** belongs to an account that these credentials cannot access. */
export class NotFoundError extends ApiError {}

/** The codes for rejected credentials. 1000 ("invalid parameters") is also used for failed authentication. */
export const authenticationCodes: ReadonlySet<number> = new Set([1000, 1002, 1014, 1020]);

/** The error for a code of the Group API. */
export function apiError(operation: ApiOperation, code: number, serverMessage: string): ApiError {
  if (authenticationCodes.has(code)) return new AuthenticationError(operation, code, serverMessage);
  if (code === 1015 || code === 1039) return new PermissionError(operation, code, serverMessage);
  return new (code === 1503 ? NotFoundError : ApiError)(operation, code, serverMessage);
}
