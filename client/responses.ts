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
const record = z.record(z.string(), z.unknown());

const envelope = z.looseObject({
  status: z.enum(["success", "error"]),
  message: z.unknown().optional(),
  code: numeric.optional(),
});

/** The fields of a call or of its answer. */
export type JsonObject = Readonly<Record<string, unknown>>;

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
  const http = isHttpSuccess ? "" : ` with HTTP status ${httpStatus}`;
  if (!parsed.success) throw new AnswerError(operation, `${describe(body)}${http}`, httpStatus);
  const { status, code, message } = parsed.data;
  if (status === "error") {
    if (code === undefined || code === 200)
      throw new AnswerError(operation, `an error without a code${http}`, httpStatus);
    throw apiError(operation, code, typeof message === "string" ? message : "");
  }
  if (!isHttpSuccess) throw new AnswerError(operation, `a success${http}`, httpStatus);
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

/** The id that a successful `add` gave to the new group. */
export function readNewId(operation: ApiOperation, reply: HttpReply): number {
  const fields = readAnswer(operation, reply);
  const id = idOf(fields);
  if (id === undefined) throw new AnswerError(operation, `a success without the group's id (${describe(fields)})`);
  return id;
}

/**
 * The groups of a successful `list`. `response` may be an array of groups, an object keyed by id, one group,
 * or an object with the array one level down; anything else is an error that says which keys were seen.
 */
export function readList(operation: ApiOperation, reply: HttpReply): GroupList {
  const fields = readAnswer(operation, reply);
  const { response } = fields;
  if (Array.isArray(response)) return list(operation, response, fields);

  const object = record.safeParse(response);
  if (!object.success) throw new AnswerError(operation, `no list of groups (${describe(fields)})`);
  const entries = Object.entries(object.data);

  if (entries.every(([key]) => /^\d+$/.test(key)))
    return list(
      operation,
      entries.map(([key, value]) => withId(key, value)),
      fields,
    );
  if ("name" in object.data && idOf(object.data) !== undefined) return list(operation, [object.data], fields);
  const arrays = entries.map(([, value]) => value).filter((value): value is unknown[] => Array.isArray(value));
  if (arrays.length === 1 && arrays[0]) return list(operation, arrays[0], { ...fields, ...object.data });
  throw new AnswerError(operation, `no list of groups in the response (${describe(response)})`);
}

function list(operation: ApiOperation, entries: readonly unknown[], around: JsonObject): GroupList {
  const groups = entries.map((entry) => readGroup(operation, entry));
  return { groups, complete: !saysThereIsMore(around, groups.length) };
}

/** What an id may be called, the likeliest first. */
export const idKeys = ["id", "groupId", "groupid", "group_id", "_id"] as const;

function idOf(fields: JsonObject): number | undefined {
  for (const key of idKeys) {
    const id = numeric.safeParse(fields[key]);
    if (id.success && id.data > 0) return id.data;
  }
  return undefined;
}

/** In an object keyed by id, the entries need not repeat it. */
function withId(id: string, entry: unknown): unknown {
  const fields = record.safeParse(entry);
  return fields.success ? { id, ...fields.data } : entry;
}

function readGroup(operation: ApiOperation, entry: unknown): Group {
  const fields = record.safeParse(entry);
  if (!fields.success) throw new AnswerError(operation, `an entry of the list is no group (${describe(entry)})`);
  const id = idOf(fields.data);
  const name = text.safeParse(fields.data["name"]);
  if (id === undefined || !name.success)
    throw new AnswerError(operation, `a group without a numeric id or without a name (${describe(entry)})`);
  const owner = text.safeParse(fields.data["user_id"] ?? fields.data["userId"]);
  return {
    id,
    name: name.data,
    active: readStatus(operation, fields.data["status"]),
    owner: owner.success && owner.data !== "" ? owner.data : undefined,
  };
}

/** `status` 1 is active, every other number is not (Group: Update). */
function readStatus(operation: ApiOperation, status: unknown): boolean | undefined {
  if (status === undefined || status === null) return undefined;
  if (typeof status === "boolean") return status;
  const number = numeric.safeParse(status);
  if (!number.success) throw new AnswerError(operation, `a group's status is neither 1 nor 0 (${describe(status)})`);
  return number.data === 1;
}

/** How a list may tell how many groups there are. */
export const totals = ["total", "totalCount", "total_count", "count", "recordsTotal"];
const mores = ["hasMore", "has_more", "next", "nextPage", "next_page"];

function saysThereIsMore(fields: JsonObject, seen: number): boolean {
  const total = totals.some((key) => {
    const number = numeric.safeParse(fields[key]);
    return number.success && number.data > seen;
  });
  return total || mores.some((key) => Boolean(fields[key]));
}

/** The outline of a value for an error: its kind and keys, never its contents. */
function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value !== "object") return value === undefined ? "nothing" : `a ${typeof value}`;
  const keys = Object.keys(value);
  return `an object with ${keys.length === 0 ? "no keys" : `the keys ${keys.slice(0, 12).join(", ")}`}`;
}
