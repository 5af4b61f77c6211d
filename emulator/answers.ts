import { createHash } from "node:crypto";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { EmulatorOptions } from "./options";
import type { ErrorAnswer } from "./refusal";
import type { Group } from "./store";

/** An answer before it becomes bytes. */
export interface Answer {
  readonly body: Readonly<Record<string, unknown>>;
  readonly httpStatus: ContentfulStatusCode;
  /** Headers beside those that every answer has. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A success, with the fields of the operation. */
export function success(fields: Record<string, unknown>, options: EmulatorOptions): Answer {
  return { body: { status: "success", ...fields, code: wire(200, options.codeType) }, httpStatus: 200 };
}

/** A failure. */
export function failure({ code, message, httpStatus }: ErrorAnswer, options: EmulatorOptions): Answer {
  return {
    body: { status: "error", message, code: wire(code, options.codeType) },
    httpStatus: options.errorHttpStatus ? httpStatus : 200,
  };
}

/** The refusal of a call that the rate limit doesn't let through; Deepcall's own isn't known. */
export function tooMany(options: EmulatorOptions): Answer {
  return {
    body: { status: "error", message: "Too many requests", code: wire(429, options.codeType) },
    httpStatus: 429,
    headers: { "Retry-After": "1" },
  };
}

/** An id as ids are written. */
export function wireId(id: number, options: EmulatorOptions): number | string {
  return wire(id, options.idType);
}

/** A group as lists show it; `quick` leaves out the date. */
export function groupEntry(group: Group, quick: boolean, options: EmulatorOptions): Record<string, unknown> {
  return {
    [options.idKey]: wireId(group.id, options),
    name: group.name,
    ...(options.listStatus && { status: wire(group.status, options.statusType) }),
    ...(options.listOwner && { user_id: group.userId }),
    ...(!quick && { create_date: group.createDate }),
  };
}

/** What a list is asked for. */
export interface ListRequest {
  readonly quick: boolean;
  /** Whether it is a list for one id. */
  readonly byId: boolean;
}

/** The `response` of a list of these groups. */
export function listResponse(found: Group[], { quick, byId }: ListRequest, options: EmulatorOptions): unknown {
  const page = options.pageLimit === 0 ? found : found.slice(0, options.pageLimit);
  const entries = page.map((group) => groupEntry(group, quick, options));
  switch (options.listShape) {
    case "array":
      return entries;
    case "byId":
      return Object.fromEntries(page.map((group, n) => [group.id, without(entries[n] ?? {}, options.idKey)]));
    case "nested":
      return { groups: entries };
    case "nestedWithTotal":
      return { groups: entries, total: found.length };
    case "single":
      return byId ? (entries[0] ?? {}) : entries;
    case "unknown":
      return { rows: { a: 1 } };
  }
}

/** The same answer with the received secrets in its message. */
export function withEcho(answer: Answer, secrets: string): Answer {
  const { message } = answer.body;
  const before = typeof message === "string" ? `${message} ` : "";
  return { ...answer, body: { ...answer.body, message: `${before}[${secrets}]` } };
}

/** The answer as Deepcall sends it, headers included. */
export function toResponse({ body, httpStatus, headers }: Answer): Response {
  const text = JSON.stringify(body);
  return new Response(text, {
    status: httpStatus,
    headers: {
      "Content-Type": "application/json; charset=utf-8",
      ETag: weakEtag(text),
      "Strict-Transport-Security": "max-age=15552000; includeSubDomains",
      "Access-Control-Allow-Origin": "*",
      ...headers,
    },
  });
}

// In the form of Express: the length in hexadecimal, then 27 characters of the SHA-1.
function weakEtag(text: string): string {
  const digest = createHash("sha1").update(text).digest("base64").slice(0, 27);
  return `W/"${Buffer.byteLength(text).toString(16)}-${digest}"`;
}

function wire(value: number, type: "number" | "string"): number | string {
  return type === "string" ? String(value) : value;
}

function without(entry: Record<string, unknown>, key: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entry).filter(([name]) => name !== key));
}
