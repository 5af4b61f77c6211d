import type { DeepcallClient } from "../../client/client";
import { CallError, RateLimitError, type ApiOperation } from "../../client/errors";
import { isJsonObject, payloadOf, readAnswer, readList } from "../../client/responses";
import type { JsonObject, ListPage } from "../../client/responses";
import type { HttpReply } from "../../client/transport";

/** One attempt of a call, and its result. */
export interface Exchange extends Partial<ListPage> {
  readonly operation: ApiOperation;
  readonly fields: JsonObject;
  readonly startedAt: number;
  readonly ms: number;
  readonly reply: HttpReply | undefined;
  /** The fields of the answer if it is a JSON object, and its payload if it is a success. */
  readonly body: JsonObject;
  readonly response: unknown;
  readonly error: CallError | undefined;
  /** Why the `groups` of a list cannot be read. */
  readonly problem?: string;
}

export type Call = (operation: ApiOperation, fields?: JsonObject) => Promise<Exchange>;

/** Sends each call once, so that every failure is recorded; repeats only calls that Deepcall refuses with HTTP 429. */
const maxAttempts = { failed: 1, rateLimited: 6 };
export const retryPolicy = {
  ...{ firstDelayMs: 1_000, maxDelayMs: 1_000, deadlineMs: 12_000, lateCommitMs: 5_000 },
  maxAttempts,
};

/** Makes calls and records every attempt. Throws only RateLimitError: Deepcall refused the last attempt, too. */
export function recordCalls(client: DeepcallClient, exchanges: Exchange[]): Call {
  return async (operation, fields = {}) => {
    let startedAt = performance.now();
    const record = (reply: HttpReply | undefined, error?: CallError): Exchange => {
      const ms = performance.now() - startedAt;
      const body = isJsonObject(reply?.json?.value) ? reply.json.value : {};
      const response = error ? undefined : payloadOf(body);
      const list = operation === "list" ? readGroups(reply, error) : {};
      const exchange = { operation, fields, startedAt, ms, reply, body, response, error, ...list };
      exchanges.push(exchange);
      startedAt += ms;
      return exchange;
    };
    let reply: HttpReply | undefined;
    try {
      reply = await client.callRaw(operation, fields, (error) => {
        if (error instanceof RateLimitError) record(undefined, error);
      });
      readAnswer(operation, reply);
      return record(reply);
    } catch (error) {
      if (!(error instanceof CallError) || error instanceof RateLimitError) throw error;
      return record(reply, error);
    }
  };
}

function readGroups(reply?: HttpReply, error?: CallError): Partial<ListPage> & { problem?: string } {
  if (!reply) return { problem: error?.description ?? "" };
  try {
    // An error that means "nothing found" is a list without groups.
    return readList("list", reply);
  } catch (failure) {
    return { problem: (failure as CallError).description };
  }
}
