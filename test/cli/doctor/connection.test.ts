import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createServer as createSocketServer, type AddressInfo, type Server as SocketServer } from "node:net";
import { join } from "node:path";
import type { Diagnosis } from "../../../cli/doctor/diagnose";
import { emulate, environment, ssid, token } from "../../support/lifecycle";
import { diagnose, doctor, failures, findings } from "./support";

// Separate processes take a while on a busy machine.
jest.setTimeout(60_000);

const root = join(__dirname, "../../..");
const fixtures = join(root, "test/fixtures/tls");
const credentials = { DEEPCALL_USER_ID: "7", DEEPCALL_TOKEN: token };

const open: { close: () => unknown }[] = [];
afterEach(() => {
  for (const thing of open.splice(0)) thing.close();
});

async function listen(server: Server | SocketServer): Promise<number> {
  open.push({
    close: () => {
      if ("closeAllConnections" in server) server.closeAllConnections();
      server.close();
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** Starts a server with this certificate that counts the calls it receives. */
async function tlsServer(certificate: string): Promise<{ port: number; calls: () => number }> {
  let calls = 0;
  const tls = { key: readFileSync(join(fixtures, "key.pem")), cert: readFileSync(join(fixtures, certificate)) };
  const server = createTlsServer(tls, (_, response) => {
    calls += 1;
    response.end('{"status":"success","code":200,"response":[]}');
  });
  return { port: await listen(server), calls: () => calls };
}

/** Runs the built command in a separate process, because Node reads proxies and trusted certificates at its start. */
async function diagnoseInProcess(env: Record<string, string>): Promise<Diagnosis & { code: number; err: string }> {
  return new Promise((resolve) => {
    const args = [join(root, "dist/cli/main.js"), "doctor", "--format", "json"];
    execFile(process.execPath, args, { env: { PATH: process.env["PATH"], ...env } }, (error, stdout, err) => {
      const code = typeof error?.code === "number" ? error.code : 0;
      resolve({ ...(JSON.parse(stdout) as Diagnosis), code, err });
    });
  });
}

describe("settings", () => {
  test.each<[string, Record<string, string>, RegExp]>([
    ["no settings", {}, /Missing: DEEPCALL_BASE_URL, .*Missing: credentials/],
    [
      "plain http",
      { DEEPCALL_BASE_URL: "http://voice.acme.example", ...credentials },
      /DEEPCALL_BASE_URL must start with https:\/\/ \(http:\/\/ would send the credentials unencrypted/,
    ],
    [
      "a URL with /api/v2",
      { DEEPCALL_BASE_URL: "https://voice.acme.example/api/v2", ...credentials },
      /must not include \/api\/v2/,
    ],
    [
      "both kinds of credentials",
      { DEEPCALL_BASE_URL: "https://a.b", DEEPCALL_SSID: "abcd", ...credentials },
      /both set/,
    ],
    ["a token alone", { DEEPCALL_BASE_URL: "https://a.b", DEEPCALL_TOKEN: token }, /DEEPCALL_TOKEN is set without/],
    [
      "a token with a line break",
      { DEEPCALL_BASE_URL: "https://a.b", ...credentials, DEEPCALL_TOKEN: "x\n" },
      /line break at the end/,
    ],
  ])("%s: one check fails, and no other check runs", async (_, env, message) => {
    const found = await diagnose(env);
    expect([found.code, found.checks.map(({ id }) => id), found.emulatorCommand]).toEqual([1, ["settings"], null]);
    expect(found.checks[0]?.summary).toMatch(message);
    expect(found.checks[0]?.summary).toMatch(/^no call was made/);
    expect(found.checks[0]?.summary).not.toMatch(/acme/);
  });

  test("shows their sources, never their values", async () => {
    const emulator = await emulate();
    const env = { ...environment(emulator), DEEPCALL_TIMEOUT_MS: "12345" };
    const { out } = await doctor(env);
    expect(out).toMatch(
      /^ok +settings +baseUrl: DEEPCALL_BASE_URL, userId: DEEPCALL_USER_ID, token: DEEPCALL_TOKEN, timeoutMs: DEEPCALL_TIMEOUT_MS, maxConcurrency: default, requestsPerSecond: default, deleteWithAgents: default$/m,
    );
    for (const value of [token, "12345"]) expect(out).not.toContain(value);
  });
});

describe("the connection", () => {
  test("an unknown host", async () => {
    const found = await diagnoseInProcess({ DEEPCALL_BASE_URL: "https://deepcall.invalid", ...credentials });
    expect([found.code, found.checks.map(({ id }) => id)]).toEqual([1, ["settings", "dns"]]);
    // Without a name server, nothing shows that the name does not exist.
    expect(failures(found)[0]).toMatch(/^dns: (host-unknown|dns-unavailable)$/);
  });

  test("a port without a listener", async () => {
    const server = createSocketServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    const found = await diagnose({ DEEPCALL_BASE_URL: `http://127.0.0.1:${port}`, ...credentials });
    expect([found.code, failures(found)]).toEqual([1, ["tcp: refused"]]);
  });

  test("a connection that closes before an answer", async () => {
    const port = await listen(createSocketServer((socket) => socket.destroy()));
    const found = await diagnose({ DEEPCALL_BASE_URL: `http://127.0.0.1:${port}`, ...credentials });
    expect([found.code, failures(found)]).toEqual([1, ["tcp: broken"]]);
  });

  test("no answer in time: one attempt only", async () => {
    const emulator = await emulate();
    emulator.faults.add("list:hang-beforex0");
    const found = await diagnose(environment(emulator, { DEEPCALL_TIMEOUT_MS: "100" }));
    expect([found.code, failures(found), emulator.count()]).toEqual([1, ["api: timeout"], 1]);
  });

  test("a proxy that refuses", async () => {
    const proxy = createHttpServer().on("connect", (_, socket) => socket.end("HTTP/1.1 407 No\r\n\r\n"));
    const HTTPS_PROXY = `http://someone:pass-word@127.0.0.1:${await listen(proxy)}`;
    const found = await diagnoseInProcess({ DEEPCALL_BASE_URL: "https://deepcall.test", HTTPS_PROXY, ...credentials });
    expect([found.code, findings(found)]).toEqual([1, ["proxy: proxy", "proxy: proxy-refused"]]);
    expect(JSON.stringify(found)).toContain("the proxy that HTTPS_PROXY names");
    expect(JSON.stringify(found)).not.toMatch(/someone|pass-word/);
  });
});

describe("TLS: each fault has its own finding, and nothing is sent", () => {
  test.each([
    // Node reports one fault only; the others come from the certificate.
    ["expired.pem", "localhost", "certificate-expired", /expired on 2020-01-02/],
    ["cert.pem", "localhost", "certificate-other-host", /issued for another host name/],
    ["cert.pem", "localhost", "certificate-self-signed", /self-signed/],
  ])("%s at %s: %s", async (file, host, what, summary) => {
    const { port, calls } = await tlsServer(file);
    const found = await diagnose({ DEEPCALL_BASE_URL: `https://${host}:${port}`, ...credentials });
    const tls = found.checks.find(({ id }) => id === "tls");
    expect([found.code, tls?.status, calls()]).toEqual([1, "failed", 0]);
    expect(tls?.findings).toContain(what);
    expect(tls?.summary).toMatch(summary);
  });

  test.each([
    ["expired.pem", "127.0.0.1", ["certificate-expired"]],
    ["cert.pem", "127.0.0.1", ["certificate-other-host"]],
  ])("%s at %s, trusted by Node: %j", async (file, host, found) => {
    const { port, calls } = await tlsServer(file);
    const seen = await diagnoseInProcess({
      DEEPCALL_BASE_URL: `https://${host}:${port}`,
      NODE_EXTRA_CA_CERTS: join(fixtures, file),
      ...credentials,
    });
    expect([seen.code, findings(seen), calls()]).toEqual([1, found.map((what) => `tls: ${what}`), 0]);
  });

  test("a server with plain http at an https address", async () => {
    const emulator = await emulate();
    const found = await diagnose(environment(emulator, { DEEPCALL_BASE_URL: emulator.url.replace("http:", "https:") }));
    expect([found.code, failures(found)]).toEqual([1, ["tls: no-tls"]]);
  });
});

describe("an answer that is not from Deepcall", () => {
  const json =
    (body: unknown, status = 200): RequestListener =>
    (_, response) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
  const page =
    (status: number, headers = {}): RequestListener =>
    (_, response) => {
      response.writeHead(status, { "content-type": "text/html", ...headers }).end("<html><title>Login</title></html>");
    };

  test.each<[string, RequestListener, string]>([
    ["a web page", page(200), "web-page"],
    ["a missing page", page(404), "not-found"],
    ["a redirect", page(302, { location: "https://login.acme.example/secret?x=1" }), "redirect"],
    ["a gateway's page", page(502), "gateway-error"],
    ["a gateway's JSON", json({ error: "bad gateway" }, 502), "gateway-error"],
    ["another API", json({ ok: true }), "other-json"],
    ["nothing", (_, response) => response.end(), "empty-answer"],
    ["a text", (_, response) => response.end("hello"), "no-json"],
  ])("%s", async (_, answer, what) => {
    const port = await listen(createHttpServer(answer));
    const found = await diagnose({ DEEPCALL_BASE_URL: `http://127.0.0.1:${port}`, ...credentials });
    expect([found.code, failures(found), found.emulatorCommand]).toEqual([1, [`api: ${what}`], null]);
    expect(found.checks.at(-1)?.advice).toBeDefined();
    expect(JSON.stringify(found)).not.toContain("secret");
  });

  test("a wrong path on the right host", async () => {
    const emulator = await emulate();
    const found = await diagnose(environment(emulator, { DEEPCALL_BASE_URL: `${emulator.url}/panel` }));
    expect([found.code, failures(found), emulator.count()]).toEqual([1, ["api: not-found"], 0]);
  });

  test("permanent 503", async () => {
    const emulator = await emulate();
    emulator.faults.add("any:http-before:503x0");
    const found = await diagnose(environment(emulator));
    expect([found.code, failures(found), emulator.count()]).toEqual([1, ["api: gateway-error"], 1]);
  });
});

describe("credentials", () => {
  test.each([1014, 1000, 1020] as const)("refused with code %d: exit code 3", async (authFailureCode) => {
    const emulator = await emulate({ authFailureCode, errorHttpStatus: true });
    for (const wrong of [{ DEEPCALL_USER_ID: "7", DEEPCALL_TOKEN: "wrong-token" }, { DEEPCALL_SSID: "wrong-ssid" }]) {
      emulator.clearCalls();
      const found = await diagnose({ DEEPCALL_BASE_URL: emulator.url, ...wrong });
      expect([found.code, found.healthy, found.credentialsRefused]).toEqual([3, false, true]);
      expect([failures(found), emulator.count()]).toEqual([["credentials: credentials-refused"], 1]);
      expect(found.server).toEqual({ codeType: "number", errorHttpStatus: true, authFailureCode });
    }
  });

  test("both kinds are accepted", async () => {
    const emulator = await emulate();
    for (const right of [credentials, { DEEPCALL_SSID: ssid }])
      expect((await diagnose({ DEEPCALL_BASE_URL: emulator.url, ...right })).code).toBe(0);
  });

  test.each([
    ["list:error-before:1015", "permission: permission-agent-to-agent-call"],
    ["list:error-before:1015x0", "permission: permission-denied"],
    ["list:error-before:1039x0", "permission: account-suspended"],
    ["list:error-before:1009x0", "list: list-refused"],
  ])("accepted, but no list (%s): %s", async (fault, failure) => {
    const emulator = await emulate();
    emulator.faults.add(fault);
    const found = await diagnose(environment(emulator));
    expect([found.code, failures(found)]).toEqual([1, [failure]]);
  });

  test("a permission required only with forward: false is a note", async () => {
    const emulator = await emulate();
    emulator.faults.add("list:error-before:1015@2");
    const found = await diagnose(environment(emulator));
    expect([found.code, findings(found)]).toEqual([0, expect.arrayContaining(["permission: forward-differs"])]);
    expect(emulator.calls[1]?.body).toEqual({ forward: false });
  });

  test("stops if Deepcall asks to wait too long", async () => {
    const emulator = await emulate();
    emulator.faults.add("list:http-before:429:3600@2x0");
    const found = await diagnose(environment(emulator));
    expect([found.code, failures(found), emulator.count()]).toEqual([1, ["rateLimit: too-many-calls"], 2]);
  });
});
