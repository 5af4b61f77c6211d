import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { standardRetryPolicy } from "../../../client/retry";
import type { Emulator } from "../../../emulator";
import { Run } from "../../../provider/lifecycle/run";
import { unknownValue } from "../../../provider/model/resource";
import { createService, type Service } from "../../../provider/plugin/service";
import { unwrap, wrap, type Values } from "../../../provider/plugin/values";
import { assignAgents, emulate, environment, failure, fastRetries, token } from "../../support/lifecycle";
import { callService } from "../../support/plugin";
import { recorded, restoreGroups } from "../../support/recorded-state";

const { DiffChanges } = messages.DiffResponse;
const urn = (name: string, type = "deepcall:index:Group") => `urn:pulumi:dev::test::${type}::${name}`;
const support = urn("support");
const team = urn("team", "deepcall:index:GroupAgents");

function serve(emulator: Emulator, retryPolicy = fastRetries): Service {
  return createService("1.2.3", () => new Run(environment(emulator), retryPolicy));
}

async function check(service: Service, news: Values, secrets: string[] = [], to = support) {
  const response = await callService(
    service,
    "check",
    new messages.CheckRequest().setUrn(to).setNews(wrap(news, new Set(secrets))),
  );
  const { values, secrets: checked } = unwrap(response.getInputs());
  return { values, secrets: [...checked], problems: response.getFailuresList().map((one) => one.getReason()) };
}

async function create(
  service: Service,
  news: Values,
  { secrets = [] as string[], preview = false, to = support } = {},
) {
  const request = new messages.CreateRequest()
    .setUrn(to)
    .setProperties(wrap(news, new Set(secrets)))
    .setPreview(preview);
  const response = await callService(service, "create", request);
  const outputs = unwrap(response.getProperties());
  return { id: response.getId(), values: outputs.values, secrets: [...outputs.secrets].sort() };
}

async function diff(service: Service, olds: Values, news: Values, ignore: string[] = [], to = support, id = "1") {
  const request = new messages.DiffRequest().setUrn(to).setId(id).setOlds(wrap(olds)).setNews(wrap(news));
  const response = await callService(service, "diff", request.setIgnorechangesList(ignore));
  const details: unknown[] = [];
  response.getDetaileddiffMap().forEach((one, name) => details.push([name, one.getKind(), one.getInputdiff()]));
  return { changes: response.getChanges() === DiffChanges.DIFF_SOME, details, response };
}

async function read(service: Service, id: string, olds: Values = {}, to = support) {
  const request = new messages.ReadRequest().setUrn(to).setId(id).setProperties(wrap(olds));
  const response = await callService(service, "read", request);
  return {
    id: response.getId(),
    outputs: unwrap(response.getProperties()).values,
    inputs: unwrap(response.getInputs()).values,
  };
}

test("check fills in the name and the status, leaves out defaults and keeps secrets", async () => {
  const service = serve(await emulate());
  expect(await check(service, {})).toEqual({ values: { active: true, name: "support" }, secrets: [], problems: [] });
  const given = { name: "Support", onNameConflict: "suffix", deleteWithAgents: false };
  expect(await check(service, given, ["name"])).toEqual({
    values: { active: true, name: "Support" },
    secrets: ["name"],
    problems: [],
  });
});

test("check names every property that is not valid, and repeats no value", async () => {
  const service = serve(await emulate());
  const { problems } = await check(service, { name: " Hidden", active: "yes", nme: 1 }, ["name"]);
  expect(problems.join("\n")).toMatch(
    /^name: must not start.*\n?active: must be true or false.*nme: unknown property/s,
  );
  expect(problems.join("\n")).not.toContain("Hidden");
});

test("a preview makes no call, and its name and id are unknown", async () => {
  const emulator = await emulate();
  const { id, values } = await create(serve(emulator), { name: "Support", active: true }, { preview: true });
  expect(id).toBe("");
  expect(values).toEqual({ name: unknownValue, groupId: unknownValue, requestedName: "Support", active: true });
  expect(emulator.count()).toBe(0);
});

test("a preview of an update knows what stays", async () => {
  const service = serve(await emulate());
  const { id, values } = await create(service, { name: "Support", active: true });
  const plan = async (news: Values) => {
    const request = new messages.UpdateRequest().setUrn(support).setId(id).setPreview(true);
    const response = await callService(service, "update", request.setOlds(wrap(values)).setNews(wrap(news)));
    return unwrap(response.getProperties()).values;
  };
  expect(await plan({ name: "Support", active: false })).toMatchObject({ name: "Support", groupId: 1, active: false });
  expect(await plan({ name: "Care", active: true })).toMatchObject({ name: unknownValue, requestedName: "Care" });
});

test("a secret name is secret in all outputs, and stays so in a read", async () => {
  const service = serve(await emulate());
  const { id, values, secrets } = await create(service, { name: "Support", active: true }, { secrets: ["name"] });
  expect(secrets).toEqual(["assignedName", "name", "requestedName"]);
  const olds = wrap(values, new Set(secrets));
  const response = await callService(
    service,
    "read",
    new messages.ReadRequest().setUrn(support).setId(id).setProperties(olds),
  );
  expect([...unwrap(response.getProperties()).secrets].sort()).toEqual(secrets);
  expect([...unwrap(response.getInputs()).secrets]).toEqual(["name"]);
});

test("inputs and outputs of a group need at most 250 bytes", async () => {
  const service = serve(await emulate());
  const { values: inputs } = await check(service, { name: "Customer support 123" });
  const { values: outputs } = await create(service, inputs);
  expect(JSON.stringify(inputs).length + JSON.stringify(outputs).length).toBeLessThanOrEqual(250);
});

test("a difference is one of the outputs, and a replacement deletes first", async () => {
  const service = serve(await emulate());
  const { values } = await create(service, { name: "Support", active: true });
  const { changes, details, response } = await diff(
    service,
    { ...values, active: false },
    { name: "Care", active: true },
  );
  const { UPDATE } = messages.PropertyDiff.Kind;
  expect(changes).toBe(true);
  expect(details).toEqual([
    ["active", UPDATE, false],
    ["name", UPDATE, false],
  ]);
  // For replaceOnChanges.
  expect(response.getDiffsList()).toEqual(["name", "active"]);
  expect(response.getReplacesList()).toEqual([]);
  expect(response.getDeletebeforereplace()).toBe(true);
});

test.each([[["name", "active"]], [['["name"]', "active"]], [["*"]]])("ignoreChanges: %j hides both", async (ignore) => {
  const service = serve(await emulate());
  const { values } = await create(service, { name: "Support", active: true });
  const drift = { ...values, name: "By hand", active: false };
  expect(await diff(service, drift, { name: "Care", active: true }, ignore)).toMatchObject({
    changes: false,
    details: [],
  });
});

test("agents are objects, and agents that have to be removed are shown", async () => {
  const emulator = await emulate();
  const service = serve(emulator);
  const { id } = await create(service, { name: "Support", active: true });
  const given = { groupId: 1, agents: [{ id: "1002", receivesCalls: false }, { id: "1001" }], otherAgents: "remove" };
  const { values: inputs, problems } = await check(service, given, [], team);
  expect(problems).toEqual([]);
  const agents = [
    { id: "1001", receivesCalls: true },
    { id: "1002", receivesCalls: false },
  ];
  expect(inputs).toEqual({ groupId: 1, agents, otherAgents: "remove" });
  const { values } = await create(service, inputs, { to: team });
  expect(values).toMatchObject({ groupId: 1, agents, otherAgentIds: [] });
  await assignAgents(emulator, id, "1001", "1003");
  const { outputs } = await read(service, id, values, team);
  expect(outputs).toMatchObject({ otherAgentIds: ["1003"] });
  const { details } = await diff(service, { ...values, otherAgentIds: ["1003"] }, inputs, [], team);
  expect(details).toEqual([["otherAgentIds", messages.PropertyDiff.Kind.DELETE, false]]);
  expect((await diff(service, outputs, inputs, ["agents"], team)).changes).toBe(false);
  const other = await diff(service, values, { ...inputs, groupId: 9 }, [], team);
  expect(other.response.getReplacesList()).toEqual(["groupId"]);
});

test("an import reads a group by its id alone, and returns its inputs", async () => {
  const emulator = await emulate();
  emulator.account("7").add("Existing", 0);
  const { inputs, outputs } = await read(serve(emulator), "1");
  expect(inputs).toEqual({ name: "Existing", active: false });
  expect(outputs).toMatchObject({ name: "Existing", requestedName: "Existing", groupId: 1 });
  expect(await diff(serve(emulator), outputs, inputs)).toMatchObject({ changes: false });
});

test("a group that is gone has no id", async () => {
  const emulator = await emulate();
  const service = serve(emulator);
  const { id, values } = await create(service, { name: "Support", active: true });
  emulator.account("7").remove(Number(id));
  expect((await read(serve(emulator), id, values)).id).toBe("");
});

test("a partial failure keeps the group, with its secrets, in the details of the status", async () => {
  const emulator = await emulate();
  emulator.faults.add("update:error-before:1014");
  const { id, properties, message } = await failure(create(serve(emulator), { name: "Night", active: false }));
  expect(id).toBe("1");
  expect(properties).toMatchObject({ name: "Night", requestedName: "Night", active: true, groupId: 1 });
  expect(message).toMatch(/The group is in the state with id 1\. Run `pulumi up` again to finish\. \[deepcall:1014\]$/);
});

describe("states that the dynamic provider recorded", () => {
  const dynamicTypes = new Map([["pulumi-nodejs:dynamic/deepcall:Group", "deepcall:index:Group"]]);
  const resources = recorded.state.deployment.resources.flatMap(
    ({ urn, type, id, inputs = {}, outputs = {}, external }) =>
      dynamicTypes.has(type) && id !== undefined && !external
        ? [{ name: urn.split("::").at(-1) ?? "", id, inputs, outputs }]
        : [],
  );

  test.each(resources)("$name: 0 changes and 0 calls, then read and deleted", async ({ name, id, inputs, outputs }) => {
    const emulator = await emulate();
    restoreGroups(emulator);
    const service = serve(emulator);
    const { requestedName, active, onNameConflict } = inputs;
    const program = { name: requestedName, active, ...(onNameConflict !== undefined && { onNameConflict }) };
    const ignore = name === "ignored" ? ["name", "active"] : [];
    const { values: checked } = await check(service, program, [], urn(name));
    expect(await diff(service, outputs, checked, ignore, urn(name), id)).toMatchObject({ changes: false });
    expect(emulator.count()).toBe(0);

    const { outputs: refreshed, inputs: readInputs } = await read(service, id, outputs, urn(name));
    expect(refreshed).not.toHaveProperty("__provider");
    expect(refreshed).toMatchObject({ groupId: Number(id), __key: outputs["__key"] });
    expect(refreshed["requestedName"]).toBe(outputs["requestedName"]);
    expect(Object.keys(readInputs).filter((key) => key.startsWith("__"))).toEqual([]);
    const request = new messages.DeleteRequest().setUrn(urn(name)).setId(id).setProperties(wrap(outputs));
    await callService(serve(emulator), "delete", request);
    expect(emulator.groups("7").map((group) => String(group.id))).not.toContain(id);
  });

  test("the fixture has such states", () => {
    expect(resources.length).toBeGreaterThanOrEqual(4);
  });
});

describe("lookups", () => {
  const invoke = async (service: Service, tok: string, args: Values, secrets: string[] = []) => {
    const request = new messages.InvokeRequest().setTok(`deepcall:index:${tok}`).setArgs(wrap(args, new Set(secrets)));
    return unwrap((await callService(service, "invoke", request)).getReturn());
  };

  test("getGroup and getGroups share one list", async () => {
    const emulator = await emulate();
    emulator.account("7").add("Support");
    emulator.account("7").add("Sales team", 0);
    const service = serve(emulator);
    const sales = { id: "2", groupId: 2, name: "Sales team", active: false };
    expect((await invoke(service, "getGroup", { name: "Sales team" })).values).toEqual(sales);
    expect((await invoke(service, "getGroup", { id: "2" })).values).toEqual(sales);
    expect((await invoke(service, "getGroups", { nameContains: "TEAM" })).values).toEqual({ groups: [sales] });
    expect(emulator.count()).toBe(1);
  });

  test("a secret name makes the result secret, and errors do not repeat it", async () => {
    const emulator = await emulate();
    emulator.account("7").add("Support");
    const { secrets } = await invoke(serve(emulator), "getGroup", { name: "Support" }, ["name"]);
    expect(secrets).toContain("name");
    const { message } = await failure(invoke(serve(emulator), "getGroup", { name: "Suport" }, ["name"]));
    expect(message).toMatch(/^Could not look up group \[secret\].*\[deepcall:group-not-found\]$/);
    expect(message).not.toContain("Suport");
  });

  test("arguments are checked", async () => {
    const { message } = await failure(invoke(serve(await emulate()), "getGroup", {}));
    expect(message).toMatch(/set exactly one of name and id/);
  });
});

describe("the provider's arguments", () => {
  const providerUrn = (name: string) => `urn:pulumi:dev::test::pulumi:providers:deepcall::${name}`;
  const checkConfig = async (service: Service, name: string, news: Values) => {
    const request = new messages.CheckRequest().setUrn(providerUrn(name)).setNews(wrap(news));
    const response = await callService(service, "checkConfig", request);
    return {
      secrets: [...unwrap(response.getInputs()).secrets],
      problems: response.getFailuresList().map((one) => one.getReason()),
    };
  };
  const configure = async (service: Service, name: string, args: Values) =>
    callService(service, "configure", new messages.ConfigureRequest().setUrn(providerUrn(name)).setArgs(wrap(args)));

  test("an ssid and a token are secret", async () => {
    const { secrets, problems } = await checkConfig(serve(await emulate()), "default_1_2_3", { token, userId: "7" });
    expect(problems).toEqual([]);
    expect(secrets).toContain("token");
  });

  test.each<[string, string, Values, RegExp | undefined]>([
    ["unknown values", "emea", { baseUrl: unknownValue, ssid: unknownValue, timeoutMs: unknownValue }, undefined],
    ["what the engine adds", "default", { version: "1.2.3", __internal: {} }, undefined],
    ["numbers as texts", "emea", { baseUrl: "https://x.example", ssid: "s", timeoutMs: "500" }, undefined],
    ["an unknown argument", "emea", { baseUrl: "https://x.example", ssid: "s", tokn: "t" }, /tokn: unknown property/],
    ["a value that is not valid", "default", { timeoutMs: 0 }, /deepcall:timeoutMs must be at least 1/],
    ["missing credentials", "emea", { baseUrl: "https://x.example" }, /Missing: credentials/],
    ["credentials in the environment", "emea", { environmentPrefix: "DEEPCALL_EMEA" }, undefined],
    ["a prefix that is not valid", "emea", { environmentPrefix: "1-" }, /environmentPrefix must be the start/],
  ])("%s", async (_, name, news, problem) => {
    const { problems } = await checkConfig(serve(await emulate()), name, news);
    if (problem) expect(problems.join()).toMatch(problem);
    else expect(problems).toEqual([]);
  });

  test("an explicit provider uses its own arguments only, and its name begins errors", async () => {
    const emulator = await emulate();
    const service = serve(emulator);
    await configure(service, "emea", {
      baseUrl: emulator.url,
      userId: "8",
      token: "other-token-16180",
      maxConcurrency: 2,
    });
    await create(service, { name: "Support", active: true });
    expect(emulator.groups("8")).toHaveLength(1);
    emulator.faults.add("add:error-before:1014");
    const { message } = await failure(create(service, { name: "Sales", active: true }));
    expect(message).toMatch(/^DeepcallProvider "emea": Could not/);
    expect(message).not.toContain("other-token-16180");
  });

  test("moving a resource to another provider never replaces the provider", async () => {
    const request = new messages.DiffRequest()
      .setUrn(providerUrn("emea"))
      .setOldInputs(wrap({ baseUrl: "https://a.example" }));
    const response = await callService(serve(await emulate()), "diffConfig", request.setNews(wrap({ userId: "8" })));
    expect(response.getReplacesList()).toEqual([]);
    expect(response.getChanges()).toBe(DiffChanges.DIFF_SOME);
  });
});

test("cancel ends the waits between attempts", async () => {
  const emulator = await emulate();
  emulator.faults.add("list:http-before:429:60x0");
  const service = serve(emulator, { ...standardRetryPolicy });
  const created = failure(create(service, { name: "Support", active: true }));
  while (emulator.count() === 0) await new Promise((resolve) => setImmediate(resolve));
  await callService(service, "cancel", new Empty());
  expect((await created).message).toMatch(/\[deepcall:rate-limit\]$/);
});

test("the schema and the version need no settings", async () => {
  const service = createService("1.2.3", () => {
    throw new Error("not needed");
  });
  const schema = await callService(service, "getSchema", new messages.GetSchemaRequest());
  expect(JSON.parse(schema.getSchema())).toMatchObject({ name: "deepcall", version: "1.2.3" });
  expect((await callService(service, "getPluginInfo", new Empty())).getVersion()).toBe("1.2.3");
  const handshake = await callService(service, "handshake", new messages.ProviderHandshakeRequest());
  expect(handshake.getAcceptSecrets()).toBe(true);
});
