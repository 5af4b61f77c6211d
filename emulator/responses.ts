import { STATUS_CODES } from "node:http";
import etag from "etag";
import type { Context } from "hono";
import { html } from "hono/html";
import type { ContentfulStatusCode, StatusCode } from "hono/utils/http-status";
import type { CallEnv } from "./call";
import type { ApiError } from "./errors";
import type { EmulatorOptions } from "./options";
import { type JsonObject, secretsOf } from "./requests";

/** The outcome of a call, before it is sent. */
export interface ApiResult {
  readonly body: JsonObject;
  readonly httpStatus: ContentfulStatusCode;
  /** Headers in addition to those that every result has. */
  readonly headers?: Readonly<Record<string, string>>;
}

export function success(fields: JsonObject, { codeType }: EmulatorOptions): ApiResult {
  return { body: { status: "success", ...fields, code: encodeNumber(200, codeType) }, httpStatus: 200 };
}

export function failure({ code, message, httpStatus }: ApiError, options: EmulatorOptions): ApiResult {
  return {
    body: { status: "error", message, code: encodeNumber(code, options.codeType) },
    httpStatus: options.errorHttpStatus ? httpStatus : 200,
  };
}

/** The result of a call that exceeds the rate limit. Deepcall's own is not documented. */
export function rateLimitExceeded({ codeType }: EmulatorOptions): ApiResult {
  return {
    body: { status: "error", message: "Too many requests", code: encodeNumber(429, codeType) },
    httpStatus: 429,
    headers: { "Retry-After": "1" },
  };
}

export function encodeNumber(value: number, type: "number" | "string"): number | string {
  return type === "string" ? String(value) : value;
}

/**
 * What a row has beside the data, depending on the options: ids that say "none" under the other keys, and secrets.
 * @param idKey the key of the row's id
 */
export function extraFields(options: EmulatorOptions, idKeys: readonly string[], idKey: string): JsonObject {
  const unusedKeys = options.emptyIds ? idKeys.filter((key) => key !== idKey) : [];
  return {
    ...Object.fromEntries(unusedKeys.map((key, n) => [key, n % 2 === 0 ? 0 : ""])),
    ...(options.passwordFields && { password: "emulator-password", call_pass: "emulator-call-pass" }),
  };
}

/** Sends a result, and records its code in the call log. */
export function send(c: Context<CallEnv>, result: ApiResult): Response {
  c.var.call.code = Number(result.body["code"]);
  return toResponse(c, result);
}

/** Converts a result to a response with Deepcall's headers. */
export function toResponse(c: Context<CallEnv>, { body, httpStatus, headers }: ApiResult): Response {
  const secrets = echoedSecrets(c);
  const message = [body["message"], `[${secrets}]`].filter((part) => typeof part === "string").join(" ");
  const text = JSON.stringify(secrets === "" ? body : { ...body, message });
  const response = new Response(text, {
    status: httpStatus,
    headers: {
      "Content-Type": "application/json; charset=utf-8",
      ETag: etag(text, { weak: true }),
      "Strict-Transport-Security": "max-age=15552000; includeSubDomains",
      "Access-Control-Allow-Origin": "*",
      ...headers,
    },
  });
  return withEchoHeader(response, secrets);
}

/** Sends an HTML page, as proxies and web servers do. */
export async function sendPage(c: Context<CallEnv>, status: ContentfulStatusCode): Promise<Response> {
  const secrets = echoedSecrets(c);
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
  return withEchoHeader(await c.html(page, status), secrets);
}

/** Sends a response without a body. */
export function sendEmpty(c: Context<CallEnv>, status: StatusCode, headers: Record<string, string> = {}): Response {
  // Node would omit Content-Length and use chunked encoding.
  return withEchoHeader(c.body(null, status, { "Content-Length": "0", ...headers }), echoedSecrets(c));
}

/** The secrets to repeat in the response under the option `echoCredentials`; "" for none. */
export function echoedSecrets(c: Context<CallEnv>): string {
  return c.var.options.echoCredentials ? secretsOf(c.var.body) : "";
}

function withEchoHeader(response: Response, secrets: string): Response {
  // Headers may only contain printable ASCII.
  if (secrets !== "") response.headers.set("x-echo", secrets.replace(/[^\x20-\x7e]/g, "?"));
  return response;
}
