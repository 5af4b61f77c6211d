import { z } from "zod";
import { SettingsError } from "./errors";

/** The credentials, which Deepcall expects in the body of every call. */
type Credentials = { readonly ssid: string } | { readonly userId: string; readonly token: string };

/** The settings of a {@link DeepcallClient}. */
export interface ClientSettings {
  /** Address of the API without `/api/v2`, for example `https://v4-api.deepcall.com`. */
  readonly baseUrl: URL;
  readonly credentials: Credentials;
  /** The time limit for one call, from the request to the end of the answer, in milliseconds. */
  readonly timeoutMs: number;
  /** The maximum number of calls at the same time. */
  readonly maxConcurrency: number;
  /** The maximum number of calls started per second; `undefined` for no limit. */
  readonly requestsPerSecond: number | undefined;
  /** Whether each call writes a line to stderr: operation, outcome, milliseconds. */
  readonly debug: boolean;
}

/** Reads one value of the stack's config, for example `deepcall:baseUrl`. */
export type ReadConfig = (key: string) => string | undefined;

/** The environment variables of the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The settings, or the problems with them. */
export interface SettingsResult {
  /** The complete settings; `undefined` if a setting is missing or malformed. */
  readonly settings: ClientSettings | undefined;
  /** What is wrong with the given values, each as a sentence that names the setting. */
  readonly malformed: readonly string[];
  /** Required settings that are not given. */
  readonly missing: readonly string[];
  /** The source of each given setting, for example `deepcall:token` or `DEEPCALL_TOKEN`. */
  readonly origins: Readonly<Partial<Record<SettingName, string>>>;
}

/** Every setting: its key in stack config, and the environment variable that applies if the config has no value. */
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

interface GivenSetting {
  readonly value: string;
  /** `deepcall:token` or `DEEPCALL_TOKEN`. */
  readonly origin: string;
}

const baseUrlSchema = z.string().transform((text, context) => {
  const problem = (message: string): never => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  };
  if (!URL.canParse(text)) return problem("must be a valid URL, for example https://v4-api.deepcall.com");
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return problem("must start with https://");
  if (url.protocol === "http:" && !isLoopback(url.hostname))
    return problem(
      "must start with https:// (http:// would send the credentials unencrypted; it is allowed for this machine only)",
    );
  if (url.username !== "" || url.password !== "") return problem("must not contain a user name or password");
  if (url.search !== "" || url.hash !== "") return problem("must not have a query or a fragment");
  if (/\/api\/v\d/i.test(url.pathname)) return problem("must not include /api/v2 or anything after it");
  return url;
});

const numberSchema = (schema: z.ZodNumber, range: string) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, `must be ${range}`)
    .transform(Number)
    .pipe(schema);

const timeoutMsSchema = numberSchema(
  z.int("must be a whole number of milliseconds").min(1, "must be at least 1").max(600_000, "must be at most 600000"),
  "a whole number of milliseconds",
).default(30_000);
const maxConcurrencySchema = numberSchema(
  z.int("must be a whole number").min(1, "must be at least 1").max(256, "must be at most 256"),
  "a whole number",
).default(8);
const requestsPerSecondSchema = numberSchema(z.number().gt(0, "must be greater than 0"), "a number").optional();
const credentialSchema = z
  .string()
  .regex(/^[^\s\p{Cc}]+$/u, "must not contain spaces or line breaks (was it pasted with a line break at the end?)");

/**
 * Reads the settings from the stack's config and, if a value is not there, from the environment. All credentials come
 * from one of the two. Makes no call and never throws: previews work without credentials.
 */
export function readSettings(config: ReadConfig, environment: Environment): SettingsResult {
  const malformed: string[] = [];
  const missing: string[] = [];
  const origins: Partial<Record<SettingName, string>> = {};

  type Source = (name: SettingName) => GivenSetting | undefined;
  const fromConfig: Source = (name) => givenSetting(config(`deepcall:${name}`), `deepcall:${name}`);
  const fromEnvironment: Source = (name) =>
    givenSetting(environment[environmentVariables[name]], environmentVariables[name]);
  const fromEither: Source = (name) => fromConfig(name) ?? fromEnvironment(name);
  const parse = <T>(schema: z.ZodType<T>, name: SettingName, source: Source = fromEither): T | undefined => {
    const setting = source(name);
    if (setting) origins[name] = setting.origin;
    const result = schema.safeParse(setting?.value);
    if (result.success) return result.data;
    if (setting) malformed.push(`${setting.origin} ${result.error.issues[0]?.message ?? "is not valid"}`);
    return undefined;
  };

  const baseUrl = parse(baseUrlSchema, "baseUrl");
  if (!fromEither("baseUrl")) missing.push("deepcall:baseUrl (or DEEPCALL_BASE_URL), the address of the API");

  const parseCredentials = (source: Source): Credentials | undefined => {
    const [ssid, userId, token] = [source("ssid"), source("userId"), source("token")];
    const partial = userId ?? token;
    for (const [name, setting] of Object.entries({ ssid, userId, token }))
      if (setting) origins[name as SettingName] = setting.origin;
    if (ssid && partial) {
      malformed.push(
        `${ssid.origin} and ${partial.origin} are both set; set either an ssid, or a userId and its token`,
      );
      return undefined;
    }
    if (ssid) {
      const value = parse(credentialSchema, "ssid", source);
      return value === undefined ? undefined : { ssid: value };
    }
    if (partial && !(userId && token)) {
      const other = userId ? "token" : "userId";
      const otherSetting = partial.origin.startsWith("deepcall:") ? `deepcall:${other}` : environmentVariables[other];
      malformed.push(`${partial.origin} is set without ${otherSetting}; set both in the same place`);
      return undefined;
    }
    const [user, secret] = [parse(credentialSchema, "userId", source), parse(credentialSchema, "token", source)];
    return user === undefined || secret === undefined ? undefined : { userId: user, token: secret };
  };
  const source = [fromConfig, fromEnvironment].find((read) => read("ssid") ?? read("userId") ?? read("token"));
  const credentials = source && parseCredentials(source);
  if (!source)
    missing.push(
      "credentials: either deepcall:ssid (or DEEPCALL_SSID), or deepcall:userId and deepcall:token (or DEEPCALL_USER_ID and DEEPCALL_TOKEN)",
    );

  const timeoutMs = parse(timeoutMsSchema, "timeoutMs");
  const maxConcurrency = parse(maxConcurrencySchema, "maxConcurrency");
  const requestsPerSecond = parse(requestsPerSecondSchema, "requestsPerSecond");
  const debug = environment["DEEPCALL_DEBUG"] === "1";
  const isComplete =
    baseUrl && credentials && timeoutMs !== undefined && maxConcurrency !== undefined && malformed.length === 0;
  return {
    settings: isComplete ? { baseUrl, credentials, timeoutMs, maxConcurrency, requestsPerSecond, debug } : undefined,
    malformed,
    missing,
    origins,
  };
}

/** @throws SettingsError that names everything that is malformed or missing. */
export function requireSettings({ settings, malformed, missing }: SettingsResult): ClientSettings {
  if (settings) return settings;
  throw settingsError([...malformed, ...missing.map((what) => `Missing: ${what}`)]);
}

/** The error for all problems with the settings at once. */
export function settingsError(problems: readonly string[]): SettingsError {
  return new SettingsError(
    `The settings for Deepcall are missing or not valid. No call was made. ${problems.join(". ")}. ` +
      "Set them with `pulumi config set` (add --secret for ssid and token) or in the environment.",
  );
}

/** Whether the host name of a URL means this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** An empty value counts as not set: CI systems pass unset secrets that way. */
function givenSetting(value: string | undefined, origin: string): GivenSetting | undefined {
  return value === undefined || value === "" ? undefined : { value, origin };
}
