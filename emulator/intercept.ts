import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { MiddlewareHandler } from "hono";
import { z } from "zod";
import type { Call, CallEnv } from "./call";

/** A call as an interceptor sees it. */
export interface InterceptedCall extends Pick<Call, "operation" | "userId" | "body"> {
  /** Which call of this operation it is, from 1; `clearCalls()` restarts the count. */
  readonly index: number;
}

/**
 * Runs before the emulator handles a call. If it returns a response, that response is sent unchanged; if it returns
 * undefined, the call is handled normally. `proceed` handles the call, at most once, and returns its response. Throw a
 * {@link CutConnection} to close the connection without a response.
 */
export type Intercept = (
  call: InterceptedCall,
  proceed: () => Promise<Response>,
) => Response | undefined | Promise<Response | undefined>;

/** Thrown by an interceptor to destroy the socket instead of sending a response. */
export class CutConnection extends Error {
  override readonly name = "CutConnection";
}

/** @param intercept - returns the current interceptor. */
export function interceptCalls(
  calls: readonly Call[],
  intercept: () => Intercept | undefined,
): MiddlewareHandler<CallEnv> {
  return async (c, next) => {
    const interceptor = intercept();
    if (interceptor === undefined) {
      await next();
      return;
    }
    const { call } = c.var;
    const { operation, userId, body } = call;
    const index = calls.filter((other) => other.operation === operation).length;
    let handled: Promise<void> | undefined;
    const proceed = async (): Promise<Response> => {
      await (handled ??= next());
      return c.res.clone();
    };
    let response: Response | undefined;
    try {
      response = await interceptor({ operation, userId, body, index }, proceed);
    } catch (error) {
      if (!(error instanceof CutConnection)) throw error;
      c.env.incoming.socket.destroy();
      response = RESPONSE_ALREADY_SENT;
    }
    if (response === undefined) {
      await (handled ??= next());
      return;
    }
    delete call.code;
    // Not awaited: the body may be a stream that never ends.
    void readCode(response.clone()).then((code) => {
      if (code !== undefined) call.code = code;
    });
    // Without this, Hono would merge the headers of the two responses.
    c.res = undefined;
    c.res = response;
  };
}

const codeSchema = z.object({ code: z.coerce.number() });

async function readCode(response: Response): Promise<number | undefined> {
  try {
    return codeSchema.parse(await response.json()).code;
  } catch {
    return undefined;
  }
}
