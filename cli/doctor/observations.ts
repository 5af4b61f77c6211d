import { AuthenticationError, NotFoundError, RateLimitError, type CallError } from "../../client/errors";
import { redactedText } from "../../client/redact";
import { idKeys, isJsonObject, isMarkedDeleted, parseListShape, type JsonObject } from "../../client/responses";
import { defaultOptions, suffixes, type EmulatorOptions } from "../../emulator/options";
import { isNumbered } from "../../provider/model/names";
import { shellQuote } from "../formatting";
import * as agents from "./agents";
import { isNoData, type Exchange } from "./calls";
import { finding, findings, ok, type Check, type FindingCode } from "./findings";
import { guessSuffix } from "./groups";
import type { Probe } from "./probe";
import { changesOf, cutLength, numberingOf, type Facts } from "./trial";

type Option = keyof EmulatorOptions;
/** All calls, and what the probe and a trial found out with them unless they failed. */
interface Evidence {
  readonly exchanges: readonly Exchange[];
  readonly probed?: Probe;
  readonly facts?: Facts | undefined;
}

/** What the option is about, or what its value means; `undefined` if another check says it. */
type Says = string | ((value: string) => string | undefined) | undefined;
interface Row<V> {
  readonly says: Says;
  /** From calls that only read. */
  readonly read?: (evidence: Evidence) => V | undefined;
  /** From the changes of a trial; it takes precedence. */
  readonly tried?: (facts: Facts) => V | undefined;
}
const called = <V>(says: Says, observe: (exchanges: readonly Exchange[]) => V | undefined): Row<V> => ({
  says,
  read: ({ exchanges }) => observe(exchanges),
});
const read = <V>(says: Says, observe: (probed: Probe) => V | undefined): Row<V> => ({
  says,
  read: ({ probed }) => probed && observe(probed),
});
const agent = <V>(says: Says, observe: (reads: agents.AgentReads) => V | undefined): Row<V> =>
  read(says, (probed) => observe(probed.agents));
const tried = <V>(says: Says, observe: (facts: Facts) => V | undefined): Row<V> => ({ says, tried: observe });
const also = <V>(row: Row<V>, observe: (facts: Facts) => V | undefined): Row<V> => ({ ...row, tried: observe });

const shapes: Partial<Record<string, string>> = {
  array: "an array",
  byId: "an object by id",
  nested: "an object with the array in it",
  nestedWithTotal: "an object with the array and a total in it",
  single: "an array, but a single group for one id",
};
const sayShape = (what: string) => (shape: string) => shapes[shape] && `${what} is ${shapes[shape]}`;

/** How each option of the emulator is observed on a server, by reading or by a change, and what it says. */
const rows: { readonly [K in Option]?: Row<EmulatorOptions[K]> } = {
  listShape: read(sayShape("a list"), ({ all, byId }) => {
    const [shape, byIdShape] = [all, byId].map((list) => parseListShape(list?.response).shape);
    if (all.error) return undefined;
    return all.groups === undefined ? "unknown" : shape === "array" && byIdShape === "single" ? "single" : shape;
  }),
  idKey: read("the key of a group's id", ({ id }) => id?.key),
  idType: read("the JSON type of ids", ({ id }) => jsonType(id?.value)),
  codeType: called("the JSON type of codes", (exchanges) => firstType(exchanges.map(({ body }) => body["code"]))),
  listStatus: read("lists include the status", ({ entries }) => anyHas(entries, "status")),
  statusType: read("the JSON type of a status", ({ entries }) => firstType(entries.map(({ status }) => status))),
  listOwner: read("lists include the owner", ({ entries }) => anyHas(entries, "user_id", "userId")),
  filterKey: read("the fields that filter lists by id", ({ filters: { groupid, groupId } }) => {
    if (groupid === undefined || groupId === undefined) return undefined;
    return groupid ? (groupId ? "both" : "groupid") : groupId ? "groupId" : "none";
  }),
  missing: read("the answer to a list by an id that does not exist", ({ filters, byMissingId }) =>
    isNoData(byMissingId) ? "noData" : filters.both ? (notFound(byMissingId) ?? "empty") : undefined,
  ),
  nameFilter: read("what part of a name filters lists", ({ names: { unused, part } = {} }) =>
    unused === undefined || part === undefined ? undefined : unused > 0 ? "none" : part ? "part" : "exact",
  ),
  errorHttpStatus: called("errors have an HTTP status other than 200", (exchanges) => {
    const errors = exchanges.filter(({ body }) => body["status"] === "error");
    return errors.length === 0 ? undefined : errors.some(({ reply }) => reply?.httpStatus !== 200);
  }),
  suffix: also(
    read(
      (form) => `Deepcall appends a number as in Support${suffixes[form as keyof typeof suffixes](1)}`,
      ({ all }) => guessSuffix(all.groups ?? []),
    ),
    (facts) => numberingOf(facts)?.form,
  ),
  suffixStart: tried("the first number that Deepcall appends", (facts) => numberingOf(facts)?.start),
  updateDuplicate: tried("what an update to a name that is taken does", ({ first, taken }) => {
    if (!first || !taken || taken.refusal) return taken?.refusal && "reject";
    if (taken.group.name === first.group.name) return "allow";
    return isNumbered(taken.group.name, first.group.name) ? "suffix" : undefined;
  }),
  ownNameTaken: tried("in an update, a group's own name counts as taken", ({ first, taken, ownName }) => {
    if (!first || !ownName) return undefined;
    if (ownName.refusal || ownName.group.name !== first.group.name) return true;
    // Where two groups may have the same name, no name is taken.
    return taken?.group.name === first.group.name ? undefined : false;
  }),
  caseInsensitive: tried(
    "names that differ only in case are the same",
    ({ otherCase: { sent = "", group } = {} }) =>
      group && (isNumbered(group.name, sent) || (group.name !== sent && undefined)),
  ),
  nameTransform: tried("how names are changed", (facts) => {
    const { characters, spaces } = facts;
    if (!characters || !spaces) return undefined;
    if (changesOf(characters).some(([one, stored]) => stored !== one && stored !== "?")) return "escape";
    if (cutLength(facts) === 20) return "cut";
    return spaces.group.name === spaces.sent ? "none" : spaces.group.name === spaces.sent.trim() ? "trim" : undefined;
  }),
  nameLength: tried("the length to which names are cut; 0 for none below 300, except for nameTransform", (facts) =>
    cutLength(facts) === 20 ? 0 : cutLength(facts),
  ),
  replacedCharacters: tried(
    'the characters that come back as "?"',
    ({ characters }) =>
      characters && changesOf(characters).reduce((text, [one, stored]) => (stored === "?" ? text + one : text), ""),
  ),
  inactiveStatus: tried("what an update with status 0 does", ({ inactive: { refusal, group } = {} }) =>
    refusal ? "reject" : group?.active === undefined ? undefined : group.active ? "ignore" : "accept",
  ),
  missingStatus: tried("what an update without status does", ({ missingStatus: { refusal, group } = {} }) =>
    refusal || group?.active === undefined ? undefined : group.active ? "activate" : "keep",
  ),
  rateLimit: called("calls within a second before HTTP 429", (exchanges) => {
    const refused = exchanges.findIndex(({ error }) => error instanceof RateLimitError);
    const since = (exchanges[refused]?.startedAt ?? 0) - 1000;
    return refused === -1 ? undefined : exchanges.slice(0, refused).filter((call) => call.startedAt > since).length;
  }),
  // The client redacts credentials in answers.
  echoCredentials: called("answers repeat the credentials that were sent", (exchanges) =>
    onlyTrue(
      exchanges.some(({ reply, body }) => JSON.stringify([reply?.headers, body["message"]]).includes(redactedText)),
    ),
  ),
  payloadKey: read("the key of the payload of an answer", ({ all }) =>
    all.error ? undefined : (["response", "data"] as const).find((key) => key in all.body),
  ),
  pageSize: read("groups in a page of a list", ({ all }) => all.pageCount && all.limit),
  pageField: read(
    "the field that selects a page of a list",
    ({ all, page }) => page?.rowIds && (page.rowIds.some((id) => id === all.rowIds?.[0]) ? "ignored" : "used"),
  ),
  pageLimit: read(undefined, ({ truncation, all }) => (truncation && !all.pageCount ? all.groups?.length : undefined)),
  deletion: also(
    read("what a deletion leaves in lists", (probed) =>
      deletionKeys.find((key) => probed.rows.some((row) => key in row)),
    ),
    ({ deleted: { id, list } = {} }) => {
      const marked = parseListShape(list?.response).entries.filter(isJsonObject).find(isMarkedDeleted);
      if (marked) return deletionKeys.find((key) => isMarkedDeleted({ isDeleted: marked[key] }));
      return list?.complete && list.groups?.every((group) => group.id !== id) ? "permanent" : undefined;
    },
  ),
  secondDelete: tried(
    "the answer to a second delete of a group",
    ({ secondDelete }) => secondDelete && (secondDelete.refusal ? "1503" : "success"),
  ),
  missingRelation: also(
    read("the answer to a read of a missing group's agents", ({ missingRelation }) => notFound(missingRelation)),
    ({ deleted }) => notFound(deleted?.relation),
  ),
  idOrder: tried("the order of the ids of new groups", ({ ids }) =>
    ids.length < 3 ? undefined : ids.every((id, n) => id > (ids[n - 1] ?? 0)) ? "growing" : "mixed",
  ),
  staleLists: tried("the first list after a change does not show it", ({ isStale }) => isStale),
  emptyIds: read('rows also have other keys of ids, whose values 0 and "" mean "none"', (probed) =>
    onlyTrue(probed.rows.some((row) => idKeys.some((key) => row[key] === 0 || row[key] === ""))),
  ),
  passwordFields: read("answers contain passwords", (probed) =>
    onlyTrue(
      [...probed.rows, ...agents.agentRows(probed.agents)].some((row) => "password" in row || "call_pass" in row),
    ),
  ),
  relationShape: agent(sayShape("relationData, the agents of a group,"), (reads) =>
    agents.isUnknownShape(reads) ? "unknown" : agents.shapeOf(reads, "relationData"),
  ),
  agentShape: agent(sayShape("agentData"), (reads) => agents.shapeOf(reads, "agentData")),
  agentData: also(
    agent("whose agents agentData has", agents.agentDataScope),
    // The first group of the trial never has agents.
    ({ probed }) => (agents.agentRows(probed?.agents.slice(0, 1) ?? []).length > 0 ? "account" : undefined),
  ),
  agentIdKey: agent("the key of an agent's id", (reads) => agents.findAgentId(reads)?.key),
  agentIdType: agent("the JSON type of an agent's id", (reads) => agents.findAgentId(reads)?.type),
  receiveCallType: agent("the JSON type of receive_call", agents.receiveCallType),
  noAgents: also(
    agent("relationData of a group without agents", (reads) => agents.findNoAgents(reads)),
    ({ probed, assigned }) => probed && agents.findNoAgents(probed.agents, assigned?.refusal ? true : undefined),
  ),
  quickRelation: also(
    agent("agents in a quick read of a group's relations", (reads) => agents.relationForm(reads, "quick")),
    (facts) => triedForm(facts, "quick"),
  ),
  plainRelation: also(
    agent("agents in a read of a group's relations without quick", (reads) => agents.relationForm(reads, "plain")),
    (facts) => triedForm(facts, "plain"),
  ),
  agentPermission: also(
    // Reading does not show whether agents can be assigned.
    agent(
      (allowed) => (allowed === "none" ? undefined : `what is allowed with agents: ${allowed}`),
      (reads) => (reads.some(({ quick }) => quick.error?.errorCode === "1015") ? "none" : undefined),
    ),
    ({ assigned, probed }) => {
      if (!assigned || !probed) return undefined;
      return !assigned.refusal ? "all" : probed.agents.some(({ quick }) => !quick.error) ? "read" : "none";
    },
  ),
  assign: tried("what an assignment does with the previous agents", ({ replaced, empty }) => {
    if (replaced?.agents) return replaced.agents.length > 1 ? "add" : "replace";
    return empty?.agents?.length === 0 ? "replace" : undefined;
  }),
  emptyAgents: tried("what an empty list of agents does", (facts) => effectOf(facts, "empty")),
  missingAgents: tried("what an assignment without a list of agents does", (facts) => {
    const [effect, ofEmpty] = [effectOf(facts, "missing"), effectOf(facts, "empty")];
    // Where no agents are shown, an assignment that is accepted looks like one that is ignored.
    if (effect === undefined) return ofEmpty === "reject" && facts.missing ? "ignore" : undefined;
    return effect === ofEmpty ? "asEmpty" : effect;
  }),
  agentsOnDelete: tried("what a deletion does with the group's agents in their other groups", (facts) => {
    const left = facts.otherDeleted?.agents?.length;
    return left === undefined ? undefined : left >= assignedCount(facts) ? "keep" : "remove";
  }),
  unknownAgent: tried("what an assignment does with an unknown agent", (facts) => {
    const { refusal, agents: assigned } = facts.unknown ?? {};
    if (refusal || !facts.unknown) return refusal && "reject";
    return assigned && assigned.length <= assignedCount(facts) ? "ignore" : "accept";
  }),
  unknownAgentCode: tried("the code for an unknown agent", ({ unknown }) =>
    codeIn([1047, 1003, 1507], unknown?.refusal),
  ),
  authFailureCode: called(undefined, (exchanges) => {
    const failed = exchanges.find(
      ({ operation, error }) => operation === "list" && error instanceof AuthenticationError,
    );
    return codeIn([1014, 1000, 1020], failed?.error);
  }),
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
  const { facts, probed } = evidence;
  const observed: Partial<EmulatorOptions> = {};
  const observedBy: Partial<Record<Option, "read" | "tried">> = {};
  const checks = options.flatMap((option) => observe(option, evidence, observed, observedBy) ?? []);
  const isShown = (option: Option) => option in observed || (option === "statusType" && observed.listStatus === false);
  const isExpected = (option: Option) => expected.has(option) && (rows[option]?.read ?? facts) !== undefined;
  const missing = options.filter((option) => isExpected(option) && !isShown(option)).join(", ");
  const isEmpty = probed?.all.groups?.length === 0 && facts === undefined;
  const advice = isEmpty ? "Create a group in Deepcall's panel and run doctor again." : "";
  const reason = isEmpty ? ", because the account has no groups" : "";
  if (probed?.all.groups && missing !== "")
    checks.push(finding("not-observed", `not observed: ${missing}${reason}`, advice));
  const changed = Object.entries(observed).filter(([option, value]) => value !== defaultOptions[option as Option]);
  const flags = changed.map(([option, value]) => ` --option ${shellQuote(`${option}=${value}`)}`);
  const emulatorCommand = Object.keys(observed).length > 0 ? `pulumi-deepcall emulator${flags.join("")}` : null;
  return { observed, observedBy: facts && observedBy, checks, emulatorCommand };
}

/** Observes an option and returns its check. During a trial, the check says how the value was observed. */
function observe<K extends Option>(
  option: K,
  evidence: Evidence,
  observed: Partial<Pick<EmulatorOptions, K>>,
  observedBy: Partial<Record<Option, "read" | "tried">>,
): Check | undefined {
  const row: Row<EmulatorOptions[K]> = rows[option] ?? { says: undefined };
  const { facts } = evidence;
  const triedValue = facts && row.tried?.(facts);
  const value = triedValue ?? row.read?.(evidence);
  if (value === undefined) return undefined;
  observed[option] = value;
  const source = (observedBy[option] = triedValue === undefined ? "read" : "tried");
  const text = typeof row.says === "string" ? `${row.says}: ${value}` : row.says?.(`${value}`);
  if (text === undefined) return undefined;
  const guess = option === "suffix" && source === "read" ? "a guess from the names: " : "";
  const summary = `${guess}${text}${facts ? ` (${source})` : ""}`;
  const code = codes.find((one) => findings[one].check === option && (findings[one].value ?? value) === value);
  return code ? finding(code, summary) : ok(option, summary);
}
const codes = Object.keys(findings) as FindingCode[];

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

const firstType = (values: readonly unknown[]) => values.map(jsonType).find((type) => type !== undefined);

export function jsonType(value: unknown): "number" | "string" | undefined {
  return typeof value === "number" ? "number" : typeof value === "string" ? "string" : undefined;
}
