import { meaningOf } from "./codes";

/** The calls of Deepcall's Group API that this package makes. */
export type ApiOperation = "add" | "update" | "delete" | "list" | "getGroupAgentRelation";

/**
 * What became of a call that failed, as far as can be known from here:
 * - `not sent`: the request never reached Deepcall (refused connection, DNS, TLS).
 * - `refused`: Deepcall answered that it did not do it.
 * - `answered`: Deepcall is done with the call, and its answer does not tell whether it was carried out.
 * - `unknown`: no answer came. The call may have been carried out, or may still be.
 */
export type Outcome = "not sent" | "refused" | "answered" | "unknown";

/** The base of every error of this package. Messages are safe to log: they never hold a credential. */
export class DeepcallError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A setting (stack config or environment) is missing, malformed or contradicts another. No call was made. */
export class SettingsError extends DeepcallError {}

/** A call to Deepcall failed. */
export abstract class CallError extends DeepcallError {
  constructor(
    /** The operation of the Group API that was called. */
    readonly operation: ApiOperation,
    /** Whether Deepcall may have carried the call out. */
    readonly outcome: Outcome,
    what: string,
    /** Whether the same call may succeed a little later. */
    readonly transient: boolean,
    /** What the reader can do about it, as a sentence. */
    readonly hint: string,
  ) {
    super(what);
  }

  /** How often the call was sent. */
  tries = 1;
}

/** Deepcall could not be reached, or the connection broke before an answer came. */
export class ConnectionError extends CallError {
  constructor(
    operation: ApiOperation,
    outcome: "not sent" | "answered" | "unknown",
    transient: boolean,
    host: string,
    reason: string,
    /** Node's or undici's code for it, e.g. `ECONNREFUSED` or `CERT_HAS_EXPIRED`; empty where there is none. */
    readonly code = "",
  ) {
    super(
      operation,
      outcome,
      outcome === "not sent"
        ? `Deepcall could not be reached at ${host} (${operation}: ${reason}).`
        : `The connection to Deepcall at ${host} broke before the whole answer to ${operation} came (${reason}).`,
      transient,
      "Check deepcall:baseUrl and the network between here and there, then run the same command again.",
    );
  }
}

/** No complete answer came within `deepcall:timeoutMs`. */
export class TimeoutError extends CallError {
  constructor(operation: ApiOperation, host: string, timeoutMs: number) {
    super(
      operation,
      "unknown",
      `Deepcall at ${host} did not answer ${operation} within ${timeoutMs} ms.`,
      true,
      "Run the same command again; where the service is slow, raise deepcall:timeoutMs.",
    );
  }
}

/** An answer came, and it is none of the shapes that this package can understand. */
export class AnswerError extends CallError {
  /** @param httpStatus - from 500 on it is often a gateway that speaks, and the service behind it may still be at work. */
  constructor(operation: ApiOperation, what: string, httpStatus = 200) {
    const gateway = httpStatus >= 500;
    super(
      operation,
      gateway ? "unknown" : "answered",
      `Deepcall's answer to ${operation} could not be understood: ${what}.`,
      gateway,
      gateway
        ? "The service, or a gateway before it, has a fault: run the same command again in a while."
        : "Check that deepcall:baseUrl is the address of the API. If it is, please report this message: it shows a form of answer that is not documented.",
    );
  }
}

/** Deepcall asks for fewer calls (HTTP status 429); the call was not carried out. */
export class RateLimitError extends CallError {
  constructor(
    operation: ApiOperation,
    /** How long Deepcall asks to wait, in milliseconds; `undefined` where it doesn't say. */
    readonly retryAfterMs: number | undefined,
  ) {
    super(
      operation,
      "refused",
      `Deepcall refused ${operation} because there were too many calls (HTTP status 429).`,
      true,
      "Set deepcall:requestsPerSecond to what the account may have, then run the same command again.",
    );
  }
}

/** Faults on Deepcall's side, which may pass: "something went wrong", no database, internal error. */
const faults: ReadonlySet<number> = new Set([1009, 1010, 1032]);

/** Deepcall answered with an error code. */
export class ApiError extends CallError {
  constructor(
    operation: ApiOperation,
    /** Deepcall's code, e.g. 1503. */
    readonly code: number,
    message: string,
    next = "Run the same command again; if it stays, ask Deepcall's support what the code means for this account.",
  ) {
    const meaning = meaningOf(code);
    const said = message === "" ? "" : `: ${JSON.stringify(message)}`;
    const fault = faults.has(code);
    super(
      operation,
      fault ? "answered" : "refused",
      `Deepcall ${fault ? "failed" : "refused"} ${operation} with code ${code}${meaning && ` (${meaning})`}${said}.`,
      fault,
      next,
    );
  }
}

/** Deepcall does not accept the credentials: one of {@link authenticationCodes}. */
export class AuthenticationError extends ApiError {
  constructor(operation: ApiOperation, code: number, message: string) {
    super(
      operation,
      code,
      message,
      "Check deepcall:ssid, or deepcall:userId and deepcall:token (an ssid is a session and may have expired), and that deepcall:baseUrl is the brand they belong to.",
    );
  }
}

/** The credentials are accepted, and are not allowed to do this: codes 1015 and 1039. */
export class PermissionError extends ApiError {
  constructor(operation: ApiOperation, code: number, message: string) {
    super(
      operation,
      code,
      message,
      "Give this user the permission to manage groups in Deepcall, or use credentials that have it.",
    );
  }
}

/** Code 1503: the group does not exist **or** belongs to an account that these credentials may not see. */
export class NotFoundError extends ApiError {}

/** The codes of credentials that are not accepted; 1000 ("invalid parameters") is also used for failed authentication. */
export const authenticationCodes: ReadonlySet<number> = new Set([1000, 1002, 1014, 1020]);

/** The class that a code of the Group API stands for. */
export function apiError(operation: ApiOperation, code: number, message: string): ApiError {
  if (authenticationCodes.has(code)) return new AuthenticationError(operation, code, message);
  switch (code) {
    case 1015:
    case 1039:
      return new PermissionError(operation, code, message);
    case 1503:
      return new NotFoundError(operation, code, message);
    default:
      return new ApiError(operation, code, message);
  }
}

/**
 * The code that the message of an `ApiError` tells, anywhere in a text: of an error in the provider, Pulumi hands on
 * nothing but its message. What is quoted there (names, Deepcall's own words) is not looked at.
 */
export function codeIn(text: string): number | undefined {
  const [, code] =
    /\bDeepcall (?:refused|failed) \w+ with code (\d+)/.exec(text.replace(/"(?:[^"\\]|\\.)*"/g, '""')) ?? [];
  return code === undefined ? undefined : Number(code);
}
