import { finding, ok, type Check, type Observed } from "./diagnosis";

type Option = keyof Observed;
/** The options whose values say more than that this is how the server does it. */
type Saying = { [K in Option]?: (value: NonNullable<Observed[K]>) => Check | undefined };

const forms = {
  array: "an array",
  byId: "an object by id",
  nested: "an object with the array in it",
  nestedWithTotal: "an object with the array and a total in it",
  single: "an array, and a bare group where one id is asked for",
  unknown: "in a form that is not understood",
} as const;

const filters = {
  both: "lists obey both groupid and groupId",
  groupid: "lists obey groupid, not groupId; the provider sends both",
  groupId: "lists obey groupId, not groupid; the provider sends both",
} as const;

const nameFilters = {
  part: "lists by name find parts of names",
  exact: "lists by name find whole names only",
  none: "lists don't filter by name; the provider compares names itself",
} as const;

const suffixes = {
  plain: "Support1",
  space: "Support 1",
  parens: "Support (1)",
  dash: "Support-1",
  underscore: "Support_1",
} as const;

const sayings: Saying = {
  // One that is not understood is told by the check `list`.
  listShape: (form) => (form === "unknown" ? undefined : ok("listShape", `a list comes as ${forms[form]}`)),
  idKey: (key) => ok("idKey", `a group's id is called ${key}`),
  idType: (type) => ok("idType", `ids are JSON ${type}s`),
  codeType: (type) => ok("codeType", `codes are JSON ${type}s`),
  statusType: (type) => ok("statusType", `statuses are JSON ${type}s`),
  listStatus: (told) =>
    told
      ? ok("listStatus", "lists tell the status")
      : finding(
          "listStatus",
          "warning",
          "status-not-told",
          "lists don't tell whether a group is active",
          "A group that somebody deactivates in the panel is not told as drift.",
        ),
  listOwner: (told) =>
    told
      ? ok("listOwner", "lists tell the owner")
      : finding(
          "listOwner",
          "note",
          "owner-not-told",
          "lists don't tell whose a group is",
          "Prefer userId and token to an ssid: another account's credentials are then still recognised.",
        ),
  filterKey: (key) =>
    key === "none"
      ? finding(
          "filterKey",
          "note",
          "id-filter-ignored",
          "lists don't filter by id",
          "Nothing to do: the provider asks getGroupAgentRelation whether a group is gone, one more call for each.",
        )
      : ok("filterKey", filters[key]),
  missing: (answer) =>
    ok("missing", `a list for an id that isn't there is ${answer === "1503" ? "error 1503" : "empty"}`),
  nameFilter: (filter) => ok("nameFilter", nameFilters[filter]),
  errorHttpStatus: (fits) =>
    ok("errorHttpStatus", fits ? "errors have an HTTP status of their own" : "errors have HTTP status 200"),
  suffix: (form) =>
    ok("suffix", `judging by the names, a name that is taken gets a number as in ${suffixes[form]} (a guess)`),
  rateLimit: (count) =>
    finding(
      "rateLimit",
      "warning",
      "rate-limited",
      `calls are limited (HTTP 429): about ${count} were let through within a second`,
      "Set DEEPCALL_REQUESTS_PER_SECOND (deepcall:requestsPerSecond) to what the account may have.",
    ),
  echoCredentials: () =>
    finding(
      "echoCredentials",
      "warning",
      "credentials-echoed",
      "answers repeat the credentials that were sent",
      "This package takes them out of all that it shows or keeps; logs of proxies between here and there may hold them.",
    ),
};

const order: readonly Option[] = [
  "listShape",
  "idKey",
  "idType",
  "codeType",
  "listStatus",
  "statusType",
  "listOwner",
  "filterKey",
  "missing",
  "nameFilter",
  "errorHttpStatus",
  "suffix",
  "rateLimit",
  "echoCredentials",
];

/** What reading tells of every account that has groups, unless answers are strange. */
const readable = order.filter((option) => !["suffix", "rateLimit", "echoCredentials"].includes(option));

/** How the server plays what is not documented, a check for each point. */
export function shapeChecks(observed: Observed): readonly Check[] {
  return order.flatMap((option) => say(option, observed) ?? []);
}

/** What could not be told, and why. */
export function checkUnseen(observed: Observed, groups: number | undefined): readonly Check[] {
  // Where no status is told, it has no type.
  const told = (option: Option) => option in observed || (option === "statusType" && observed.listStatus === false);
  const unseen = readable.filter((option) => !told(option));
  if (unseen.length === 0) return [];
  const empty = groups === 0;
  return [
    finding(
      "unseen",
      "note",
      "not-observed",
      `the answers leave open: ${unseen.join(", ")}${empty ? ", for the account has no groups" : ""}`,
      ...(empty ? ["Make a group in Deepcall's panel, and run doctor again."] : []),
    ),
  ];
}

function say(option: Option, observed: Observed): Check | undefined {
  // Each saying takes the values of its own option, which the compiler can't see for all of them at once.
  const saying = sayings[option] as ((value: Observed[Option]) => Check | undefined) | undefined;
  return option in observed ? saying?.(observed[option]) : undefined;
}
