import { DeepcallClient } from "../../client/client";
import { AnswerError, ApiError, AuthenticationError, NotFoundError } from "../../client/errors";
import { PermissionError, RateLimitError, TimeoutError } from "../../client/errors";
import { environmentVariables, readSettings, type ClientSettings } from "../../client/settings";
import type { Environment, SettingName, SettingsResult } from "../../client/settings";
import type { HttpReply } from "../../client/transport";
import { checkConnection, checkProxy, proxyVariable } from "./connection";
import { finding, ok, type Check, type FindingCode } from "./findings";
import { checkGroups, countGroups, type GroupCounts } from "./groups";
import { checkReads, probe, recordCalls, retryPolicy, type Ask, type Exchange, type Probe } from "./probe";
import { checkNotObserved, checkOptions, emulatorCommand, observeOptions, type Observed } from "./server-options";

/** The result of `doctor`, as `--format json` prints it; docs/doctor.md describes the fields. */
export interface Diagnosis {
  readonly version: 1;
  readonly healthy: boolean;
  readonly credentialsRefused: boolean;
  readonly settings: Readonly<Record<SettingName, string>>;
  readonly checks: readonly Check[];
  readonly server: Observed;
  readonly groups: GroupCounts | null;
  readonly emulatorCommand: string | null;
}

export type DoctorResult = Awaited<ReturnType<typeof diagnose>>;

/** Diagnoses the account that the environment names. It only reads, and a failure is a check, not an error. */
export async function diagnose(env: Environment) {
  const result = readSettings(() => undefined, env);
  const { settings } = result;
  const checks = [checkSettings(result)];
  const exchanges: Exchange[] = [];
  const probed = settings && (await checkAccount(settings, env, exchanges, checks));
  const server = observeOptions({ exchanges, ...probed });
  checks.push(...checkOptions(server));
  const groups = probed?.all.groups;
  if (groups) checks.push(...checkNotObserved(server, groups.length === 0), ...checkGroups(groups));
  const diagnosis: Diagnosis = {
    version: 1,
    healthy: !checks.some(isFailed),
    credentialsRefused: exchanges.some(({ error }) => error instanceof AuthenticationError),
    settings: settingSources(result),
    checks,
    server,
    groups: groups ? countGroups(groups) : null,
    emulatorCommand: Object.keys(server).length > 0 ? emulatorCommand(server) : null,
  };
  return { diagnosis, exchanges, settings };
}

/** Makes the calls and adds their checks, until one fails that makes further calls pointless. */
async function checkAccount(
  settings: ClientSettings,
  env: Environment,
  exchanges: Exchange[],
  checks: Check[],
): Promise<Probe | undefined> {
  const client = new DeepcallClient(settings, retryPolicy);
  const ask = recordCalls(client, exchanges);
  const proxy = proxyVariable(settings.baseUrl, env);
  checks.push(...checkProxy(proxy, env));
  try {
    const all = await ask("list");
    checks.push(...(await checkConnection(all.error, settings, proxy)));
    if (!checks.some(isFailed)) checks.push(...(await checkAccess(ask, all)));
    if (checks.some(isFailed)) return undefined;
    const probed = await probe(ask, all);
    checks.push(...checkReads(probed), ...checkAnswers(exchanges));
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
async function checkAccess(ask: Ask, { error, reply }: Exchange): Promise<readonly Check[]> {
  if (error instanceof TimeoutError) return [finding("timeout", error.description)];
  if (error instanceof AnswerError && reply) return [finding(foreignAnswer(reply), error.description)];
  const api = ok("api", "Deepcall's API answers");
  if (error instanceof AuthenticationError) {
    const ambiguity = error.code === 1000 ? " Code 1000 can also mean invalid parameters." : "";
    return [api, finding("credentials-refused", `${error.description}${ambiguity}`)];
  }
  const credentials = ok("credentials", "accepted");
  if (error instanceof PermissionError) {
    const forwarded = await ask("list", { forward: true });
    const denied = forwarded.error ? "permission-denied" : "permission-agent-to-agent-call";
    return [api, credentials, finding(error.code === 1039 ? "account-suspended" : denied, error.description)];
  }
  // Error 1503 may mean that there are no groups.
  if (error instanceof ApiError && !(error instanceof NotFoundError))
    return [api, finding("list-refused", error.description, error.hint)];
  const unforwarded = await ask("list", { forward: false });
  const permission =
    unforwarded.error instanceof PermissionError
      ? finding("forward-differs", "a list is refused with forward: false, but not without forward")
      : ok("permission", "groups can be read; reading does not show whether they can be changed");
  return [api, credentials, permission];
}

/** The finding for an answer that is not from Deepcall's API. */
function foreignAnswer({ httpStatus, headers, text, json }: HttpReply): FindingCode {
  if (httpStatus >= 500) return "gateway-error";
  if (httpStatus >= 300 && httpStatus < 400) return "redirect";
  if (json !== undefined) return "other-json";
  if (httpStatus === 404) return "not-found";
  if (String(headers["content-type"]).includes("html") || /^\s*</.test(text)) return "web-page";
  return text === "" ? "empty-answer" : "no-json";
}

/** Warns about calls that failed although the first one did not. */
function checkAnswers(exchanges: readonly Exchange[]): readonly Check[] {
  const [first, ...others] = exchanges
    .flatMap(({ error }) => error ?? [])
    .filter((error) => !(error instanceof NotFoundError || error instanceof RateLimitError));
  if (first === undefined) return [];
  const count = `${others.length + 1} of ${exchanges.length} calls failed`;
  return [finding("calls-failed", `${count}, for example: ${first.description}`, first.hint)];
}

const settingNames = Object.keys(environmentVariables) as SettingName[];

/** The source of each setting, never its value. */
function settingSources({ origins }: SettingsResult): Record<SettingName, string> {
  const withDefault: readonly SettingName[] = ["timeoutMs", "maxConcurrency", "requestsPerSecond"];
  const source = (name: SettingName) => origins[name] ?? (withDefault.includes(name) ? "default" : "nowhere");
  return Object.fromEntries(settingNames.map((name) => [name, source(name)])) as Record<SettingName, string>;
}

function checkSettings(result: SettingsResult): Check {
  const { settings, malformed, missing, origins } = result;
  if (settings) {
    const sources = settingSources(result);
    const given = settingNames.filter((name) => origins[name]).map((name) => `${name} from ${sources[name]}`);
    const defaults = settingNames.filter((name) => sources[name] === "default");
    return ok("settings", `${given.join(", ")}${defaults.length > 0 ? `; default ${defaults.join(", ")}` : ""}`);
  }
  const problems = [...malformed, ...missing.map((what) => `Missing: ${what}`)].join(". ");
  const code = malformed.length > 0 ? "settings-malformed" : "settings-missing";
  const isBoth = malformed.length > 0 && missing.length > 0;
  return finding(isBoth ? [code, "settings-missing"] : code, `no call was made. ${problems}.`);
}

function isFailed({ status }: Check): boolean {
  return status === "failed";
}
