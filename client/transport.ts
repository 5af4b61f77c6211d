import { Agent, EnvHttpProxyAgent, request, type Dispatcher } from "undici";
import { z } from "zod";
import { isLoopback } from "./address";
import type { Redact } from "./redact";
import { retryAfter } from "./retry";
import {
  AnswerError,
  ConnectionError,
  RateLimitError,
  TimeoutError,
  type CallError,
  type ApiOperation,
} from "./errors";

type Headers = Dispatcher.ResponseData["headers"];

/** What came back, understood or not; credentials are taken out of all of it. */
export interface HttpReply {
  readonly httpStatus: number;
  readonly headers: Headers;
  readonly text: string;
  /** What the text says as JSON; `undefined` where it is none. */
  readonly json: { readonly value: unknown } | undefined;
}

/** Errors that come before a request is written: Deepcall has seen nothing of it. */
const notSent = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);
/** Whether a code says that the connection was not private enough to send anything. */
export const isTlsErrorCode = (code: string): boolean =>
  /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|EPROTO|HOSTNAME_MISMATCH)/.test(code);

/**
 * The connections to one Deepcall: at most `connections` at a time, kept open between calls, through the proxy
 * that the environment names (`HTTPS_PROXY`, `NO_PROXY`) unless the service runs on this machine.
 */
export function createDispatcher(baseUrl: URL, connections: number): Dispatcher {
  const options = { connections, pipelining: 1 };
  return isLoopback(baseUrl.hostname) ? new Agent(options) : new EnvHttpProxyAgent(options);
}

/**
 * Sends one call and gives back what came, whatever the HTTP status. Redirects are not followed: the body holds
 * the credentials, and no other address than the configured one shall see them. Whatever comes back passes through
 * `redact` before anything else sees it.
 *
 * @throws ConnectionError, TimeoutError or RateLimitError.
 */
export async function send(
  dispatcher: Dispatcher,
  url: URL,
  operation: ApiOperation,
  fields: Readonly<Record<string, unknown>>,
  timeoutMs: number,
  redact: Redact,
): Promise<HttpReply> {
  const failed = (error: unknown, headStatus?: number): CallError =>
    connectionError(error, operation, url.host, timeoutMs, headStatus);
  let response: Dispatcher.ResponseData;
  try {
    response = await request(url, {
      dispatcher,
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(fields),
      signal: AbortSignal.timeout(timeoutMs),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
  } catch (error) {
    throw failed(error);
  }
  const { statusCode: httpStatus } = response;
  let body: string;
  try {
    body = await response.body.text();
  } catch (error) {
    throw failed(error, httpStatus);
  }
  const headers = redact(response.headers);
  if (httpStatus === 429) throw new RateLimitError(operation, retryAfter(headers["retry-after"], Date.now()));
  return { httpStatus, headers, text: redact(body), json: parsed(body, redact) };
}

// Redacted after it is parsed: a credential may be escaped in the text.
function parsed(text: string, redact: Redact): HttpReply["json"] {
  try {
    return { value: redact<unknown>(JSON.parse(text)) };
  } catch {
    return undefined;
  }
}

/**
 * The JSON of an answer.
 *
 * @throws AnswerError when it is a redirect or no JSON.
 */
export function readJson(operation: ApiOperation, { httpStatus, headers, text, json }: HttpReply): unknown {
  if (httpStatus >= 300 && httpStatus < 400)
    throw new AnswerError(
      operation,
      `a redirect (HTTP status ${httpStatus}) to ${redirectTarget(headers["location"])}`,
    );
  if (json !== undefined) return json.value;
  const what = `no JSON but ${kindOf(headers["content-type"], text)} (HTTP status ${httpStatus})`;
  throw new AnswerError(operation, what, httpStatus);
}

/** @param headStatus - the HTTP status, where the head of the answer came and its body broke off. */
function connectionError(
  error: unknown,
  operation: ApiOperation,
  host: string,
  timeoutMs: number,
  headStatus: number | undefined,
): CallError {
  const { name, code, message } = outline(error);
  if (name === "TimeoutError" || code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT")
    return new TimeoutError(operation, host, timeoutMs);
  const reason = [code, message].filter(Boolean).join(": ");
  // The service answers when it is done; only a gateway (5xx) answers before that.
  if (headStatus !== undefined)
    return new ConnectionError(operation, headStatus < 500 ? "answered" : "unknown", true, host, reason, code);
  // What is wrong with a certificate stays wrong.
  if (isTlsErrorCode(code)) return new ConnectionError(operation, "not sent", false, host, reason, code);
  // The proxy did not connect us, so Deepcall has seen nothing.
  const isUnsent = notSent.has(code) || (code === "UND_ERR_ABORTED" && message.startsWith("Proxy response"));
  return new ConnectionError(operation, isUnsent ? "not sent" : "unknown", true, host, reason, code);
}

/** An error of undici, Node or the platform; some have a number for a code, which says nothing here. */
const text = z.string().catch("");
const networkError = z.object({ name: text, code: text, message: text, errors: z.array(z.unknown()).catch([]) });

function outline(error: unknown): { name: string; code: string; message: string } {
  const { errors, ...own } = networkError.parse(error);
  // Where several addresses of a host were tried, the first failure speaks for all.
  return errors.length > 0 ? outline(errors[0]) : own;
}

function redirectTarget(location: string | string[] | undefined): string {
  const target = String(location);
  return URL.canParse(target) ? new URL(target).origin : "another path";
}

function kindOf(contentType: string | string[] | undefined, text: string): string {
  if (text === "") return "an empty body";
  const type = String(contentType ?? "no content type").split(";")[0];
  return `${text.length} characters of ${type}${/^\s*[[{]/.test(text) ? ", cut off or malformed" : ""}`;
}
