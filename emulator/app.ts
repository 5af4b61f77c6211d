import { type Context, Hono } from "hono";
import { html } from "hono/html";
import { type Answer, failure, success, toResponse, withEcho } from "./answers";
import { secretsOf } from "./credentials";
import { type CallEnv, divert, receive, type Surroundings } from "./middleware";
import { operations } from "./operations";
import { Refusal } from "./refusal";

/** The group service: its routes, and how their outcome is answered. */
export function createApp(surroundings: Surroundings): Hono<CallEnv> {
  const { store, options } = surroundings;
  // Not strict: a trailing slash makes no difference.
  const app = new Hono<CallEnv>({ strict: false });

  for (const [operation, carryOut] of Object.entries(operations)) {
    app.post(`/api/v2/Group/${operation}`, receive(operation, surroundings), divert(surroundings), (c) => {
      const { body, sender } = c.var;
      if (sender instanceof Refusal) throw sender;
      return send(c, success(carryOut({ userId: sender.userId, body, store, options }), options));
    });
  }

  app.onError((error, c) => {
    if (error instanceof Refusal) return send(c, failure(error, options));
    console.error(error);
    return send(c, failure(new Refusal(1032), options));
  });

  // The page that Express shows: what a wrong base URL meets.
  app.notFound((c) =>
    c.html(
      html`<!doctype html>
        <pre>Cannot ${c.req.method} ${c.req.path}</pre>`,
      404,
    ),
  );

  function send(c: Context<CallEnv>, answer: Answer): Response {
    c.var.call.answer = Number(answer.body["code"]);
    const secrets = options.echoCredentials ? secretsOf(c.var.body) : "";
    return secrets === "" ? toResponse(answer) : echo(answer, secrets);
  }

  return app;
}

function echo(answer: Answer, secrets: string): Response {
  const response = toResponse(withEcho(answer, secrets));
  // A header holds printable ASCII only.
  response.headers.set("x-echo", secrets.replace(/[^\x20-\x7e]/g, "?"));
  return response;
}
