import { z } from "zod";
import { explain, SetupError } from "./setup-error";

/** What Deepcall's documentation leaves open: each option plays one unknown either way. */
export const optionsSchema = z.strictObject({
  /**
   * How the number is appended to a name that is taken: "plain" `Support1`, "space" `Support 1`, "parens" `Support (1)`,
   * "dash" `Support-1`, "underscore" `Support_1`; always the lowest free number from 1. Default "plain".
   */
  suffix: z.enum(["plain", "space", "parens", "dash", "underscore"]).default("plain"),
  /** What `update` does with a name that is taken: append a number, allow it, or reject it with code 1000. Default "suffix". */
  updateDuplicate: z.enum(["suffix", "allow", "reject"]).default("suffix"),
  /** Whether a group's own name counts as taken when the group is updated to it. Default false. */
  ownNameTaken: z.boolean().default(false),
  /** Whether names that differ only in case count as the same name. Default false. */
  caseInsensitive: z.boolean().default(false),
  /**
   * What happens to a name before it is compared and stored: nothing, surrounding space trimmed, `& < > " '` escaped to
   * HTML entities, or cut to 20 characters. Default "none".
   */
  nameTransform: z.enum(["none", "trim", "escape", "cut"]).default("none"),
  /**
   * The form of `response` in a list: "array"; "byId", an object keyed by id whose entries don't repeat it; "nested"
   * `{"groups":[…]}`; "nestedWithTotal" `{"groups":[…],"total":N}`; "single", an array, but a bare object for a list by
   * id; "unknown", something that nobody can understand. Default "array".
   */
  listShape: z.enum(["array", "byId", "nested", "nestedWithTotal", "single", "unknown"]).default("array"),
  /** The name of the id in an entry of a list. Default "id". */
  idKey: z.enum(["id", "groupId", "groupid", "group_id", "_id"]).default("id"),
  /** The JSON type of ids, in lists and in the answer to `add`. Default "number". */
  idType: z.enum(["number", "string"]).default("number"),
  /** The JSON type of `code` in every answer. Default "number". */
  codeType: z.enum(["number", "string"]).default("number"),
  /** The JSON type of a group's `status`. Default "number". */
  statusType: z.enum(["number", "string"]).default("number"),
  /** The answer to a list by id that matches nothing of the account: error 1503, or an empty success. Default "1503". */
  missing: z.enum(["1503", "empty"]).default("1503"),
  /** Which id filters a list obeys; one that it doesn't know is ignored. Default "both". */
  filterKey: z.enum(["both", "groupid", "groupId", "none"]).default("both"),
  /** How a list filters by name, never minding case: part of the name, the whole name, or not at all. Default "part". */
  nameFilter: z.enum(["part", "exact", "none"]).default("part"),
  /** Whether the entries of a list carry `status`. Default true. */
  listStatus: z.boolean().default(true),
  /** Whether the entries of a list carry the account's userId as `user_id`. Default true. */
  listOwner: z.boolean().default(true),
  /** How many entries a list is cut to; 0 for all. Default 0. */
  pageLimit: z.int().min(0).default(0),
  /** Whether errors come with a fitting HTTP status (400, 401, 403, 404, 500) rather than 200. Default false. */
  errorHttpStatus: z.boolean().default(false),
  /** The code of a failed authentication. Default 1014. */
  authFailureCode: z.literal([1014, 1000, 1020]).default(1014),
  /** How long every answer is held back after the call was carried out, in milliseconds. Default 0. */
  latencyMs: z.int().min(0).default(0),
  /**
   * How many calls are let through within a second, over all accounts; those above get HTTP 429 with `Retry-After` and
   * nothing is done for them; 0 for no limit. Default 0.
   */
  rateLimit: z.int().min(0).default(0),
  /** Whether every answer repeats the received credential, in `message` and in the header `x-echo`. Default false. */
  echoCredentials: z.boolean().default(false),
});

/** A choice for each of the undocumented points. */
export type EmulatorOptions = z.output<typeof optionsSchema>;

/** The default of every option. */
export const defaultOptions: Readonly<EmulatorOptions> = optionsSchema.parse({});

/** Checks options from outside; those left out take their value from `base`. */
export function readOptions(given: Readonly<Record<string, unknown>>, base: EmulatorOptions): EmulatorOptions {
  const parsed = optionsSchema.safeParse({ ...base, ...given });
  if (!parsed.success) throw new SetupError(explain("options", parsed.error));
  return parsed.data;
}

/**
 * Reads one option written as text.
 * @param text `key=value`, e.g. `suffix=parens` or `latencyMs=20`
 */
export function readOptionText(text: string): Partial<EmulatorOptions> {
  const [, key = "", value = ""] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  if (!isOptionName(key)) {
    const known = Object.keys(defaultOptions).join(", ");
    throw new SetupError(`option ${JSON.stringify(text)}: expected key=value with one of the keys ${known}`);
  }
  const parsed = optionsSchema.shape[key].safeParse(typed(value, typeof defaultOptions[key]));
  if (!parsed.success) throw new SetupError(explain(`option ${JSON.stringify(text)}`, parsed.error));
  return { [key]: parsed.data };
}

/** Lists every option with its values, the default first, e.g. `missing=1503|empty`. */
export function describeOptions(): string[] {
  const properties = z.toJSONSchema(optionsSchema).properties ?? {};
  return Object.entries(defaultOptions).map(([key, value]) => {
    const schema = properties[key];
    const choices = typeof schema === "object" && schema.enum !== undefined ? schema.enum : undefined;
    if (choices !== undefined) return `${key}=${choices.join("|")}`;
    return typeof value === "boolean" ? `${key}=${value}|${!value}` : `${key}=${value}|<n>`;
  });
}

function isOptionName(key: string): key is keyof EmulatorOptions {
  return Object.hasOwn(defaultOptions, key);
}

function typed(value: string, type: string): unknown {
  if (type === "boolean" && ["true", "false"].includes(value)) return value === "true";
  if (type === "number" && /^\d+$/.test(value)) return Number(value);
  return value;
}
