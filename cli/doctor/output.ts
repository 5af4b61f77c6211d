import { arch, platform, release } from "node:os";
import { ApiError, ConnectionError } from "../../client/errors";
import { idKeys, isJsonObject, totals } from "../../client/responses";
import { groupLabel } from "../../provider/lifecycle/names";
import { oneLine } from "../one-line";
import type { Diagnosis, DoctorResult } from "./diagnose";
import type { NamedGroup } from "./findings";
import type { Exchange } from "./probe";
import { jsonType } from "./server-options";

export function toJson(diagnosis: Diagnosis): string {
  return `${JSON.stringify(diagnosis, undefined, 2)}\n`;
}

/** A line for each check, followed by its advice. */
export function toText({ checks, healthy, emulatorCommand }: Diagnosis): string {
  const width = Math.max(...checks.map(({ id }) => id.length));
  const lines = checks.flatMap(({ id, status, summary, advice, groups = [] }) => [
    `${status.padEnd(7)}  ${id.padEnd(width)}  ${summary}${listGroups(groups)}`,
    ...(advice === undefined ? [] : [`${" ".repeat(width + 11)}-> ${advice}`]),
  ]);
  if (emulatorCommand !== null)
    lines.push("", "To start an emulator that behaves like this server, as far as observed:", `  ${emulatorCommand}`);
  const warnings = checks.filter(({ status }) => status === "warning").length;
  const counted = warnings === 0 ? "" : `, with ${warnings} ${warnings === 1 ? "warning" : "warnings"}`;
  lines.push("", healthy ? `Healthy${counted}.` : "Not healthy: see the failed checks above.", "");
  return lines.map(oneLine).join("\n");
}

const maxListed = 10;

function listGroups(groups: readonly NamedGroup[]): string {
  if (groups.length === 0) return "";
  const listed = groups.slice(0, maxListed).map((group) => {
    const base = group.baseName === undefined ? "" : ` with base name ${JSON.stringify(group.baseName)}`;
    return `${groupLabel(group).replace(/^group /, "")}${base}`;
  });
  const rest = groups.length > maxListed ? `, and ${groups.length - maxListed} more (--format json has all)` : "";
  return `: ${listed.join(", ")}${rest}`;
}

type IsHidden = (text: string) => boolean;

/**
 * The report for `--report`: how the server answers, but not whose it is. It is composed of what is known to be
 * harmless (kinds, counts, names of keys, known words) instead of removing what is not.
 */
export function toReport({ diagnosis, exchanges, settings }: DoctorResult, version: string): string {
  const isHidden = mentionsHost(settings?.baseUrl.hostname ?? "");
  const { healthy, checks, server, groups, emulatorCommand } = diagnosis;
  const report = {
    about: "written by `pulumi-deepcall doctor --report`; no names or ids of groups, no credentials, no host name",
    versions: { "pulumi-deepcall": version, node: process.version, os: `${platform()} ${release()} ${arch()}` },
    healthy,
    settings: diagnosis.settings,
    checks: checks.map(({ id, status, findings, groups }) => ({
      ...{ id, status, findings },
      ...(groups && { groups: groups.length }),
    })),
    server,
    groups,
    emulatorCommand,
    calls: exchanges.map((exchange) => reportCall(exchange, isHidden)),
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

function reportCall({ operation, fields, ms, reply, body, error }: Exchange, isHidden: IsHidden): object {
  const [mediaType] = /^(application|text)\/[a-z.+-]+/i.exec(String(reply?.headers["content-type"])) ?? [];
  return {
    operation,
    fields: Object.keys(fields),
    ms: Math.round(ms),
    ...(error && { error: error.name }),
    ...(error instanceof ConnectionError && { reason: error.code }),
    ...(reply && {
      httpStatus: reply.httpStatus,
      contentType: mediaType === undefined || isHidden(mediaType) ? undefined : mediaType,
      headers: Object.keys(reply.headers).filter((name) => !isHidden(name)),
      body: reply.json ? outline(reply.json.value, isHidden) : `no JSON, ${reply.text.length} characters`,
    }),
    ...(error instanceof ApiError && { code: error.code, codeType: jsonType(body["code"]) }),
    ...(typeof body["message"] === "string" && { message: onlyKnownWords(body["message"]) }),
  };
}

/** Recognizes texts that contain a part of the host name, which may be a brand. */
function mentionsHost(hostname: string): IsHidden {
  const common = ["www", "api", "com", "net", "org", "localhost"];
  const labels = hostname.split(/[.-]/).filter((label) => /[a-z]{3}/i.test(label) && !common.includes(label));
  return (text) => labels.some((label) => text.toLowerCase().includes(label.toLowerCase()));
}

/** Keys that cannot be names or ids of groups. */
const knownKeys: ReadonlySet<string> = new Set([
  ...idKeys,
  ...totals,
  ...["status", "message", "code", "response", "name", "user_id", "userId", "create_date", "groups", "data", "list"],
  ...["rows", "items", "results", "records", "groupData", "agentData", "relationData", "receive_call"],
  ...["agent_unique_id", "page", "limit", "hasMore", "next"],
]);

type Outline = string | readonly Outline[] | { readonly [key: string]: Outline };

/**
 * The kinds of values and the keys in a JSON value, without any value. Keys appear only in objects with at least one
 * known key, because in others they may be names or ids.
 */
export function outline(value: unknown, isHidden: IsHidden = () => false): Outline {
  if (Array.isArray(value)) return distinct(value.map((item) => outline(item, isHidden)));
  if (!isJsonObject(value)) return kindOf(value);
  const keys = Object.keys(value);
  const hasKnownKey = keys.some((key) => knownKeys.has(key));
  // Digits and blanks may be part of an id or a name.
  const isFieldName = (key: string) => knownKeys.has(key) || /^_?[A-Za-z]+([_-][A-Za-z]+)*$/.test(key);
  const shown = keys.filter((key) => hasKnownKey && isFieldName(key) && !isHidden(key));
  const others = keys.filter((key) => !shown.includes(key));
  return {
    ...Object.fromEntries(shown.map((key) => [key, outline(value[key], isHidden)])),
    ...(others.length > 0 && { "*": distinct(others.map((key) => outline(value[key], isHidden))) }),
  };
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "string") return typeof value;
  if (value === "") return "empty string";
  return /^\d+$/.test(value) ? "string of digits" : "string";
}

function distinct(outlines: readonly Outline[]): readonly Outline[] {
  return [...new Map(outlines.map((item) => [JSON.stringify(item), item])).values()];
}

/** The words of Deepcall's documented messages, and others that are common in error messages. */
const knownWords: ReadonlySet<string> = new Set(
  (
    "group not found or not authorized the name field was not provided groupid is required invalid parameters data " +
    "type userid not provided something went wrong error in db connect invalid or expired token permission denied " +
    "token not found internal server error user account suspended invalid request data too many requests " +
    "a an and are at be can could does for from has have id ids invalid is it must no of on please retry success " +
    "successfully that this to try was you your access again allowed array boolean body call calls code database " +
    "empty exceeded exists expected failed fetched forbidden integer json key later length limit list listed login " +
    "missing number object parameter rate received registered relation session ssid string time timeout " +
    "unauthorized unknown value wrong"
  ).split(" "),
);

/** A server's message with every number as `#`, and every unknown word, which may be a name, as `…`. */
export function onlyKnownWords(text: string): string {
  return text
    .replace(/[\p{L}\p{M}\p{N}]+/gu, (word) => {
      if (/^\p{N}+$/u.test(word)) return "#";
      return knownWords.has(word.toLowerCase()) ? word : "…";
    })
    .replace(/[^\p{L}#… .,;:'()]/gu, "");
}
