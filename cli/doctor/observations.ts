import { NotFoundError, PermissionError, RateLimitError } from "../../client/errors";
import { redactedText } from "../../client/redact";
import { idKeys, isJsonObject, isMarkedDeleted, parseListShape, type JsonObject } from "../../client/responses";
import { defaultOptions, type EmulatorOptions } from "../../emulator/options";
import { isNumbered } from "../../provider/model/names";
import { shellQuote } from "../formatting";
import { agentDataScope, agentRows, findAgentId, findNoAgents, isUnknownShape } from "./agents";
import { receiveCallType, relationForm, shapeOf, type AgentProbe } from "./agents";
import type { Exchange } from "./calls";
import { finding, ok, type Check, type FindingCode } from "./findings";
import { guessSuffix, suffixExamples } from "./groups";
import { isNoData, type Probe } from "./probe";
import { changesOf, cutLength, numberingOf, type Facts } from "./trial";

type Options = EmulatorOptions;
type Option = keyof Options;
/** All calls, and what the probe and a trial found out with them unless they failed. */
type Evidence = { readonly exchanges: readonly Exchange[]; readonly facts?: Facts | undefined } & Partial<Probe>;
/** A sentence or a finding, or a sentence for each value; absent, or `undefined`, if another check reports the value. */
type Describe<V> = ((value: V) => string | Check | undefined) | Readonly<Record<string, string>>;

interface Row<V> {
  /** From calls that only read. */
  readonly read?: ((evidence: Evidence) => V | undefined) | undefined;
  /** From the changes of a trial; it takes precedence. */
  readonly tried?: ((facts: Facts) => V | undefined) | undefined;
  readonly describe?: Describe<V> | undefined;
  /** It cannot be observed in every account, so a missing value is not reported. */
  readonly optional?: boolean;
}
const read = <V>(observe: Row<V>["read"], describe?: Describe<V>): Row<V> => ({ read: observe, describe });
const tried = <V>(observe: Row<V>["tried"], describe?: Describe<V>): Row<V> => ({ tried: observe, describe });
const optional = <V>(row: Row<V>): Row<V> => ({ ...row, optional: true });
/** An option that only agents show; the check `agents` says if none were seen. */
const agentRow = <V>(observe: (reads: AgentProbe) => V | undefined, describe?: Describe<V>): Row<V> =>
  optional(read(({ agents = [] }) => observe(agents), describe));

const listForms = {
  array: "an array",
  byId: "an object by id",
  nested: "an object with the array in it",
  nestedWithTotal: "an object with the array and a total in it",
  single: "an array, but a single group for one id",
};
const noAgentForms = { array: "[]", object: "{}", null: "null", text: '""', absent: "left out" };
const describeField = (field: string, code: FindingCode) => (isListed: boolean) =>
  isListed ? `list responses include the ${field}` : finding(code, `list responses do not include the ${field}`);
const describeEffect = (call: string): Record<string, string> => ({
  apply: `${call} removes all agents`,
  ignore: `${call} changes nothing`,
  reject: `${call} is rejected`,
  asEmpty: `${call} is like one with an empty list`,
});
const describeForm = (call: string): Record<string, string> => ({
  full: `${call} includes its agents`,
  none: `${call} does not include its agents`,
  empty: `${call} shows no agents, although it has some`,
});
/** The second group has an agent, unless that was refused. */
const triedForm = ({ reads = [], assigned }: Facts, form: "quick" | "plain") =>
  assigned && !assigned.refusal ? relationForm(reads, form, reads[1]) : undefined;
/** How many agents the group of the trial has before a question. */
const assignedCount = ({ replaced, plan }: Facts): number =>
  Math.max(replaced?.agents?.length ?? 0, Math.min(plan.agents.length, 1));
const deletionKeys = ["isDeleted", "preDeleted"] as const;
/** What a call that may remove all agents of a group did; unclear where an assignment only adds agents. */
const effectOf = (facts: Facts, question: "empty" | "missing"): "apply" | "ignore" | "reject" | undefined => {
  const { refusal, agents } = facts[question] ?? {};
  if (refusal || !agents) return refusal && "reject";
  return agents.length === 0 ? "apply" : facts.replaced?.agents?.length === 1 ? "ignore" : undefined;
};

/** How each option of the emulator is observed on a server, by reading or by a change, and how the result is described. */
const rows: { readonly [K in Option]?: Row<Options[K]> } = {
  listShape: read(
    ({ all, byId }) => {
      const [shape, byIdShape] = [all, byId].map((list) => parseListShape(list?.response).shape);
      if (all === undefined || all.error) return undefined;
      if (all.groups === undefined) return "unknown";
      return shape === "array" && byIdShape === "single" ? "single" : shape;
    },
    (shape) => (shape === "unknown" ? undefined : `a list is ${listForms[shape]}`),
  ),
  idKey: read(
    ({ id }) => id?.key,
    (key) => `the id of a group is called ${key}`,
  ),
  idType: read(
    ({ id }) => jsonType(id?.value),
    (type) => `ids are JSON ${type}s`,
  ),
  codeType: read(
    ({ exchanges }) => firstType(exchanges.map(({ body }) => body["code"])),
    (type) => `codes are JSON ${type}s`,
  ),
  listStatus: read(({ entries }) => anyHas(entries, "status"), describeField("status", "status-not-listed")),
  statusType: read(
    ({ entries = [] }) => firstType(entries.map((entry) => entry["status"])),
    (type) => `statuses are JSON ${type}s`,
  ),
  listOwner: read(({ entries }) => anyHas(entries, "user_id", "userId"), describeField("owner", "owner-not-listed")),
  filterKey: read(
    ({ filters: { groupid, groupId } = {} }) => {
      if (groupid === undefined || groupId === undefined) return undefined;
      return groupid ? (groupId ? "both" : "groupid") : groupId ? "groupId" : "none";
    },
    (key) =>
      key === "none"
        ? finding("id-filter-ignored", "lists cannot be filtered by id")
        : `lists can be filtered by ${key === "both" ? "groupid and groupId" : `${key} only; the provider sends both`}`,
  ),
  missing: read(
    ({ filters, byMissingId }) => {
      if (byMissingId && isNoData(byMissingId)) return "noData";
      return filters?.both === true ? (byMissingId?.error instanceof NotFoundError ? "1503" : "empty") : undefined;
    },
    {
      "1503": "a list by an id that does not exist fails with error 1503",
      empty: "a list by an id that does not exist is empty",
      noData: "a list by an id that does not exist fails with error 1012",
    },
  ),
  nameFilter: read(
    ({ names: { unused, part } = {} }) =>
      unused === undefined || part === undefined ? undefined : unused > 0 ? "none" : part ? "part" : "exact",
    {
      none: "lists cannot be filtered by name; the provider compares names itself",
      part: "lists can be filtered by a part of the name",
      exact: "lists can be filtered by the whole name only",
    },
  ),
  errorHttpStatus: read(
    ({ exchanges }) => {
      const errors = exchanges.filter(({ body }) => body["status"] === "error");
      return errors.length === 0 ? undefined : errors.some(({ reply }) => reply?.httpStatus !== 200);
    },
    (isSet) => `errors have ${isSet ? "an HTTP status other than 200" : "HTTP status 200"}`,
  ),
  suffix: {
    read: ({ all }) => guessSuffix(all?.groups ?? []),
    tried: (facts) => numberingOf(facts)?.form,
    describe: (form) => `Deepcall appends a number as in Support${suffixExamples[form]}`,
    optional: true,
  },
  suffixStart: tried(
    (facts) => numberingOf(facts)?.start,
    (number) => `the first number that Deepcall appends is ${number}`,
  ),
  updateDuplicate: tried(
    ({ first, taken }) => {
      if (!first || !taken || taken.refusal) return taken?.refusal && "reject";
      if (taken.group.name === first.group.name) return "allow";
      return isNumbered(taken.group.name, first.group.name) ? "suffix" : undefined;
    },
    {
      suffix: "an update to a name that is taken appends a number",
      allow: "an update to a name that is taken is carried out: two groups then have this name",
      reject: "an update to a name that is taken is rejected",
    },
  ),
  ownNameTaken: tried(
    ({ first, taken, ownName }) => {
      if (!first || !ownName) return undefined;
      if (ownName.refusal || ownName.group.name !== first.group.name) return true;
      // Where two groups may have the same name, no name is taken.
      return taken?.group.name === first.group.name ? undefined : false;
    },
    (isTaken) => `an update to the group's own name ${isTaken ? "is treated as a name that is taken" : "keeps it"}`,
  ),
  caseInsensitive: tried(
    ({ otherCase: { sent = "", group } = {} }) =>
      group && (isNumbered(group.name, sent) || (group.name !== sent && undefined)),
    (isSame) => `names that differ only in case are ${isSame ? "the same name" : "different names"}`,
  ),
  nameTransform: tried(
    (facts) => {
      const { characters, spaces } = facts;
      if (!characters || !spaces) return undefined;
      if (changesOf(characters).some(([one, stored]) => stored !== one && stored !== "?")) return "escape";
      if (cutLength(facts) === 20) return "cut";
      return spaces.group.name === spaces.sent ? "none" : spaces.group.name === spaces.sent.trim() ? "trim" : undefined;
    },
    {
      none: "names are neither trimmed nor escaped",
      trim: "names are trimmed",
      escape: "special characters in names come back as HTML entities",
      cut: "names are cut to 20 characters",
    },
  ),
  nameLength: tried(
    (facts) => (cutLength(facts) === 20 ? 0 : cutLength(facts)),
    (length) =>
      length === 0 ? "names have no other limit below 300 characters" : `names are cut to ${length} characters`,
  ),
  replacedCharacters: tried(
    ({ characters }) =>
      characters &&
      changesOf(characters)
        .flatMap(([one, stored]) => (stored === "?" ? one : []))
        .join(""),
    (text) => (text === "" ? "no character is replaced" : `these characters come back as "?": ${text}`),
  ),
  inactiveStatus: tried(
    ({ inactive: { refusal, group } = {} }) =>
      refusal ? "reject" : group?.active === undefined ? undefined : group.active ? "ignore" : "accept",
    {
      accept: "status 0 deactivates a group",
      ignore: "status 0 is accepted, but the group is still listed as active",
      reject: "status 0 is rejected",
    },
  ),
  missingStatus: tried(
    ({ missingStatus: { refusal, group } = {} }) =>
      refusal || group?.active === undefined ? undefined : group.active ? "activate" : "keep",
    { activate: "an update without status activates the group", keep: "an update without status keeps the status" },
  ),
  rateLimit: optional(
    read(
      ({ exchanges }) => {
        const refused = exchanges.findIndex(({ error }) => error instanceof RateLimitError);
        const since = (exchanges[refused]?.startedAt ?? 0) - 1000;
        return refused === -1 ? undefined : exchanges.slice(0, refused).filter((call) => call.startedAt > since).length;
      },
      (count) => finding("rate-limited", `HTTP 429: Deepcall accepted about ${count} calls within a second`),
    ),
  ),
  echoCredentials: optional(
    read<boolean>(
      // The client redacts credentials in answers.
      ({ exchanges }) =>
        exchanges.some(({ reply, body }) => JSON.stringify([reply?.headers, body["message"]]).includes(redactedText)) ||
        undefined,
      () => finding("credentials-echoed", "answers repeat the credentials that were sent"),
    ),
  ),
  payloadKey: read(
    ({ all }) => (all?.error ? undefined : (["response", "data"] as const).find((key) => key in (all?.body ?? {}))),
    (key) => `the payload of an answer is called ${key}`,
  ),
  pageSize: optional(
    read(
      ({ all }) => (all?.pageCount === undefined ? undefined : all.limit),
      (size) => `a page of a list has up to ${size} groups`,
    ),
  ),
  pageField: optional(
    read(
      ({ all, page }) =>
        page?.rowIds && (page.rowIds.some((id) => id === all?.rowIds?.[0]) ? ("ignored" as const) : ("used" as const)),
      { used: "every page of a list can be read", ignored: "a list always returns its first page" },
    ),
  ),
  pageLimit: optional(read(({ truncation, all }) => (truncation && !all?.pageCount ? all?.groups?.length : undefined))),
  deletion: {
    read: ({ rows: listed = [] }) => deletionKeys.find((key) => listed.some((row) => key in row)),
    tried: ({ deleted: { id, list } = {} }) => {
      const marked = parseListShape(list?.response).entries.filter(isJsonObject).find(isMarkedDeleted);
      if (marked) return deletionKeys.find((key) => isMarkedDeleted({ isDeleted: marked[key] }));
      return list?.complete && list.groups?.every((group) => group.id !== id) ? "permanent" : undefined;
    },
    describe: (key) => `a deleted group ${key === "permanent" ? "disappears" : `remains in lists, marked by ${key}`}`,
    optional: true,
  },
  secondDelete: tried(({ secondDelete }) => secondDelete && (secondDelete.refusal ? "1503" : "success"), {
    "1503": "a second delete of a group is refused",
    success: "a second delete of a group is a success",
  }),
  missingRelation: optional(
    read(
      ({ missingRelation: one }) =>
        one && (isNoData(one) ? "noData" : one.error instanceof NotFoundError ? "1503" : undefined),
      (code) => `a read of the agents of a missing group fails with error ${code === "noData" ? "1012" : code}`,
    ),
  ),
  idOrder: tried(
    ({ ids }) => (ids.length < 3 ? undefined : ids.every((id, n) => id > (ids[n - 1] ?? 0)) ? "growing" : "mixed"),
    (order) =>
      order === "growing"
        ? "a new group has a higher id than all others"
        : finding("ids-not-growing", "a new group may have a lower id than an older one"),
  ),
  staleLists: tried(
    ({ isStale }) => isStale,
    (isStale) =>
      isStale ? finding("lists-stale", "a list may not show a change at once") : "lists show a change at once",
  ),
  emptyIds: optional(
    read<boolean>(
      ({ rows: listed = [] }) =>
        listed.some((row) => idKeys.some((key) => row[key] === 0 || row[key] === "")) || undefined,
      () => 'rows also have other keys of ids, whose values 0 and "" mean "none"',
    ),
  ),
  passwordFields: optional(
    read<boolean>(
      ({ rows: listed = [], agents = [] }) =>
        [...listed, ...agentRows(agents)].some((row) => "password" in row || "call_pass" in row) || undefined,
      () => finding("passwords-listed", "answers contain passwords"),
    ),
  ),
  relationShape: agentRow(
    (reads) => (isUnknownShape(reads) ? "unknown" : shapeOf(reads, "relationData")),
    (shape) => (shape === "unknown" ? undefined : `relationData, the agents of a group, is ${listForms[shape]}`),
  ),
  agentShape: agentRow(
    (reads) => shapeOf(reads, "agentData"),
    (shape) => `agentData is ${listForms[shape]}`,
  ),
  agentData: {
    ...agentRow(agentDataScope, (scope) => `agentData has the agents of the ${scope}`),
    // The first group of the trial never has agents.
    tried: ({ reads = [] }) => (agentRows(reads.slice(0, 1)).length > 0 ? "account" : undefined),
  },
  agentIdKey: agentRow(
    (reads) => findAgentId(reads)?.key,
    (key) => `the id of an agent is called ${key}`,
  ),
  agentIdType: agentRow(
    (reads) => findAgentId(reads)?.type,
    (type) => `the ids of agents are JSON ${type}s`,
  ),
  receiveCallType: agentRow(receiveCallType, (type) => `receive_call is a JSON ${type}`),
  noAgents: {
    ...agentRow(findNoAgents, (form) => `relationData of a group without agents is ${noAgentForms[form]}`),
    tried: ({ reads, assigned }) => reads && findNoAgents(reads, assigned?.refusal !== undefined || undefined),
  },
  quickRelation: {
    ...agentRow((reads) => relationForm(reads, "quick"), describeForm("a quick read of a group's relations")),
    tried: (facts) => triedForm(facts, "quick"),
  },
  plainRelation: {
    ...agentRow((reads) => relationForm(reads, "plain"), describeForm("a read of a group's relations without quick")),
    tried: (facts) => triedForm(facts, "plain"),
  },
  agentPermission: optional({
    // Reading does not show whether agents can be assigned.
    read: ({ agents = [] }) =>
      agents.some(({ quick: { error } }) => error instanceof PermissionError && error.code === 1015)
        ? "none"
        : undefined,
    tried: ({ assigned, reads }) => {
      if (!assigned || !reads) return undefined;
      return !assigned.refusal ? "all" : reads.some(({ quick }) => !quick.error) ? "read" : "none";
    },
    describe: (permission) =>
      ({ all: "agents can be assigned", read: "agents can be read, but not assigned", none: undefined })[permission],
  }),
  assign: optional(
    tried(
      ({ replaced, empty }) =>
        replaced?.agents
          ? replaced.agents.length > 1
            ? "add"
            : "replace"
          : empty?.agents?.length === 0
            ? "replace"
            : undefined,
      { replace: "an assignment replaces the previous agents", add: "an assignment adds to the previous agents" },
    ),
  ),
  emptyAgents: optional(tried((facts) => effectOf(facts, "empty"), describeEffect("an empty list of agents"))),
  missingAgents: optional(
    tried((facts) => {
      const [effect, ofEmpty] = [effectOf(facts, "missing"), effectOf(facts, "empty")];
      // Where no agents are shown, an assignment that is accepted looks like one that is ignored.
      if (effect === undefined) return ofEmpty === "reject" && facts.missing ? "ignore" : undefined;
      return effect === ofEmpty ? "asEmpty" : effect;
    }, describeEffect("an assignment without a list of agents")),
  ),
  agentsOnDelete: optional(
    tried(
      (facts) =>
        facts.otherDeleted?.agents &&
        (facts.otherDeleted.agents.length >= assignedCount(facts) ? ("keep" as const) : ("remove" as const)),
      {
        keep: "the agents of a deleted group remain in their other groups",
        remove: "the agents of a deleted group are removed from their other groups, too",
      },
    ),
  ),
  unknownAgent: optional(
    tried(
      (facts) => {
        const { refusal, agents } = facts.unknown ?? {};
        if (refusal || !facts.unknown) return refusal && "reject";
        return agents && agents.length <= assignedCount(facts) ? "ignore" : "accept";
      },
      {
        reject: "an unknown agent is rejected",
        ignore: "an unknown agent is left out",
        accept: "an unknown agent is accepted",
      },
    ),
  ),
  unknownAgentCode: optional(
    tried(
      ({ unknown }) => ([1047, 1003, 1507] as const).find((code) => unknown?.refusal?.errorCode === `${code}`),
      (code) => `the code for an unknown agent is ${code}`,
    ),
  ),
  authFailureCode: optional(
    read(({ exchanges }) =>
      ([1014, 1000, 1020] as const).find((code) =>
        exchanges.some(({ operation, error }) => operation === "list" && error?.errorCode === `${code}`),
      ),
    ),
  ),
};
const options = Object.keys(rows) as Option[];

/** What the evidence shows about the server: its options, a check for each, and the command for an emulator like it. */
export function describeServer(evidence: Evidence) {
  const observed: Partial<Options> = {};
  const observedBy: Partial<Record<Option, "read" | "tried">> = {};
  const checks = options.flatMap((option) => observe(option, evidence, observed, observedBy) ?? []);
  const { facts, all } = evidence;
  const isShown = (option: Option) => option in observed || (option === "statusType" && observed.listStatus === false);
  const isExpected = (option: Option) => !rows[option]?.optional && (rows[option]?.read ?? facts) !== undefined;
  const missing = options.filter((option) => isExpected(option) && !isShown(option)).join(", ");
  const isEmpty = all?.groups?.length === 0 && facts === undefined;
  const advice = isEmpty ? "Create a group in Deepcall's panel and run doctor again." : "";
  const reason = isEmpty ? ", because the account has no groups" : "";
  if (all?.groups && missing !== "") checks.push(finding("not-observed", `not observed: ${missing}${reason}`, advice));
  const changed = Object.entries(observed).filter(([option, value]) => value !== defaultOptions[option as Option]);
  const flags = changed.map(([option, value]) => ` --option ${shellQuote(`${option}=${value}`)}`);
  const emulatorCommand = options.some((option) => option in observed)
    ? `pulumi-deepcall emulator${flags.join("")}`
    : null;
  return { observed, observedBy: facts && observedBy, checks, emulatorCommand };
}

/** Observes an option and returns its check. During a trial, the check says how the value was observed. */
function observe<K extends Option>(
  option: K,
  evidence: Evidence,
  observed: Partial<Pick<Options, K>>,
  observedBy: Partial<Record<Option, "read" | "tried">>,
): Check | undefined {
  const row: Row<Options[K]> = rows[option] ?? {};
  const { facts } = evidence;
  const triedValue = facts && row.tried?.(facts);
  const value = triedValue ?? row.read?.(evidence);
  if (value === undefined) return undefined;
  observed[option] = value;
  const source = (observedBy[option] = triedValue === undefined ? "read" : "tried");
  const description = typeof row.describe === "object" ? row.describe[String(value)] : row.describe?.(value);
  const guess = option === "suffix" && source === "read" ? "a guess from the names: " : "";
  const check = typeof description === "string" ? ok(option, guess + description) : description;
  return check && facts ? { ...check, summary: `${check.summary} (${source})` } : check;
}

function anyHas(entries: readonly JsonObject[] = [], ...keys: string[]): boolean | undefined {
  return entries.length === 0 ? undefined : entries.some((entry) => keys.some((key) => (entry[key] ?? "") !== ""));
}

const firstType = (values: readonly unknown[]) => values.map(jsonType).find((type) => type !== undefined);

export function jsonType(value: unknown): "number" | "string" | undefined {
  return typeof value === "number" ? "number" : typeof value === "string" ? "string" : undefined;
}
