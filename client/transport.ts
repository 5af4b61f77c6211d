import { Agent, EnvHttpProxyAgent, request, type Dispatcher } from "undici";
import { z } from "zod";
import { ConnectionError, RateLimitError, TimeoutError, type ApiOperation, type CallError } from "./errors";
import type { Redact } from "./redact";
import { parseRetryAfter } from "./retry";
import { isLoopback } from "./settings";

/** An HTTP response with all credentials removed. */
export interface HttpReply {
  readonly httpStatus: number;
  readonly headers: Dispatcher.ResponseData["headers"];
  readonly text: string;
  /** The parsed text; `undefined` if it is not JSON. */
  readonly json: { readonly value: unknown } | undefined;
}

/** Errors that occur before a request is sent. */
const notSentCodes = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Whether an error code of Node says that TLS failed, so that nothing was sent. */
export const isTlsErrorCode = (code: string): boolean =>
  /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|EPROTO|HOSTNAME_MISMATCH)/.test(code);

/**
 * Connections that are kept open between calls, at most `connections` at a time. They go through the proxy of the
 * environment (`HTTPS_PROXY`, `NO_PROXY`) unless the service runs on this machine.
 */
export function createDispatcher(baseUrl: URL, connections: number): Dispatcher {
  const options = { connections, pipelining: 1 };
  return isLoopback(baseUrl.hostname) ? new Agent(options) : new EnvHttpProxyAgent(options);
}

/**
 * Sends one call and returns the response, whatever its HTTP status. Redirects are not followed, because the body
 * contains the credentials and only the configured address may see them.
 *
 * @throws ConnectionError, TimeoutError or RateLimitError.
 */
export async function send(
  dispatcher: Dispatcher,
  url: URL,
  operation: ApiOperation,
  body: Readonly<Record<string, unknown>>,
  timeoutMs: number,
  redact: Redact,
): Promise<HttpReply> {
  let response: Dispatcher.ResponseData | undefined;
  let text: string;
  try {
    response = await request(url, {
      dispatcher,
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    text = await response.body.text();
  } catch (error) {
    throw callError(error, operation, url.host, timeoutMs, response?.statusCode);
  }
  const httpStatus = response.statusCode;
  const headers = redact(response.headers);
  if (httpStatus === 429) throw new RateLimitError(operation, parseRetryAfter(headers["retry-after"], Date.now()));
  return { httpStatus, headers, text: redact(text), json: parseJson(text, redact) };
}

// Redacts after parsing, because a credential may be escaped in the text.
function parseJson(text: string, redact: Redact): HttpReply["json"] {
  try {
    return { value: redact<unknown>(JSON.parse(text)) };
  } catch {
    return undefined;
  }
}

/** @param httpStatus - the status, if the headers arrived before the body broke off. */
function callError(
  error: unknown,
  operation: ApiOperation,
  host: string,
  timeoutMs: number,
  httpStatus: number | undefined,
): CallError {
  const { name, code, message } = parseNetworkError(error);
  if (name === "TimeoutError" || code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT")
    return new TimeoutError(operation, host, timeoutMs);
  const reason = [code, message].filter(Boolean).join(": ");
  // The service answers only after it has executed the call; a gateway (5xx) may answer earlier.
  if (httpStatus !== undefined)
    return new ConnectionError(operation, httpStatus < 500 ? "answered" : "unknown", true, host, reason, code);
  // A certificate problem is not transient.
  if (isTlsErrorCode(code)) return new ConnectionError(operation, "not sent", false, host, reason, code);
  const isProxyRefusal = code === "UND_ERR_ABORTED" && message.startsWith("Proxy response");
  const isNotSent = notSentCodes.has(code) || isProxyRefusal;
  return new ConnectionError(operation, isNotSent ? "not sent" : "unknown", true, host, reason, code);
}

// Errors of undici, Node and the platform differ; a numeric code becomes an empty text.
const text = z.string().catch("");
const networkErrorSchema = z.object({ name: text, code: text, message: text, errors: z.array(z.unknown()).catch([]) });

function parseNetworkError(error: unknown): { name: string; code: string; message: string } {
  const { errors, ...details } = networkErrorSchema.parse(error);
  // If several addresses of a host were tried, the first failure is representative.
  return errors.length > 0 ? parseNetworkError(errors[0]) : details;
}
