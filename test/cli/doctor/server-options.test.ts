import { readOptionText, type Emulator, type EmulatorOptions } from "../../../emulator";
import { emulate, environment, ssid } from "../../support/lifecycle";
import { diagnose, doctor, findings } from "./support";

const reads = new Set(["list", "getGroupAgentRelation"]);

/** The default of each option that is observable in an account with groups. */
const defaults = {
  listShape: "array",
  idKey: "id",
  idType: "number",
  codeType: "number",
  listStatus: true,
  statusType: "number",
  listOwner: true,
  filterKey: "both",
  missing: "1503",
  nameFilter: "part",
  errorHttpStatus: false,
  payloadKey: "response",
  missingRelation: "1503",
};
/** The default of each option that is observable if a group has agents and another one has none. */
const agentDefaults = {
  relationShape: "array",
  agentShape: "array",
  agentData: "group",
  agentIdKey: "agent_unique_id",
  agentIdType: "string",
  receiveCallType: "number",
  noAgents: "array",
  quickRelation: "full",
  plainRelation: "full",
};
const allDefaults = { ...defaults, ...agentDefaults };

/** The second group has an agent. */
async function account(options: Partial<EmulatorOptions>, names = ["Support", "Night shift", "Sales"]) {
  const emulator = await emulate(options);
  for (const name of names) emulator.account("7").add(name);
  if (names.length > 1) emulator.account("7").setAgents(2, [{ id: "1001" }]);
  return emulator;
}

const cases: [Partial<EmulatorOptions>, string[]][] = [
  [{}, []],
  [{ listShape: "byId" }, []],
  [{ listShape: "nested" }, []],
  [{ listShape: "nestedWithTotal" }, []],
  [{ listShape: "single" }, []],
  ...(["groupId", "groupid", "group_id", "_id"] as const).map((idKey): [Partial<EmulatorOptions>, string[]] => [
    { idKey },
    [],
  ]),
  [{ idType: "string" }, []],
  [{ listShape: "byId", idKey: "_id", idType: "string" }, []],
  [{ codeType: "string" }, []],
  [{ statusType: "string" }, []],
  [{ missing: "empty" }, []],
  [{ filterKey: "groupid" }, []],
  [{ filterKey: "groupId" }, []],
  [{ filterKey: "groupId", missing: "empty" }, []],
  [{ nameFilter: "exact" }, []],
  [{ nameFilter: "none" }, []],
  [{ listOwner: false }, ["listOwner: owner-not-listed"]],
  [{ errorHttpStatus: true }, []],
  [{ listShape: "nested", missing: "empty", errorHttpStatus: true, codeType: "string" }, []],
  [{ listShape: "nestedWithTotal", pageLimit: 2 }, ["listCut: list-cut-off"]],
  [{ pageLimit: 2 }, ["listCut: list-cut-off"]],
  [{ echoCredentials: true }, ["echoCredentials: credentials-echoed"]],
  [{ relationShape: "byId" }, []],
  [{ agentShape: "byId" }, []],
  [{ agentData: "account" }, []],
  ...(["agentId", "agent_id", "unique_id", "id"] as const).map((agentIdKey): [Partial<EmulatorOptions>, string[]] => [
    { agentIdKey },
    [],
  ]),
  [{ agentIdKey: "agentId", relationShape: "byId", agentIdType: "number" }, []],
  [{ agentIdType: "number" }, []],
  [{ receiveCallType: "string" }, []],
  [{ receiveCallType: "boolean", agentData: "account", agentShape: "byId" }, []],
  [{ noAgents: "object" }, []],
  [{ noAgents: "null" }, []],
  [{ noAgents: "text" }, []],
  // Group 1 has no agents, and the provider cannot read it.
  [{ noAgents: "absent" }, ["agents: agents-unknown-shape"]],
  [{ quickRelation: "none" }, []],
  [{ quickRelation: "none", noAgents: "null", relationShape: "byId" }, []],
  [{ quickRelation: "empty", noAgents: "text" }, []],
  [{ plainRelation: "none" }, []],
  [{ plainRelation: "empty", missingRelation: "noData" }, []],
  [{ payloadKey: "data", listShape: "nested" }, []],
  [{ pageSize: 2 }, []],
  [{ pageSize: 2, pageField: "ignored" }, ["listCut: list-cut-off"]],
  [{ deletion: "isDeleted" }, []],
  [{ deletion: "preDeleted", listShape: "byId" }, []],
  [{ emptyIds: true }, []],
  [{ passwordFields: true }, ["passwordFields: passwords-listed"]],
  [{ missing: "noData", idKey: "unique_id" }, []],
];

test.each(cases)("observes %j, and emulatorCommand has the same options", async (options, found) => {
  const emulator = await account(options);
  const { code, server, emulatorCommand, checks } = await diagnose(environment(emulator));
  expect(code).toBe(0);
  // Without a second group that is understood, it may be that the group has all agents of the account.
  const { agentData, ...withoutScope } = allDefaults;
  const pageField = options.pageSize !== undefined && { pageField: "used" };
  expect(server).toEqual({
    ...withoutScope,
    ...(options.noAgents !== "absent" && { agentData }),
    ...pageField,
    ...options,
  });
  expect(findings({ checks })).toEqual(["tls: plain-http", ...found]);
  const { calls } = emulator;
  expect(calls.filter(({ operation }) => !reads.has(operation))).toEqual([]);
  expect(calls.length).toBeLessThanOrEqual(21);
  const texts = [...(emulatorCommand ?? "").matchAll(/--option (\S+)/g)].map(([, text = ""]) => text);
  expect(Object.assign({}, ...texts.map(readOptionText))).toEqual(options);
});

test("does not expect the type of the status if lists do not include it", async () => {
  const { server, checks, code } = await diagnose(environment(await account({ listStatus: false })));
  const { statusType, ...rest } = allDefaults;
  expect([code, statusType]).toEqual([0, "number"]);
  expect(server).toEqual({ ...rest, listStatus: false });
  expect(checks.find(({ id }) => id === "listStatus")).toMatchObject({ status: "warning" });
  expect(checks.find(({ id }) => id === "unseen")).toBeUndefined();
});

test("does not guess the answer to a missing id if lists cannot be filtered by id", async () => {
  const found = await diagnose(environment(await account({ filterKey: "none" })));
  const { missing, ...rest } = allDefaults;
  expect(missing).toBe("1503");
  expect(found.server).toEqual({ ...rest, filterKey: "none" });
  expect(findings(found)).toEqual(["tls: plain-http", "filterKey: id-filter-ignored", "unseen: not-observed"]);
});

test("a list of unknown shape fails, and options that do not depend on it are still observed", async () => {
  const found = await diagnose(environment(await account({ listShape: "unknown" })));
  expect([found.code, found.healthy, found.groups]).toEqual([1, false, null]);
  expect(found.server).toMatchObject({ listShape: "unknown", codeType: "number", filterKey: "both", missing: "1503" });
  expect(findings(found)).toContain("list: list-unknown-shape");
  expect(found.checks.find(({ id }) => id === "list")?.summary).toContain("an object with the keys rows");
});

test.each([
  [{}, ["listShape", "codeType", "filterKey", "missing", "errorHttpStatus", "payloadKey", "missingRelation"]],
  [{ missing: "empty" } as const, ["listShape", "codeType", "errorHttpStatus", "payloadKey", "missingRelation"]],
])("an empty account (%j) is healthy, and the finding names what was not observed", async (options, seen) => {
  const found = await diagnose(environment(await account(options, [])));
  expect([found.code, found.groups]).toEqual([0, { total: 0, active: 0, inactive: 0, unknown: 0 }]);
  expect(Object.keys(found.server).toSorted()).toEqual(seen.toSorted());
  expect(findings(found)).toEqual(["tls: plain-http", "unseen: not-observed"]);
  const { summary, advice } = found.checks.find(({ id }) => id === "unseen") ?? {};
  expect(summary).toMatch(/idKey, idType.*because the account has no groups$/);
  expect(advice).toContain("Create a group in Deepcall's panel");
});

test("repeats calls after HTTP 429, and reports the limit", async () => {
  const emulator = await account({ rateLimit: 5 });
  const found = await diagnose(environment(emulator));
  expect([found.code, found.server]).toEqual([0, { ...allDefaults, rateLimit: 5 }]);
  expect(findings(found)).toContain("rateLimit: rate-limited");
});

describe("agents", () => {
  const agentsOf = async (emulator: Emulator) => {
    const found = await diagnose(environment(emulator));
    const server = Object.entries(found.server).filter(([option]) => !(option in defaults));
    return { ...found, server: Object.fromEntries(server), agents: found.checks.find(({ id }) => id === "agents") };
  };

  test("that can be read", async () => {
    const found = await agentsOf(await account({}));
    expect(found.agents).toEqual({
      id: "agents",
      status: "ok",
      findings: [],
      summary: "the agents of groups can be read",
    });
  });

  test("an unknown form: the finding names the keys, and the command reproduces it", async () => {
    const found = await agentsOf(await account({ relationShape: "unknown", agentShape: "byId" }));
    expect([found.code, findings(found)]).toEqual([0, ["tls: plain-http", "agents: agents-unknown-shape"]]);
    expect(found.agents?.summary).toMatch(/an agent without an id in relationData \(.*x\)/);
    expect(found.server).toEqual({
      relationShape: "unknown",
      agentShape: "byId",
      noAgents: "array",
      quickRelation: "full",
      plainRelation: "full",
    });
    expect(found.emulatorCommand).toContain(" --option relationShape=unknown --option agentShape=byId");
  });

  test("objects by id may omit the id, so its key is not observed", async () => {
    const found = await agentsOf(await account({ relationShape: "byId", agentShape: "byId", agentIdKey: "agentId" }));
    const { agentIdKey, agentIdType, ...rest } = agentDefaults;
    expect([agentIdKey, agentIdType]).toEqual(["agent_unique_id", "string"]);
    expect(found.server).toEqual({ ...rest, relationShape: "byId", agentShape: "byId" });
    expect(findings(found)).toEqual(["tls: plain-http"]);
  });

  test("without permission: a warning, and no other finding", async () => {
    const emulator = await account({ agentPermission: "none" });
    const found = await agentsOf(emulator);
    expect([found.code, findings(found)]).toEqual([0, ["tls: plain-http", "agents: agents-denied"]]);
    expect([found.agents?.status, found.server]).toEqual(["warning", { agentPermission: "none" }]);
    expect(found.emulatorCommand).toBe("pulumi-deepcall emulator --option agentPermission=none");
    // One group is enough to see this.
    expect(emulator.calls.filter(({ body }) => body["groupId"] === "2")).toEqual([]);
  });

  test("a failed read is a warning", async () => {
    const emulator = await account({});
    emulator.faults.add("getGroupAgentRelation:http-before:503");
    const found = await agentsOf(emulator);
    expect(findings(found)).toEqual(["tls: plain-http", "agents: agents-not-read", "answers: calls-failed"]);
    expect(found.server).toEqual({});
  });

  test.each([
    [["Support"], 1, "the first group has none"],
    [["Support", "Sales", "Kim", "Line", "Night"], 3, "the first 3 groups have none"],
  ])("of the groups %j, it reads %d to find one with agents", async (names, count, reason) => {
    const emulator = await account({ noAgents: "object" }, names);
    for (const [n] of names.entries()) emulator.account("7").setAgents(n + 1, []);
    emulator.account("7").setAgents(names.length, names.length > 3 ? [{ id: "1001" }] : []);
    const found = await agentsOf(emulator);
    expect(findings(found)).toEqual(["tls: plain-http", "agents: agents-not-observed"]);
    expect(found.agents?.summary).toBe(`the agents of groups can be read, but ${reason}`);
    // Without agents, a read that always shows none looks the same.
    expect(found.server).toEqual({ noAgents: "object" });
    const full = emulator.calls.filter(
      ({ operation, body }) => operation === "getGroupAgentRelation" && body["quick"] === undefined,
    );
    expect(full.map(({ body }) => body["groupId"])).toEqual(names.slice(0, count).map((_, n) => String(n + 1)));
  });

  test("an account in which one group has all agents does not show whose agents agentData has", async () => {
    const emulator = await account({ agentData: "account" }, ["Support"]);
    emulator.account("7").setAgents(1, [{ id: "1001" }, { id: "A2", receivesCalls: false }]);
    const found = await agentsOf(emulator);
    const { agentData, noAgents, ...rest } = agentDefaults;
    expect([agentData, noAgents]).toEqual(["group", "array"]);
    expect(found.server).toEqual(rest);
  });
});

test("with an ssid", async () => {
  const emulator = await account({});
  const found = await diagnose({ DEEPCALL_BASE_URL: emulator.url, DEEPCALL_SSID: ssid });
  expect([found.code, found.server]).toEqual([0, allDefaults]);
  expect(found.settings).toEqual({
    baseUrl: "DEEPCALL_BASE_URL",
    ssid: "DEEPCALL_SSID",
    userId: "nowhere",
    token: "nowhere",
    timeoutMs: "default",
    maxConcurrency: "default",
    requestsPerSecond: "default",
    deleteWithAgents: "default",
  });
});

test("error 1503 for the list of all groups means an empty account", async () => {
  const emulator = await account({}, []);
  emulator.intercept = () =>
    Response.json({ status: "error", message: "Group not found or not authorized", code: 1503 });
  const found = await diagnose(environment(emulator));
  expect([found.code, found.groups?.total]).toEqual([0, 0]);
});

test("a server that denies an existing group is not healthy, because its groups would be treated as deleted", async () => {
  const emulator = await account({});
  const byId = (id: unknown) => id !== undefined && id !== 2_147_483_647 && id !== "2147483647";
  emulator.intercept = ({ body }) =>
    byId(body["groupId"]) || byId(body["groupid"])
      ? Response.json({ status: "error", message: "Group not found or not authorized", code: 1503 })
      : undefined;
  const found = await diagnose(environment(emulator));
  expect(found.code).toBe(1);
  expect(findings(found)).toEqual([
    "tls: plain-http",
    "byId: existing-group-denied",
    "relation: relation-denies-group",
  ]);
});

test("one failed call is a warning, and the other checks run", async () => {
  const emulator = await account({});
  emulator.faults.add("list:http-before:503@4");
  const found = await diagnose(environment(emulator));
  expect([found.code, found.groups?.total]).toEqual([0, 3]);
  expect(findings(found)).toContain("answers: calls-failed");
});

test("as text: a line for each check, its advice below, and the emulator command at the end", async () => {
  const emulator = await account({ listShape: "byId", idType: "string", pageLimit: 2 }, ["Support", "Support1", "Kim"]);
  const { code, out, err } = await doctor(environment(emulator));
  expect([code, err]).toEqual([0, "Checking the account (read-only) ...\n"]);
  for (const line of out.split("\n").slice(0, out.split("\n").indexOf("")))
    expect(line).toMatch(/^((ok {5}|note {3}|warning|failed ) {2}\w+ +\S| +-> \S)/);
  expect(out).toMatch(/^ok +listShape +a list is an object by id$/m);
  expect(out).toMatch(/^warning +numberedNames +1 group with .*: "Support1" \(id 2\) with base name "Support"\n +-> /m);
  expect(out).toContain(
    "  pulumi-deepcall emulator --option listShape=byId --option idType=string --option pageLimit=2\n",
  );
  expect(out.endsWith("\nHealthy, with 2 warnings.\n")).toBe(true);
});
