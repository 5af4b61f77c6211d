import { bySsid, byToken, nextCall, post, useEmulators } from "./support";

const start = useEmulators();

const seed = {
  accounts: [
    { userId: "demo", token: "demo-token", ssid: "demo-ssid" },
    { userId: "2", ssid: "two", groups: [{ id: 7, name: "Theirs" }] },
  ],
};

describe("errorHttpStatus", () => {
  test.each([
    ["add", "{", 1047, 400],
    ["add", { ...bySsid, name: 1 }, 1001, 400],
    ["add", bySsid, 1501, 400],
    ["delete", bySsid, 1502, 400],
    ["add", { ...bySsid, ...byToken }, 1000, 400],
    ["add", { ssid: "other" }, 1014, 401],
    ["delete", { ...bySsid, groupId: 9 }, 1503, 404],
    ["delete", { ...bySsid, groupId: 7 }, 1503, 403],
    ["add", { ...bySsid, name: "X" }, 200, 200],
  ])("%s %j → %d with %d", async (operation, body, code, status) => {
    const emulator = await start({ seed, options: { errorHttpStatus: true } });
    const response = await post(emulator, operation, body);
    expect([response.body["code"], response.status]).toEqual([code, status]);
    emulator.options.errorHttpStatus = false;
    expect((await post(emulator, operation, body)).status).toBe(200);
  });

  test.each([
    ["getGroupAgentRelation", { agentPermission: "none" }, 1015, 403],
    ["submitAssignGroupToAgent", { agentPermission: "read" }, 1015, 403],
    ["submitAssignGroupToAgent", { emptyAgents: "reject" }, 1047, 400],
  ] as const)("%s with %j → %d with %d", async (operation, options, code, status) => {
    const emulator = await start({ options: { errorHttpStatus: true, ...options } });
    emulator.account("demo").add("Support");
    const response = await post(emulator, operation, { ...bySsid, groupId: 1 });
    expect([response.body["code"], response.status]).toEqual([code, status]);
  });

  test("a failed authentication is 401, whatever its code", async () => {
    const emulator = await start({ options: { errorHttpStatus: true, authFailureCode: 1000 } });
    expect(await post(emulator, "list", {})).toMatchObject({ status: 401, body: { code: 1000 } });
  });
});

describe("echoCredentials", () => {
  test.each([
    ["a success", "add", { ...bySsid, name: "X" }, "demo-ssid"],
    ["a success with a message", "update", { ...byToken, groupId: 1, name: "X" }, "demo-token"],
    ["a failure", "delete", { ...byToken, groupId: 9 }, "demo-token"],
    ["a failed authentication", "list", { ssid: "wrong-ssid" }, "wrong-ssid"],
  ])("%s repeats the credential in the message and in a header", async (_, operation, body, secret) => {
    const emulator = await start({ options: { echoCredentials: true } });
    emulator.account("demo").add("Support");
    const response = await post(emulator, operation, body);
    expect(response.body["message"]).toContain(secret);
    expect(response.headers.get("x-echo")).toBe(secret);
    emulator.options.echoCredentials = false;
    const withoutEcho = await post(emulator, operation, body);
    expect(withoutEcho.text + JSON.stringify([...withoutEcho.headers])).not.toContain(secret);
  });

  test("a call without a credential gets no echo", async () => {
    const emulator = await start({ options: { echoCredentials: true } });
    const { headers, body } = await post(emulator, "list", "{");
    expect(headers.has("x-echo")).toBe(false);
    expect(body["message"]).toBe("Invalid request data");
  });

  test("characters that are invalid in a header are replaced there", async () => {
    const emulator = await start({ options: { echoCredentials: true } });
    const response = await post(emulator, "list", { ssid: "gehe\nim €" });
    expect(response.body).toMatchObject({ code: 1014, message: "Invalid or expired token [gehe\nim €]" });
    expect(response.headers.get("x-echo")).toBe("gehe?im ?");
  });
});

test("latencyMs delays the response, not the change", async () => {
  const emulator = await start({ options: { latencyMs: 60_000 } });
  const cancel = new AbortController();
  const executed = nextCall(emulator);
  const response = fetch(`${emulator.url}/api/v2/Group/add`, {
    method: "POST",
    body: JSON.stringify({ ...bySsid, name: "Support" }),
    signal: cancel.signal,
  });
  await executed;
  expect(emulator.groups()).toHaveLength(1);
  cancel.abort();
  await expect(response).rejects.toThrow("aborted");
  emulator.options.latencyMs = 20;
  const before = performance.now();
  await post(emulator, "list", { ssid: "wrong" });
  expect(performance.now() - before).toBeGreaterThanOrEqual(19);
});

test("calls are recorded without credentials", async () => {
  const emulator = await start();
  await post(emulator, "add", { ...byToken, name: "X", extra: [1] });
  await post(emulator, "list/", { ssid: "wrong" });
  await post(emulator, "delete", "no json");
  const [startedAt, ms] = [expect.any(Number) as number, expect.any(Number) as number];
  expect(emulator.calls).toEqual([
    { operation: "add", userId: "demo", body: { name: "X", extra: [1] }, startedAt, code: 200, ms },
    { operation: "list", userId: "", body: {}, startedAt, code: 1014, ms },
    { operation: "delete", userId: "", body: {}, startedAt, code: 1047, ms },
  ]);
  expect([emulator.count(), emulator.count("add"), emulator.count("update")]).toEqual([3, 1, 0]);
  emulator.clearCalls();
  expect(emulator.calls).toEqual([]);
});
