import type { Emulator } from "../../../emulator";
import { GroupError, SettingsError } from "../../../provider";
import type { DynamicProvider } from "../../../provider/dynamic/provider";
import {
  change,
  configured,
  create,
  desired,
  emulate,
  failure,
  operations,
  otherUser,
  refresh,
  ssid,
  token,
} from "../../support/lifecycle";

/** The provider as the engine configures it for a `DeepcallProvider` with these inputs. */
async function explicit(
  emulator: Emulator,
  name: string,
  inputs: Record<string, string>,
  variables: Record<string, string> = {},
): Promise<DynamicProvider> {
  // The default account's variables are set, too.
  return configured(emulator, { ...inputs, providerName: name }, { ...otherUser, ...variables });
}

const stored = async (emulator: Emulator, name: string, inputs: Record<string, string> = { userId: "7", token }) =>
  explicit(emulator, name, { baseUrl: emulator.url, ...inputs });

test("a DeepcallProvider uses its own arguments, and not the default account's variables", async () => {
  const emulator = await emulate();
  const { inputs, outputs } = await create(await stored(emulator, "emea"), desired("Support"));
  expect(emulator.groups("7")).toHaveLength(1);
  expect(emulator.groups("8")).toHaveLength(0);
  expect([inputs["__providerName"], outputs["__providerName"]]).toEqual(["emea", "emea"]);
  expect(JSON.stringify([inputs, outputs])).not.toContain(token);
});

test("the variables with its prefix complete its arguments", async () => {
  const emulator = await emulate();
  const variables = { DEEPCALL_EMEA_USER_ID: "7", DEEPCALL_EMEA_TOKEN: token };
  const inputs = { environmentPrefix: "DEEPCALL_EMEA", baseUrl: emulator.url };
  await create(await explicit(emulator, "emea", inputs, variables), desired("Support"));
  expect(emulator.groups("7")).toHaveLength(1);
});

test("without its variables, an error names them and the provider, and no call is made", async () => {
  const emulator = await emulate();
  const provider = await explicit(emulator, "emea", { environmentPrefix: "DEEPCALL_EMEA" });
  const error = await failure(create(provider, desired("Support")));
  expect(error).toBeInstanceOf(SettingsError);
  expect(error.message).toBe(
    'DeepcallProvider "emea": The settings for Deepcall are missing or not valid. No call was made. ' +
      "Missing: baseUrl (or DEEPCALL_EMEA_BASE_URL), the address of the API. " +
      "Missing: credentials: either ssid (or DEEPCALL_EMEA_SSID), or userId and token (or DEEPCALL_EMEA_USER_ID and DEEPCALL_EMEA_TOKEN). " +
      "Set them in the arguments of the DeepcallProvider or in the environment. [deepcall:settings]",
  );
  expect(emulator.count()).toBe(0);
});

test("a malformed argument is reported by `check`", async () => {
  const emulator = await emulate();
  const provider = await stored(emulator, "emea", { userId: "7", token, timeoutMs: "soon" });
  const { failures } = await provider.check({}, desired("Support"));
  expect(failures).toHaveLength(1);
  expect(failures?.[0]?.reason).toMatch(
    /^DeepcallProvider "emea": .*timeoutMs must be a whole number.*\[deepcall:settings\]$/,
  );
});

test("errors begin with the provider's name, also those that keep a group in the state", async () => {
  const emulator = await emulate();
  const refused = await failure(
    create(await stored(emulator, "emea", { userId: "7", token: "x" }), desired("Support")),
  );
  expect(refused).toBeInstanceOf(GroupError);
  expect(refused.message).toMatch(
    /^DeepcallProvider "emea": Could not check for an existing group "Support"\. .*\[deepcall:1014\]$/,
  );

  emulator.faults.add("list:error-before:1015@2x0");
  const unfinished = await failure(create(await stored(emulator, "emea"), desired("Support")));
  expect(unfinished).toMatchObject({ reasons: [expect.stringContaining("is in the state with id")] });
  expect((unfinished as Error & { reasons?: string[] }).reasons).toEqual([unfinished.message]);
  expect(unfinished.message).toMatch(/^DeepcallProvider "emea": Could not read back .*\[deepcall:1015\]$/);
});

describe("a group moves to another provider", () => {
  const setUp = async (options = {}) => {
    const emulator = await emulate(options);
    const group = await create(await stored(emulator, "emea"), desired("Support"));
    emulator.clearCalls();
    return { emulator, group };
  };

  test("of the same user: no call", async () => {
    const { emulator, group } = await setUp();
    const moved = await change(await stored(emulator, "europe"), group, desired("Support"));
    expect([moved.changed, emulator.count()]).toEqual([false, 0]);
    const after = await refresh(await stored(emulator, "europe"), moved);
    expect(after?.drift).toBe(false);
  });

  test("with another credential of the same account: an update that only reads, once", async () => {
    const { emulator, group } = await setUp();
    const moved = await change(await stored(emulator, "europe", { ssid }), group, desired("Support"));
    expect([moved.changed, operations(emulator)]).toEqual([true, ["list"]]);
    expect(moved.outputs).toEqual({ ...group.outputs, __providerName: "europe" });
    const again = await change(await stored(emulator, "europe", { ssid }), moved, desired("Support"));
    expect(again.changed).toBe(false);
  });

  test.each([
    ["with a token", { userId: "8", token: "other-token-16180" }, {}],
    ["with an ssid", { ssid: "other-ssid-16180" }, {}],
    ["with an ssid, and lists do not include the owner", { ssid: "other-ssid-16180" }, { listOwner: false }],
  ])("of another account %s: an error, and nothing changes", async (_, credentials, options) => {
    const { emulator, group } = await setUp(options);
    const before = emulator.groups();
    const error = await failure(change(await stored(emulator, "apac", credentials), group, desired("Support")));
    expect(error).toMatchObject({ errorCode: "other-account" });
    expect(error.message).toMatch(
      /^DeepcallProvider "apac": Could not find group "Support" \(id 1\) in the account of DeepcallProvider "apac", to which .*\[deepcall:other-account\]$/,
    );
    expect(emulator.groups()).toEqual(before);
  });

  test("of another account in which another owner's group has that id: an error, and nothing changes", async () => {
    const { emulator, group } = await setUp();
    const outputs = { ...group.outputs, ownerId: "9", userId: "9" };
    const moving = change(await stored(emulator, "apac"), { ...group, outputs }, desired("Other name"));
    expect(await failure(moving)).toMatchObject({ errorCode: "other-account" });
    expect(emulator.groups("7")).toMatchObject([{ name: "Support" }]);
  });
});

test.each([
  ["83", true],
  ["0123", false],
  ["a1", false],
])(
  "a refused login with the userId %s from the stack's config: a hint that it may be another number",
  async (userId, isHinted) => {
    const emulator = await emulate();
    const provider = await configured(emulator, { baseUrl: emulator.url, userId, token: "wrong" });
    const { message } = await failure(provider.create(desired("Support")));
    const hint = `deepcall:userId is ${userId}: if the id begins with 0, write it in quotes in the stack's file, because YAML reads 0123 as the number 83.`;
    expect([message.includes(hint), message.includes("[deepcall:10")]).toEqual([isHinted, true]);
    const variables = { DEEPCALL_USER_ID: userId, DEEPCALL_TOKEN: "wrong" };
    const fromEnvironment = await configured(emulator, { baseUrl: emulator.url }, variables);
    expect((await failure(fromEnvironment.create(desired("Support")))).message).not.toContain("begins with 0");
  },
);
