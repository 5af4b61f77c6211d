import { readSettings, settingsError } from "../../client/settings";

const env = { DEEPCALL_BASE_URL: "https://v4-api.deepcall.com", DEEPCALL_USER_ID: "7", DEEPCALL_TOKEN: "env-token" };
const find = (config: Record<string, string>, environment: Record<string, string> = env) =>
  readSettings((key) => config[key], environment);

test("the environment alone, with every default", () => {
  expect(find({})).toEqual({
    settings: {
      baseUrl: new URL("https://v4-api.deepcall.com"),
      credentials: { userId: "7", token: "env-token" },
      timeoutMs: 30_000,
      maxConcurrency: 8,
      requestsPerSecond: undefined,
      debug: false,
    },
    malformed: [],
    missing: [],
    origins: { baseUrl: "DEEPCALL_BASE_URL", userId: "DEEPCALL_USER_ID", token: "DEEPCALL_TOKEN" },
  });
});

test("where each setting comes from: the credentials wholly from one place, and malformed ones too", () => {
  const config = { "deepcall:ssid": "s", "deepcall:timeoutMs": "soon" };
  expect(find(config, { ...env, DEEPCALL_TIMEOUT_MS: "1", DEEPCALL_MAX_CONCURRENCY: "" }).origins).toEqual({
    baseUrl: "DEEPCALL_BASE_URL",
    ssid: "deepcall:ssid",
    timeoutMs: "deepcall:timeoutMs",
  });
  expect(find({}, {}).origins).toEqual({});
});

test("config wins, credentials wholly", () => {
  const { settings } = find({
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
  expect(find({}, { ...env, DEEPCALL_DEBUG: "1" }).settings?.debug).toBe(true);
});

test.each([
  "https://v4-api.deepcall.com",
  "https://example.com/brand",
  "http://localhost:1",
  "http://127.8.9.1:1",
  "http://[::1]:1",
])("the base URL %s is accepted", (url) => {
  expect(find({ "deepcall:baseUrl": url })).toMatchObject({ malformed: [], settings: { baseUrl: new URL(url) } });
});

test.each<[Record<string, string>, string]>([
  [{ "deepcall:baseUrl": "deepcall" }, "deepcall:baseUrl is no URL; it looks like https://v4-api.deepcall.com"],
  [{ "deepcall:baseUrl": "http://deepcall.com" }, "deepcall:baseUrl must begin with https://"],
  [{ "deepcall:baseUrl": "http://localhost.evil.example" }, "deepcall:baseUrl must begin with https://"],
  [{ "deepcall:baseUrl": "http://127.evil.example" }, "deepcall:baseUrl must begin with https://"],
  [{ "deepcall:baseUrl": "ftp://deepcall.com" }, "deepcall:baseUrl must begin with https://"],
  [{ "deepcall:baseUrl": "https://me:pw@deepcall.com" }, "must not hold a user name or password"],
  [{ "deepcall:baseUrl": "https://deepcall.com/?a=1" }, "must not have a query or a fragment"],
  [{ "deepcall:baseUrl": "https://deepcall.com/api/v2/Group" }, "must leave off /api/v2"],
  [{ "deepcall:timeoutMs": "soon" }, "deepcall:timeoutMs must be a whole number of milliseconds"],
  [{ "deepcall:timeoutMs": "1.5" }, "deepcall:timeoutMs must be a whole number"],
  [{ "deepcall:timeoutMs": "0" }, "deepcall:timeoutMs must be at least 1"],
  [{ "deepcall:maxConcurrency": "-1" }, "deepcall:maxConcurrency must be a whole number"],
  [{ "deepcall:requestsPerSecond": "0" }, "deepcall:requestsPerSecond must be more than 0"],
  [{ "deepcall:ssid": "s", "deepcall:token": "t" }, "deepcall:ssid and deepcall:token are both set"],
  [{ "deepcall:token": "t" }, "deepcall:token is set without deepcall:userId"],
  [{ "deepcall:userId": "7" }, "deepcall:userId is set without deepcall:token"],
  [{ "deepcall:ssid": "s3cr3t\n" }, "deepcall:ssid must not hold blanks or line breaks"],
])("%j is malformed, and said without its value", (config, message) => {
  const { settings, malformed } = find(config);
  expect(settings).toBeUndefined();
  expect(malformed.join()).toContain(message);
  expect(malformed.join()).not.toContain("s3cr3t");
});

test("what comes from the environment is named by its variable, and an empty value counts as none", () => {
  expect(find({}, { DEEPCALL_BASE_URL: "x", DEEPCALL_SSID: "s", DEEPCALL_TOKEN: "" }).malformed).toEqual([
    "DEEPCALL_BASE_URL is no URL; it looks like https://v4-api.deepcall.com",
  ]);
  const { missing, malformed } = find({}, { DEEPCALL_TOKEN: "" });
  expect(malformed).toEqual([]);
  expect(missing.join()).toMatch(/deepcall:baseUrl .*DEEPCALL_BASE_URL.*credentials: either deepcall:ssid/);
});

test("the error tells everything at once", () => {
  expect(settingsError(["a is wrong", "Missing: b"]).message).toMatch(
    /no call was made\. a is wrong\. Missing: b\. Set them/,
  );
});
