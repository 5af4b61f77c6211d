import { z } from "zod";
import { AnswerError, apiError, type ApiOperation } from "./errors";
import type { HttpReply } from "./transport";

/** A group in a list (Group: List), whatever shape the server uses. */
export interface Group {
  /** Deepcall's id of the group. */
  readonly id: number;
  /** The current name on the server. */
  readonly name: string;
  /** Whether the group takes calls (`status` 1); `undefined` if the list does not include the status. */
  readonly active: boolean | undefined;
  /** The `user_id` that the group belongs to; `undefined` if the list does not include it. */
  readonly owner: string | undefined;
}

/** The result of a `list`. */
export interface GroupList {
  readonly groups: readonly Group[];
  /** False if the answer says that there are more groups than it contains. */
  readonly complete: boolean;
}

const numeric = z.union([
  z.int(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);
const text = z.union([z.string(), z.number().transform(String)]);

const envelope = z.looseObject({
  status: z.enum(["success", "error"]),
  message: z.unknown().optional(),
  code: numeric.optional(),
});

/** The fields of a call or of its answer. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a parsed JSON value is an object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Decides from the body whether a call succeeded. An HTTP status other than 2xx is always a failure.
 *
 * @returns the fields of a success.
 * @throws ApiError (or its subclass for the code) if Deepcall reports an error; AnswerError for anything else.
 */
export function readAnswer(operation: ApiOperation, reply: HttpReply): JsonObject {
  const { httpStatus } = reply;
  const body = readJson(operation, reply);
  const parsed = envelope.safeParse(body);
  const isHttpSuccess = httpStatus >= 200 && httpStatus < 300;
  const withHttpStatus = isHttpSuccess ? "" : ` with HTTP status ${httpStatus}`;
  if (!parsed.success) throw new AnswerError(operation, `${describe(body)}${withHttpStatus}`, httpStatus);
  const { status, code, message } = parsed.data;
  if (status === "error") {
    if (code === undefined || code === 200)
      throw new AnswerError(operation, `an error without a code${withHttpStatus}`, httpStatus);
    throw apiError(operation, code, typeof message === "string" ? message : "");
  }
  if (!isHttpSuccess) throw new AnswerError(operation, `a success${withHttpStatus}`, httpStatus);
  if (code !== undefined && code !== 200) throw new AnswerError(operation, `a success with code ${code}`, httpStatus);
  return parsed.data;
}

function readJson(operation: ApiOperation, { httpStatus, headers, text, json }: HttpReply): unknown {
  if (httpStatus >= 300 && httpStatus < 400) {
    const target = String(headers["location"]);
    const origin = URL.canParse(target) ? new URL(target).origin : "another path";
    throw new AnswerError(operation, `a redirect to ${origin} (HTTP status ${httpStatus})`);
  }
  if (json !== undefined) return json.value;
  throw new AnswerError(
    operation,
    `${describeText(headers["content-type"], text)} instead of JSON (HTTP status ${httpStatus})`,
    httpStatus,
  );
}

function describeText(contentType: string | string[] | undefined, text: string): string {
  if (text === "") return "an empty body";
  const type = String(contentType ?? "no content type").split(";")[0] ?? "";
  return `${text.length} characters of ${type}${/^\s*[[{]/.test(text) ? ", cut off or malformed," : ""}`;
}

/** The id of the new group in a successful `add`. */
export function readNewId(operation: ApiOperation, reply: HttpReply): number {
  const fields = readAnswer(operation, reply);
  const id = idOf(fields);
  if (id === undefined) throw new AnswerError(operation, `a success without the group's id (${describe(fields)})`);
  return id;
}

/** The `response` of a `list` before its entries are read. */
interface ListResponse {
  /** `undefined` for `{}`, which several shapes have in common when there are no groups. */
  readonly shape: "array" | "byId" | "nested" | "nestedWithTotal" | "single" | "unknown" | undefined;
  /** The groups as the server sent them. */
  readonly entries: readonly unknown[];
}

/**
 * Recognizes the shape of a list's `response`: an array of groups, an object keyed by id, one group, or an object that
 * has the array one level down (with or without a total).
 */
export function parseListShape(response: unknown): ListResponse {
  if (Array.isArray(response)) return { shape: "array", entries: response };
  if (!isJsonObject(response)) return { shape: "unknown", entries: [] };
  const [keys, values] = [Object.keys(response), Object.values(response)];
  if (keys.length === 0) return { shape: undefined, entries: [] };
  if (keys.every((key) => /^\d+$/.test(key))) return { shape: "byId", entries: values };
  if ("name" in response && idOf(response) !== undefined) return { shape: "single", entries: [response] };
  const [entries, ...others] = values.filter((value): value is unknown[] => Array.isArray(value));
  if (entries === undefined || others.length > 0) return { shape: "unknown", entries: [] };
  return { shape: totalKeys.some((total) => total in response) ? "nestedWithTotal" : "nested", entries };
}

/**
 * The groups of a successful `list`, in any shape that {@link parseListShape} recognizes. Anything else is an error
 * that says which keys were seen.
 */
export function readList(operation: ApiOperation, reply: HttpReply): GroupList {
  const fields = readAnswer(operation, reply);
  const { response } = fields;
  const { shape, entries } = parseListShape(response);
  if (shape === "array") return toGroupList(operation, entries, fields);
  if (!isJsonObject(response)) throw new AnswerError(operation, `no list of groups (${describe(fields)})`);
  if (shape === "unknown")
    throw new AnswerError(operation, `no list of groups in the response (${describe(response)})`);
  if (shape === "byId") {
    const withIds = Object.entries(response).map(([id, entry]) => (isJsonObject(entry) ? { id, ...entry } : entry));
    return toGroupList(operation, withIds, fields);
  }
  return toGroupList(operation, entries, shape === "single" ? fields : { ...fields, ...response });
}

function toGroupList(operation: ApiOperation, entries: readonly unknown[], metadata: JsonObject): GroupList {
  const groups = entries.map((entry) => readGroup(operation, entry));
  return { groups, complete: !isTruncated(metadata, groups.length) };
}

/** The possible keys of an id, the most likely first. */
export const idKeys = ["id", "groupId", "groupid", "group_id", "_id"] as const;

function idOf(fields: JsonObject): number | undefined {
  for (const key of idKeys) {
    const id = numeric.safeParse(fields[key]);
    if (id.success && id.data > 0) return id.data;
  }
  return undefined;
}

function readGroup(operation: ApiOperation, entry: unknown): Group {
  if (!isJsonObject(entry)) throw new AnswerError(operation, `a list entry that is not a group (${describe(entry)})`);
  const id = idOf(entry);
  const name = text.safeParse(entry["name"]);
  if (id === undefined || !name.success)
    throw new AnswerError(operation, `a group without a numeric id or without a name (${describe(entry)})`);
  const owner = text.safeParse(entry["user_id"] ?? entry["userId"]);
  return {
    id,
    name: name.data,
    active: readStatus(operation, entry["status"]),
    owner: owner.success && owner.data !== "" ? owner.data : undefined,
  };
}

/** Only `status` 1 is active (Group: Update). */
function readStatus(operation: ApiOperation, status: unknown): boolean | undefined {
  if (status === undefined || status === null) return undefined;
  if (typeof status === "boolean") return status;
  const number = numeric.safeParse(status);
  if (!number.success)
    throw new AnswerError(operation, `a group whose status is neither 1 nor 0 (${describe(status)})`);
  return number.data === 1;
}

/** The possible keys of the total number of groups. */
export const totalKeys = ["total", "totalCount", "total_count", "count", "recordsTotal"];
const nextPageKeys = ["hasMore", "has_more", "next", "nextPage", "next_page"];

function isTruncated(fields: JsonObject, count: number): boolean {
  const total = totalKeys.some((key) => {
    const number = numeric.safeParse(fields[key]);
    return number.success && number.data > count;
  });
  return total || nextPageKeys.some((key) => Boolean(fields[key]));
}

/** The kind and keys of a value for an error, never its contents. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value !== "object") return value === undefined ? "no value" : `a ${typeof value}`;
  const keys = Object.keys(value);
  return `an object with ${keys.length === 0 ? "no keys" : `the keys ${keys.slice(0, 12).join(", ")}`}`;
}
