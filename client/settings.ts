import { z } from "zod";
import { SettingsError } from "./errors";

/** The credentials, which Deepcall expects in the body of every call. */
type Credentials = { readonly ssid: string } | { readonly userId: string; readonly token: string };

/** The settings of an account: those of its {@link DeepcallClient}, and what may be done with its groups. */
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
  /** Whether groups that have agents may be deleted. */
  readonly deleteWithAgents: boolean;
  /** What else to check if Deepcall refuses the credentials, as a sentence. */
  readonly loginHint?: string | undefined;
  /** Whether each call writes a line to stderr: operation, outcome, milliseconds. */
  readonly debug: boolean;
}

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
  /** What each given setting is called in its source, for example `deepcall:token` or `DEEPCALL_TOKEN`. */
  readonly origins: Readonly<Partial<Record<SettingName, string>>>;
  /** Where settings can be set, as a sentence. */
  readonly advice: string;
  /** How to turn a setting on, as a clause: in the source that has it, or else in the last one. */
  readonly howToEnable: (name: SettingName) => string;
}

/** Every setting, and the end of its environment variable's name. */
export const settingNames = {
  baseUrl: "BASE_URL",
  ssid: "SSID",
  userId: "USER_ID",
  token: "TOKEN",
  timeoutMs: "TIMEOUT_MS",
  maxConcurrency: "MAX_CONCURRENCY",
  requestsPerSecond: "REQUESTS_PER_SECOND",
  deleteWithAgents: "DELETE_WITH_AGENTS",
} as const;
export type SettingName = keyof typeof settingNames;

/** A place that contains settings. */
export interface SettingsSource {
  /** Completes the sentence "Set them in …". */
  readonly place: string;
  /** What a setting is called there, for example `deepcall:token` or `DEEPCALL_TOKEN`. */
  readonly label: (name: SettingName) => string;
  readonly get: (name: SettingName) => string | undefined;
  /** How to turn a setting on there, as a clause: `run the command with DEEPCALL_DELETE_WITH_AGENTS=1`. */
  readonly howToEnable: (name: SettingName) => string;
  /** Why a `userId` from there may not be the one that somebody wrote. */
  readonly loginHint?: (userId: string) => string | undefined;
}

/** Environment variables such as `DEEPCALL_TOKEN`. */
export function environmentSource(environment: Environment, prefix = "DEEPCALL"): SettingsSource {
  const label = (name: SettingName): string => `${prefix}_${settingNames[name]}`;
  return {
    place: "the environment",
    label,
    get: (name) => environment[label(name)],
    howToEnable: (name) => `run the command with ${label(name)}=1`,
  };
}

interface GivenSetting {
  readonly value: string;
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
const deleteWithAgentsSchema = z
  .enum(["true", "1", "false", "0"], { error: "must be true or false" })
  .transform((text) => text === "true" || text === "1")
  .default(false);
const credentialSchema = z
  .string()
  .regex(/^[^\s\p{Cc}]+$/u, "must not contain spaces or line breaks (was it pasted with a line break at the end?)");

/**
 * Reads each setting from the first source that has it. All credentials come from one source. Makes no call and never
 * throws: previews work without credentials.
 *
 * @param environment - decides whether the client logs its calls (`DEEPCALL_DEBUG=1`).
 */
export function readSettings(sources: readonly SettingsSource[], environment: Environment): SettingsResult {
  const malformed: string[] = [];
  const missing: string[] = [];
  const origins: Partial<Record<SettingName, string>> = {};

  const sourceOf = (name: SettingName, from = sources): SettingsSource | undefined =>
    // An empty value counts as not set: CI systems pass unset secrets that way.
    from.find(({ get }) => (get(name) ?? "") !== "");
  const given = (name: SettingName, from = sources): GivenSetting | undefined => {
    const source = sourceOf(name, from);
    return source && { value: source.get(name) ?? "", origin: source.label(name) };
  };
  const parse = <T>(schema: z.ZodType<T>, name: SettingName, from = sources): T | undefined => {
    const setting = given(name, from);
    if (setting) origins[name] = setting.origin;
    const result = schema.safeParse(setting?.value);
    if (result.success) return result.data;
    if (setting) malformed.push(`${setting.origin} ${result.error.issues[0]?.message ?? "is not valid"}`);
    return undefined;
  };
  /** What the settings are called in all sources. */
  const labels = (...names: SettingName[]): string => {
    const [first, ...others] = sources.map(({ label }) => names.map(label).join(" and "));
    return others.length === 0 ? `${first}` : `${first} (or ${others.join(", ")})`;
  };

  const baseUrl = parse(baseUrlSchema, "baseUrl");
  if (!given("baseUrl")) missing.push(`${labels("baseUrl")}, the address of the API`);

  const parseCredentials = (source: SettingsSource): Credentials | undefined => {
    const from = [source];
    const [ssid, userId, token] = [given("ssid", from), given("userId", from), given("token", from)];
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
      const value = parse(credentialSchema, "ssid", from);
      return value === undefined ? undefined : { ssid: value };
    }
    if (partial && !(userId && token)) {
      const other = source.label(userId ? "token" : "userId");
      malformed.push(`${partial.origin} is set without ${other}; set both in the same place`);
      return undefined;
    }
    const [user, secret] = [parse(credentialSchema, "userId", from), parse(credentialSchema, "token", from)];
    return user === undefined || secret === undefined ? undefined : { userId: user, token: secret };
  };
  const source = sources.find((one) => (["ssid", "userId", "token"] as const).some((name) => given(name, [one])));
  const credentials = source && parseCredentials(source);
  if (!source) missing.push(`credentials: either ${labels("ssid")}, or ${labels("userId", "token")}`);

  const loginHint = credentials && "userId" in credentials ? source.loginHint?.(credentials.userId) : undefined;

  const timeoutMs = parse(timeoutMsSchema, "timeoutMs");
  const maxConcurrency = parse(maxConcurrencySchema, "maxConcurrency");
  const requestsPerSecond = parse(requestsPerSecondSchema, "requestsPerSecond");
  const deleteWithAgents = parse(deleteWithAgentsSchema, "deleteWithAgents") ?? false;
  const debug = environment["DEEPCALL_DEBUG"] === "1";
  const isComplete =
    baseUrl && credentials && timeoutMs !== undefined && maxConcurrency !== undefined && malformed.length === 0;
  return {
    settings: isComplete
      ? {
          baseUrl,
          credentials,
          timeoutMs,
          maxConcurrency,
          requestsPerSecond,
          deleteWithAgents,
          ...(loginHint !== undefined && { loginHint }),
          debug,
        }
      : undefined,
    malformed,
    missing,
    origins,
    advice: `Set them in ${sources.map(({ place }) => place).join(" or in ")}.`,
    howToEnable: (name) => `${(sourceOf(name) ?? sources.at(-1))?.howToEnable(name)}`,
  };
}

/** @throws SettingsError that names everything that is malformed or missing. */
export function requireSettings(result: SettingsResult): ClientSettings {
  if (result.settings) return result.settings;
  throw settingsError(result);
}

/** The error for all problems with the settings at once. */
export function settingsError({
  malformed,
  missing,
  advice,
}: Pick<SettingsResult, "malformed" | "missing" | "advice">): SettingsError {
  const problems = [...malformed, ...missing.map((what) => `Missing: ${what}`)];
  return new SettingsError(
    `The settings for Deepcall are missing or not valid. No call was made. ${problems.join(". ")}. ${advice}`,
  );
}

/** The `userId` of the credentials; unknown for an ssid. */
export function userIdOf({ credentials }: ClientSettings): string | undefined {
  return "userId" in credentials ? credentials.userId : undefined;
}

/** Whether the host name of a URL means this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
