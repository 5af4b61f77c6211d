import { arch, platform, release } from "node:os";
import { ApiError, ConnectionError } from "../../client/errors";
import type { Exchange } from "./calls";
import type { Examination } from "./examine";
import { outline, type Outline } from "./outline";
import { isFields, wireType } from "./shapes";
import { knownWords } from "./words";

/** Parts of host names that tell nothing about whose they are. */
const commonLabels: ReadonlySet<string> = new Set(["www", "api", "com", "net", "org", "localhost"]);

/**
 * What `--report` writes: enough to learn how the server answers, and nothing about whose it is. It is put together
 * from kinds, counts, names of keys and words that are known: no name or id of a group, no credential, no host.
 */
export function toReport({ diagnosis, exchanges, settings }: Examination, version: string): string {
  const isTelling = namesHost(settings?.baseUrl.hostname ?? "");
  const report = {
    about: "made by `pulumi-deepcall doctor --report`; no names or ids of groups, no credentials, no host name",
    versions: { "pulumi-deepcall": version, node: process.version, os: `${platform()} ${release()} ${arch()}` },
    healthy: diagnosis.healthy,
    settings: diagnosis.settings,
    checks: diagnosis.checks.map(({ id, status, findings, groups }) => ({
      id,
      status,
      findings,
      ...(groups && { groups: groups.length }),
    })),
    server: diagnosis.server,
    groups: diagnosis.groups,
    imitation: diagnosis.imitation,
    calls: exchanges.map((exchange) => describe(exchange, isTelling)),
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

function describe({ operation, fields, ms, reply, error }: Exchange, isTelling: (text: string) => boolean): object {
  const body = reply?.json?.value;
  const answer = isFields(body) ? body : {};
  return {
    operation,
    fields: Object.keys(fields),
    ms: Math.round(ms),
    ...(error && { error: error.name }),
    ...(error instanceof ConnectionError && { reason: error.code }),
    ...(reply && {
      httpStatus: reply.httpStatus,
      contentType: mediaType(reply.headers["content-type"], isTelling),
      headers: Object.keys(reply.headers).filter((name) => !isTelling(name)),
      body: reply.json ? without(outline(body), isTelling) : `no JSON, ${reply.text.length} characters`,
    }),
    ...(error instanceof ApiError && { code: error.code, codeType: wireType(answer["code"]) }),
    ...(typeof answer["message"] === "string" && { message: knownWords(answer["message"]) }),
  };
}

/** Tells the texts that hold a part of the host's name, which may be a brand's. */
function namesHost(host: string): (text: string) => boolean {
  const labels = host.split(/[.-]/).filter((label) => /[a-z]{3}/i.test(label) && !commonLabels.has(label));
  return (text) => labels.some((label) => text.toLowerCase().includes(label.toLowerCase()));
}

function mediaType(header: string | string[] | undefined, isTelling: (text: string) => boolean): string | undefined {
  const [type = ""] = /^(application|text)\/[a-z.+-]+/i.exec(String(header)) ?? [];
  return type === "" || isTelling(type) ? undefined : type;
}

function without(value: Outline, isTelling: (text: string) => boolean): Outline {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return (value as readonly Outline[]).map((item) => without(item, isTelling));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, Outline]) => [
      isTelling(key) ? "*" : key,
      without(item, isTelling),
    ]),
  );
}
