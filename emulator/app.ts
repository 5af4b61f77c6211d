import { Hono } from "hono";
import { html } from "hono/html";
import { type Answer, failure, success, tooMany } from "./answers";
import { strike } from "./faults/break";
import { type CallEnv, divert, receive, type Surroundings } from "./middleware";
import { operationNames, operations, type OperationCall, type OperationName } from "./operations";
import { Refusal } from "./refusal";
import { send } from "./send";

/** The group service: its routes, and how their outcome is answered. */
export function createApp(surroundings: Surroundings): Hono<CallEnv> {
  const { store, options, lateCommits } = surroundings;
  // Not strict: a trailing slash makes no difference.
  const app = new Hono<CallEnv>({ strict: false });

  for (const operation of operationNames) {
    app.post(`/api/v2/Group/${operation}`, receive(operation, surroundings), divert(surroundings), (c) => {
      const { body, sender, fault, admitted } = c.var;
      const commit = (): Answer =>
        sender instanceof Refusal
          ? failure(sender, options)
          : perform(operation, { userId: sender.userId, body, store, options });
      if (!admitted) return send(c, tooMany(options), options);
      return fault === undefined ? send(c, commit(), options) : strike(fault, { c, commit, options, lateCommits });
    });
  }

  app.onError((error, c) => {
    console.error(error);
    return send(c, failure(new Refusal(1032), options), options);
  });

  // The page that Express shows: what a wrong base URL meets.
  app.notFound((c) =>
    c.html(
      html`<!doctype html>
        <pre>Cannot ${c.req.method} ${c.req.path}</pre>`,
      404,
    ),
  );

  return app;
}

/** Carries a call out, and gives its answer. */
function perform(operation: OperationName, call: OperationCall): Answer {
  try {
    return success(operations[operation](call), call.options);
  } catch (error) {
    if (error instanceof Refusal) return failure(error, call.options);
    throw error;
  }
}
