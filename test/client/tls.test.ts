import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer as createProxy } from "node:http";
import { createServer, type Server } from "node:https";
import { connect, type AddressInfo, type Server as SocketServer } from "node:net";
import { join } from "node:path";

const fixtures = join(__dirname, "../fixtures/tls");
const root = join(__dirname, "../..");

/** Lists once with the built client, in a process of its own: what it trusts is decided when Node starts. */
const script = `
  const { DeepcallClient } = require("./dist/client/client.js");
  const { standardRetryPolicy } = require("./dist/client/retry.js");
  const settings = { baseUrl: new URL("https://deepcall.test"), credentials: { ssid: "abcdef" }, timeoutMs: 5000, maxConcurrency: 1 };
  new DeepcallClient(settings, { ...standardRetryPolicy, firstDelayMs: 1 }).list().then(
    (list) => console.log(JSON.stringify(list)),
    (error) => console.log([error.outcome, error.tries, error.message].join(" ")),
  );`;

async function list(env: Record<string, string>): Promise<string> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["-e", script],
      { cwd: root, env: { PATH: process.env["PATH"], ...env } },
      (_, stdout) => {
        resolve(stdout.trim());
      },
    );
  });
}

const open: (Server | SocketServer)[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function listen(server: Server | SocketServer): Promise<number> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

test("TLS through a proxy works only with a certificate that Node trusts", async () => {
  const tls = { key: readFileSync(join(fixtures, "key.pem")), cert: readFileSync(join(fixtures, "cert.pem")) };
  const service = createServer(tls, (_, response) => response.end('{"status":"success","code":200,"response":[]}'));
  const port = await listen(service);
  const tunnels: (string | undefined)[] = [];
  const proxy = createProxy().on("connect", (request, socket) => {
    tunnels.push(request.url);
    const onward = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.pipe(onward).pipe(socket);
    });
    for (const end of [socket, onward]) end.on("error", () => end.destroy());
  });
  const HTTPS_PROXY = `http://127.0.0.1:${await listen(proxy)}`;

  expect(await list({ HTTPS_PROXY, NODE_EXTRA_CA_CERTS: join(fixtures, "cert.pem") })).toBe(
    '{"groups":[],"complete":true}',
  );
  expect(tunnels).toEqual(["deepcall.test:443"]);
  // Refused at once: what is wrong with a certificate does not pass.
  expect(await list({ HTTPS_PROXY })).toMatch(/^not sent 1 Could not reach Deepcall .*SELF_SIGNED_CERT/);
});
