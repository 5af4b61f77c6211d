import { z } from "zod";
import { isLoopback } from "./address";
import type { ClientSettings, Credentials } from "./client";
import { SettingsError } from "./errors";

/** Reads one value of the stack's config, e.g. `deepcall:baseUrl`. */
export type ReadConfig = (key: string) => string | undefined;

/** The process's environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The settings, and what is wrong with them. */
export interface SettingsResult {
  /** Everything that is needed to call Deepcall; `undefined` while something is missing or malformed. */
  readonly settings: ClientSettings | undefined;
  /** Values that can't be right, each as a sentence that names the setting. */
  readonly malformed: readonly string[];
  /** Settings that are needed and given nowhere, each as a sentence. */
  readonly missing: readonly string[];
  /** Where each setting that is given comes from, e.g. `deepcall:token` or `DEEPCALL_TOKEN`. */
  readonly origins: Readonly<Partial<Record<SettingName, string>>>;
}

/** Every setting: its key in stack config, and the environment variable that counts where config is silent. */
export const environmentVariables = {
  baseUrl: "DEEPCALL_BASE_URL",
  ssid: "DEEPCALL_SSID",
  userId: "DEEPCALL_USER_ID",
  token: "DEEPCALL_TOKEN",
  timeoutMs: "DEEPCALL_TIMEOUT_MS",
  maxConcurrency: "DEEPCALL_MAX_CONCURRENCY",
  requestsPerSecond: "DEEPCALL_REQUESTS_PER_SECOND",
} as const;
export type SettingName = keyof typeof environmentVariables;

interface RawSetting {
  readonly value: string;
  /** How the reader knows it: `deepcall:token` or `DEEPCALL_TOKEN`. */
  readonly from: string;
}

const baseUrl = z.string().transform((text, context) => {
  const problem = (message: string): never => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  };
  if (!URL.canParse(text)) return problem("is no URL; it looks like https://v4-api.deepcall.com");
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return problem("must begin with https://");
  if (url.protocol === "http:" && !isLoopback(url.hostname))
    return problem(
      "must begin with https:// (http: would send the credentials in the clear; it is allowed for this machine only)",
    );
  if (url.username !== "" || url.password !== "") return problem("must not hold a user name or password");
  if (url.search !== "" || url.hash !== "") return problem("must not have a query or a fragment");
  if (/\/api\/v\d/i.test(url.pathname)) return problem("must leave off /api/v2 and what follows it");
  return url;
});

const number = (schema: z.ZodNumber, range: string) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, `must be ${range}`)
    .transform(Number)
    .pipe(schema);

const timeoutMs = number(
  z.int("must be a whole number of milliseconds").min(1, "must be at least 1").max(600_000, "must be at most 600000"),
  "a whole number of milliseconds",
).default(30_000);
const maxConcurrency = number(
  z.int("must be a whole number").min(1, "must be at least 1").max(256, "must be at most 256"),
  "a whole number",
).default(8);
const requestsPerSecond = number(z.number().gt(0, "must be more than 0"), "a number").optional();
const secret = z
  .string()
  .regex(/^[^\s\p{Cc}]+$/u, "must not hold blanks or line breaks (was it pasted with its line end?)");

/**
 * Finds the settings in the stack's config and, where that is silent, in the environment. The credentials are taken
 * wholly from one of the two. Makes no call and throws nothing: a preview must work without credentials.
 */
export function readSettings(config: ReadConfig, environment: Environment): SettingsResult {
  const malformed: string[] = [];
  const missing: string[] = [];
  const origins: Partial<Record<SettingName, string>> = {};

  const inConfig = (key: SettingName): RawSetting | undefined => found(config(`deepcall:${key}`), `deepcall:${key}`);
  const inEnvironment = (key: SettingName): RawSetting | undefined =>
    found(environment[environmentVariables[key]], environmentVariables[key]);
  const parse = <T>(schema: z.ZodType<T>, setting: RawSetting | undefined): T | undefined => {
    const result = schema.safeParse(setting?.value);
    if (result.success) return result.data;
    if (setting) malformed.push(`${setting.from} ${result.error.issues[0]?.message ?? "is not valid"}`);
    return undefined;
  };
  const noted = (key: SettingName, setting: RawSetting | undefined): RawSetting | undefined => {
    if (setting) origins[key] = setting.from;
    return setting;
  };
  const either = <T>(schema: z.ZodType<T>, key: SettingName): T | undefined =>
    parse(schema, noted(key, inConfig(key) ?? inEnvironment(key)));

  const url = either(baseUrl, "baseUrl");
  if (!inConfig("baseUrl") && !inEnvironment("baseUrl"))
    missing.push("deepcall:baseUrl (or DEEPCALL_BASE_URL), the address of the API");

  const source = [inConfig, inEnvironment].find((read) => read("ssid") ?? read("userId") ?? read("token"));
  const credentials = source ? credentialsOf((key) => noted(key, source(key)), parse, malformed) : undefined;
  if (!source)
    missing.push(
      "credentials: either deepcall:ssid (or DEEPCALL_SSID), or deepcall:userId and deepcall:token (or DEEPCALL_USER_ID and DEEPCALL_TOKEN)",
    );

  const rest = {
    timeoutMs: either(timeoutMs, "timeoutMs"),
    maxConcurrency: either(maxConcurrency, "maxConcurrency"),
    requestsPerSecond: either(requestsPerSecond, "requestsPerSecond"),
  };
  const settings =
    url && credentials && rest.timeoutMs !== undefined && rest.maxConcurrency !== undefined && malformed.length === 0
      ? {
          baseUrl: url,
          credentials,
          timeoutMs: rest.timeoutMs,
          maxConcurrency: rest.maxConcurrency,
          requestsPerSecond: rest.requestsPerSecond,
          debug: environment["DEEPCALL_DEBUG"] === "1",
        }
      : undefined;
  return { settings, malformed, missing, origins };
}

/**
 * The settings, where nothing stands against a call.
 *
 * @throws SettingsError that names all that is malformed or missing.
 */
export function requireSettings({ settings, malformed, missing }: SettingsResult): ClientSettings {
  if (settings) return settings;
  throw settingsError([...malformed, ...missing.map((what) => `Missing: ${what}`)]);
}

/** The error that tells what is wrong with the settings, all at once. */
export function settingsError(problems: readonly string[]): SettingsError {
  return new SettingsError(
    `The settings of Deepcall are not complete or not valid; no call was made. ${problems.join(". ")}. ` +
      "Set them with `pulumi config set` (add --secret for ssid and token) or in the environment.",
  );
}

function credentialsOf(
  read: (key: SettingName) => RawSetting | undefined,
  parse: <T>(schema: z.ZodType<T>, setting: RawSetting | undefined) => T | undefined,
  malformed: string[],
): Credentials | undefined {
  const [ssid, userId, token] = [read("ssid"), read("userId"), read("token")];
  if (ssid && (userId ?? token)) {
    const other = (userId ?? token)?.from ?? "";
    malformed.push(`${ssid.from} and ${other} are both set: give either an ssid, or a userId with its token`);
    return undefined;
  }
  if (ssid) {
    const value = parse(secret, ssid);
    return value === undefined ? undefined : { ssid: value };
  }
  const given = userId ?? token;
  if (!userId || !token) {
    const wanted = given?.from.startsWith("deepcall:")
      ? `deepcall:${userId ? "token" : "userId"}`
      : environmentVariables[userId ? "token" : "userId"];
    malformed.push(`${given?.from ?? ""} is set without ${wanted}: the two belong together, and come from one place`);
    return undefined;
  }
  const values = { userId: parse(secret, userId), token: parse(secret, token) };
  return values.userId === undefined || values.token === undefined
    ? undefined
    : { userId: values.userId, token: values.token };
}

/** An empty value counts as not set: CI systems pass unset secrets that way. */
function found(value: string | undefined, from: string): RawSetting | undefined {
  return value === undefined || value === "" ? undefined : { value, from };
}
