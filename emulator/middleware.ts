import { setTimeout as delay } from "node:timers/promises";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { z } from "zod";
import type { Context, MiddlewareHandler } from "hono";
import { type Call, type CallLog, CutConnection, type Intercept } from "./calls";
import { authenticate, withoutCredentials } from "./credentials";
import type { ActiveFault } from "./faults/fault";
import type { LateCommits } from "./faults/late-commits";
import type { FaultList } from "./faults/list";
import type { EmulatorOptions } from "./options";
import type { RateLimit } from "./rate-limit";
import { Refusal } from "./refusal";
import { type Body, parseBody } from "./requests";
import type { Account, Store } from "./store";

/** What Hono carries along with a call. */
export interface CallEnv {
  Bindings: HttpBindings;
  Variables: {
    operation: string;
    body: Body;
    sender: Account | Refusal;
    call: Call;
    /** The fault that hits the call. */
    fault: ActiveFault | undefined;
    /** Whether the rate limit lets the call through. */
    admitted: boolean;
  };
}

/** What the middleware works with; options and interceptor are read anew at every call. */
export interface Surroundings {
  readonly store: Store;
  readonly options: EmulatorOptions;
  readonly log: CallLog;
  readonly faults: FaultList;
  readonly lateCommits: LateCommits;
  readonly rateLimit: RateLimit;
  readonly intercept: () => Intercept | undefined;
  /** Told of each call when it is over, and how many milliseconds it took. */
  readonly onAnswer: (call: Call, ms: number) => void;
}

/** Parses, authenticates and records a call of this operation; holds its answer back as long as the options say. */
export function receive(operation: string, surroundings: Surroundings): MiddlewareHandler<CallEnv> {
  const { store, options, log, faults, rateLimit, onAnswer } = surroundings;
  return async (c, next) => {
    const startedAt = Date.now();
    // A body that breaks off is one that can't be parsed.
    const parsed = parseBody(await c.req.text().catch(() => ""));
    const body = parsed instanceof Refusal ? {} : parsed;
    const sender = parsed instanceof Refusal ? parsed : authenticate(body, store, options);
    const userId = sender instanceof Refusal ? "" : sender.userId;
    const call: Call = { operation, userId, body: withoutCredentials(body), startedAt };
    log.calls.push(call);
    c.set("body", body);
    c.set("sender", sender);
    c.set("call", call);
    c.set("fault", faults.meet(operation));
    c.set("admitted", rateLimit.admits(options.rateLimit, startedAt));
    await next();
    // Not holding the process: after close() nobody waits for this answer.
    if (options.latencyMs > 0) await delay(options.latencyMs, undefined, { ref: false });
    onAnswer(call, Date.now() - startedAt);
  };
}

/** Lets the interceptor, when there is one, stand between the call and its handling. */
export function divert({ log, intercept }: Surroundings): MiddlewareHandler<CallEnv> {
  return async (c, next) => {
    const interceptor = intercept();
    if (interceptor === undefined) {
      await next();
      return;
    }
    const { call } = c.var;
    const { operation, userId, body } = call;
    let handled: Promise<void> | undefined;
    const proceed = async (): Promise<Response> => {
      await (handled ??= next());
      return c.res.clone();
    };
    const index = log.count(operation);
    const answer = await cutOr(c, async () => interceptor({ operation, userId, body, index }, proceed));
    if (answer === undefined) {
      await (handled ??= next());
      return;
    }
    replaceAnswer(c, answer);
  };
}

async function cutOr(
  c: Context<CallEnv>,
  interceptor: () => Promise<Response | undefined>,
): Promise<Response | undefined> {
  try {
    return await interceptor();
  } catch (error) {
    if (!(error instanceof CutConnection)) throw error;
    c.env.incoming.socket.destroy();
    return RESPONSE_ALREADY_SENT;
  }
}

function replaceAnswer(c: Context<CallEnv>, answer: Response): void {
  const { call } = c.var;
  delete call.answer;
  // Not awaited: the body may be a stream that a test never ends.
  void codeOf(answer.clone()).then((code) => {
    if (code !== undefined) call.answer = code;
  });
  // Without this Hono would mix the headers of the two answers.
  c.res = undefined;
  c.res = answer;
}

const codeSchema = z.object({ code: z.coerce.number() });

async function codeOf(answer: Response): Promise<number | undefined> {
  try {
    return codeSchema.parse(await answer.json()).code;
  } catch {
    return undefined;
  }
}
