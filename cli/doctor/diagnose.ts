import { DeepcallClient } from "../../client/client";
import { AnswerError, ApiError, AuthenticationError, NotFoundError } from "../../client/errors";
import { PermissionError, RateLimitError, TimeoutError } from "../../client/errors";
import { environmentSource, readSettings, settingNames, type ClientSettings } from "../../client/settings";
import type { Environment, SettingName, SettingsResult } from "../../client/settings";
import type { HttpReply } from "../../client/transport";
import { checkAgents } from "./agents";
import { recordCalls, retryPolicy, type Call, type Exchange } from "./calls";
import { checkConnection, proxyVariable } from "./connection";
import { finding, ok, type Check, type FindingCode } from "./findings";
import { describeGroups } from "./groups";
import { checkReads, probe } from "./probe";
import { describeServer } from "./server-options";

export type DoctorResult = Awaited<ReturnType<typeof diagnose>>;
/** What `--format json` prints; docs/doctor.md describes it. */
export type Diagnosis = DoctorResult["diagnosis"];

/**
 * Diagnoses the account that the environment variables with this prefix name. It only reads, and a failure is a check,
 * not an error.
 */
export async function diagnose(env: Environment, prefix: string) {
  const result = readSettings([environmentSource(env, prefix)], env);
  const { settings } = result;
  const { sources, check } = describeSettings(result);
  const checks = [check];
  const exchanges: Exchange[] = [];
  const probed = settings && (await checkAccount(settings, env, exchanges, checks));
  const server = describeServer({ exchanges, ...probed });
  const groups = probed?.all.groups && describeGroups(probed.all.groups);
  checks.push(...server.checks, ...(groups?.checks ?? []));
  const diagnosis = {
    version: 1 as const,
    healthy: !checks.some(isFailed),
    credentialsRefused: exchanges.some(({ error }) => error instanceof AuthenticationError),
    settings: sources,
    checks,
    server: server.observed,
    groups: groups?.counts ?? null,
    emulatorCommand: server.emulatorCommand,
  };
  return { diagnosis, exchanges, settings };
}

const isFailed = ({ status }: Check): boolean => status === "failed";

/** Makes the calls and adds their checks, until one fails that makes further calls pointless. */
async function checkAccount(settings: ClientSettings, env: Environment, exchanges: Exchange[], checks: Check[]) {
  const client = new DeepcallClient(settings, retryPolicy);
  const call = recordCalls(client, exchanges);
  const proxy = proxyVariable(settings.baseUrl, env);
  const exception = (env["no_proxy"] ?? env["NO_PROXY"] ?? "") === "" ? "" : ", unless NO_PROXY names the host";
  if (proxy !== undefined) checks.push(finding("proxy", `calls go through the proxy that ${proxy} names${exception}`));
  try {
    const all = await call("list");
    checks.push(...(await checkConnection(all.error, settings, proxy)));
    if (!checks.some(isFailed)) checks.push(...(await checkAccess(call, all)));
    if (checks.some(isFailed)) return undefined;
    const probed = await probe(call, all);
    checks.push(...checkReads(probed), ...checkAgents(probed.agents), ...checkFailedCalls(exchanges));
    return probed;
  } catch (error) {
    if (!(error instanceof RateLimitError)) throw error;
    checks.push(finding("too-many-calls", error.description, error.hint));
    return undefined;
  } finally {
    await client.close();
  }
}

/** Checks that Deepcall answered the first call, accepts the credentials and lets them read groups. */
async function checkAccess(call: Call, { error, reply }: Exchange): Promise<readonly Check[]> {
  if (error instanceof TimeoutError) return [finding("timeout", error.description)];
  if (error instanceof AnswerError && reply) return [finding(foreignAnswerCode(reply), error.description)];
  const [api, credentials] = [ok("api", "Deepcall's API answers"), ok("credentials", "accepted")];
  if (error instanceof AuthenticationError) {
    const ambiguity = error.code === 1000 ? " Code 1000 can also mean invalid parameters." : "";
    return [api, finding("credentials-refused", `${error.description}${ambiguity}`)];
  }
  if (error instanceof PermissionError) {
    const forwarded = await call("list", { forward: true });
    const denied = forwarded.error ? "permission-denied" : "permission-agent-to-agent-call";
    return [api, credentials, finding(error.code === 1039 ? "account-suspended" : denied, error.description)];
  }
  // Error 1503 may mean that there are no groups.
  if (error instanceof ApiError && !(error instanceof NotFoundError))
    return [api, finding("list-refused", error.description, error.hint)];
  const unforwarded = await call("list", { forward: false });
  const differs = finding("forward-differs", "a list is refused with forward: false, but not without forward");
  const permission = ok("permission", "groups can be read; reading does not show whether they can be changed");
  return [api, credentials, unforwarded.error instanceof PermissionError ? differs : permission];
}

/** The finding for an answer that is not from Deepcall's API. */
function foreignAnswerCode({ httpStatus, headers, text, json }: HttpReply): FindingCode {
  if (httpStatus >= 500) return "gateway-error";
  if (httpStatus >= 300 && httpStatus < 400) return "redirect";
  if (json !== undefined) return "other-json";
  if (httpStatus === 404) return "not-found";
  if (String(headers["content-type"]).includes("html") || /^\s*</.test(text)) return "web-page";
  return text === "" ? "empty-answer" : "no-json";
}

/** Warns about calls that failed although the first one did not. */
function checkFailedCalls(exchanges: readonly Exchange[]): readonly Check[] {
  const [first, ...others] = exchanges
    .flatMap(({ error }) => error ?? [])
    .filter((error) => !(error instanceof NotFoundError || error instanceof RateLimitError))
    // The check `agents` reports that agents cannot be read.
    .filter((error) => !(error instanceof PermissionError && error.operation === "getGroupAgentRelation"));
  if (first === undefined) return [];
  const count = `${others.length + 1} of ${exchanges.length} calls failed`;
  return [finding("calls-failed", `${count}, for example: ${first.description}`, first.hint)];
}

/** The source of each setting, never its value, and whether the settings are complete and valid. */
function describeSettings({ settings, malformed, missing, origins }: SettingsResult) {
  const names = Object.keys(settingNames) as SettingName[];
  const withDefault = ["timeoutMs", "maxConcurrency", "requestsPerSecond", "deleteWithAgents"];
  const source = (name: SettingName) => origins[name] ?? (withDefault.includes(name) ? "default" : "nowhere");
  const sources = Object.fromEntries(names.map((name) => [name, source(name)])) as Record<SettingName, string>;
  const used = names.filter((name) => sources[name] !== "nowhere").map((name) => `${name}: ${sources[name]}`);
  if (settings) return { sources, check: ok("settings", used.join(", ")) };
  const problems = [...malformed, ...missing.map((what) => `Missing: ${what}`)].join(". ");
  const code = malformed.length > 0 ? "settings-malformed" : "settings-missing";
  const isBoth = malformed.length > 0 && missing.length > 0;
  return { sources, check: finding(isBoth ? [code, "settings-missing"] : code, `no call was made. ${problems}.`) };
}
