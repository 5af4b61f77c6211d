import { arch, platform, release } from "node:os";
import { ApiError, ConnectionError } from "../../client/errors";
import { agentIdKeys, receivesCallsKeys } from "../../client/relations";
import { idKeys, isJsonObject, totalKeys } from "../../client/responses";
import { groupLabel } from "../../provider/model/names";
import { oneLine, pluralize } from "../formatting";
import type { Diagnosis, DoctorResult } from "./diagnose";
import type { Exchange } from "./calls";
import type { NamedGroup } from "./findings";
import { jsonType } from "./observations";

/** A line for each check, followed by its advice. */
export function toText({ checks, healthy, emulatorCommand }: Diagnosis): string {
  const width = Math.max(...checks.map(({ id }) => id.length));
  const lines = checks.flatMap(({ id, status, summary, advice, groups = [] }) => {
    const line = `${status.padEnd(7)}  ${id.padEnd(width)}  ${summary}${listGroups(groups)}`;
    return advice === undefined ? [line] : [line, `${" ".repeat(width + 11)}-> ${advice}`];
  });
  if (emulatorCommand !== null)
    lines.push("", "To start an emulator that behaves like this server, as far as observed:", `  ${emulatorCommand}`);
  const warnings = checks.filter(({ status }) => status === "warning").length;
  const counted = warnings === 0 ? "" : `, with ${pluralize(warnings, "warning")}`;
  lines.push("", healthy ? `Healthy${counted}.` : "Not healthy: see the failed checks above.", "");
  return lines.map(oneLine).join("\n");
}

function listGroups(groups: readonly NamedGroup[]): string {
  if (groups.length === 0) return "";
  const listed = groups.slice(0, 10).map(({ id, name, baseName }) => {
    const base = baseName === undefined ? "" : ` with base name ${JSON.stringify(baseName)}`;
    return `${groupLabel({ id, name }).replace(/^group /, "")}${base}`;
  });
  const others = groups.length - listed.length;
  return `: ${listed.join(", ")}${others > 0 ? `, and ${others} more (--format json has all)` : ""}`;
}

/** An anonymous report of how the server answers: it contains only what is known to be harmless. */
export function toReport({ diagnosis, exchanges, settings }: DoctorResult, version: string): string {
  const { healthy, checks, server, observedBy, leftovers, groups, emulatorCommand } = diagnosis;
  // A part of the host name may be a brand.
  const common = ["www", "api", "com", "net", "org", "localhost"];
  const labels = settings?.baseUrl.hostname.toLowerCase().split(/[.-]/) ?? [];
  const brands = labels.filter((label) => /[a-z]{3}/.test(label) && !common.includes(label));
  const containsBrand = (text: string) => brands.some((brand) => text.toLowerCase().includes(brand));
  const report = {
    about:
      "written by `pulumi-deepcall doctor --report`; no names or ids of groups and agents, no credentials, no host name",
    versions: { "pulumi-deepcall": version, node: process.version, os: `${platform()} ${release()} ${arch()}` },
    healthy,
    settings: diagnosis.settings,
    checks: checks.map(({ id, status, findings, groups }) => ({ id, status, findings, groups: groups?.length })),
    server,
    observedBy,
    leftovers: leftovers?.length,
    groups,
    emulatorCommand,
    calls: exchanges.map((exchange) => reportCall(exchange, containsBrand)),
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

function reportCall({ operation, fields, ms, reply, body, error }: Exchange, containsBrand: (text: string) => boolean) {
  const [mediaType = ""] = /^(application|text)\/[a-z.+-]+/i.exec(String(reply?.headers["content-type"])) ?? [];
  // Fields that are undefined are not in the JSON.
  return {
    operation,
    fields: Object.keys(fields),
    ms: Math.round(ms),
    error: error?.name,
    reason: error instanceof ConnectionError ? error.code : undefined,
    httpStatus: reply?.httpStatus,
    contentType: mediaType === "" || containsBrand(mediaType) ? undefined : mediaType,
    headers: reply && Object.keys(reply.headers).filter((name) => !containsBrand(name)),
    body: reply?.json ? outline(reply.json.value, containsBrand) : reply && `no JSON, ${reply.text.length} characters`,
    code: error instanceof ApiError ? error.code : undefined,
    codeType: error instanceof ApiError ? jsonType(body["code"]) : undefined,
    message: typeof body["message"] === "string" ? onlyKnownWords(body["message"]) : undefined,
  };
}

/** Keys that cannot be names or ids of groups and agents. */
const knownKeys: ReadonlySet<string> = new Set([
  ...[...idKeys, ...totalKeys, "status", "message", "code", "response", "name", "user_id", "userId", "create_date"],
  ...["groups", "data", "list", "rows", "items", "results", "records", "groupData", "agentData", "relationData"],
  ...[...agentIdKeys, ...receivesCallsKeys, "page", "limit", "hasMore", "next", "currentPage", "totalPages"],
]);

type Outline = string | readonly Outline[] | { readonly [key: string]: Outline };

/**
 * The kinds of values and the keys in a JSON value, without the values. Keys are shown only in objects with at least
 * one known key, because in others they may be names or ids.
 */
export function outline(value: unknown, isHidden: (key: string) => boolean = () => false): Outline {
  const distinct = (values: readonly unknown[]) => {
    const outlines = values.map((item) => outline(item, isHidden));
    return [...new Map(outlines.map((item) => [JSON.stringify(item), item])).values()];
  };
  if (Array.isArray(value)) return distinct(value);
  if (value === null || value === "") return value === null ? "null" : "empty string";
  if (!isJsonObject(value)) return typeof value === "string" && /^\d+$/.test(value) ? "string of digits" : typeof value;
  const keys = Object.keys(value);
  // Digits and spaces may be part of an id or a name.
  const isFieldName = (key: string) => knownKeys.has(key) || /^_?[A-Za-z]+([_-][A-Za-z]+)*$/.test(key);
  const shown = keys.some((key) => knownKeys.has(key)) ? keys.filter((key) => isFieldName(key) && !isHidden(key)) : [];
  const others = keys.filter((key) => !shown.includes(key)).map((key) => value[key]);
  const fields = Object.fromEntries(shown.map((key) => [key, outline(value[key], isHidden)]));
  return others.length === 0 ? fields : { ...fields, "*": distinct(others) };
}

/** Words of Deepcall's documented messages, and other common words of error messages. */
const wordList = `a access account again allowed an and are array at authorized be body boolean call calls can code
  connect could data database db denied does empty error exceeded exists expected expired failed fetched field for
  forbidden found from group groupid has have id ids in integer internal invalid is it json key later length limit
  list listed login many missing must name no not number object of on or parameter parameters permission please
  provided rate received registered relation request requests required retry server session something ssid string
  success successfully suspended that the this time timeout to token too try type unauthorized unknown user userid
  value was went wrong you your`;
const knownWords: ReadonlySet<string> = new Set(wordList.split(/\s+/));

/** The server's message with `#` for every number and `…` for every unknown word, which may be a name. */
export function onlyKnownWords(text: string): string {
  const replaceWord = (word: string) => (knownWords.has(word.toLowerCase()) ? word : "…");
  return text
    .replace(/[\p{L}\p{M}\p{N}]+/gu, (word) => (/^\p{N}+$/u.test(word) ? "#" : replaceWord(word)))
    .replace(/[^\p{L}#… .,;:'()]/gu, "");
}
