import { settingsError } from "../../client/settings";
import { accountSettings } from "../../provider/account-settings";

const env = { DEEPCALL_BASE_URL: "https://v4-api.deepcall.com", DEEPCALL_USER_ID: "7", DEEPCALL_TOKEN: "env-token" };
const read = (config: Record<string, string>, environment: Record<string, string> = env) =>
  accountSettings((key) => config[key], environment);

test("the environment alone, with every default", () => {
  expect(read({})).toEqual({
    settings: {
      baseUrl: new URL("https://v4-api.deepcall.com"),
      credentials: { userId: "7", token: "env-token" },
      timeoutMs: 30_000,
      maxConcurrency: 8,
      requestsPerSecond: undefined,
      deleteWithAgents: false,
      debug: false,
    },
    malformed: [],
    missing: [],
    origins: { baseUrl: "DEEPCALL_BASE_URL", userId: "DEEPCALL_USER_ID", token: "DEEPCALL_TOKEN" },
    advice:
      "Set them in the stack's config (`pulumi config set`, with --secret for ssid and token) or in the environment.",
    howToEnable: expect.any(Function) as unknown,
  });
});

test("the origin of each setting, malformed ones included; all credentials come from one place", () => {
  const config = { "deepcall:ssid": "s", "deepcall:timeoutMs": "soon" };
  expect(read(config, { ...env, DEEPCALL_TIMEOUT_MS: "1", DEEPCALL_MAX_CONCURRENCY: "" }).origins).toEqual({
    baseUrl: "DEEPCALL_BASE_URL",
    ssid: "deepcall:ssid",
    timeoutMs: "deepcall:timeoutMs",
  });
  expect(read({}, {}).origins).toEqual({});
});

test("config wins over the environment, for all credentials at once", () => {
  const { settings } = read({
    "deepcall:baseUrl": "http://127.0.0.1:8920",
    "deepcall:ssid": "config-ssid",
    "deepcall:timeoutMs": "5000",
    "deepcall:maxConcurrency": "2",
    "deepcall:requestsPerSecond": "0.5",
  });
  expect(settings).toMatchObject({
    credentials: { ssid: "config-ssid" },
    timeoutMs: 5000,
    maxConcurrency: 2,
    requestsPerSecond: 0.5,
  });
  expect(settings?.baseUrl.href).toBe("http://127.0.0.1:8920/");
  expect(read({}, { ...env, DEEPCALL_DEBUG: "1" }).settings?.debug).toBe(true);
});

test.each([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
  ["", false],
])("deleteWithAgents %p is %p", (text, expected) => {
  expect(read({ "deepcall:deleteWithAgents": text }).settings?.deleteWithAgents).toBe(expected);
  expect(read({}, { ...env, DEEPCALL_DELETE_WITH_AGENTS: text }).settings?.deleteWithAgents).toBe(expected);
});

describe("how to turn a setting on", () => {
  const provider = { "deepcall:providerName": "emea" };
  const withPrefix = { ...provider, "deepcall:environmentPrefix": "DEEPCALL_EMEA" };
  test.each<[string, Record<string, string>, string]>([
    ["of the default account", {}, "run the command with DEEPCALL_DELETE_WITH_AGENTS=1"],
    ["of a DeepcallProvider with a prefix", withPrefix, "run the command with DEEPCALL_EMEA_DELETE_WITH_AGENTS=1"],
    [
      "of a DeepcallProvider without a prefix",
      provider,
      "set deleteWithAgents: true on the DeepcallProvider and run `pulumi up`",
    ],
    [
      "that the config sets, because it takes precedence over the environment",
      { "deepcall:deleteWithAgents": "false" },
      "run `pulumi config set deepcall:deleteWithAgents true` (`pulumi destroy` then needs --run-program)",
    ],
    [
      "that the arguments of a DeepcallProvider with a prefix set",
      { ...withPrefix, "deepcall:deleteWithAgents": "0" },
      "set deleteWithAgents: true on the DeepcallProvider and run `pulumi up`",
    ],
  ])("%s", (_, config, clause) => {
    expect(read(config).howToEnable("deleteWithAgents")).toBe(clause);
  });
});

test.each([
  "https://v4-api.deepcall.com",
  "https://example.com/brand",
  "http://localhost:1",
  "http://127.8.9.1:1",
  "http://[::1]:1",
])("the base URL %s is accepted", (url) => {
  expect(read({ "deepcall:baseUrl": url })).toMatchObject({ malformed: [], settings: { baseUrl: new URL(url) } });
});

test.each<[Record<string, string>, string]>([
  [{ "deepcall:baseUrl": "deepcall" }, "deepcall:baseUrl must be a valid URL, for example https://v4-api.deepcall.com"],
  [{ "deepcall:baseUrl": "http://deepcall.com" }, "deepcall:baseUrl must start with https://"],
  [{ "deepcall:baseUrl": "http://localhost.evil.example" }, "deepcall:baseUrl must start with https://"],
  [{ "deepcall:baseUrl": "http://127.evil.example" }, "deepcall:baseUrl must start with https://"],
  [{ "deepcall:baseUrl": "ftp://deepcall.com" }, "deepcall:baseUrl must start with https://"],
  [{ "deepcall:baseUrl": "https://me:pw@deepcall.com" }, "must not contain a user name or password"],
  [{ "deepcall:baseUrl": "https://deepcall.com/?a=1" }, "must not have a query or a fragment"],
  [{ "deepcall:baseUrl": "https://deepcall.com/api/v2/Group" }, "must not include /api/v2"],
  [{ "deepcall:timeoutMs": "soon" }, "deepcall:timeoutMs must be a whole number of milliseconds"],
  [{ "deepcall:timeoutMs": "1.5" }, "deepcall:timeoutMs must be a whole number"],
  [{ "deepcall:timeoutMs": "0" }, "deepcall:timeoutMs must be at least 1"],
  [{ "deepcall:maxConcurrency": "-1" }, "deepcall:maxConcurrency must be a whole number"],
  [{ "deepcall:requestsPerSecond": "0" }, "deepcall:requestsPerSecond must be greater than 0"],
  ...["yes", "TRUE", "2", " true"].map((text): [Record<string, string>, string] => [
    { "deepcall:deleteWithAgents": text },
    "deepcall:deleteWithAgents must be true or false",
  ]),
  [{ "deepcall:ssid": "s", "deepcall:token": "t" }, "deepcall:ssid and deepcall:token are both set"],
  [{ "deepcall:token": "t" }, "deepcall:token is set without deepcall:userId"],
  [{ "deepcall:userId": "7" }, "deepcall:userId is set without deepcall:token"],
  [{ "deepcall:ssid": "s3cr3t\n" }, "deepcall:ssid must not contain spaces or line breaks"],
])("%j is malformed; the message does not repeat its value", (config, message) => {
  const { settings, malformed } = read(config);
  expect(settings).toBeUndefined();
  expect(malformed.join()).toContain(message);
  expect(malformed.join()).not.toContain("s3cr3t");
});

test("settings from the environment are named by their variable; an empty value counts as not set", () => {
  expect(read({}, { DEEPCALL_BASE_URL: "x", DEEPCALL_SSID: "s", DEEPCALL_TOKEN: "" }).malformed).toEqual([
    "DEEPCALL_BASE_URL must be a valid URL, for example https://v4-api.deepcall.com",
  ]);
  const { missing, malformed } = read({}, { DEEPCALL_TOKEN: "" });
  expect(malformed).toEqual([]);
  expect(missing.join()).toMatch(/deepcall:baseUrl .*DEEPCALL_BASE_URL.*credentials: either deepcall:ssid/);
});

test("the error names every problem at once", () => {
  expect(settingsError({ malformed: ["a is wrong"], missing: ["b"], advice: "Set them in c." }).message).toMatch(
    /No call was made\. a is wrong\. Missing: b\. Set them in c\./,
  );
});
