import { AnswerError, ApiError, AuthenticationError, CallError, NotFoundError } from "../../client/errors";
import { PermissionError, RateLimitError, TimeoutError } from "../../client/errors";
import { environmentSource, readSettings, settingNames, type Environment } from "../../client/settings";
import type { SettingName, SettingsResult } from "../../client/settings";
import type { RetryPolicy } from "../../client/retry";
import type { HttpReply } from "../../client/transport";
import { createCaller, isNoData, type Caller, type Exchange } from "./calls";
import { checkConnection, checkProxy } from "./connection";
import { finding, ok, type Check, type FindingCode } from "./findings";
import { describeGroups } from "./groups";
import { describeServer } from "./observations";
import { checkReads, probe } from "./probe";
import { Sandbox } from "./sandbox";
import { deleteGroups, runTrial, type Facts, type TrialAgents } from "./trial";

export type DoctorResult = Awaited<ReturnType<typeof diagnose>>;
/** What `--format json` prints; docs/doctor.md describes it. */
export type Diagnosis = DoctorResult["diagnosis"];

/** What `--try-changes` needs. */
export interface Trial extends TrialAgents {
  /** The file that lists the groups that the trial creates. */
  readonly journal: string;
  /** Deletes what an earlier trial left behind, and does nothing else. */
  readonly isCleanUp: boolean;
  /** Resolves when the user asks the process to stop. */
  readonly interrupted: Promise<void>;
  /** Shorter in tests. */
  readonly policy?: RetryPolicy | undefined;
}

/**
 * Diagnoses the account that the environment variables with this prefix name. Without a trial, it only reads. A failure
 * is a check, not an error.
 */
export async function diagnose(env: Environment, prefix: string, trial?: Trial) {
  const result = readSettings([environmentSource(env, prefix)], env);
  const { settings } = result;
  const { sources, check } = describeSettings(result);
  const checks = [check];
  const caller = settings && createCaller(settings, trial?.policy);
  const { exchanges = [] } = caller ?? {};
  const account = caller && (await checkAccount(caller, env, checks, trial));
  // A clean-up reads too little to say something about the server.
  const server = describeServer({ exchanges: trial?.isCleanUp ? [] : exchanges, ...account });
  const groups = account?.probed.all.groups && describeGroups(account.probed.all.groups);
  checks.push(...server.checks, ...(groups?.checks ?? []));
  const diagnosis = {
    version: 1 as const,
    healthy: !checks.some(isFailed),
    // Code 1000 may also answer a question of a trial.
    credentialsRefused: exchanges.some(
      ({ error, operation }) => error instanceof AuthenticationError && operation === "list",
    ),
    settings: sources,
    checks,
    server: server.observed,
    // Only with a trial.
    observedBy: server.observedBy,
    leftovers: trial && (checks.find(({ id }) => id === "leftovers")?.groups ?? []),
    groups: groups?.counts ?? null,
    emulatorCommand: server.emulatorCommand,
  };
  return { diagnosis, exchanges, settings };
}

const isFailed = ({ status }: Check): boolean => status === "failed";

/** Makes the calls and adds their checks, until one fails that makes further calls pointless. */
async function checkAccount(caller: Caller, env: Environment, checks: Check[], trial?: Trial) {
  const { client, call, settings, exchanges } = caller;
  const proxy = checkProxy(settings.baseUrl, env);
  if (proxy) checks.push(proxy.check);
  try {
    if (trial?.isCleanUp) {
      checks.push(await deleteGroups(Sandbox.resume(trial.journal, caller), true));
      return undefined;
    }
    const first = await call("list");
    checks.push(...(await checkConnection(first.error, settings, proxy?.variable)));
    if (!checks.some(isFailed)) checks.push(...(await checkAccess(caller, first)));
    if (checks.some(isFailed)) return undefined;
    const pages = first.complete === false ? await client.list().catch(unlessRateLimit) : undefined;
    const all = { ...first, ...pages };
    const { groups, complete = false } = all;
    let facts: Facts | undefined;
    if (trial && groups) {
      const sandbox = Sandbox.start(trial.journal, { groups, complete }, caller);
      void trial.interrupted.then(() => (sandbox.isInterrupted = true));
      facts = await runTrial(sandbox, trial, all, checks);
    }
    const probed = facts?.probed ?? (await probe(call, all));
    checks.push(...checkReads(probed), ...checkFailedCalls(exchanges));
    return { probed, facts };
  } catch (error) {
    if (!(error instanceof RateLimitError)) throw error;
    checks.push(finding("too-many-calls", error.description, error.hint));
    return undefined;
  } finally {
    await client.close();
  }
}

function unlessRateLimit(error: unknown): undefined {
  if (!(error instanceof CallError) || error instanceof RateLimitError) throw error;
}

/** Checks that Deepcall answered the first call, accepts the credentials and lets them read groups. */
async function checkAccess({ call }: Caller, { error, reply, groups }: Exchange): Promise<readonly Check[]> {
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
  // Some errors mean that there are no groups.
  if (error instanceof ApiError && groups === undefined)
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
    // A trial asks questions that Deepcall may answer with an error, and stops at every other one.
    .filter((exchange) => ["list", "getGroupAgentRelation"].includes(exchange.operation) && !isNoData(exchange))
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
