import { connect } from "node:net";
import { CutConnection, type Intercept, type InterceptedCall } from "../../emulator";
import { bySsid, clientSignal, names, post, useEmulators } from "./support";

const start = useEmulators();
const busy = (): Response => Response.json({ status: "error", message: "busy", code: 1009 }, { status: 503 });
const add = { ...bySsid, name: "Support" };

test("it receives the call; if it returns undefined, the call is handled normally", async () => {
  const intercepted: InterceptedCall[] = [];
  const intercept: Intercept = (call) => {
    intercepted.push(call);
    return undefined;
  };
  const emulator = await start({ intercept });
  await post(emulator, "add", add);
  await post(emulator, "list", { ssid: "wrong", quick: true });
  await post(emulator, "add", add);
  expect(intercepted).toEqual([
    { operation: "add", userId: "demo", body: { name: "Support" }, index: 1 },
    { operation: "list", userId: "", body: { quick: true }, index: 1 },
    { operation: "add", userId: "demo", body: { name: "Support" }, index: 2 },
  ]);
  expect(names(emulator)).toEqual(["Support", "Support1"]);
});

test("a response before executing the call: nothing is created", async () => {
  const emulator = await start({ intercept: busy });
  const response = await post(emulator, "add", add);
  expect([response.status, response.body["code"], response.headers.get("etag")]).toEqual([503, 1009, null]);
  expect(emulator.groups()).toEqual([]);
  expect(emulator.calls).toMatchObject([{ code: 1009 }]);
});

test("a response after executing the call: the group exists", async () => {
  const emulator = await start();
  emulator.intercept = async (_, proceed) => {
    expect(await (await proceed()).json()).toMatchObject({ groupId: 1, code: 200 });
    return busy();
  };
  const response = await post(emulator, "add", add);
  // No headers of the response that was replaced.
  expect([response.status, response.body["code"], response.headers.get("etag")]).toEqual([503, 1009, null]);
  expect(names(emulator)).toEqual(["Support"]);
  expect(emulator.calls).toMatchObject([{ code: 1009 }]);
});

test("the original response can be read and returned, and the call is executed once", async () => {
  const emulator = await start();
  emulator.intercept = async (_, proceed) => {
    await (await proceed()).text();
    return proceed();
  };
  expect((await post(emulator, "add", add)).text).toBe('{"status":"success","groupId":1,"code":200}');
  emulator.intercept = async (_, proceed) => {
    await (await proceed()).text();
    return undefined;
  };
  expect((await post(emulator, "add", add)).text).toBe('{"status":"success","groupId":2,"code":200}');
  emulator.intercept = undefined;
  expect((await post(emulator, "add", add)).body["groupId"]).toBe(3);
});

test("a response that is not JSON has no code", async () => {
  const emulator = await start({ intercept: () => new Response("<h1>Bad gateway</h1>", { status: 502 }) });
  expect(await post(emulator, "list", bySsid)).toMatchObject({ status: 502, text: "<h1>Bad gateway</h1>" });
  expect(emulator.calls[0]).not.toHaveProperty("code");
});

test.each([
  ["before", false, []],
  ["after", true, ["Support"]],
])("the connection is cut %s executing the call", async (_, commits, expected) => {
  const emulator = await start();
  emulator.intercept = async ({ operation }, proceed) => {
    if (operation !== "add") return undefined;
    if (commits) await proceed();
    throw new CutConnection();
  };
  await expect(post(emulator, "add", add)).rejects.toMatchObject({ cause: { code: "UND_ERR_SOCKET" } });
  expect(names(emulator)).toEqual(expected);
  expect(emulator.calls[0]).not.toHaveProperty("code");
  expect((await post(emulator, "list", bySsid)).body["code"]).toBe(200);
});

test("an exception in an interceptor is logged, and the response is error 1032", async () => {
  const logged = jest.spyOn(console, "error").mockImplementation();
  const bug = new Error("bug");
  const emulator = await start({
    intercept: () => {
      throw bug;
    },
    options: { errorHttpStatus: true },
  });
  expect(await post(emulator, "list", bySsid)).toMatchObject({ status: 500, body: { code: 1032 } });
  expect(logged).toHaveBeenCalledWith(bug);
  logged.mockRestore();
});

test("close() closes idle and active connections immediately, and may be called twice", async () => {
  const emulator = await start();
  const port = Number(new URL(emulator.url).port);
  const idle = connect({ port, host: "127.0.0.1", signal: clientSignal() });
  idle.on("error", () => undefined);
  const ended = new Promise((resolve) => idle.once("close", resolve));
  const arrived = new Promise<void>((resolve) => {
    emulator.intercept = () => {
      resolve();
      return new Promise(() => undefined);
    };
  });
  const waiting = post(emulator, "list", bySsid).catch(String);
  await arrived;
  idle.resume();
  await emulator.close();
  await Promise.all([ended, emulator.close()]);
  expect(await waiting).toBe("TypeError: fetch failed");
});
