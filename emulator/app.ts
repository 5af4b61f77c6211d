import { Hono } from "hono";
import { html } from "hono/html";
import type { CallEnv } from "./call";
import { type EmulatorContext, receive } from "./receive";
import { ApiError } from "./errors";
import { applyFault } from "./faults/fault-list";
import { interceptCalls } from "./intercept";
import { operations } from "./operations";
import { type OperationName, operationNames } from "./requests";
import { type ApiResult, failure, rateLimitExceeded, send, success } from "./responses";

/** Deepcall's Group API. */
export function createApp(context: EmulatorContext): Hono<CallEnv> {
  const { options, calls, intercept, lateCommits } = context;
  // Not strict: a trailing slash is ignored.
  const app = new Hono<CallEnv>({ strict: false });

  for (const operation of operationNames) {
    app.post(`/api/v2/Group/${operation}`, receive(operation, context), interceptCalls(calls, intercept), (c) => {
      const { fault, withinRateLimit } = c.var;
      if (!withinRateLimit) return send(c, rateLimitExceeded(options));
      const execute = (): ApiResult => executeCall(operation, c.var, context);
      return fault === undefined ? send(c, execute()) : applyFault(fault, { c, execute, lateCommits });
    });
  }

  app.onError((error, c) => {
    console.error(error);
    return send(c, failure(new ApiError(1032), options));
  });

  // Express's page, which clients with a wrong base URL get.
  app.notFound((c) =>
    c.html(
      html`<!doctype html>
        <pre>Cannot ${c.req.method} ${c.req.path}</pre>`,
      404,
    ),
  );

  return app;
}

function executeCall(
  operation: OperationName,
  { account, body }: CallEnv["Variables"],
  { store, options }: EmulatorContext,
): ApiResult {
  try {
    if (account instanceof ApiError) throw account;
    return success(operations[operation]({ userId: account.userId, body, store, options }), options);
  } catch (error) {
    if (error instanceof ApiError) return failure(error, options);
    throw error;
  }
}
