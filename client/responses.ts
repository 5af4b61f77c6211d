import { z } from "zod";
import { AnswerError, ApiError, apiError, noDataCode, NotFoundError, type ApiOperation } from "./errors";
import { groupIdRule, toGroupId } from "./ids";
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

/** The result of a `list`. Groups that are only marked as deleted are not part of it. */
export interface GroupList {
  readonly groups: readonly Group[];
  /** False if Deepcall says that there are more groups: the list then proves the absence of none. */
  readonly complete: boolean;
  /** How many groups there are, if Deepcall says so. */
  readonly total?: number | undefined;
}

/** An answer to `list`, which may be one page of several. */
export interface ListPage extends GroupList {
  /** The ids of all rows, also of those that are marked as deleted. */
  readonly rowIds: readonly number[];
  /** The number of this page. */
  readonly currentPage: number | undefined;
  readonly pageCount: number | undefined;
  /** The maximum number of rows in a page. */
  readonly limit: number | undefined;
  readonly hasNext: boolean;
  /** The number of the next page. */
  readonly nextPage: number | undefined;
}

const numeric = z.union([
  z.int(),
  z
    .string()
    .regex(/^\d{1,16}$/)
    .transform(Number)
    .pipe(z.int()),
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

/** The payload of a success: the documentation has `response`, the vendor's code for other operations also `data`. */
export function payloadOf({ response, data }: JsonObject): unknown {
  const isEmpty = response === undefined || response === null || response === "";
  return isEmpty && data !== undefined ? data : response;
}

/** The id of the new group in a successful `add`. */
export function readNewId(operation: ApiOperation, reply: HttpReply): number {
  const fields = readAnswer(operation, reply);
  const payload = payloadOf(fields);
  const holder = hasNumericId(fields) || !isJsonObject(payload) ? fields : payload;
  const id = idOf(holder);
  if (id !== undefined) return id;
  const problem = hasNumericId(holder)
    ? `with an id of the group that is not ${groupIdRule}`
    : "without the group's id";
  throw new AnswerError(operation, `a success ${problem} (${describe(holder)})`);
}

/** The payload of a `list` before its entries are read. */
interface ListResponse {
  /** `undefined` for `{}`, which several shapes have in common when there are no groups. */
  readonly shape: "array" | "byId" | "nested" | "nestedWithTotal" | "single" | "unknown" | undefined;
  /** The groups as the server sent them. */
  readonly entries: readonly unknown[];
}

/**
 * Recognizes the shape of a list's payload: an array of groups, an object keyed by id, one group, or an object that
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
export function readList(operation: ApiOperation, reply: HttpReply): ListPage {
  let fields: JsonObject;
  try {
    fields = readAnswer(operation, reply);
  } catch (error) {
    // The documentation does not say whether "nothing found" is an empty list, error 1503 or error 1012.
    const isNotFound = error instanceof NotFoundError || (error instanceof ApiError && error.code === noDataCode);
    if (isNotFound) return toListPage(operation, [], {});
    throw error;
  }
  const response = payloadOf(fields);
  const { shape, entries } = parseListShape(response);
  if (shape === "array") return toListPage(operation, entries, fields);
  if (!isJsonObject(response)) throw new AnswerError(operation, `no list of groups (${describe(fields)})`);
  if (shape === "unknown")
    throw new AnswerError(operation, `no list of groups in the response (${describe(response)})`);
  if (shape === "byId") {
    const withIds = Object.entries(response).map(([id, entry]) =>
      isJsonObject(entry) && !isSet(entry["id"]) ? { ...entry, id } : entry,
    );
    return toListPage(operation, withIds, fields);
  }
  return toListPage(operation, entries, shape === "single" ? fields : { ...fields, ...response });
}

/** @param fields - what the answer says about the list, beside or around its entries. */
function toListPage(operation: ApiOperation, entries: readonly unknown[], fields: JsonObject): ListPage {
  const rows = entries.map((entry) => readRow(operation, entry));
  const groups = rows.map(({ group }) => group).filter((group) => group !== undefined);
  const paging = readPaging(fields);
  const { pageCount = 1, total = 0, currentPage = 1, hasNext } = paging;
  const isFull = pageCount > 1 && currentPage < pageCount;
  return {
    ...paging,
    groups,
    rowIds: rows.map(({ id }) => id),
    complete: !isFull && !hasNext && total <= rows.length,
  };
}

/** The possible keys of an id, the most likely first. */
export const idKeys = ["id", "groupId", "groupid", "group_id", "_id", "unique_id"] as const;

function idOf(fields: JsonObject): number | undefined {
  return idKeys.map((key) => toGroupId(fields[key])).find((id) => id !== undefined);
}

/** Whether there is a numeric id, valid or not: 0 and "" mean "none". */
function hasNumericId(fields: JsonObject): boolean {
  return idKeys.some((key) => isSet(fields[key]) && Number.isFinite(Number(fields[key])));
}

/** Whether a field says something: not `false`, 0 or nothing, also as text. */
function isSet(value: unknown): boolean {
  return Boolean(value) && value !== "0" && value !== "false";
}

/** Whether a row is marked as deleted: Deepcall keeps such rows, but they are no groups. */
export function isMarkedDeleted(row: JsonObject): boolean {
  return isSet(row["isDeleted"]) || isSet(row["preDeleted"]);
}

/** A row of a list; without a group if it is marked as deleted. */
function readRow(operation: ApiOperation, row: unknown): { id: number; group: Group | undefined } {
  if (!isJsonObject(row)) throw new AnswerError(operation, `a list entry that is not a group (${describe(row)})`);
  const id = idOf(row);
  if (id === undefined && hasNumericId(row))
    throw new AnswerError(operation, `a group whose id is not ${groupIdRule} (${describe(row)})`);
  if (id !== undefined && isMarkedDeleted(row)) return { id, group: undefined };
  const name = text.safeParse(row["name"]);
  if (id === undefined || !name.success)
    throw new AnswerError(operation, `a group without a numeric id or without a name (${describe(row)})`);
  return { id, group: readGroup(operation, id, name.data, row) };
}

function readGroup(operation: ApiOperation, id: number, name: string, entry: JsonObject): Group {
  const owner = text.safeParse(entry["user_id"] ?? entry["userId"]);
  return {
    id,
    name,
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
export const totalKeys = [
  ...["total", "totalCount", "total_count", "count", "recordsTotal"],
  ...["totalRecords", "total_records"],
] as const;
const pagingKeys = {
  currentPage: ["currentPage", "current_page", "page"],
  pageCount: ["totalPages", "total_pages", "pageCount", "page_count"],
  limit: ["limit", "pageSize", "page_size", "perPage", "per_page"],
  nextPage: ["nextPage", "next_page", "next"],
} as const;
const hasNextKeys = ["hasMore", "has_more", "hasNext", "has_next", ...pagingKeys.nextPage] as const;

/** What an answer says about pages and about the total number of groups. */
function readPaging(fields: JsonObject): Pick<ListPage, "total" | "hasNext" | keyof typeof pagingKeys> {
  const numbers = (keys: readonly string[]): number[] =>
    keys.flatMap((key) => {
      const number = numeric.safeParse(fields[key]);
      return number.success ? [number.data] : [];
    });
  const [currentPage] = numbers(pagingKeys.currentPage);
  const totals = numbers(totalKeys);
  return {
    total: totals.length === 0 ? undefined : Math.max(...totals),
    currentPage,
    pageCount: numbers(pagingKeys.pageCount)[0],
    limit: numbers(pagingKeys.limit).find((limit) => limit > 0),
    hasNext: hasNextKeys.some((key) => isSet(fields[key])),
    nextPage: numbers(pagingKeys.nextPage).find((page) => page > 0 && page !== currentPage),
  };
}

/** The kind and keys of a value for an error, never its contents. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value !== "object") return value === undefined ? "no value" : `a ${typeof value}`;
  const keys = Object.keys(value);
  return `an object with ${keys.length === 0 ? "no keys" : `the keys ${keys.slice(0, 12).join(", ")}`}`;
}
