import { defaultOptions, type EmulatorOptions } from "../../emulator/options";
import { AuthenticationError, NotFoundError, RateLimitError } from "../../client/errors";
import { redactedText } from "../../client/redact";
import { parseListShape, type JsonObject } from "../../client/responses";
import { finding, ok, type Check } from "./findings";
import { guessSuffix, suffixForms } from "./groups";
import { isPresent, responseOf, type Exchange, type Probe } from "./probe";

type Option = keyof EmulatorOptions;
/** How a server behaves where the API is undocumented, as options of the emulator; without those not observed. */
export type Observed = Partial<EmulatorOptions>;
/** All calls, and what the probe found out with them unless it failed. */
type Evidence = { readonly exchanges: readonly Exchange[] } & Partial<Probe>;

interface Row<V> {
  readonly observe: (evidence: Evidence) => V | undefined;
  /** A sentence, or a finding; `undefined` if another check reports the value. */
  readonly describe: (value: V) => string | Check | undefined;
  /** Not every account shows it, so its absence is not reported. */
  readonly optional?: true;
}

const listForms = {
  array: "an array",
  byId: "an object by id",
  nested: "an object with the array in it",
  nestedWithTotal: "an object with the array and a total in it",
  single: "an array, but a single group if it is filtered by id",
};
const nameFilters = {
  part: "lists can be filtered by a part of the name",
  exact: "lists can be filtered by the whole name only",
  none: "lists cannot be filtered by name; the provider compares names itself",
};

/** How each option of the emulator is observed on a server, described, and which finding it leads to. */
const rows: { readonly [K in Option]?: Row<EmulatorOptions[K]> } = {
  listShape: {
    observe: ({ all, byId }) => {
      const { shape } = parseListShape(responseOf(all));
      if (all === undefined || all.error || shape === undefined) return undefined;
      if (all.groups === undefined) return "unknown";
      return shape === "array" && parseListShape(responseOf(byId)).shape === "single" ? "single" : shape;
    },
    describe: (shape) => (shape === "unknown" ? undefined : `a list is ${listForms[shape]}`),
  },
  idKey: { observe: ({ id }) => id?.key, describe: (key) => `the id of a group is called ${key}` },
  idType: { observe: ({ id }) => jsonType(id?.value), describe: (type) => `ids are JSON ${type}s` },
  codeType: {
    observe: ({ exchanges }) => firstType(exchanges.map(({ body }) => body["code"])),
    describe: (type) => `codes are JSON ${type}s`,
  },
  listStatus: {
    observe: ({ entries }) => anyHas(entries, "status"),
    describe: (isListed) =>
      isListed
        ? "list responses include the status"
        : finding("status-not-listed", "list responses do not include the status"),
  },
  statusType: {
    observe: ({ entries = [] }) => firstType(entries.map((entry) => entry["status"])),
    describe: (type) => `statuses are JSON ${type}s`,
  },
  listOwner: {
    observe: ({ entries }) => anyHas(entries, "user_id", "userId"),
    describe: (isListed) =>
      isListed
        ? "list responses include the owner"
        : finding("owner-not-listed", "list responses do not include the owner"),
  },
  filterKey: {
    observe: ({ filters: { groupid, groupId } = {} }) => {
      if (groupid === undefined || groupId === undefined) return undefined;
      return groupid ? (groupId ? "both" : "groupid") : groupId ? "groupId" : "none";
    },
    describe: (key) => {
      if (key === "none") return finding("id-filter-ignored", "lists cannot be filtered by id");
      const fields = key === "both" ? "groupid and by groupId" : `${key} only; the provider sends groupid and groupId`;
      return `lists can be filtered by ${fields}`;
    },
  },
  missing: {
    observe: ({ filters, byMissingId }) =>
      filters?.both === true ? (byMissingId?.error instanceof NotFoundError ? "1503" : "empty") : undefined,
    describe: (answer) => `a list by an id that no group has is ${answer === "1503" ? "error 1503" : "empty"}`,
  },
  nameFilter: {
    observe: ({ names: { unused, part } = {} }) => {
      if (unused === undefined || part === undefined) return undefined;
      return unused > 0 ? "none" : part ? "part" : "exact";
    },
    describe: (filter) => nameFilters[filter],
  },
  errorHttpStatus: {
    observe: ({ exchanges }) => {
      const errors = exchanges.filter(({ body }) => body["status"] === "error");
      return errors.length === 0 ? undefined : errors.some(({ reply }) => reply?.httpStatus !== 200);
    },
    describe: (isSet) => `errors have ${isSet ? "an HTTP status other than 200" : "HTTP status 200"}`,
  },
  suffix: {
    observe: ({ all }) => guessSuffix(all?.groups ?? []),
    describe: (form) => `judging by the names, a name that is taken becomes Support${suffixForms[form]} (a guess)`,
    optional: true,
  },
  rateLimit: {
    observe: ({ exchanges }) => {
      const refused = exchanges.findIndex(({ error }) => error instanceof RateLimitError);
      const since = (exchanges[refused]?.startedAt ?? 0) - 1000;
      return refused === -1 ? undefined : exchanges.slice(0, refused).filter((call) => call.startedAt > since).length;
    },
    describe: (count) => finding("rate-limited", `HTTP 429: Deepcall accepted about ${count} calls within a second`),
    optional: true,
  },
  echoCredentials: {
    // The client redacts credentials in answers.
    observe: ({ exchanges }) =>
      exchanges
        .flatMap(({ reply, body }) => [...Object.values(reply?.headers ?? {}), body["message"]])
        .some((text) => String(text).includes(redactedText)) || undefined,
    describe: () => finding("credentials-echoed", "answers repeat the credentials that were sent"),
    optional: true,
  },
  pageLimit: {
    observe: ({ cutOff, all }) => (cutOff === undefined ? undefined : all?.groups?.length),
    describe: () => undefined,
    optional: true,
  },
  authFailureCode: {
    observe: ({ exchanges }) => {
      const code = exchanges.map(({ error }) => error).find((error) => error instanceof AuthenticationError)?.code;
      return code === 1014 || code === 1000 || code === 1020 ? code : undefined;
    },
    describe: () => undefined,
    optional: true,
  },
};
const options = Object.keys(rows) as Option[];

export function observeOptions(evidence: Evidence): Observed {
  const observed = options.map((option) => [option, rows[option]?.observe(evidence)] as const);
  return Object.fromEntries(observed.filter(([, value]) => value !== undefined));
}

/** A check for each observed option that no other check reports. */
export function checkOptions(observed: Observed): readonly Check[] {
  return options.flatMap((option) => checkOption(option, observed[option]) ?? []);
}

function checkOption<K extends Option>(option: K, value: Observed[K]): Check | undefined {
  const row: Row<EmulatorOptions[K]> | undefined = rows[option];
  const description = value === undefined ? undefined : row?.describe(value);
  return typeof description === "string" ? ok(option, description) : description;
}

/** The check for options that the account does not show. */
export function checkNotObserved(observed: Observed, isEmpty: boolean): readonly Check[] {
  const isObserved = (option: Option) =>
    option in observed || (option === "statusType" && observed.listStatus === false);
  const others = options.filter((option) => !rows[option]?.optional && !isObserved(option)).join(", ");
  if (others === "") return [];
  if (!isEmpty) return [finding("not-observed", `not observed: ${others}`)];
  const advice = "Create a group in Deepcall's panel and run doctor again.";
  return [finding("not-observed", `not observed: ${others}, because the account has no groups`, advice)];
}

/** The command that starts an emulator with the observed options. */
export function emulatorCommand(observed: Observed): string {
  const changed = Object.entries(observed).filter(([option, value]) => value !== defaultOptions[option as Option]);
  return `pulumi-deepcall emulator${changed.map(([option, value]) => ` --option ${option}=${value}`).join("")}`;
}

/** Whether any entry has one of the keys; `undefined` if there are no entries. */
function anyHas(entries: readonly JsonObject[] = [], ...keys: string[]): boolean | undefined {
  return entries.length === 0 ? undefined : entries.some((entry) => keys.some((key) => isPresent(entry[key])));
}

function firstType(values: readonly unknown[]): "number" | "string" | undefined {
  return values.map(jsonType).find((type) => type !== undefined);
}

/** The JSON type of a value that is a number, or is expected to be one. */
export function jsonType(value: unknown): "number" | "string" | undefined {
  return typeof value === "number" ? "number" : typeof value === "string" ? "string" : undefined;
}
