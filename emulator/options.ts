import { z } from "zod";
import { readJsonFile, SetupError, validationError } from "./errors";

/** How the emulator behaves where the API is undocumented. */
export const optionsSchema = z.strictObject({
  /**
   * How a number is appended to a name that is taken: "plain" `Support1`, "space" `Support 1`, "parens" `Support (1)`,
   * "dash" `Support-1`, "underscore" `Support_1`. It is the lowest free number, from `suffixStart`.
   */
  suffix: z.enum(["plain", "space", "parens", "dash", "underscore"]).default("plain"),
  /** The number that the first duplicate of a name gets. */
  suffixStart: z.int().min(0).default(1),
  /** What `update` does with a name that is taken: append a number, allow it, or reject it with code 1000. */
  updateDuplicate: z.enum(["suffix", "allow", "reject"]).default("suffix"),
  /** Whether a group's own name counts as taken when the group is updated to it. */
  ownNameTaken: z.boolean().default(false),
  /** Whether names that differ only in case count as the same name. */
  caseInsensitive: z.boolean().default(false),
  /**
   * How a name is changed before it is compared and stored: not at all, whitespace is trimmed, `& < > " '` are escaped
   * as HTML entities, or it is cut to 20 characters.
   */
  nameTransform: z.enum(["none", "trim", "escape", "cut"]).default("none"),
  /** The number of characters to which every name is cut after that; 0 for no limit. */
  nameLength: z.int().min(0).default(0),
  /** The characters of which each becomes a "?" in names, as in a server that cannot store them. */
  replacedCharacters: z.string().default(""),
  /** What `update` does with status 0: deactivate the group, leave it active, or reject the call with code 1000. */
  inactiveStatus: z.enum(["accept", "ignore", "reject"]).default("accept"),
  /** What an `update` without `status` does: activate the group, as documented, or leave its status alone. */
  missingStatus: z.enum(["activate", "keep"]).default("activate"),
  /**
   * The format of `response` in a list: "array"; "byId", an object keyed by id whose entries do not repeat the id;
   * "nested" `{"groups":[…]}`; "nestedWithTotal" `{"groups":[…],"total":N}`; "single", an array, but a single object for
   * a list by id; "unknown", a format that no client knows.
   */
  listShape: z.enum(["array", "byId", "nested", "nestedWithTotal", "single", "unknown"]).default("array"),
  /** The key of the id in a list entry. */
  idKey: z.enum(["id", "groupId", "groupid", "group_id", "_id", "unique_id"]).default("id"),
  /** The JSON type of ids. */
  idType: z.enum(["number", "string"]).default("number"),
  /** The JSON type of `code`. */
  codeType: z.enum(["number", "string"]).default("number"),
  /** The JSON type of a group's `status`. */
  statusType: z.enum(["number", "string"]).default("number"),
  /**
   * The response to a list by id that matches no group of the account: error 1503, an empty list, or error 1012, which
   * is then also the response to any other list without groups.
   */
  missing: z.enum(["1503", "empty", "noData"]).default("1503"),
  /** Which id filters `list` supports; it ignores the other. */
  filterKey: z.enum(["both", "groupid", "groupId", "none"]).default("both"),
  /** How `list` filters by name, ignoring case: by part of the name, by the whole name, or not at all. */
  nameFilter: z.enum(["part", "exact", "none"]).default("part"),
  /** Whether list entries include `status`. */
  listStatus: z.boolean().default(true),
  /** Whether list entries include the account's userId as `user_id`. */
  listOwner: z.boolean().default(true),
  /** The maximum number of entries in a list; 0 for no limit. */
  pageLimit: z.int().min(0).default(0),
  /**
   * The maximum number of entries in a page of a list, which a smaller `limit` in the request lowers; 0 for no pages. The
   * response has `currentPage`, `totalPages`, `totalRecords` and `limit`.
   */
  pageSize: z.int().min(0).default(0),
  /** Whether `list` returns the page that `page` in the request asks for, or always the first one. */
  pageField: z.enum(["used", "ignored"]).default("used"),
  /** The key of the payload in the responses to `list` and `getGroupAgentRelation`. */
  payloadKey: z.enum(["response", "data"]).default("response"),
  /**
   * Whether a deleted group disappears, or remains in lists and relations, marked by a 1 under this key. Its name is free
   * and its agents are removed either way.
   */
  deletion: z.enum(["permanent", "isDeleted", "preDeleted"]).default("permanent"),
  /** The response to a second `delete` of the same group: error 1503, or a success. */
  secondDelete: z.enum(["1503", "success"]).default("1503"),
  /** The response to `getGroupAgentRelation` for a group that does not exist: error 1503 or error 1012. */
  missingRelation: z.enum(["1503", "noData"]).default("1503"),
  /** Whether each new group has a higher id than all groups before. */
  idOrder: z.enum(["growing", "mixed"]).default("growing"),
  /** Whether the first list after a change still shows the account as it was before. */
  staleLists: z.boolean().default(false),
  /** Whether rows of groups and agents also have the other keys of an id, with the values 0 and "", which mean "none". */
  emptyIds: z.boolean().default(false),
  /** Whether rows of groups and agents have `password` and `call_pass`. */
  passwordFields: z.boolean().default(false),
  /** Whether errors have a matching HTTP status (400, 401, 403, 404, 500) instead of 200. */
  errorHttpStatus: z.boolean().default(false),
  /** The code of a failed authentication. */
  authFailureCode: z.literal([1014, 1000, 1020]).default(1014),
  /** Whether `agentData` in the response to `getGroupAgentRelation` has the agents of the group or of the account. */
  agentData: z.enum(["group", "account"]).default("group"),
  /** Whether `submitAssignGroupToAgent` replaces the group's agents, or adds to them. */
  assign: z.enum(["replace", "add"]).default("replace"),
  /**
   * What an empty `agent_unique_id` does: it is applied like any other list, so with `assign` "replace" it
   * removes all agents and with "add" it changes nothing; it changes nothing; or it is rejected with code 1047.
   */
  emptyAgents: z.enum(["apply", "ignore", "reject"]).default("apply"),
  /** What a missing `agent_unique_id` does: the same as an empty one, or one of these. */
  missingAgents: z.enum(["asEmpty", "apply", "ignore", "reject"]).default("asEmpty"),
  /** Whether the agents of a deleted group remain in their other groups. */
  agentsOnDelete: z.enum(["keep", "remove"]).default("keep"),
  /**
   * What happens to an agent that the account does not have: the call is rejected with `unknownAgentCode`, only the other agents
   * are assigned, or it is assigned too. Accounts without `agents` in the seed have every agent.
   */
  unknownAgent: z.enum(["reject", "ignore", "accept"]).default("reject"),
  /** The code that rejects such an agent: one of the Group API, or one of the Agent API. */
  unknownAgentCode: z.literal([1047, 1003, 1507]).default(1047),
  /** The format of `agentData`: "array"; "byId", an object keyed by id whose entries do not repeat the id. */
  agentShape: z.enum(["array", "byId"]).default("array"),
  /** The format of `relationData`, as in `agentShape`; "unknown", an array whose entries no client knows. */
  relationShape: z.enum(["array", "byId", "unknown"]).default("array"),
  /** `relationData` of a group without agents: `[]`, `{}`, `null`, `""`, or left out. */
  noAgents: z.enum(["array", "object", "null", "text", "absent"]).default("array"),
  /** The key of the agent's id in `agentData` and `relationData`. */
  agentIdKey: z.enum(["agent_unique_id", "agentId", "agent_id", "unique_id", "id"]).default("agent_unique_id"),
  /** The JSON type of an agent's id in `agentData` and `relationData`. */
  agentIdType: z.enum(["string", "number"]).default("string"),
  /** The JSON type of `receive_call` in `relationData`: 1 or 0, "1" or "0", true or false. */
  receiveCallType: z.enum(["number", "string", "boolean"]).default("number"),
  /** Whether `getGroupAgentRelation` with `quick` includes `relationData`, leaves it out, or shows it without agents. */
  quickRelation: z.enum(["full", "none", "empty"]).default("full"),
  /** The same without `quick`. */
  plainRelation: z.enum(["full", "none", "empty"]).default("full"),
  /** What the credentials may do with the agents of groups: read and assign them, read them, or neither (code 1015). */
  agentPermission: z.enum(["all", "read", "none"]).default("all"),
  /** How long every response is delayed after the call was executed, in milliseconds. */
  latencyMs: z.int().min(0).default(0),
  /**
   * The maximum number of calls within a second, over all accounts; 0 for no limit. Further calls get HTTP 429 with
   * `Retry-After`, and are not executed.
   */
  rateLimit: z.int().min(0).default(0),
  /** Whether every response repeats the received credentials, in `message` and in the header `x-echo`. */
  echoCredentials: z.boolean().default(false),
});

export type EmulatorOptions = z.output<typeof optionsSchema>;

/** What each form of an appended number looks like. */
export const suffixes: Readonly<Record<EmulatorOptions["suffix"], (n: number) => string>> = {
  plain: (n) => `${n}`,
  space: (n) => ` ${n}`,
  parens: (n) => ` (${n})`,
  dash: (n) => `-${n}`,
  underscore: (n) => `_${n}`,
};

export const defaultOptions: Readonly<EmulatorOptions> = optionsSchema.parse({});

/** Validates options. Those that are missing have their value in `base`. */
export function readOptions(given: Readonly<Record<string, unknown>>, base: EmulatorOptions): EmulatorOptions {
  const parsed = optionsSchema.safeParse({ ...base, ...given });
  if (!parsed.success) throw validationError("options", parsed.error);
  return parsed.data;
}

/**
 * Parses an option.
 * @param text `key=value`, for example `suffix=parens` or `latencyMs=20`
 */
export function readOptionText(text: string): Partial<EmulatorOptions> {
  const [, key = "", value = ""] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  if (!isOptionName(key)) {
    const known = Object.keys(defaultOptions).join(", ");
    throw new SetupError(`option ${JSON.stringify(text)}: expected key=value, with one of these keys: ${known}`);
  }
  const parsed = optionsSchema.shape[key].safeParse(parseValue(value, typeof defaultOptions[key]));
  if (!parsed.success) throw validationError(`option ${JSON.stringify(text)}`, parsed.error);
  return { [key]: parsed.data };
}

/** Reads the options from a report of `pulumi-deepcall doctor`. */
export function loadReport(file: string): Partial<EmulatorOptions> {
  const server = reportSchema.safeParse(readJsonFile(file));
  if (!server.success) throw new SetupError(`${file}: must be a report of doctor, with the behavior under "server"`);
  const parsed = optionsSchema.partial().safeParse(server.data.server);
  if (!parsed.success) throw validationError(`${file}: server`, parsed.error);
  return Object.fromEntries(
    Object.keys(server.data.server).map((key) => [key, parsed.data[key as keyof EmulatorOptions]]),
  );
}
const reportSchema = z.looseObject({ server: z.record(z.string(), z.unknown()) });

/** A line for each option with its values, the default first, for example `missing=1503|empty`. */
export function describeOptions(): string[] {
  const properties = z.toJSONSchema(optionsSchema).properties ?? {};
  return Object.entries(defaultOptions).map(([key, value]) => {
    const schema = properties[key];
    const choices = typeof schema === "object" && schema.enum !== undefined ? schema.enum : undefined;
    if (choices !== undefined) return `${key}=${choices.join("|")}`;
    if (value === "") return `${key}=""|<text>`;
    return typeof value === "boolean" ? `${key}=${value}|${!value}` : `${key}=${value}|<n>`;
  });
}

function isOptionName(key: string): key is keyof EmulatorOptions {
  return Object.hasOwn(defaultOptions, key);
}

function parseValue(value: string, type: string): unknown {
  if (type === "boolean" && ["true", "false"].includes(value)) return value === "true";
  if (type === "number" && /^\d+$/.test(value)) return Number(value);
  return value;
}
