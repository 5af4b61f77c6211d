import { defaultOptions, type EmulatorOptions } from "../../emulator/options";
import { NotFoundError, PermissionError, RateLimitError } from "../../client/errors";
import { redactedText } from "../../client/redact";
import { parseListShape, type JsonObject } from "../../client/responses";
import { agentDataScope, findAgentId, findNoAgents, isUnknownShape } from "./agents";
import { quickRelation, receiveCallType, shapeOf, type AgentProbe } from "./agents";
import type { Exchange } from "./calls";
import { finding, ok, type Check, type FindingCode } from "./findings";
import { guessSuffix, suffixExamples } from "./groups";
import type { Probe } from "./probe";

type Option = keyof EmulatorOptions;
/** How a server behaves where the API is undocumented, as options of the emulator; without those not observed. */
type Observed = Partial<EmulatorOptions>;
/** All calls, and what the probe found out with them unless it failed. */
type Evidence = { readonly exchanges: readonly Exchange[] } & Partial<Probe>;

interface Row<V> {
  readonly observe: (evidence: Evidence) => V | undefined;
  /** Returns a sentence or a finding; absent, or returns `undefined`, if another check reports the value. */
  readonly describe?: (value: V) => string | Check | undefined;
  /** It cannot be observed in every account, so a missing value is not reported. */
  readonly optional?: true;
}

const listForms = {
  array: "an array",
  byId: "an object by id",
  nested: "an object with the array in it",
  nestedWithTotal: "an object with the array and a total in it",
  single: "an array, but a single group for one id",
};
/** An option that only agents show; the check `agents` says if none were seen. */
function agentRow<V>(
  observe: (reads: AgentProbe, evidence: Evidence) => V | undefined,
  describe?: (value: V) => string | undefined,
): Row<V> {
  const row = { observe: (evidence: Evidence) => observe(evidence.agents ?? [], evidence), optional: true as const };
  return describe ? { ...row, describe } : row;
}
const noAgentForms = { array: "[]", object: "{}", null: "null", text: '""', absent: "left out" };
const describeField = (field: string, code: FindingCode) => (isListed: boolean) =>
  isListed ? `list responses include the ${field}` : finding(code, `list responses do not include the ${field}`);

/** How each option of the emulator is observed on a server, and how the result is described. */
const rows: { readonly [K in Option]?: Row<EmulatorOptions[K]> } = {
  listShape: {
    observe: ({ all, byId }) => {
      const { shape } = parseListShape(all?.response);
      if (all === undefined || all.error || shape === undefined) return undefined;
      if (all.groups === undefined) return "unknown";
      return shape === "array" && parseListShape(byId?.response).shape === "single" ? "single" : shape;
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
    describe: describeField("status", "status-not-listed"),
  },
  statusType: {
    observe: ({ entries = [] }) => firstType(entries.map((entry) => entry["status"])),
    describe: (type) => `statuses are JSON ${type}s`,
  },
  listOwner: {
    observe: ({ entries }) => anyHas(entries, "user_id", "userId"),
    describe: describeField("owner", "owner-not-listed"),
  },
  filterKey: {
    observe: ({ filters: { groupid, groupId } = {} }) => {
      if (groupid === undefined || groupId === undefined) return undefined;
      return groupid ? (groupId ? "both" : "groupid") : groupId ? "groupId" : "none";
    },
    describe: (key) =>
      key === "none"
        ? finding("id-filter-ignored", "lists cannot be filtered by id")
        : `lists can be filtered by ${key === "both" ? "groupid and groupId" : `${key} only; the provider sends both`}`,
  },
  missing: {
    observe: ({ filters, byMissingId }) =>
      filters?.both === true ? (byMissingId?.error instanceof NotFoundError ? "1503" : "empty") : undefined,
    describe: (answer) =>
      `a list by an id that does not exist ${answer === "1503" ? "fails with error 1503" : "is empty"}`,
  },
  nameFilter: {
    observe: ({ names: { unused, part } = {} }) => {
      if (unused === undefined || part === undefined) return undefined;
      return unused > 0 ? "none" : part ? "part" : "exact";
    },
    describe: (filter) =>
      filter === "none"
        ? "lists cannot be filtered by name; the provider compares names itself"
        : `lists can be filtered by ${filter === "part" ? "a part of the name" : "the whole name only"}`,
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
    describe: (form) => `a guess from the names: Deepcall appends a number as in Support${suffixExamples[form]}`,
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
    observe: ({ exchanges }) => {
      const texts = exchanges.map(({ reply, body }) => JSON.stringify([reply?.headers, body["message"]]));
      return texts.some((text) => text.includes(redactedText)) || undefined;
    },
    describe: () => finding("credentials-echoed", "answers repeat the credentials that were sent"),
    optional: true,
  },
  relationShape: agentRow(
    (reads) => (isUnknownShape(reads) ? "unknown" : shapeOf(reads, "relationData")),
    (shape) => (shape === "unknown" ? undefined : `relationData, the agents of a group, is ${listForms[shape]}`),
  ),
  agentShape: agentRow(
    (reads) => shapeOf(reads, "agentData"),
    (shape) => `agentData is ${listForms[shape]}`,
  ),
  agentData: agentRow(agentDataScope, (scope) => `agentData has the agents of the ${scope}`),
  agentIdKey: agentRow(
    (reads) => findAgentId(reads)?.key,
    (key) => `the id of an agent is called ${key}`,
  ),
  agentIdType: agentRow(
    (reads) => findAgentId(reads)?.type,
    (type) => `the ids of agents are JSON ${type}s`,
  ),
  receiveCallType: agentRow(receiveCallType, (type) => `receive_call is a JSON ${type}`),
  noAgents: agentRow(findNoAgents, (form) => `relationData of a group without agents is ${noAgentForms[form]}`),
  quickRelation: agentRow<EmulatorOptions["quickRelation"]>(
    (reads, { relation }) => quickRelation(reads, relation),
    (answer) => `a quick read of a group's relations ${answer === "full" ? "includes" : "does not include"} its agents`,
  ),
  agentPermission: agentRow<EmulatorOptions["agentPermission"]>((reads) =>
    // Reading does not show whether agents can be assigned.
    reads.some(({ exchange: { error } }) => error instanceof PermissionError && error.code === 1015)
      ? "none"
      : undefined,
  ),
  pageLimit: { observe: ({ truncation, all }) => (truncation ? all?.groups?.length : undefined), optional: true },
  authFailureCode: {
    observe: ({ exchanges }) =>
      ([1014, 1000, 1020] as const).find((code) => exchanges.some(({ error }) => error?.errorCode === `${code}`)),
    optional: true,
  },
};
const options = Object.keys(rows) as Option[];

/** What the evidence shows about the server: its options, a check for each, and the command for an emulator like it. */
export function describeServer(evidence: Evidence) {
  const values = options.map((option) => [option, rows[option]?.observe(evidence)] as const);
  const observed: Observed = Object.fromEntries(values.filter(([, value]) => value !== undefined));
  const checks = options.flatMap((option) => describeOption(option, observed[option]) ?? []);
  const isShown = (option: Option) => option in observed || (option === "statusType" && observed.listStatus === false);
  const missing = options.filter((option) => !rows[option]?.optional && !isShown(option)).join(", ");
  const { groups } = evidence.all ?? {};
  const reason = groups?.length === 0 ? ", because the account has no groups" : "";
  const advice = reason && "Create a group in Deepcall's panel and run doctor again.";
  if (groups && missing !== "") checks.push(finding("not-observed", `not observed: ${missing}${reason}`, advice));
  const changed = Object.entries(observed).filter(([option, value]) => value !== defaultOptions[option as Option]);
  const command = `pulumi-deepcall emulator${changed.map(([option, value]) => ` --option ${option}=${value}`).join("")}`;
  return { observed, checks, emulatorCommand: Object.keys(observed).length > 0 ? command : null };
}

function describeOption<K extends Option>(option: K, value: Observed[K]): Check | undefined {
  const row: Row<EmulatorOptions[K]> | undefined = rows[option];
  const description = value === undefined ? undefined : row?.describe?.(value);
  return typeof description === "string" ? ok(option, description) : description;
}

function anyHas(entries: readonly JsonObject[] = [], ...keys: string[]): boolean | undefined {
  return entries.length === 0 ? undefined : entries.some((entry) => keys.some((key) => (entry[key] ?? "") !== ""));
}

const firstType = (values: readonly unknown[]) => values.map(jsonType).find((type) => type !== undefined);

export function jsonType(value: unknown): "number" | "string" | undefined {
  return typeof value === "number" ? "number" : typeof value === "string" ? "string" : undefined;
}
