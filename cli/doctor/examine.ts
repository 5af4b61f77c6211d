import { DeepcallClient, type ClientSettings } from "../../client/client";
import { AuthenticationError, ConnectionError, PermissionError, RateLimitError } from "../../client/errors";
import { isTlsErrorCode } from "../../client/transport";
import type { Group } from "../../client/responses";
import { readSettings, type Environment } from "../../client/settings";
import { checkApi, checkCredentials, checkList, checkPermission } from "./answer";
import { Calls, oneTry, type Exchange } from "./calls";
import { lookAtCertificate } from "./certificate";
import { checkProxy, connected, notConnected, proxyVariable } from "./connection";
import { finding, type Check, type Diagnosis } from "./diagnosis";
import { checkGroups, countGroups } from "./groups";
import { imitation } from "./imitation";
import { checkSettings, originsOf } from "./settings";
import { checkUnseen, shapeChecks } from "./shape-checks";
import { checkAnswers, observeAnswers, survey } from "./survey";

/** What was found, and the calls that showed it. */
export interface Examination {
  readonly diagnosis: Diagnosis;
  readonly exchanges: readonly Exchange[];
  /** `undefined` where they are not complete; then nothing was called. */
  readonly settings: ClientSettings | undefined;
}

/** Looks at the account that the environment names. It only reads; what fails is a check, not an error. */
export async function examine(env: Environment): Promise<Examination> {
  const found = readSettings(() => undefined, env);
  const { settings } = found;
  const checks = [checkSettings(found)];
  const findings = settings
    ? await call(settings, env)
    : { checks: [], exchanges: [], groups: undefined, observed: {} };
  const { exchanges, groups } = findings;
  checks.push(...findings.checks);

  const observed = { ...findings.observed, ...observeAnswers(exchanges) };
  checks.push(...shapeChecks(observed));
  if (groups) checks.push(...checkUnseen(observed, groups.length), ...checkGroups(groups));
  return {
    diagnosis: {
      version: 1,
      healthy: checks.every(({ status }) => status !== "failed"),
      credentialsRefused: exchanges.some(({ error }) => error instanceof AuthenticationError),
      settings: originsOf(found),
      checks,
      server: observed,
      groups: groups ? countGroups(groups) : null,
      imitation: Object.keys(observed).length > 0 ? imitation(observed) : null,
    },
    exchanges,
    settings,
  };
}

interface Findings {
  readonly checks: readonly Check[];
  readonly exchanges: readonly Exchange[];
  readonly groups: readonly Group[] | undefined;
  readonly observed: Diagnosis["server"];
}

async function call(settings: ClientSettings, env: Environment): Promise<Findings> {
  const client = new DeepcallClient(settings, oneTry);
  const calls = new Calls(client);
  const proxy = proxyVariable(settings.baseUrl, env);
  const checks = [...checkProxy(proxy, env)];
  let groups: readonly Group[] | undefined;
  let observed = {};
  try {
    const all = await calls.ask("list", {});
    checks.push(...(await checkConnection(all, settings, proxy)));
    const allowed = checks.some(isFailed) ? [] : await checkAccess(calls, all);
    checks.push(...allowed);
    if (!checks.some(isFailed)) {
      const seen = await survey(calls, all);
      ({ groups, observed } = seen);
      checks.push(...seen.checks, ...checkAnswers(calls.exchanges));
    }
  } catch (error) {
    if (!(error instanceof RateLimitError)) throw error;
    checks.push(finding("rateLimit", "failed", "too-many-calls", error.message, error.hint));
  } finally {
    await client.close();
  }
  return { checks, exchanges: calls.exchanges, groups, observed };
}

async function checkConnection(
  { error }: Exchange,
  { baseUrl, timeoutMs }: ClientSettings,
  proxy: string | undefined,
): Promise<readonly Check[]> {
  // After a time-out nobody knows how far it came.
  if (!(error instanceof ConnectionError)) return error?.name === "TimeoutError" ? [] : connected(baseUrl, proxy);
  const direct = proxy === undefined && isTlsErrorCode(error.code);
  const certificate = direct ? await lookAtCertificate(baseUrl, timeoutMs) : undefined;
  return notConnected(error, baseUrl, proxy, certificate, new Date());
}

/** Whether it is Deepcall that answers, and lets these credentials read. */
async function checkAccess(calls: Calls, all: Exchange): Promise<readonly Check[]> {
  const api = checkApi(all);
  if (isFailed(api)) return [api];
  const credentials = checkCredentials(all);
  if (isFailed(credentials)) return [api, credentials];
  const list = checkList(all);
  if (list && !(all.error instanceof PermissionError)) return [api, list];
  const permission = checkPermission(
    all,
    all.error instanceof PermissionError
      ? { forwarded: await calls.ask("list", { forward: true }) }
      : { unforwarded: await calls.ask("list", { forward: false }) },
  );
  return [api, credentials, permission];
}

function isFailed({ status }: Check): boolean {
  return status === "failed";
}
