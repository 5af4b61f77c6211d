import { STATUS_CODES } from "node:http";
import type { Context } from "hono";
import { html } from "hono/html";
import type { ContentfulStatusCode, StatusCode } from "hono/utils/http-status";
import { type Answer, toResponse, withEcho } from "./answers";
import { secretsOf } from "./credentials";
import type { CallEnv } from "./middleware";
import type { EmulatorOptions } from "./options";

/** Gives the answer, and notes its code in the record of the call. */
export function send(c: Context<CallEnv>, answer: Answer, options: EmulatorOptions): Response {
  c.var.call.answer = Number(answer.body["code"]);
  return render(c, answer, options);
}

/** The answer as it is sent, with the received secrets where the options want them. */
export function render(c: Context<CallEnv>, answer: Answer, options: EmulatorOptions): Response {
  const secrets = echoOf(c, options);
  return withHeader(toResponse(secrets === "" ? answer : withEcho(answer, secrets)), secrets);
}

/** A page as proxies and web servers show it. */
export async function sendPage(
  c: Context<CallEnv>,
  status: ContentfulStatusCode,
  options: EmulatorOptions,
): Promise<Response> {
  const secrets = echoOf(c, options);
  const title = `${status} ${STATUS_CODES[status] ?? ""}`.trim();
  const page = html`<!doctype html>
    <html>
      <head>
        <title>${title}</title>
      </head>
      <body>
        <h1>${title}</h1>
        <p>${secrets}</p>
      </body>
    </html>`;
  return withHeader(await c.html(page, status), secrets);
}

/** An answer that has no body. */
export function sendEmpty(
  c: Context<CallEnv>,
  status: StatusCode,
  headers: Record<string, string>,
  options: EmulatorOptions,
): Response {
  // Node would leave this header out, and send an empty body in chunks.
  return withHeader(c.body(null, status, { "Content-Length": "0", ...headers }), echoOf(c, options));
}

/** The secrets that every answer to this call repeats; "" for none. */
export function echoOf(c: Context<CallEnv>, options: EmulatorOptions): string {
  return options.echoCredentials ? secretsOf(c.var.body) : "";
}

function withHeader(response: Response, secrets: string): Response {
  // A header holds printable ASCII only.
  if (secrets !== "") response.headers.set("x-echo", secrets.replace(/[^\x20-\x7e]/g, "?"));
  return response;
}
