import * as pulumi from "@pulumi/pulumi";
import { DeepcallProvider, SettingsError, type DeepcallProviderArgs } from "../../provider";

const complete = { baseUrl: "https://v4-api.deepcall.com", userId: "7", token: "s3cr3t" };

const registered: pulumi.runtime.MockResourceArgs[] = [];
beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource: (args) => {
      registered.push(args);
      return { id: args.name, state: args.inputs as Record<string, unknown> };
    },
    call: () => ({}),
  });
});

test.each<[string, DeepcallProviderArgs, string]>([
  [
    "a misspelled argument",
    { ...complete, tokn: "s3cr3t" } as DeepcallProviderArgs,
    "tokn: unknown property; a DeepcallProvider has baseUrl, ssid,",
  ],
  ["a malformed value", { ...complete, baseUrl: "deepcall" }, "baseUrl must be a valid URL"],
  ["a number out of range", { ...complete, timeoutMs: 0 }, "timeoutMs must be at least 1"],
  ["both kinds of credentials", { ...complete, ssid: "s" }, "ssid and userId are both set"],
  ["half of the credentials", { baseUrl: complete.baseUrl, userId: "7" }, "userId is set without token"],
  [
    "half of the credentials, the other half unknown",
    { baseUrl: complete.baseUrl, token: pulumi.secret("s3cr3t") },
    "token is set without userId",
  ],
  [
    "no arguments",
    {},
    "Missing: baseUrl, the address of the API. Missing: credentials: either ssid, or userId and token",
  ],
  ["an empty prefix", { environmentPrefix: "" }, "environmentPrefix must be the start of the variables' names"],
  ["a prefix with its separator", { environmentPrefix: "DEEPCALL_EMEA_" }, "environmentPrefix must be"],
])("%s is an error before anything is registered", (_, args, problem) => {
  const before = registered.length;
  let error: unknown;
  try {
    new DeepcallProvider("emea", args);
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(SettingsError);
  const { message } = error as SettingsError;
  expect(message).toMatch(/^DeepcallProvider "emea": The settings .* No call was made\. .*\[deepcall:settings\]$/);
  expect(message).toContain(problem);
  expect(message).not.toContain("s3cr3t");
  expect(registered).toHaveLength(before);
});

test("all problems are reported at once", () => {
  expect(() => new DeepcallProvider("emea", { baseUrl: "x", timeoutMs: 0.5 })).toThrow(
    /baseUrl must be a valid URL.*timeoutMs must be a whole number.*Missing: credentials/,
  );
});

test("it registers the given settings as text, its name and its prefix; ssid and token are secret", async () => {
  const stored = new DeepcallProvider("apac", { ...complete, timeoutMs: pulumi.output(500), maxConcurrency: 2 });
  const fromEnvironment = new DeepcallProvider("emea", { environmentPrefix: "DEEPCALL_EMEA" });
  await Promise.all([stored, fromEnvironment].map((provider) => new Promise((resolve) => provider.urn.apply(resolve))));
  const inputsOf = (name: string): unknown => registered.find((args) => args.name === name)?.inputs;
  expect(registered.map(({ type }) => type)).toEqual(Array(2).fill("pulumi:providers:pulumi-nodejs"));
  expect(inputsOf("apac")).toEqual({
    "deepcall:providerName": "apac",
    "deepcall:baseUrl": complete.baseUrl,
    "deepcall:userId": "7",
    "deepcall:token": expect.objectContaining({ value: "s3cr3t" }) as unknown,
    "deepcall:timeoutMs": "500",
    "deepcall:maxConcurrency": "2",
  });
  expect(inputsOf("emea")).toEqual({ "deepcall:providerName": "emea", "deepcall:environmentPrefix": "DEEPCALL_EMEA" });
});
