import { networkInterfaces } from "node:os";
import { connect } from "node:net";
import { bySsid, byToken, post, postRaw, useEmulators } from "./support";

const start = useEmulators();
const recordedError = '{"status":"error","message":"Group not found or not authorized","code":1503}';

test("an unknown group gets the documented response, byte for byte", async () => {
  const emulator = await start();
  const { rawHeaders, bytes } = await postRaw(
    `${emulator.url}/api/v2/Group/delete`,
    JSON.stringify({ ...bySsid, groupId: "99" }),
  );
  expect(bytes.toString("latin1")).toBe(recordedError);
  const headers = new Map(
    rawHeaders.flatMap((name, n) => (n % 2 === 0 ? [[name.toLowerCase(), rawHeaders[n + 1]]] : [])),
  );
  expect(headers.get("content-length")).toBe("76");
  expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(headers.get("etag")).toMatch(/^W\/"4c-[\w+/]{27}"$/);
  expect(headers.get("strict-transport-security")).toMatch(/^max-age=\d+/);
  expect(headers.get("access-control-allow-origin")).toBe("*");
});

test("a success has the same headers", async () => {
  const emulator = await start();
  const { status, headers, text } = await post(emulator, "add", { ...bySsid, name: "Support" });
  expect(status).toBe(200);
  expect(text).toBe('{"status":"success","groupId":1,"code":200}');
  expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(headers.get("content-length")).toBe(String(text.length));
  expect(headers.get("etag")).toMatch(/^W\/"/);
});

test.each(["add", "update", "delete", "list", "getGroupAgentRelation", "submitAssignGroupToAgent"])(
  "%s works with and without a trailing slash",
  async (operation) => {
    const emulator = await start();
    const { groupId } = (await post(emulator, "add", { ...bySsid, name: "Support" })).body;
    emulator.clearCalls();
    const fields = { ...bySsid, groupId, name: "Support" };
    const secondCode = operation === "delete" ? 1503 : 200;
    expect((await post(emulator, operation, fields)).body["code"]).toBe(200);
    expect((await post(emulator, `${operation}/`, fields)).body["code"]).toBe(secondCode);
    expect(emulator.count(operation)).toBe(2);
  },
);

test("any other path gets Express's HTML page with status 404", async () => {
  const emulator = await start();
  const response = await fetch(`${emulator.url}/api/v1/<b>`, { method: "POST" });
  expect(response.status).toBe(404);
  expect(response.headers.get("content-type")).toMatch(/^text\/html/i);
  expect(await response.text()).toContain("Cannot POST /api/v1/");
  expect((await fetch(`${emulator.url}/api/v2/Group/list`)).status).toBe(404);
  expect(emulator.count()).toBe(0);
});

describe("authentication", () => {
  test.each([
    ["an ssid", bySsid, 200],
    ["userId and token", byToken, 200],
    ["both kinds", { ...bySsid, ...byToken }, 1000],
    ["an ssid with a userId", { ...bySsid, userId: "demo" }, 1000],
    ["a wrong ssid", { ssid: "other" }, 1014],
    ["a wrong token", { userId: "demo", token: "other" }, 1014],
    ["a wrong user", { userId: "other", token: "demo-token" }, 1014],
    ["a userId alone", { userId: "demo" }, 1014],
    ["a token alone", { token: "demo-token" }, 1014],
    ["nothing", {}, 1014],
    ["an ssid of another type", { ssid: 1 }, 1001],
  ])("by %s", async (_, credentials, code) => {
    const emulator = await start();
    expect((await post(emulator, "list", credentials)).body["code"]).toBe(code);
    expect(emulator.calls).toEqual([
      {
        operation: "list",
        userId: code === 200 ? "demo" : "",
        body: {},
        startedAt: expect.any(Number) as number,
        ms: expect.any(Number) as number,
        code,
      },
    ]);
  });

  test("an account without a token cannot be used without a token", async () => {
    const emulator = await start({ seed: { accounts: [{ userId: "1", ssid: "s" }] } });
    expect((await post(emulator, "list", { userId: "1" })).body["code"]).toBe(1014);
  });

  test.each([
    [1014, "Invalid or expired token"],
    [1000, "Invalid parameters"],
    [1020, "Token not found"],
  ] as const)("authFailureCode %d", async (authFailureCode, message) => {
    const emulator = await start({ options: { authFailureCode } });
    const { body } = await post(emulator, "list", { ssid: "other" });
    expect(body).toEqual({ status: "error", message, code: authFailureCode });
  });
});

describe("the error code depends on the invalid field", () => {
  test.each([
    ["add", {}, 1501],
    ["add", { name: "" }, 1501],
    ["add", { name: null }, 1501],
    ["add", { name: 5 }, 1001],
    ["update", { name: "X" }, 1502],
    ["update", { groupId: "1" }, 1501],
    ["update", { groupId: "1", name: "X", status: "0" }, 1001],
    ["update", { groupId: "1", name: "X", status: 2 }, 1000],
    ["update", { groupId: true, name: "X" }, 1001],
    ["update", { groupId: 1, name: "X" }, 200],
    ["delete", {}, 1502],
    ["delete", { groupId: [] }, 1001],
    ["delete", { groupId: "1.0" }, 1503],
    ["delete", { groupId: 1 }, 200],
    ["list", { quick: "yes" }, 1001],
    ["list", { forward: 1 }, 1001],
    ["list", { name: 1 }, 1001],
    ["list", { groupId: {} }, 1001],
    ["getGroupAgentRelation", {}, 1502],
    ["getGroupAgentRelation", { groupId: "9" }, 1503],
    ["submitAssignGroupToAgent", {}, 1502],
    ["submitAssignGroupToAgent", { groupId: "9", agent_unique_id: ["1"] }, 1503],
    ["submitAssignGroupToAgent", { groupId: "1", agent_unique_id: [1] }, 1001],
    ["submitAssignGroupToAgent", { groupId: "1", agent_unique_id: [""] }, 1001],
    ["submitAssignGroupToAgent", { groupId: "1", agent_unique_id: "1" }, 1001],
    ["submitAssignGroupToAgent", { groupId: "1", agent_unique_id: ["1"], receive_call: [1] }, 1001],
    ["submitAssignGroupToAgent", { groupId: "1" }, 200],
  ])("%s %j → %d", async (operation, fields, code) => {
    const emulator = await start();
    emulator.account("demo").add("Support");
    expect((await post(emulator, operation, { ...bySsid, ...fields })).body["code"]).toBe(code);
  });

  test.each(["", "{", "[]", "5", "null"])("body %j → 1047", async (body) => {
    const emulator = await start();
    expect((await post(emulator, "add", body)).body["code"]).toBe(1047);
  });
});

test("getGroupAgentRelation returns the submitted agents", async () => {
  const emulator = await start();
  const { id: groupId } = emulator.account("demo").add("Support");
  const assigned = { ...bySsid, groupId, agent_unique_id: ["1001", "1002"], receive_call: ["1002"] };
  expect((await post(emulator, "submitAssignGroupToAgent", assigned)).body["status"]).toBe("success");
  const { body } = await post(emulator, "getGroupAgentRelation", { ...bySsid, groupId, quick: true });
  expect(body["response"]).toEqual({
    groupData: { id: 1, name: "Support", status: 1, user_id: "demo" },
    agentData: [{ agent_unique_id: "1001" }, { agent_unique_id: "1002" }],
    relationData: [
      { groupId: 1, agent_unique_id: "1001", receive_call: 0 },
      { groupId: 1, agent_unique_id: "1002", receive_call: 1 },
    ],
  });
});

test("it listens only on 127.0.0.1", async () => {
  const emulator = await start();
  const { hostname, port } = new URL(emulator.url);
  expect(hostname).toBe("127.0.0.1");
  const others = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === "IPv4")
    .map(({ address }) => address);
  // 127.0.0.2 reaches a server that listens on all addresses, even without a network.
  for (const address of ["127.0.0.2", ...others]) {
    const outcome = await new Promise((resolve) => {
      const socket = connect(Number(port), address, () => {
        socket.destroy();
        resolve("connected");
      });
      socket.on("error", (error: NodeJS.ErrnoException) => {
        resolve(error.code);
      });
    });
    expect(outcome).not.toBe("connected");
  }
});
