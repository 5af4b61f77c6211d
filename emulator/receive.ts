import { setTimeout as delay } from "node:timers/promises";
import type { MiddlewareHandler } from "hono";
import type { Call, CallEnv } from "./call";
import type { Changes } from "./changes";
import { ApiError } from "./errors";
import type { FaultList } from "./faults/fault-list";
import type { LateCommits } from "./faults/late-commits";
import type { Intercept } from "./intercept";
import type { EmulatorOptions } from "./options";
import { authenticate, parseBody, withoutCredentials } from "./requests";
import type { Store } from "./store";

/** The state that all calls share. */
export interface EmulatorContext {
  readonly store: Store;
  readonly options: EmulatorOptions;
  readonly calls: Call[];
  readonly faults: FaultList;
  readonly lateCommits: LateCommits;
  readonly rateLimit: RateLimit;
  /** Returns the current interceptor. */
  readonly intercept: () => Intercept | undefined;
  readonly changes: Changes;
  readonly onResponse: (call: Call, ms: number) => void;
}

/** Parses, authenticates and records a call, and delays its response by `latencyMs`. */
export function receive(operation: string, context: EmulatorContext): MiddlewareHandler<CallEnv> {
  const { store, options, calls, faults, rateLimit, changes, onResponse } = context;
  return async (c, next) => {
    const startedAt = Date.now();
    // A body that breaks off cannot be parsed either.
    const body = parseBody(await c.req.text().catch(() => ""));
    const account = body === undefined ? new ApiError(1047) : authenticate(body, store.accounts, options);
    const userId = account instanceof ApiError ? "" : account.userId;
    const call: Call = { operation, userId, body: withoutCredentials(body ?? {}), startedAt };
    calls.push(call);
    c.set("options", options);
    c.set("body", body ?? {});
    c.set("account", account);
    c.set("call", call);
    c.set("fault", faults.countCall(operation));
    c.set("withinRateLimit", rateLimit.allows(options.rateLimit, startedAt));
    changes.notify();
    await next();
    // Does not keep the process alive: after close() no client waits for the response.
    if (options.latencyMs > 0) await delay(options.latencyMs, undefined, { ref: false });
    call.ms = Date.now() - startedAt;
    changes.notify();
    onResponse(call, call.ms);
  };
}

/** Limits the calls within any second, over all accounts. */
export class RateLimit {
  #allowed: number[] = [];

  /**
   * Whether a call is allowed. A rejected call does not count toward the limit.
   * @param limit calls per second; 0 for no limit
   * @param now in milliseconds
   */
  allows(limit: number, now: number): boolean {
    this.#allowed = this.#allowed.filter((time) => time > now - 1000);
    if (limit > 0 && this.#allowed.length >= limit) return false;
    this.#allowed.push(now);
    return true;
  }
}
