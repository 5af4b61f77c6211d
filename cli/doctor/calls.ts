import type { DeepcallClient } from "../../client/client";
import { CallError, RateLimitError } from "../../client/errors";
import type { RetryPolicy } from "../../client/retry";
import type { HttpReply } from "../../client/transport";
import { readJson } from "../../client/transport";
import { readAnswer, type JsonObject } from "../../client/responses";

/** One try for each call, so that what fails is seen; a second where Deepcall doesn't say how long it wants to wait. */
export const oneTry: RetryPolicy = { firstWaitMs: 1_000, longestWaitMs: 1_000, deadlineMs: -1, settleMs: 0 };

/** What is asked: the only two operations that change nothing. */
export type Question = "list" | "getGroupAgentRelation";

/** A call that was made, and how it ended. */
export interface Exchange {
  readonly operation: Question;
  readonly fields: JsonObject;
  readonly startedAt: number;
  readonly ms: number;
  /** What came back; `undefined` where nothing did. */
  readonly reply: HttpReply | undefined;
  /** The fields of a success; `undefined` when it was none. */
  readonly success: JsonObject | undefined;
  /** Why it is no success. */
  readonly error: CallError | undefined;
}

const mostTries = 6;
const longestWaitMs = 10_000;

/** The calls of one run: they only read, come one after another, and all are kept. */
export class Calls {
  readonly #client: DeepcallClient;
  readonly #exchanges: Exchange[] = [];

  constructor(client: DeepcallClient) {
    this.#client = client;
  }

  /** All calls so far; those that were refused because they were too many, too. */
  get exchanges(): readonly Exchange[] {
    return this.#exchanges;
  }

  /**
   * Asks, and says how it ended. Where Deepcall asks for less haste, the client waits, and the call is made again.
   *
   * @throws RateLimitError when Deepcall asks to wait for too long, or again and again.
   */
  async ask(operation: Question, fields: JsonObject): Promise<Exchange> {
    for (let tries = 1; ; tries++) {
      const exchange = await this.#try(operation, fields);
      this.#exchanges.push(exchange);
      const { error } = exchange;
      if (!(error instanceof RateLimitError)) return exchange;
      if (tries >= mostTries || (error.retryAfterMs ?? 0) > longestWaitMs) throw error;
    }
  }

  async #try(operation: Question, fields: JsonObject): Promise<Exchange> {
    const startedAt = performance.now();
    let reply: HttpReply | undefined;
    let success: JsonObject | undefined;
    let failure: CallError | undefined;
    try {
      reply = await this.#client.ask(operation, fields);
      success = readAnswer(operation, reply.httpStatus, readJson(operation, reply));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      failure = error;
    }
    return { operation, fields, startedAt, ms: performance.now() - startedAt, reply, success, error: failure };
  }
}
