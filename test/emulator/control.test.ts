import type { OutgoingHttpHeaders } from "node:http";
import type { Emulator } from "../../emulator";
import { codeOf, list, outcomeOf, send, useEmulators } from "./support";

const start = useEmulators();
const seed = {
  accounts: [
    {
      userId: "7",
      token: "secret-token",
      ssid: "demo-ssid",
      agents: [{ id: "1001", name: "Ada" }],
      groups: [{ id: 5, name: "Support" }],
    },
    { userId: "8", ssid: "secret-ssid" },
  ],
};

interface ControlResponse {
  status: number | undefined;
  body: Record<string, unknown>;
}

async function control(
  emulator: Emulator,
  request: string,
  body?: object | string,
  headers?: OutgoingHttpHeaders,
): Promise<ControlResponse> {
  const [method = "", path = ""] = request.split(" ");
  const { status, text, ...response } = await send(`${emulator.url}/_emulator${path}`, method, body, headers).outcome;
  expect(response.headers).toMatchObject({ "content-type": "application/json" });
  expect(response.headers).not.toHaveProperty("access-control-allow-origin");
  return { status, body: JSON.parse(text) as Record<string, unknown> };
}

test("the state has accounts without credentials, groups, agents, calls, faults and options", async () => {
  const emulator = await start({ seed, faults: ["list:slow:1x2", "add:late-commit:600000"] });
  await list(emulator);
  await outcomeOf(emulator, "add", { name: "Late" });
  const agents = [{ id: "1001", receivesCalls: false }, { id: "9" }];
  emulator.account("8").setAgents(emulator.account("8").add("Sales", 0).id, agents);
  const { status, body } = await control(emulator, "GET /state");
  expect(status).toBe(200);
  expect(body).toEqual({
    accounts: [{ userId: "7" }, { userId: "8" }],
    groups: [
      { id: 5, name: "Support", status: 1, userId: "7" },
      { id: 6, name: "Sales", status: 0, userId: "8" },
    ],
    agents: {
      5: [],
      6: [
        { id: "1001", receivesCalls: false },
        { id: "9", receivesCalls: true },
      ],
    },
    calls: { add: 1, update: 0, delete: 0, list: 1, getGroupAgentRelation: 0, submitAssignGroupToAgent: 0 },
    faults: [{ operation: "list", kind: "slow:1", nth: 1, times: 2, text: "list:slow:1x2", seen: 1 }],
    lateCommits: 1,
    options: { ...emulator.options },
  });
  expect(JSON.stringify(body)).not.toMatch(/secret|demo-ssid/);
});

test("control requests are not calls: no count, no faults, no rate limit, no latency", async () => {
  const emulator = await start({ options: { rateLimit: 1, latencyMs: 600_000 }, faults: ["any:hang-beforex0"] });
  for (let n = 0; n < 3; n += 1) expect((await control(emulator, "GET /state/")).status).toBe(200);
  expect([emulator.count(), emulator.faults.list()]).toEqual([0, [expect.objectContaining({ seen: 0 })]]);
});

test("faults can be added and removed", async () => {
  const emulator = await start();
  expect(await control(emulator, "POST /faults", { fault: "list:error-before:1009x0" })).toMatchObject({
    status: 200,
    body: { faults: [{ text: "list:error-before:1009x0", seen: 0 }] },
  });
  expect(await codeOf(emulator, "list", {})).toBe(1009);
  expect(await control(emulator, "DELETE /faults")).toEqual({ status: 200, body: { faults: [] } });
  expect(await codeOf(emulator, "list", {})).toBe(200);
});

test("groups can be edited", async () => {
  const emulator = await start({ seed });
  const edit = async (request: object): Promise<unknown> => {
    const { status, body } = await control(emulator, "POST /groups", { userId: "7", ...request });
    expect(status).toBe(200);
    expect(emulator.groups("7").concat(body["group"] as never)).toContainEqual(body["group"]);
    return body["group"];
  };
  // Exactly this name, even if it is taken.
  expect(await edit({ action: "add", name: "Support" })).toEqual({ id: 6, name: "Support", status: 1, userId: "7" });
  expect(await edit({ action: "add", name: "Night", status: 0 })).toMatchObject({ id: 7, status: 0 });
  expect(await edit({ action: "rename", id: 5, name: "Sales" })).toMatchObject({ id: 5, name: "Sales" });
  expect(await edit({ action: "setStatus", id: 5, status: 0 })).toMatchObject({ id: 5, name: "Sales", status: 0 });
  expect(await edit({ action: "remove", id: 6 })).toMatchObject({ id: 6, name: "Support" });
  expect(emulator.groups()).toEqual([
    { id: 5, name: "Sales", status: 0, userId: "7" },
    { id: 7, name: "Night", status: 0, userId: "7" },
  ]);
  expect(emulator.count()).toBe(0);
});

test("the agents of a group can be set, even to agents that the account does not have", async () => {
  const emulator = await start({ seed });
  const edit = async (agents: object[]) =>
    control(emulator, "POST /groups", { userId: "7", action: "setAgents", id: 5, agents });
  const group = { id: 5, name: "Support", status: 1, userId: "7" };
  const agents = [{ id: "1001" }, { id: "9", receivesCalls: false }];
  expect(await edit(agents)).toEqual({ status: 200, body: { group } });
  const stored = [
    { id: "1001", receivesCalls: true },
    { id: "9", receivesCalls: false },
  ];
  expect(emulator.agents(5)).toEqual(stored);
  expect((await control(emulator, "GET /state")).body["agents"]).toEqual({ 5: stored });
  expect(await edit([])).toEqual({ status: 200, body: { group } });
  expect([emulator.agents(5), emulator.count()]).toEqual([[], 0]);
});

test("a request changes all of its options or none", async () => {
  const emulator = await start({ seed });
  const { status, body } = await control(emulator, "POST /options", { suffix: "parens", latencyMs: 1 });
  expect([status, body["options"]]).toEqual([200, expect.objectContaining({ suffix: "parens", latencyMs: 1 })]);
  await codeOf(emulator, "add", { name: "Support" });
  expect(emulator.groups().at(-1)).toMatchObject({ name: "Support (1)" });
  expect((await control(emulator, "POST /options", { idKey: "_id", suffix: "comma" })).status).toBe(400);
  expect(emulator.options).toMatchObject({ suffix: "parens", idKey: "id" });
});

test("calls can be cleared", async () => {
  const emulator = await start();
  await list(emulator);
  expect(await control(emulator, "DELETE /calls")).toMatchObject({ status: 200, body: { calls: { list: 0 } } });
  expect(emulator.count()).toBe(0);
});

test.each<[string, object | string, string]>([
  ["/faults", {}, "body: fault: Invalid input: expected string, received undefined"],
  ["/faults", { fault: "add:boom" }, 'fault "add:boom": unknown kind "boom". Valid kinds: reset-before, '],
  ["/faults", { fault: "add:slow", nth: 2 }, 'body: Unrecognized key: "nth"'],
  ["/faults", "add:slow", "body: must be valid JSON"],
  ["/faults", "", "body: must be valid JSON"],
  ["/faults", "[]", "body: Invalid input: expected object, received array"],
  [
    "/groups",
    {},
    "body: action: Invalid discriminator value. Expected 'add' | 'rename' | 'setStatus' | 'setAgents' | 'remove'",
  ],
  ["/groups", { userId: "7", action: "drop" }, "body: action: Invalid discriminator value. Expected "],
  ["/groups", { userId: "9", action: "add", name: "A" }, 'body: userId: unknown account "9"; available: 7, 8'],
  ["/groups", { action: "add", name: "A" }, "body: userId: Invalid input: expected string, received undefined"],
  ["/groups", { userId: "7", action: "add" }, "body: name: Invalid input: expected string, received undefined"],
  ["/groups", { userId: "7", action: "add", name: "A", id: 3 }, 'body: Unrecognized key: "id"'],
  ["/groups", { userId: "7", action: "rename", id: "5", name: "A" }, "body: id: Invalid input: expected number"],
  [
    "/groups",
    { userId: "7", action: "setStatus", id: 5, status: 2 },
    "body: status: Invalid option: expected one of 0|1",
  ],
  [
    "/groups",
    { userId: "7", action: "setAgents", id: 5 },
    "body: agents: Invalid input: expected array, received undefined",
  ],
  [
    "/groups",
    { userId: "7", action: "setAgents", id: 5, agents: ["1001"] },
    "body: agents[0]: Invalid input: expected object, received string",
  ],
  [
    "/groups",
    { userId: "7", action: "setAgents", id: 5, agents: [{ id: "1001", receive_call: 1 }] },
    'body: agents[0]: Unrecognized key: "receive_call"',
  ],
  [
    "/groups",
    { userId: "7", action: "setAgents", id: 5, agents: [{ id: "1" }, { id: "2" }, { id: "1" }] },
    'body: agents[2].id: must be unique, but another agent in the list has the id "1"',
  ],
  ["/groups", { userId: "8", action: "setAgents", id: 5, agents: [] }, "body: id: account 8 has no group 5"],
  ["/groups", { userId: "7", action: "remove", id: 9 }, "body: id: account 7 has no group 9"],
  ["/groups", { userId: "8", action: "remove", id: 5 }, "body: id: account 8 has no group 5"],
  ["/options", { suffix: "comma" }, 'options: suffix: Invalid option: expected one of "plain"|'],
  ["/options", { sufix: "dash" }, 'options: Unrecognized key: "sufix"'],
  ["/options", "7", "body: Invalid input: expected record, received number"],
])("POST %s %j is rejected with the invalid property in the message", async (path, body, message) => {
  const emulator = await start({ seed });
  const before = await control(emulator, "GET /state");
  const response = await control(emulator, `POST ${path}`, body);
  expect([response.status, String(response.body["error"]).slice(0, message.length)]).toEqual([400, message]);
  expect(await control(emulator, "GET /state")).toEqual(before);
});

test.each(["GET /nothing", "PUT /faults", "POST /state", "GET "])(
  "%s: the error lists the available requests",
  async (request) => {
    const [method, path = ""] = request.split(" ");
    expect(await control(await start(), request)).toEqual({
      status: 404,
      body: {
        error:
          `unknown request ${method} /_emulator${path}; available: GET /_emulator/state, POST /_emulator/faults, ` +
          "DELETE /_emulator/faults, POST /_emulator/groups, POST /_emulator/options, DELETE /_emulator/calls",
      },
    });
  },
);

test("an internal error is logged, and the response has status 500", async () => {
  const logged = jest.spyOn(console, "error").mockImplementation();
  const emulator = await start();
  jest.spyOn(emulator.calls, "filter").mockImplementation(() => {
    throw new Error("bug");
  });
  expect(await control(emulator, "GET /state")).toMatchObject({
    status: 500,
    body: { error: expect.anything() as string },
  });
  expect(logged).toHaveBeenCalledTimes(1);
  logged.mockRestore();
});

describe("access", () => {
  test.each(["http://127.0.0.1:8920", "https://deepcall.com", "null", ""])(
    "the Origin %j is rejected",
    async (origin) => {
      const emulator = await start();
      for (const request of ["GET /state", "POST /faults", "DELETE /faults", "OPTIONS /faults", "GET /nothing"]) {
        const body = request.startsWith("POST") ? { fault: "add:slow" } : undefined;
        const response = await control(emulator, request, body, { origin });
        expect(response).toMatchObject({ status: 403, body: { error: expect.stringContaining("Origin") as string } });
      }
      expect(emulator.faults.list()).toEqual([]);
    },
  );

  test.each([
    ["localhost", 200],
    ["LOCALHOST:80", 200],
    ["127.0.0.1", 200],
    ["127.1.2.3:8920", 200],
    ["[::1]:8920", 200],
    ["emulator.test:8920", 403],
    ["localhost.emulator.test", 403],
    ["127.0.0.1.emulator.test", 403],
    ["192.168.0.1", 403],
    ["0.0.0.0", 403],
  ])("Host %s: %d", async (host, expected) => {
    const { status, body } = await control(await start(), "GET /state", undefined, { host });
    expect(status).toBe(expected);
    if (status === 403)
      expect(body["error"]).toBe(`Host "${host}" is rejected: it must be localhost or a loopback address`);
  });
});
