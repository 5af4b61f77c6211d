import { AuthenticationError, NotFoundError, RateLimitError, type CallError } from "../../client/errors";
import { redactedText } from "../../client/redact";
import { idKeys, isJsonObject, isMarkedDeleted, parseListShape, type JsonObject } from "../../client/responses";
import { defaultOptions, type EmulatorOptions } from "../../emulator/options";
import { isNumbered } from "../../provider/model/names";
import { shellQuote } from "../formatting";
import * as agents from "./agents";
import { isNoData, type Exchange } from "./calls";
import { finding, ok, type Check, type FindingCode } from "./findings";
import { guessSuffix, suffixExamples } from "./groups";
import type { Probe } from "./probe";
import { changesOf, cutLength, numberingOf, type Facts } from "./trial";

type Option = keyof EmulatorOptions;
/** All calls, and what the probe and a trial found out with them unless they failed. */
type Evidence = { readonly exchanges: readonly Exchange[]; readonly facts?: Facts | undefined } & Partial<Probe>;

interface Row<V> {
  /** What the option is about, or what its value means. Absent if another check says it. */
  readonly says?: string | ((value: V) => string | undefined);
  /** The finding for this value, or else for every value. */
  readonly finding?: readonly [code: FindingCode, value?: V];
  /** From calls that only read. */
  readonly read?: (evidence: Evidence) => V | undefined;
  /** From reads of the agents of groups. */
  readonly agents?: (reads: agents.AgentReads) => V | undefined;
  /** From the changes of a trial; it takes precedence. */
  readonly tried?: (facts: Facts) => V | undefined;
}

const shapes = {
  array: "an array",
  byId: "an object by id",
  nested: "an object with the array in it",
  nestedWithTotal: "an object with the array and a total in it",
  single: "an array, but a single group for one id",
  unknown: undefined,
};

/** How each option of the emulator is observed on a server, by reading or by a change, and what it says. */
const rows: { readonly [K in Option]?: Row<EmulatorOptions[K]> } = {
  listShape: {
    says: (shape) => shapes[shape] && `a list is ${shapes[shape]}`,
    read: ({ all, byId }) => {
      const [shape, byIdShape] = [all, byId].map((list) => parseListShape(list?.response).shape);
      if (all === undefined || all.error) return undefined;
      return all.groups === undefined ? "unknown" : shape === "array" && byIdShape === "single" ? "single" : shape;
    },
  },
  idKey: { says: "the key of a group's id", read: ({ id }) => id?.key },
  idType: { says: "the JSON type of ids", read: ({ id }) => jsonType(id?.value) },
  codeType: {
    says: "the JSON type of codes",
    read: ({ exchanges }) => firstType(exchanges, ({ body }) => body["code"]),
  },
  listStatus: {
    says: "lists include the status",
    finding: ["status-not-listed", false],
    read: ({ entries }) => anyHas(entries, "status"),
  },
  statusType: {
    says: "the JSON type of a status",
    read: ({ entries }) => firstType(entries, ({ status }) => status),
  },
  listOwner: {
    says: "lists include the owner",
    finding: ["owner-not-listed", false],
    read: ({ entries }) => anyHas(entries, "user_id", "userId"),
  },
  filterKey: {
    says: "fields that filter lists by id",
    finding: ["id-filter-ignored", "none"],
    read: ({ filters: { groupid, groupId } = {} }) => {
      if (groupid === undefined || groupId === undefined) return undefined;
      return groupid ? (groupId ? "both" : "groupid") : groupId ? "groupId" : "none";
    },
  },
  missing: {
    says: "the answer to a list by an id that does not exist",
    read: ({ filters, byMissingId }) =>
      byMissingId && isNoData(byMissingId) ? "noData" : filters?.both ? (notFound(byMissingId) ?? "empty") : undefined,
  },
  nameFilter: {
    says: "the part of a name that filters lists",
    read: ({ names: { unused, part } = {} }) =>
      unused === undefined || part === undefined ? undefined : unused > 0 ? "none" : part ? "part" : "exact",
  },
  errorHttpStatus: {
    says: "errors have an HTTP status other than 200",
    read: ({ exchanges }) => {
      const errors = exchanges.filter(({ body }) => body["status"] === "error");
      return errors.length === 0 ? undefined : errors.some(({ reply }) => reply?.httpStatus !== 200);
    },
  },
  suffix: {
    says: (form) => `Deepcall appends a number as in Support${suffixExamples[form]}`,
    read: ({ all }) => guessSuffix(all?.groups ?? []),
    tried: (facts) => numberingOf(facts)?.form,
  },
  suffixStart: { says: "the first number that Deepcall appends", tried: (facts) => numberingOf(facts)?.start },
  updateDuplicate: {
    says: "what an update to a name that is taken does",
    tried: ({ first, taken }) => {
      if (!first || !taken || taken.refusal) return taken?.refusal && "reject";
      if (taken.group.name === first.group.name) return "allow";
      return isNumbered(taken.group.name, first.group.name) ? "suffix" : undefined;
    },
  },
  ownNameTaken: {
    says: "in an update, a group's own name counts as taken",
    tried: ({ first, taken, ownName }) => {
      if (!first || !ownName) return undefined;
      if (ownName.refusal || ownName.group.name !== first.group.name) return true;
      // Where two groups may have the same name, no name is taken.
      return taken?.group.name === first.group.name ? undefined : false;
    },
  },
  caseInsensitive: {
    says: "names that differ only in case are the same",
    tried: ({ otherCase: { sent = "", group } = {} }) =>
      group && (isNumbered(group.name, sent) || (group.name !== sent && undefined)),
  },
  nameTransform: {
    says: "how names are changed",
    tried: (facts) => {
      const { characters, spaces } = facts;
      if (!characters || !spaces) return undefined;
      if (changesOf(characters).some(([one, stored]) => stored !== one && stored !== "?")) return "escape";
      if (cutLength(facts) === 20) return "cut";
      return spaces.group.name === spaces.sent ? "none" : spaces.group.name === spaces.sent.trim() ? "trim" : undefined;
    },
  },
  nameLength: {
    says: "names are cut to this length (0: to none up to 300, or by nameTransform)",
    tried: (facts) => (cutLength(facts) === 20 ? 0 : cutLength(facts)),
  },
  replacedCharacters: {
    says: 'characters that come back as "?"',
    tried: ({ characters }) =>
      characters && changesOf(characters).reduce((text, [one, stored]) => (stored === "?" ? text + one : text), ""),
  },
  inactiveStatus: {
    says: "what an update with status 0 does",
    tried: ({ inactive: { refusal, group } = {} }) =>
      refusal ? "reject" : group?.active === undefined ? undefined : group.active ? "ignore" : "accept",
  },
  missingStatus: {
    says: "what an update without status does",
    tried: ({ missingStatus: { refusal, group } = {} }) =>
      refusal || group?.active === undefined ? undefined : group.active ? "activate" : "keep",
  },
  rateLimit: {
    says: (count) => `HTTP 429: Deepcall accepted about ${count} calls within a second`,
    finding: ["rate-limited"],
    read: ({ exchanges }) => {
      const refused = exchanges.findIndex(({ error }) => error instanceof RateLimitError);
      const since = (exchanges[refused]?.startedAt ?? 0) - 1000;
      return refused === -1 ? undefined : exchanges.slice(0, refused).filter((call) => call.startedAt > since).length;
    },
  },
  echoCredentials: {
    says: () => "answers repeat the credentials that were sent",
    finding: ["credentials-echoed", true],
    // The client redacts credentials in answers.
    read: ({ exchanges }) =>
      onlyTrue(
        exchanges.some(({ reply, body }) => JSON.stringify([reply?.headers, body["message"]]).includes(redactedText)),
      ),
  },
  payloadKey: {
    says: "the key of the payload of an answer",
    read: ({ all }) => (all?.error ? undefined : (["response", "data"] as const).find((key) => all && key in all.body)),
  },
  pageSize: { says: "groups in a page of a list", read: ({ all }) => all?.pageCount && all.limit },
  pageField: {
    says: "the field that selects a page of a list",
    read: ({ all, page }) => page?.rowIds && (page.rowIds.some((id) => id === all?.rowIds?.[0]) ? "ignored" : "used"),
  },
  pageLimit: { read: ({ truncation, all }) => (truncation && !all?.pageCount ? all?.groups?.length : undefined) },
  deletion: {
    says: "what a deletion leaves in lists",
    read: ({ rows: listed = [] }) => deletionKeys.find((key) => listed.some((row) => key in row)),
    tried: ({ deleted: { id, list } = {} }) => {
      const marked = parseListShape(list?.response).entries.filter(isJsonObject).find(isMarkedDeleted);
      if (marked) return deletionKeys.find((key) => isMarkedDeleted({ isDeleted: marked[key] }));
      return list?.complete && list.groups?.every((group) => group.id !== id) ? "permanent" : undefined;
    },
  },
  secondDelete: {
    says: "the answer to a second delete of a group",
    tried: ({ secondDelete }) => secondDelete && (secondDelete.refusal ? "1503" : "success"),
  },
  missingRelation: {
    says: "the answer to a read of the agents of a missing group",
    read: ({ missingRelation }) => notFound(missingRelation),
    tried: ({ deleted }) => notFound(deleted?.relation),
  },
  idOrder: {
    says: "the order of the ids of new groups",
    finding: ["ids-not-growing", "mixed"],
    tried: ({ ids }) =>
      ids.length < 3 ? undefined : ids.every((id, n) => id > (ids[n - 1] ?? 0)) ? "growing" : "mixed",
  },
  staleLists: {
    says: "the first list after a change may not show it",
    finding: ["lists-stale", true],
    tried: ({ isStale }) => isStale,
  },
  emptyIds: {
    says: () => 'rows also have other keys of ids, whose values 0 and "" mean "none"',
    read: ({ rows: listed = [] }) =>
      onlyTrue(listed.some((row) => idKeys.some((key) => [0, ""].includes(row[key] as string)))),
  },
  passwordFields: {
    says: () => "answers contain passwords",
    finding: ["passwords-listed", true],
    read: ({ rows: listed = [], agents: reads = [] }) =>
      onlyTrue([...listed, ...agents.agentRows(reads)].some((row) => "password" in row || "call_pass" in row)),
  },
  relationShape: {
    says: (shape) => shapes[shape] && `relationData, the agents of a group, is ${shapes[shape]}`,
    agents: (reads) => (agents.isUnknownShape(reads) ? "unknown" : agents.shapeOf(reads, "relationData")),
  },
  agentShape: {
    says: (shape) => `agentData is ${shapes[shape]}`,
    agents: (reads) => agents.shapeOf(reads, "agentData"),
  },
  agentData: {
    says: "whose agents agentData has",
    agents: agents.agentDataScope,
    // The first group of the trial never has agents.
    tried: ({ probed }) => (agents.agentRows(probed?.agents.slice(0, 1) ?? []).length > 0 ? "account" : undefined),
  },
  agentIdKey: { says: "the key of an agent's id", agents: (reads) => agents.findAgentId(reads)?.key },
  agentIdType: { says: "the JSON type of an agent's id", agents: (reads) => agents.findAgentId(reads)?.type },
  receiveCallType: { says: "the JSON type of receive_call", agents: agents.receiveCallType },
  noAgents: {
    says: "relationData of a group without agents",
    agents: (reads) => agents.findNoAgents(reads),
    tried: ({ probed, assigned }) => probed && agents.findNoAgents(probed.agents, assigned?.refusal ? true : undefined),
  },
  quickRelation: {
    says: "agents in a quick read of a group's relations",
    agents: (reads) => agents.relationForm(reads, "quick"),
    tried: (facts) => triedForm(facts, "quick"),
  },
  plainRelation: {
    says: "agents in a read of a group's relations without quick",
    agents: (reads) => agents.relationForm(reads, "plain"),
    tried: (facts) => triedForm(facts, "plain"),
  },
  agentPermission: {
    says: (permission) => (permission === "none" ? undefined : `what is permitted with agents: ${permission}`),
    // Reading does not show whether agents can be assigned.
    agents: (reads) => (reads.some(({ quick: { error } }) => error?.errorCode === "1015") ? "none" : undefined),
    tried: ({ assigned, probed }) => {
      if (!assigned || !probed) return undefined;
      return !assigned.refusal ? "all" : probed.agents.some(({ quick }) => !quick.error) ? "read" : "none";
    },
  },
  assign: {
    says: "what an assignment does with the previous agents",
    tried: ({ replaced, empty }) => {
      if (replaced?.agents) return replaced.agents.length > 1 ? "add" : "replace";
      return empty?.agents?.length === 0 ? "replace" : undefined;
    },
  },
  emptyAgents: { says: "what an empty list of agents does", tried: (facts) => effectOf(facts, "empty") },
  missingAgents: {
    says: "what an assignment without a list of agents does",
    tried: (facts) => {
      const [effect, ofEmpty] = [effectOf(facts, "missing"), effectOf(facts, "empty")];
      // Where no agents are shown, an assignment that is accepted looks like one that is ignored.
      if (effect === undefined) return ofEmpty === "reject" && facts.missing ? "ignore" : undefined;
      return effect === ofEmpty ? "asEmpty" : effect;
    },
  },
  agentsOnDelete: {
    says: "what a deletion does with the group's agents in their other groups",
    tried: (facts) => {
      const left = facts.otherDeleted?.agents?.length;
      return left === undefined ? undefined : left >= assignedCount(facts) ? "keep" : "remove";
    },
  },
  unknownAgent: {
    says: "what an assignment does with an unknown agent",
    tried: (facts) => {
      const { refusal, agents: assigned } = facts.unknown ?? {};
      if (refusal || !facts.unknown) return refusal && "reject";
      return assigned && assigned.length <= assignedCount(facts) ? "ignore" : "accept";
    },
  },
  unknownAgentCode: {
    says: "the code for an unknown agent",
    tried: ({ unknown }) => codeIn([1047, 1003, 1507], unknown?.refusal),
  },
  authFailureCode: {
    read: ({ exchanges }) => {
      const failed = exchanges.find(
        ({ operation, error }) => operation === "list" && error instanceof AuthenticationError,
      );
      return codeIn([1014, 1000, 1020], failed?.error);
    },
  },
};
const options = Object.keys(rows) as Option[];

/** What every account with groups shows, if need be with a trial: a missing value is reported. */
const expected: ReadonlySet<Option> = new Set([
  ...(["listShape", "idKey", "idType", "codeType", "listStatus", "statusType", "listOwner", "filterKey"] as const),
  ...(["missing", "nameFilter", "errorHttpStatus", "payloadKey", "suffixStart", "updateDuplicate"] as const),
  ...(["ownNameTaken", "caseInsensitive", "nameTransform", "nameLength", "replacedCharacters"] as const),
  ...(["inactiveStatus", "missingStatus", "secondDelete", "idOrder", "staleLists"] as const),
]);

/** What the evidence shows about the server: its options, a check for each, and the command for an emulator like it. */
export function describeServer(evidence: Evidence) {
  const observed: Partial<EmulatorOptions> = {};
  const observedBy: Partial<Record<Option, "read" | "tried">> = {};
  const checks = options.flatMap((option) => observe(option, evidence, observed, observedBy) ?? []);
  const { facts, all } = evidence;
  const isShown = (option: Option) => option in observed || (option === "statusType" && observed.listStatus === false);
  const isExpected = (option: Option) => expected.has(option) && (rows[option]?.read ?? facts) !== undefined;
  const missing = options.filter((option) => isExpected(option) && !isShown(option)).join(", ");
  const isEmpty = all?.groups?.length === 0 && facts === undefined;
  const advice = isEmpty ? "Create a group in Deepcall's panel and run doctor again." : "";
  const reason = isEmpty ? ", because the account has no groups" : "";
  if (all?.groups && missing !== "") checks.push(finding("not-observed", `not observed: ${missing}${reason}`, advice));
  const changed = Object.entries(observed).filter(([option, value]) => value !== defaultOptions[option as Option]);
  const flags = changed.map(([option, value]) => ` --option ${shellQuote(`${option}=${value}`)}`);
  const isAnyObserved = options.some((option) => option in observed);
  const emulatorCommand = isAnyObserved ? `pulumi-deepcall emulator${flags.join("")}` : null;
  return { observed, observedBy: facts && observedBy, checks, emulatorCommand };
}

/** Observes an option and returns its check. During a trial, the check says how the value was observed. */
function observe<K extends Option>(
  option: K,
  evidence: Evidence,
  observed: Partial<Pick<EmulatorOptions, K>>,
  observedBy: Partial<Record<Option, "read" | "tried">>,
): Check | undefined {
  const row: Row<EmulatorOptions[K]> = rows[option] ?? {};
  const { facts, agents: reads = [] } = evidence;
  const tried = facts && row.tried?.(facts);
  const value = tried ?? row.read?.(evidence) ?? row.agents?.(reads);
  if (value === undefined) return undefined;
  observed[option] = value;
  const source = (observedBy[option] = tried === undefined ? "read" : "tried");
  const text = typeof row.says === "string" ? `${row.says}: ${value}` : row.says?.(value);
  if (text === undefined) return undefined;
  const guess = option === "suffix" && source === "read" ? "a guess from the names: " : "";
  const summary = `${guess}${text}${facts ? ` (${source})` : ""}`;
  const [code, ofValue = value] = row.finding ?? [];
  return code && ofValue === value ? finding(code, summary) : ok(option, summary);
}

const deletionKeys = ["isDeleted", "preDeleted"] as const;

/** The second group has an agent, unless that was refused. */
const triedForm = ({ probed, assigned }: Facts, form: "quick" | "plain") =>
  probed && assigned && !assigned.refusal ? agents.relationForm(probed.agents, form, probed.agents[1]) : undefined;

/** How many agents the group of the trial has before a question. */
const assignedCount = ({ replaced, plan }: Facts): number =>
  Math.max(replaced?.agents?.length ?? 0, Math.min(plan.agents.length, 1));

/** What a call that may remove all agents of a group did; unclear where an assignment only adds agents. */
function effectOf(facts: Facts, question: "empty" | "missing"): "apply" | "ignore" | "reject" | undefined {
  const { refusal, agents } = facts[question] ?? {};
  if (refusal || !agents) return refusal && "reject";
  return agents.length === 0 ? "apply" : facts.replaced?.agents?.length === 1 ? "ignore" : undefined;
}

/** The code with which a call does not find a group. */
const notFound = (one?: Exchange) =>
  one && (isNoData(one) ? "noData" : one.error instanceof NotFoundError ? "1503" : undefined);

const onlyTrue = (value: boolean) => value || undefined;

const codeIn = <C extends number>(codes: readonly C[], error?: CallError) =>
  codes.find((code) => error?.errorCode === `${code}`);

function anyHas(entries: readonly JsonObject[] = [], ...keys: string[]): boolean | undefined {
  return entries.length === 0 ? undefined : entries.some((entry) => keys.some((key) => (entry[key] ?? "") !== ""));
}

const firstType = <T>(items: readonly T[] = [], read: (item: T) => unknown) =>
  items.map((item) => jsonType(read(item))).find((type) => type !== undefined);

export function jsonType(value: unknown): "number" | "string" | undefined {
  return typeof value === "number" ? "number" : typeof value === "string" ? "string" : undefined;
}
