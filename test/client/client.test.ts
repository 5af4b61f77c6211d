import { createServer, type Server } from "node:http";
import { createServer as createSocketServer, type AddressInfo, type Server as SocketServer } from "node:net";
import { MockAgent } from "undici";
import { AnswerError, ConnectionError, NotFoundError, TimeoutError, type CallError } from "../../provider/index";
import { DeepcallClient, type Attempt } from "../../client/client";
import type { ClientSettings } from "../../client/settings";

const token = "tok-3141592653";
const fastRetries = { firstDelayMs: 1, maxDelayMs: 2, deadlineMs: 2_000, lateCommitMs: 20 };
const base: ClientSettings = {
  baseUrl: new URL("https://v4-api.deepcall.com"),
  credentials: { userId: "7", token },
  timeoutMs: 5_000,
  maxConcurrency: 8,
  requestsPerSecond: undefined,
  deleteWithAgents: false,
  debug: false,
};

const open: { close: () => unknown }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0)) await thing.close();
});

async function listening(server: Server | SocketServer): Promise<URL> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push({
    close: () => {
      if ("closeAllConnections" in server) server.closeAllConnections();
      server.close();
    },
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

function client(settings: Partial<ClientSettings>): DeepcallClient {
  const client = new DeepcallClient({ ...base, ...settings }, fastRetries);
  open.push(client);
  return client;
}

async function failure(promise: Promise<unknown>): Promise<CallError> {
  try {
    await promise;
  } catch (error) {
    return error as CallError;
  }
  throw new Error("it did not fail");
}

describe("requests", () => {
  const cases: [string, object, (client: DeepcallClient) => Promise<unknown>][] = [
    ["add", { name: "Manoj kumar" }, (to) => to.add("Manoj kumar")],
    [
      "update",
      { groupId: "28", name: "Mahipal", status: 0 },
      (to) => to.update(28, { name: "Mahipal", active: false }),
    ],
    ["delete", { groupId: "11" }, (to) => to.delete(11)],
    ["list", {}, (to) => to.list()],
    ["list", { groupid: "28", groupId: 28 }, (to) => to.list({ id: 28 })],
    ["list", { name: "m" }, (to) => to.list({ name: "m" })],
    ["getGroupAgentRelation", { groupId: "28", quick: true }, (to) => to.assertExists(28)],
    ["getGroupAgentRelation", { groupId: "28", quick: true }, (to) => to.listAgents(28)],
  ];
  test.each(cases)("%s %j", async (operation, fields, call) => {
    for (const [credentials, sent] of [
      [
        { userId: "7", token },
        { userId: "7", token },
      ],
      [{ ssid: "abc" }, { ssid: "abc" }],
    ] as const) {
      const agent = new MockAgent();
      agent.disableNetConnect();
      let body: unknown;
      agent
        .get("https://v4-api.deepcall.com")
        .intercept({
          path: `/api/v2/Group/${operation}`,
          method: "POST",
          headers: { "content-type": "application/json" },
        })
        .reply(200, (request) => {
          body = JSON.parse(request.body as string);
          return {
            status: "success",
            code: 200,
            groupId: 12,
            response: operation === "list" ? [] : { relationData: [] },
          };
        });
      await call(new DeepcallClient({ ...base, credentials }, fastRetries, agent));
      expect(body).toEqual({ ...sent, ...fields });
      agent.assertNoPendingInterceptors();
      await agent.close();
    }
  });

  test("a path in the base URL is kept", async () => {
    const agent = new MockAgent();
    agent.disableNetConnect();
    agent
      .get("https://example.com")
      .intercept({ path: "/brand/api/v2/Group/delete", method: "POST" })
      .reply(200, { status: "success", code: 200 });
    await new DeepcallClient({ ...base, baseUrl: new URL("https://example.com/brand/") }, fastRetries, agent).delete(1);
    agent.assertNoPendingInterceptors();
    await agent.close();
  });
});

describe("responses over a real socket", () => {
  type Answer = Parameters<typeof createServer>[1];
  const served = async (answer: Answer, settings: Partial<ClientSettings> = {}): Promise<DeepcallClient> =>
    client({ baseUrl: await listening(createServer(answer)), ...settings });

  test("the recorded error", async () => {
    const recorded = '{"status":"error","message":"Group not found or not authorized","code":1503}';
    const to = await served((_, response) => response.setHeader("content-type", "application/json").end(recorded));
    expect(await failure(to.delete(1))).toBeInstanceOf(NotFoundError);
  });

  test.each<[string, number, Record<string, string>, string, string]>([
    [
      "HTML",
      200,
      { "content-type": "text/html; charset=utf-8" },
      "<html>x</html>",
      "14 characters of text/html instead of JSON (HTTP status 200)",
    ],
    ["nothing", 502, {}, "", "an empty body instead of JSON (HTTP status 502)"],
    [
      "JSON that is cut off",
      200,
      { "content-type": "application/json" },
      '{"status":"succ',
      "application/json, cut off or malformed",
    ],
    [
      "a redirect to another place",
      302,
      { location: `https://evil.example/?t=${token}` },
      "",
      "a redirect to https://evil.example (HTTP status 302)",
    ],
    [
      "a redirect to somewhere on the same",
      308,
      { location: "/login" },
      "",
      "a redirect to another path (HTTP status 308)",
    ],
  ])("%s", async (_, status, headers, body, message) => {
    const to = await served((__, response) => response.writeHead(status, headers).end(body));
    const error = await failure(to.add("Support"));
    expect(error).toBeInstanceOf(AnswerError);
    expect(error.outcome).toBe(status >= 500 ? "unknown" : "answered");
    expect(error.message).toContain(message);
  });

  test.each([{ userId: "7", token }, { ssid: token }])(
    "an echo of the credential, anywhere (%j)",
    async (credentials) => {
      for (const answer of [
        { status: "error", code: 1009, message: `bad ${token}` },
        { status: "success", response: { [token]: 1 } },
        { [token]: "x" },
        { status: "success", code: 200, response: [{ id: 1, name: token, [token]: token, status: token }] },
      ]) {
        const to = await served(
          (_, response) => {
            response.writeHead(200, { "content-type": `text/${token}`, "x-echo": token }).end(JSON.stringify(answer));
          },
          { credentials },
        );
        const error = await failure(to.list());
        expect(`${error.message}${error.stack ?? ""}${JSON.stringify(error)}`).not.toContain(token);
        expect(error.message).toMatch(/redacted|status is neither/);
      }
    },
  );

  test.each([
    [200, { "content-type": `text/${token}` }],
    [302, { location: `https://${token}.example` }],
  ])("a header that echoes the credential into the error (HTTP status %d)", async (status, headers) => {
    const to = await served((_, response) => response.writeHead(status, headers).end("<html>"));
    const error = await failure(to.list());
    expect(error).toBeInstanceOf(AnswerError);
    expect(`${error.message}${error.stack ?? ""}`).not.toContain(token);
  });

  test("no answer in time", async () => {
    const to = await served(() => undefined, { timeoutMs: 50 });
    expect(await failure(to.list())).toBeInstanceOf(TimeoutError);
  });

  test("an answer that never ends", async () => {
    const to = await served(
      (_, response) => {
        const timer = setInterval(() => response.write(" "), 10);
        response.on("close", () => {
          clearInterval(timer);
        });
      },
      { timeoutMs: 100 },
    );
    const error = await failure(to.add("Support"));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.outcome).toBe("unknown");
  });

  test("a connection that breaks after the request", async () => {
    const to = await served((request) => request.socket.destroy());
    const error = await failure(to.add("Support"));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.outcome).toBe("unknown");
  });

  test("a refused connection: nothing was sent", async () => {
    const closed = createSocketServer();
    const baseUrl = await listening(closed);
    closed.close();
    const error = await failure(client({ baseUrl }).add("Support"));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.outcome).toBe("not sent");
    expect(error.message).toContain("ECONNREFUSED");
  });

  test("an unknown host name: nothing was sent", async () => {
    const error = await failure(client({ baseUrl: new URL("https://deepcall.invalid") }).add("Support"));
    expect(error.outcome).toBe("not sent");
  });

  test("a server without TLS: nothing was sent", async () => {
    const plain = createSocketServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const { port } = await listening(plain);
    const error = await failure(client({ baseUrl: new URL(`https://127.0.0.1:${port}`) }).add("Support"));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.outcome).toBe("not sent");
  });
});

describe("a proxy", () => {
  const saved = { ...process.env };
  afterEach(() => {
    process.env = { ...saved };
  });

  test("from HTTPS_PROXY is used unless NO_PROXY names the host; if it refuses, nothing was sent", async () => {
    const tunnels: (string | undefined)[] = [];
    const proxy = createServer().on("connect", (request, socket) => {
      tunnels.push(request.url);
      socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    });
    process.env["HTTPS_PROXY"] = (await listening(proxy)).href;
    const baseUrl = new URL("https://deepcall.invalid");
    const error = await failure(client({ baseUrl }).add("Support"));
    expect(error.message).toContain("Proxy response (502)");
    expect(error.outcome).toBe("not sent");
    expect(new Set(tunnels)).toEqual(new Set(["deepcall.invalid:443"]));

    process.env["NO_PROXY"] = "deepcall.invalid";
    expect((await failure(client({ baseUrl }).add("Support"))).message).toContain("ENOTFOUND");
  });

  test("is not used for a Deepcall on this machine", async () => {
    process.env["HTTP_PROXY"] = "http://127.0.0.1:1";
    process.env["HTTPS_PROXY"] = "http://127.0.0.1:1";
    const baseUrl = await listening(
      createServer((_, response) => response.end('{"status":"success","code":200,"response":[]}')),
    );
    expect(await client({ baseUrl }).list()).toEqual({ groups: [], complete: true });
  });
});

test("every attempt is told with its answer or its error, without credentials; callRaw sends a call once", async () => {
  const bodies = ["oops", `{"status":"success","code":200,"message":"${token}"}`, "oops"];
  const baseUrl = await listening(
    createServer((_, response) => {
      const text = bodies.shift() ?? "";
      response.writeHead(text === "oops" ? 503 : 200).end(text);
    }),
  );
  const attempts: Attempt[] = [];
  const to = new DeepcallClient({ ...base, baseUrl }, fastRetries, undefined, (attempt) => attempts.push(attempt));
  open.push(to);
  await to.delete(1);
  const error = await failure(to.callRaw("list", { forward: true }));
  expect(attempts.map(({ operation, fields, reply }) => [operation, fields, reply?.httpStatus])).toEqual([
    ["delete", { groupId: "1" }, 503],
    ["delete", { groupId: "1" }, 200],
    ["list", { forward: true }, 503],
  ]);
  expect(attempts.map((attempt) => attempt.error)).toEqual([expect.any(AnswerError), undefined, error]);
  expect(JSON.stringify(attempts)).not.toContain(token);
});

describe("retryEveryFailure", () => {
  const failures: [status: number, body: string][] = [
    [200, '{"status":"error","message":"x","code":1015}'],
    [200, "<html>x</html>"],
    [200, ""],
    [200, '{"status":"error","message":"x","code":1014}'],
    ...Array.from({ length: 6 }, (): [number, string] => [503, ""]),
  ];
  const serve = async (...answers: [status: number, body: string][]) => {
    const left = [...answers];
    const baseUrl = await listening(
      createServer((_, response) => {
        const [status, body] = left.shift() ?? [
          200,
          '{"status":"success","code":200,"response":[{"id":1,"name":"A"}]}',
        ];
        response.writeHead(status, { "content-type": "application/json" }).end(body);
      }),
    );
    return { to: client({ baseUrl }), left };
  };
  const reads: [string, (to: DeepcallClient, options?: { retryEveryFailure: true }) => Promise<unknown>][] = [
    ["list", (to, options) => to.list({}, options)],
    ["assertExists", (to, options) => to.assertExists(1, options)],
  ];

  test.each(reads)("%s: repeated until Deepcall answers", async (_, read) => {
    const { to, left } = await serve(...failures);
    await read(to, { retryEveryFailure: true });
    expect(left).toEqual([]);
  });

  test.each(reads)("%s: without it, a failure that is not transient is an error at once", async (_, read) => {
    const { to, left } = await serve(...failures);
    expect(await failure(read(to))).toMatchObject({ tries: 1, errorCode: "1015" });
    expect(left).toHaveLength(failures.length - 1);
  });

  test('"not found" is an answer', async () => {
    const notFound: [number, string] = [200, '{"status":"error","message":"x","code":1503}'];
    const { to, left } = await serve(notFound, notFound);
    expect(await to.list({}, { retryEveryFailure: true })).toEqual({ groups: [], complete: true });
    expect(await failure(to.assertExists(1, { retryEveryFailure: true }))).toBeInstanceOf(NotFoundError);
    expect(left).toEqual([]);
  });
});

test("after HTTP 429, every call waits", async () => {
  const answered: number[] = [];
  let first = true;
  const baseUrl = await listening(
    createServer((_, response) => {
      const limited = first;
      first = false;
      answered.push(performance.now());
      response.writeHead(limited ? 429 : 200, { "retry-after": "1" });
      response.end('{"status":"success","code":200,"response":[]}');
    }),
  );
  const to = client({ baseUrl, maxConcurrency: 1 });
  await Promise.all([to.list(), to.list(), to.list()]);
  const [limited = 0, ...others] = answered;
  expect(others).toHaveLength(3);
  for (const at of others) expect(at - limited).toBeGreaterThan(950);
});

test("maxConcurrency limits the concurrent calls and the connections", async () => {
  let now = 0;
  let most = 0;
  const sockets = new Set<unknown>();
  const waiting: (() => void)[] = [];
  const baseUrl = await listening(
    createServer((request, response) => {
      now++;
      most = Math.max(most, now);
      sockets.add(request.socket);
      waiting.push(() => {
        now--;
        response.setHeader("content-type", "application/json").end('{"status":"success","code":200,"response":[]}');
      });
      // Answers only if no further call can arrive: all connections are busy, or these are the last calls.
      if (now === 3) for (const answer of waiting.splice(0)) answer();
    }),
  );
  const to = client({ baseUrl, maxConcurrency: 3 });
  await Promise.all(Array.from({ length: 12 }, () => to.list()));
  expect(most).toBe(3);
  expect(sockets.size).toBe(3);
});

test("requestsPerSecond spaces the calls", async () => {
  let last = 0;
  const baseUrl = await listening(
    createServer((_, response) => {
      last = performance.now();
      response.setHeader("content-type", "application/json").end('{"status":"success","code":200,"response":[]}');
    }),
  );
  const to = client({ baseUrl, requestsPerSecond: 10 });
  // From before the first call, because a call may arrive late but never early.
  const begin = performance.now();
  await Promise.all(Array.from({ length: 6 }, () => to.list()));
  expect(last - begin).toBeGreaterThan(498);
});

test("DEEPCALL_DEBUG writes a line per call, without a body", async () => {
  const lines: string[] = [];
  const write = jest.spyOn(process.stderr, "write").mockImplementation((text) => lines.push(String(text)) > 0);
  const baseUrl = await listening(
    createServer((_, response) => response.end('{"status":"success","code":200,"response":[]}')),
  );
  const to = client({ baseUrl, debug: true });
  await to.list();
  await failure(to.add("Support"));
  write.mockRestore();
  expect(lines.join("")).toMatch(
    /^deepcall: list ok \d+ ms, attempt 1\ndeepcall: add AnswerError \d+ ms, attempt 1\n$/,
  );
});
