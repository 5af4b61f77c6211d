import { meaningOf } from "./codes";

/** The calls of Deepcall's Group API that this package makes. */
export type Operation = "add" | "update" | "delete" | "list" | "getGroupAgentRelation";

/**
 * What became of a call that failed, as far as can be known from here:
 * - `not sent`: the request never reached Deepcall (refused connection, DNS, TLS).
 * - `refused`: Deepcall answered that it did not do it.
 * - `unknown`: the request went out, and no answer that can be understood came back; it may have been carried out.
 */
export type Outcome = "not sent" | "refused" | "unknown";

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
    readonly operation: Operation,
    /** Whether Deepcall may have carried the call out. */
    readonly outcome: Outcome,
    what: string,
    /** What the reader can do about it, as a sentence. */
    readonly next: string,
    options?: ErrorOptions,
  ) {
    super(what, options);
  }
}

/** Deepcall could not be reached, or the connection broke before an answer came. */
export class ConnectionError extends CallError {
  constructor(operation: Operation, outcome: "not sent" | "unknown", host: string, reason: string) {
    super(
      operation,
      outcome,
      outcome === "not sent"
        ? `Deepcall could not be reached at ${host} (${operation}: ${reason}).`
        : `The connection to Deepcall at ${host} broke before the answer to ${operation} came (${reason}).`,
      "Check deepcall:baseUrl and the network between here and there, then run the same command again.",
    );
  }
}

/** No complete answer came within `deepcall:timeoutMs`. */
export class TimeoutError extends CallError {
  constructor(operation: Operation, host: string, timeoutMs: number) {
    super(
      operation,
      "unknown",
      `Deepcall at ${host} did not answer ${operation} within ${timeoutMs} ms.`,
      "Run the same command again; where the service is slow, raise deepcall:timeoutMs.",
    );
  }
}

/** An answer came, and it is none of the shapes that this package can understand. */
export class AnswerError extends CallError {
  constructor(operation: Operation, what: string, next?: string) {
    super(
      operation,
      "unknown",
      `Deepcall's answer to ${operation} could not be understood: ${what}.`,
      next ??
        "Check that deepcall:baseUrl is the address of the API. If it is, please report this message: it shows a form of answer that is not documented.",
    );
  }
}

/** Deepcall answered with an error code. */
export class ApiError extends CallError {
  constructor(
    operation: Operation,
    /** Deepcall's code, e.g. 1503. */
    readonly code: number,
    message: string,
    next = "Run the same command again; if it stays, ask Deepcall's support what the code means for this account.",
  ) {
    const meaning = meaningOf(code);
    const said = message === "" ? "" : `: ${JSON.stringify(message)}`;
    super(
      operation,
      "refused",
      `Deepcall refused ${operation} with code ${code}${meaning && ` (${meaning})`}${said}.`,
      next,
    );
  }
}

/** Deepcall does not accept the credentials: codes 1000 (which it also uses for failed authentication), 1002, 1014, 1020. */
export class AuthenticationError extends ApiError {
  constructor(operation: Operation, code: number, message: string) {
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
  constructor(operation: Operation, code: number, message: string) {
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

/** The class that a code of the Group API stands for. */
export function apiError(operation: Operation, code: number, message: string): ApiError {
  switch (code) {
    case 1000:
    case 1002:
    case 1014:
    case 1020:
      return new AuthenticationError(operation, code, message);
    case 1015:
    case 1039:
      return new PermissionError(operation, code, message);
    case 1503:
      return new NotFoundError(operation, code, message);
    default:
      return new ApiError(operation, code, message);
  }
}
