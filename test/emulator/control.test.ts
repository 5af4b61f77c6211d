import type { OutgoingHttpHeaders } from "node:http";
import type { Emulator } from "../../emulator";
import { Changes } from "../../emulator/changes";
import type { LiveState } from "../../emulator/events";
import { clientSignal, codeOf, list, outcomeOf, send, useEmulators } from "./support";

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
    accounts: [{ userId: "7", agents: [{ id: "1001", name: "Ada" }] }, { userId: "8" }],
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
          `unknown request ${method} /_emulator${path}; available: GET /_emulator/state, GET /_emulator/events, ` +
          `POST /_emulator/faults, ` +
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

/** The events of a stream, as they arrive. */
async function* events(emulator: Emulator): AsyncGenerator<{ event: string; data: LiveState }> {
  const response = await fetch(`${emulator.url}/_emulator/events`, { signal: clientSignal() });
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "text/event-stream",
    "cache-control": "no-store",
  });
  let text = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const parts = (text + chunk).split("\n\n");
    text = parts.pop() ?? "";
    for (const part of parts) {
      const [, event = "", data = ""] = /^event: (.*)\ndata: (.*)/.exec(part) ?? [];
      yield { event, data: JSON.parse(data) as LiveState };
    }
  }
}

/** Reads events until the state is as expected. */
async function nextState(
  stream: ReturnType<typeof events>,
  isExpected: (state: LiveState) => boolean,
): Promise<LiveState> {
  for (;;) {
    const next = await stream.next();
    if (next.done) throw new Error("The stream ended.");
    const { event, data } = next.value;
    if (event === "state" && isExpected(data)) return data;
  }
}

describe("events", () => {
  test("the state is sent at once, and after every change of groups, calls, faults, options and late commits", async () => {
    const emulator = await start({ seed });
    const stream = events(emulator);
    expect((await stream.next()).value).toMatchObject({
      event: "reference",
      data: { defaultOptions: { suffix: "plain" }, faultKinds: expect.arrayContaining([expect.anything()]) as unknown },
    });
    const { recentCalls, ...state } = await nextState(stream, () => true);
    expect([state, recentCalls]).toEqual([(await control(emulator, "GET /state")).body, []]);

    emulator.account("7").rename(5, "Sales");
    await nextState(stream, ({ groups }) => groups[0]?.name === "Sales");
    emulator.faults.add("list:hang-before");
    await nextState(stream, ({ faults }) => faults.length === 1);
    await control(emulator, "POST /options", { suffix: "dash" });
    await nextState(stream, ({ options }) => options.suffix === "dash");

    const { request } = send(`${emulator.url}/api/v2/Group/list`, "POST", { userId: "7", token: "secret-token" });
    const call = { number: 1, operation: "list", userId: "7", startedAt: expect.any(Number) as number };
    const running = await nextState(stream, ({ calls }) => calls["list"] === 1);
    expect([running.faults, running.recentCalls]).toEqual([[], [{ ...call, fault: "list:hang-before" }]]);
    request.destroy();
    const over = await nextState(stream, (next) => next.recentCalls[0]?.ms !== undefined);
    expect(over.recentCalls).toEqual([{ ...call, ms: expect.any(Number) as number, fault: "list:hang-before" }]);
    emulator.clearCalls();
    await nextState(stream, (next) => next.recentCalls.length === 0);

    emulator.faults.add("add:late-commit:100");
    await send(`${emulator.url}/api/v2/Group/add`, "POST", { userId: "7", token: "secret-token", name: "Late" })
      .outcome;
    await nextState(stream, ({ lateCommits }) => lateCommits === 1);
    await nextState(stream, ({ groups, lateCommits }) => groups.length === 2 && lateCommits === 0);
    emulator.faults.add("list:slow");
    await nextState(stream, ({ faults }) => faults.length === 1);
    emulator.faults.clear();
    await nextState(stream, ({ faults }) => faults.length === 0);
  });

  test("a stream contains no credentials, and at most 200 calls", async () => {
    const credentials = { userId: "7", token: "secret-token" };
    const emulator = await start({ seed, options: { echoCredentials: true }, faults: ["list:redirect"] });
    for (const body of [credentials, { ssid: "secret-ssid" }, { ...credentials, token: "secret-guess" }])
      await send(`${emulator.url}/api/v2/Group/list`, "POST", body).outcome;
    for (let n = 0; n < 199; n += 1)
      await send(`${emulator.url}/api/v2/Group/add`, "POST", { ...credentials, name: "X" }).outcome;
    const { recentCalls, ...state } = await nextState(events(emulator), () => true);
    expect(recentCalls.map(({ number }) => number)).toEqual(Array.from({ length: 200 }, (_, n) => n + 3));
    expect(JSON.stringify([recentCalls, state])).not.toMatch(/secret|demo-ssid/);
  });

  test("changes in quick succession are sent together", async () => {
    const emulator = await start({ seed });
    const stream = events(emulator);
    await nextState(stream, () => true);
    for (let n = 0; n < 100; n += 1) emulator.account("7").rename(5, `Name ${n}`);
    expect((await nextState(stream, () => true)).groups[0]).toMatchObject({ name: "Name 99" });
  });

  test("a stream whose client is gone, or that no client reads, waits for nothing", async () => {
    const waited = jest.spyOn(Changes.prototype, "moreThan");
    const emulator = await start({ seed });
    const stream = events(emulator);
    await nextState(stream, () => true);
    const changes = waited.mock.contexts[0] as Changes;
    const pending = waited.mock.results[0]?.value as Promise<void>;
    expect(changes.waiting).toBe(1);
    await stream.return(undefined);
    await expect(pending).rejects.toThrow("aborted");
    expect(changes.waiting).toBe(0);
    expect((await send(`${emulator.url}/_emulator/events`, "HEAD").outcome).status).toBe(200);
    expect([changes.waiting, waited.mock.calls.length]).toEqual([0, 1]);
    waited.mockRestore();
  });

  test("close() ends the streams", async () => {
    const emulator = await start({ seed });
    const stream = events(emulator);
    await nextState(stream, () => true);
    await emulator.close();
    await expect(stream.next()).rejects.toThrow("terminated");
  });
});

describe("access", () => {
  interface Attack {
    from: string;
    headers: (port: string) => OutgoingHttpHeaders;
    requests: readonly (readonly [request: string, body?: object])[];
  }
  const posts = [
    ["POST /groups", { userId: "7", action: "remove", id: 5 }],
    ["POST /faults", { fault: "add:slow" }],
    ["POST /options", { suffix: "dash" }],
  ] as const;
  const others = [["GET /state"], ["GET /events"], ["DELETE /faults"], ["OPTIONS /faults"], ["GET /nothing"]] as const;
  const json = { "content-type": "application/json" };
  const own = (port: string): string => `http://127.0.0.1:${port}`;
  const forms = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", ""];

  const attacks: [from: string, headers: (port: string) => OutgoingHttpHeaders][] = [
    ["another site", () => ({ origin: "https://deepcall.com" })],
    ["a hidden origin", () => ({ origin: "null" })],
    ["an empty origin", () => ({ origin: "" })],
    ["another port", (port) => ({ origin: own(String(Number(port) - 1)) })],
    ["no port", () => ({ origin: "http://127.0.0.1" })],
    ["another name of this machine", (port) => ({ origin: `http://localhost:${port}` })],
    ["a subdomain", (port) => ({ origin: `http://a.127.0.0.1:${port}` })],
    ["https", (port) => ({ origin: `https://127.0.0.1:${port}` })],
    ["an origin with a path", (port) => ({ origin: `${own(port)}/` })],
    ["another port, also in Host", () => ({ origin: "http://127.0.0.1:1", host: "127.0.0.1:1" })],
    ["no port, also in Host", () => ({ origin: "http://localhost", host: "localhost" })],
    [
      "a name that resolves to this machine",
      (port) => ({ origin: `http://attacker.example:${port}`, host: `attacker.example:${port}` }),
    ],
    ["such a name, without Origin", (port) => ({ host: `attacker.example:${port}` })],
    ["another site, without Origin", () => ({ "sec-fetch-site": "cross-site" })],
    ["another port, without Origin", () => ({ "sec-fetch-site": "same-site" })],
    ["the page's origin, but another site", (port) => ({ origin: own(port), "sec-fetch-site": "cross-site" })],
  ];

  test.each<Attack>([
    ...attacks.map(([from, headers]) => ({
      from,
      headers: (port: string) => ({ ...json, ...headers(port) }),
      requests: [...posts, ...others],
    })),
    ...forms.flatMap((type) => [
      {
        from: `a form (${type})`,
        headers: () => ({ "content-type": type, origin: "https://a.example" }),
        requests: posts,
      },
      {
        from: `the page's origin (${type})`,
        headers: (port: string) => ({ "content-type": type, origin: own(port) }),
        requests: posts,
      },
    ]),
  ])("$from: 403 and no change", async ({ headers, requests }) => {
    const emulator = await start({ seed, faults: ["list:slow@9"] });
    const before = await control(emulator, "GET /state");
    for (const [request, body] of requests) {
      const response = await control(emulator, request, body, headers(new URL(emulator.url).port));
      expect([request, response.status, Object.keys(response.body)]).toEqual([request, 403, ["error"]]);
    }
    expect(await control(emulator, "GET /state")).toEqual(before);
  });

  test.each(["127.0.0.1", "localhost", "[::1]"])("the page may use the interface as %s", async (name) => {
    const emulator = await start();
    const host = `${name}:${new URL(emulator.url).port}`;
    const headers = { ...json, host, origin: `http://${host}`, "sec-fetch-site": "same-origin" };
    expect((await control(emulator, "GET /state", undefined, headers)).status).toBe(200);
    expect((await control(emulator, "POST /faults", { fault: "add:slow" }, headers)).status).toBe(200);
    expect((await control(emulator, "DELETE /faults", undefined, { host, origin: `http://${host}` })).status).toBe(200);
  });

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
    const emulator = await start();
    const { status, body } = await control(emulator, "GET /state", undefined, { host });
    expect(status).toBe(expected);
    if (status === 403)
      expect(body["error"]).toBe(`Host "${host}" is rejected: it must be localhost or a loopback address`);
    for (const path of ["/", "/_emulator/page.js", "/_emulator/page.css"]) {
      const page = await send(emulator.url + path, "GET", undefined, { host }).outcome;
      expect(page.status).toBe(expected);
      if (expected === 403) expect(JSON.parse(page.text)).toEqual(body);
    }
  });
});

describe("the page's files", () => {
  test.each([
    ["/", "text/html; charset=utf-8"],
    ["/_emulator/page.js", "text/javascript; charset=utf-8"],
    ["/_emulator/page.css", "text/css; charset=utf-8"],
    ["/_emulator/icon.svg", "image/svg+xml; charset=utf-8"],
  ])("GET and HEAD %s: %s, with headers that let no other site use it", async (path, type) => {
    const emulator = await start();
    for (const method of ["GET", "HEAD"]) {
      // As after a click on a link in another site.
      const headers = { "sec-fetch-site": "cross-site" };
      const response = await send(emulator.url + path, method, undefined, headers).outcome;
      expect([response.status, response.text !== ""]).toEqual([200, method === "GET"]);
      expect(response.headers).toMatchObject({
        "content-type": type,
        "content-security-policy":
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
          "form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cache-control": "no-store",
      });
      expect(response.headers).not.toHaveProperty("access-control-allow-origin");
    }
    expect(emulator.count()).toBe(0);
  });

  test.each(["POST /", "PUT /", "GET /index.html", "GET /page.js"])("%s is unknown, as before", async (request) => {
    const [method = "", path = ""] = request.split(" ");
    const { status, text } = await send((await start()).url + path, method).outcome;
    expect([status, text]).toEqual([404, expect.stringContaining(`Cannot ${request}`)]);
  });
});
