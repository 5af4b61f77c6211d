import type { Body } from "./requests";

/** A call that the emulator received. */
export interface Call {
  /** The last part of the path, e.g. "add". */
  readonly operation: string;
  /** The account, or "" when the call didn't authenticate. */
  readonly userId: string;
  /** The body as received, without its credentials; empty when it couldn't be parsed. */
  readonly body: Body;
  /** When it arrived, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** The code that was answered; absent while there is none, or when the answer was cut off or has none. */
  answer?: number;
  /** The fault that hit it, as text; absent when none did. */
  fault?: string;
}

/** What an interceptor is told about a call. */
export interface InterceptedCall {
  readonly operation: string;
  readonly userId: string;
  readonly body: Body;
  /** The nth call of this operation, from 1; counted anew after `clearCalls()`. */
  readonly index: number;
}

/**
 * Stands between a call and its handling. What it returns is the answer, as it is; undefined means: go on as normal.
 * `proceed` carries the call out (once, however often it is called) and gives its answer. Throwing a
 * {@link CutConnection} ends the connection without an answer.
 */
export type Intercept = (
  call: InterceptedCall,
  proceed: () => Promise<Response>,
) => Response | undefined | Promise<Response | undefined>;

/** Thrown by an interceptor to destroy the socket instead of answering. */
export class CutConnection extends Error {
  override readonly name = "CutConnection";
}

/** The calls so far, in order of arrival. */
export class CallLog {
  readonly calls: Call[] = [];

  /** How many calls there were, of one operation or of all. */
  count(operation?: string): number {
    return this.calls.filter((call) => operation === undefined || call.operation === operation).length;
  }

  /** Forgets all calls. */
  clear(): void {
    this.calls.length = 0;
  }
}
