import type { Emulator } from "../../../emulator";
import { bySsid, names, nextCall, type Outcome, outcomeOf, post, send, sendCall, useEmulators } from "../support";

const start = useEmulators();
const add = { name: "Support" };
const success = '{"status":"success","groupId":1,"code":200}';
const created = ["Support"];

function error(code: number, message: string): Partial<Outcome> {
  return { status: 200, text: JSON.stringify({ status: "error", message, code }) };
}

function page(status: number, title: string): Partial<Outcome> {
  return { status, text: expect.stringContaining(`<h1>${title}</h1>`) as string };
}

/** An emulator with a pending `add`. `ended` resolves with its fault when the call is over. */
async function startPendingAdd(
  fault: string,
): Promise<{ emulator: Emulator; call: ReturnType<typeof sendCall>; ended: Promise<string | undefined> }> {
  let end: (fault: string | undefined) => void = () => undefined;
  const ended = new Promise<string | undefined>((resolve) => (end = resolve));
  const emulator = await start({
    faults: [fault],
    onResponse: (call) => {
      end(call.fault);
    },
  });
  const applied = nextCall(emulator);
  const call = sendCall(emulator, "add", add);
  await applied;
  expect(emulator.calls[0]?.fault).toBe(fault);
  return { emulator, call, ended };
}

describe("what the client sees of an add, and whether the group is created", () => {
  test.each<[string, Partial<Outcome>, string[]]>([
    ["reset-before", { error: "read ECONNRESET" }, []],
    ["reset-after", { error: "read ECONNRESET" }, created],
    ["cut-after", { status: 200, text: success.slice(0, success.length / 2), error: "aborted" }, created],
    ["late-commit:600000", { error: "socket hang up" }, []],
    ["slow:1", { status: 200, text: success }, created],
    ["error-before:1009", error(1009, "Something went wrong"), []],
    ["error-before:1032", error(1032, "Internal server error"), []],
    ["error-before:1999", error(1999, "Error 1999"), []],
    ["error-after:1010", error(1010, "Error in DB connect"), created],
    ["error-after:1015", error(1015, "Permission denied"), created],
    ["http-before:503", page(503, "503 Service Unavailable"), []],
    ["http-before:599", page(599, "599"), []],
    ["http-after:500", page(500, "500 Internal Server Error"), created],
    ["html-after", page(200, "200 OK"), created],
    ["shape-after", { status: 200, text: '{"ok":true,"result":{"rows":1}}' }, created],
    ["empty-after", { status: 200, text: "" }, created],
    ["redirect", { status: 302, text: "" }, []],
  ])("%s", async (kind, expected, groups) => {
    const emulator = await start({ faults: [`add:${kind}`] });
    expect(await outcomeOf(emulator, "add", add)).toEqual({
      text: "",
      headers: expect.anything() as object,
      ...expected,
    });
    expect(names(emulator)).toEqual(groups);
    expect(emulator.calls).toMatchObject([{ operation: "add", userId: "demo", fault: `add:${kind}` }]);
    // The next call is normal.
    expect(emulator.faults.list()).toEqual([]);
    expect((await outcomeOf(emulator, "add", { name: "Next" })).text).toContain('"success"');
    expect(emulator.calls[1]).not.toHaveProperty("fault");
  });

  test.each(["hang-before", "hang-after"])("%s: no response; other calls get theirs", async (kind) => {
    const { emulator, call } = await startPendingAdd(`add:${kind}`);
    expect((await outcomeOf(emulator, "list")).status).toBe(200);
    expect(call.hasResponse()).toBe(false);
    expect(names(emulator)).toEqual(kind === "hang-after" ? created : []);
    call.request.destroy();
    expect(await call.outcome).toMatchObject({ error: "socket hang up" });
  });

  test("the code of the response is recorded if there was one", async () => {
    const faults = ["cut-after", "error-after:1010", "html-after", "slow:1"];
    const emulator = await start({ faults: faults.map((kind, n) => `add:${kind}@${n + 1}`) });
    for (const name of faults) await outcomeOf(emulator, "add", { name });
    expect(emulator.calls.map(({ code }) => code)).toEqual([undefined, 1010, undefined, 200]);
  });
});

describe("response headers", () => {
  test.each([
    ["cut-after", "content-length", String(success.length)],
    ["cut-after", "content-type", "application/json; charset=utf-8"],
    ["http-before:503", "retry-after", undefined],
    ["http-before:503:7", "retry-after", "7"],
    ["http-before:429", "retry-after", "1"],
    ["http-after:429:2", "retry-after", "2"],
    ["http-before:502", "content-type", "text/html; charset=UTF-8"],
    ["html-after", "content-type", "text/html; charset=UTF-8"],
    ["shape-after", "content-type", "application/json; charset=utf-8"],
    ["empty-after", "content-length", "0"],
    ["redirect", "location", "https://deepcall.invalid/api/v2/Group/add"],
  ])("%s: %s is %s", async (kind, header, value) => {
    const emulator = await start({ faults: [`add:${kind}`] });
    expect((await outcomeOf(emulator, "add", add)).headers[header]).toBe(value);
  });

  test("errorHttpStatus applies to errors of faults", async () => {
    const emulator = await start({ faults: ["add:error-before:1015"], options: { errorHttpStatus: true } });
    expect((await outcomeOf(emulator, "add", add)).status).toBe(403);
  });

  test.each([
    "error-before:1009",
    "http-before:502",
    "html-after",
    "shape-after",
    "empty-after",
    "redirect",
    "cut-after",
  ])("echoCredentials applies to %s", async (kind) => {
    const emulator = await start({ faults: [`add:${kind}`], options: { echoCredentials: true } });
    const { headers, text } = await outcomeOf(emulator, "add", add);
    expect(headers["x-echo"]).toBe("demo-ssid");
    const echo = kind === "redirect" ? headers.location : kind === "empty-after" ? "demo-ssid" : text;
    // The echo may be in the missing half of the body.
    if (kind !== "cut-after") expect(echo).toContain("demo-ssid");
  });
});

describe("time", () => {
  test("late-commit: executes later, even if no client waits; waitForLateCommits() waits for it", async () => {
    const emulator = await start({ faults: ["add:late-commit:50x2"] });
    const begin = Date.now();
    await Promise.all([outcomeOf(emulator, "add", add), outcomeOf(emulator, "add", { name: "Sales" })]);
    await emulator.waitForLateCommits();
    // Date.now() rounds, so a timer may seem to fire a fraction of a millisecond early.
    expect(Date.now() - begin).toBeGreaterThanOrEqual(49);
    expect(names(emulator).sort()).toEqual(["Sales", "Support"]);
    expect(emulator.calls[0]).not.toHaveProperty("code");
    await emulator.waitForLateCommits();
  });

  test("late-commit: the state of the account at execution time counts", async () => {
    const emulator = await start({ faults: ["any:late-commit:20x0"] });
    const { id } = emulator.account("demo").add("Gone");
    // However slow the machine is, the edits come first.
    jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "clearImmediate", "queueMicrotask", "performance"] });
    try {
      await Promise.all([outcomeOf(emulator, "delete", { groupId: id }), outcomeOf(emulator, "add", add)]);
      emulator.account("demo").remove(id);
      emulator.account("demo").add("Support");
      jest.advanceTimersByTime(20);
    } finally {
      jest.useRealTimers();
    }
    await emulator.waitForLateCommits();
    expect(names(emulator)).toEqual(["Support", "Support1"]);
  });

  test("late-commit: a failure is logged, and the others still execute", async () => {
    const logged = jest.spyOn(console, "error").mockImplementation();
    const emulator = await start({ faults: ["add:late-commit:1x2"] });
    // As if the file of --data could not be written.
    Object.defineProperty(emulator.options, "suffix", {
      get: () => {
        throw new Error("bug");
      },
    });
    emulator.account("demo").add("Support");
    await Promise.all([outcomeOf(emulator, "add", add), outcomeOf(emulator, "add", { name: "Sales" })]);
    await emulator.waitForLateCommits();
    expect(names(emulator)).toEqual(["Support", "Sales"]);
    expect(logged).toHaveBeenCalledTimes(1);
    logged.mockRestore();
  });

  test("close() cancels late commits", async () => {
    const emulator = await start({ faults: ["add:late-commit:600000"] });
    await outcomeOf(emulator, "add", add);
    const waiting = emulator.waitForLateCommits();
    await emulator.close();
    await waiting;
    expect(emulator.groups()).toEqual([]);
  });

  test("close() also prevents late commits that are scheduled later", async () => {
    const emulator = await start({ faults: ["add:late-commit:0"] });
    let release: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => (release = resolve));
    let arrive: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const done = new Promise<void>((resolve) => {
      emulator.intercept = async (_, proceed) => {
        arrive();
        await closed;
        const response = await proceed();
        resolve();
        return response;
      };
    });
    const call = sendCall(emulator, "add", add);
    await arrived;
    await emulator.close();
    release();
    await Promise.all([done, call.outcome]);
    await emulator.waitForLateCommits();
    expect(emulator.calls[0]?.fault).toBe("add:late-commit:0");
    expect(emulator.groups()).toEqual([]);
  });

  test("slow: executes immediately, responds later", async () => {
    const { emulator, call } = await startPendingAdd("add:slow:600000");
    expect(names(emulator)).toEqual(created);
    await outcomeOf(emulator, "list");
    expect(call.hasResponse()).toBe(false);
    emulator.faults.add("add:slow:50");
    const begin = Date.now();
    expect((await outcomeOf(emulator, "add", add)).status).toBe(200);
    expect(Date.now() - begin).toBeGreaterThanOrEqual(49);
  });

  test("slow: a client may disconnect before the response", async () => {
    const { emulator, call, ended } = await startPendingAdd("add:slow:50");
    call.request.destroy();
    await ended;
    expect((await outcomeOf(emulator, "list")).status).toBe(200);
  });

  test.each(["hang-before", "hang-after", "slow:600000"])("close() ends %s", async (kind) => {
    const { emulator, call } = await startPendingAdd(`add:${kind}`);
    await emulator.close();
    expect(await call.outcome).toMatchObject({ error: "socket hang up" });
  });

  test("hang ends when the client disconnects", async () => {
    const { emulator, call, ended } = await startPendingAdd("add:hang-after");
    expect(names(emulator)).toEqual(created);
    call.request.destroy();
    expect(await ended).toBe("add:hang-after");
  });
});

test.each([
  ["update", { groupId: 1, name: "Renamed", status: 0 }, [{ id: 1, name: "Renamed", status: 0, userId: "demo" }]],
  ["delete", { groupId: 1 }, []],
])("%s is executed for reset-after, but not for reset-before", async (operation, fields, expected) => {
  const emulator = await start({ faults: [`${operation}:reset-before`, `${operation}:reset-after@2`] });
  emulator.account("demo").add("Support");
  await outcomeOf(emulator, operation, fields);
  expect(emulator.groups()).toMatchObject([{ name: "Support", status: 1 }]);
  await outcomeOf(emulator, operation, fields);
  expect(emulator.groups()).toEqual(expected);
});

test("faults can be added, listed and removed while it runs, as objects or as text", async () => {
  const emulator = await start({ faults: [{ operation: "list", kind: "error-before:1009", times: 0 }] });
  emulator.faults.add("any:redirect@3");
  await outcomeOf(emulator, "list");
  expect(emulator.faults.list()).toEqual([
    { operation: "list", kind: "error-before:1009", nth: 1, times: 0, text: "list:error-before:1009x0", seen: 1 },
    { operation: "any", kind: "redirect", nth: 3, times: 1, text: "any:redirect@3", seen: 1 },
  ]);
  emulator.faults.clear();
  expect((await outcomeOf(emulator, "list")).text).toContain('"success"');
  expect(() => {
    emulator.faults.add("add:boom");
  }).toThrow('unknown kind "boom"');
  await expect(start({ faults: ["add:boom"] })).rejects.toThrow('unknown kind "boom"');
});

test("every call counts in order of arrival, even if its credentials or its body are invalid", async () => {
  const emulator = await start({ faults: ["list:error-before:1009@3"] });
  const codes: unknown[] = [];
  for (const body of [{ ssid: "wrong" }, "{", bySsid, bySsid]) {
    codes.push((await post(emulator, "list", body)).body["code"]);
  }
  expect(codes).toEqual([1014, 1047, 1009, 200]);
});

test("a fault applies to an unauthenticated call, which changes nothing", async () => {
  const emulator = await start({ faults: ["add:html-after"] });
  const { status, text } = await post(emulator, "add", { ssid: "wrong", name: "Support" });
  expect([status, text]).toEqual([200, expect.stringContaining("<h1>")]);
  expect(emulator.groups()).toEqual([]);
});

describe("an interceptor runs first", () => {
  test("if it responds, the fault is not applied, but the call counts", async () => {
    const emulator = await start({ faults: ["add:reset-after"], intercept: () => Response.json({ code: 1 }) });
    expect((await post(emulator, "add", { ...bySsid, ...add })).body).toEqual({ code: 1 });
    expect(emulator.calls[0]).not.toHaveProperty("fault");
    expect(emulator.faults.list()).toEqual([]);
    expect(emulator.groups()).toEqual([]);
  });

  test("proceed applies the fault", async () => {
    const emulator = await start({ faults: ["add:reset-after", "add:error-after:1009@2"] });
    emulator.intercept = (_, proceed) => proceed();
    expect(await outcomeOf(emulator, "add", add)).toMatchObject({ error: "read ECONNRESET" });
    expect(await outcomeOf(emulator, "add", add)).toMatchObject(error(1009, "Something went wrong"));
    expect(names(emulator)).toEqual(["Support", "Support1"]);
  });
});

test("latencyMs applies to faults", async () => {
  const emulator = await start({ faults: ["add:http-before:503"], options: { latencyMs: 50 } });
  const begin = Date.now();
  expect((await send(`${emulator.url}/api/v2/Group/add`, "POST", bySsid).outcome).status).toBe(503);
  expect(Date.now() - begin).toBeGreaterThanOrEqual(49);
});
