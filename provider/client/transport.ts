import { Agent, EnvHttpProxyAgent, request, type Dispatcher } from "undici";
import { z } from "zod";
import type { Redact } from "./redact";
import { AnswerError, ConnectionError, TimeoutError, type Operation } from "./errors";

/** An answer whose body is JSON. */
export interface Answer {
  readonly httpStatus: number;
  readonly body: unknown;
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
const isTls = (code: string): boolean =>
  /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|EPROTO|HOSTNAME_MISMATCH)/.test(code);

/**
 * The connections to one Deepcall: at most `connections` at a time, kept open between calls, through the proxy
 * that the environment names (`HTTPS_PROXY`, `NO_PROXY`) unless the service runs on this machine.
 */
export function connectionsTo(baseUrl: URL, connections: number): Dispatcher {
  const options = { connections, pipelining: 1, keepAliveTimeout: 10_000 };
  return isLoopback(baseUrl.hostname) ? new Agent(options) : new EnvHttpProxyAgent(options);
}

/** Whether a host name of a URL means this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/**
 * Sends one call and gives back its answer, whatever the HTTP status. Redirects are not followed: the body holds
 * the credentials, and no other address than the configured one shall see them. Whatever comes back passes through
 * `redact` before anything else sees it.
 *
 * @throws ConnectionError, TimeoutError, or AnswerError when the answer is not JSON.
 */
export async function send(
  dispatcher: Dispatcher,
  url: URL,
  operation: Operation,
  fields: Readonly<Record<string, unknown>>,
  timeoutMs: number,
  redact: Redact,
): Promise<Answer> {
  let text: string;
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
    text = await response.body.text();
  } catch (error) {
    throw connectionError(error, operation, url.host, timeoutMs);
  }
  const { statusCode } = response;
  const headers = redact(response.headers);
  if (statusCode >= 300 && statusCode < 400)
    throw new AnswerError(
      operation,
      `a redirect (HTTP status ${statusCode}) to ${redirectTarget(headers["location"])}`,
    );
  try {
    return { httpStatus: statusCode, body: redact<unknown>(JSON.parse(text)) };
  } catch {
    throw new AnswerError(
      operation,
      `no JSON but ${kindOf(headers["content-type"], text)} (HTTP status ${statusCode})`,
    );
  }
}

function connectionError(error: unknown, operation: Operation, host: string, timeoutMs: number): Error {
  const { name, code, message } = outline(error);
  if (name === "TimeoutError" || code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT")
    return new TimeoutError(operation, host, timeoutMs);
  const outcome = notSent.has(code) || isTls(code) ? "not sent" : "unknown";
  return new ConnectionError(operation, outcome, host, [code, message].filter(Boolean).join(": "));
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
