import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { diagnose } from "../../../cli/doctor/diagnose";
import { onlyKnownWords, outline, toReport } from "../../../cli/doctor/output";
import { startEmulator, type Emulator, type EmulatorOptions } from "../../../emulator";
import { doctor } from "./support";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deepcall-report-"));
  file = join(folder, "report.json");
});
const open: { close: () => unknown }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0)) await thing.close();
  rmSync(folder, { recursive: true });
});

const secrets = { token: 'tok-Zx91+/=&"quoted"', ssid: "ssid-Qy72%20" };
const userId = "u-acme-operator";
/** Hard to remove from a text by search and replace. */
const names = [
  "Zanzibar",
  "Zanzibar1",
  "zanzibar",
  'Quo"te & <b>',
  "7788 Hotline",
  "Überfall",
  "x.acme-secret.example",
  "line\u2028break",
  " Blank",
  "[redacted]",
];

/** Ids of agents may be text, too. */
const agents = [{ id: "55667788" }, { id: "wolpertinger" }];

async function emulate(options: Partial<EmulatorOptions>): Promise<Emulator> {
  const groups = names.map((name, n) => ({ id: 918_273 + n, name, agents: n === 1 ? agents : [] }));
  const known = agents.map(({ id }, n) => ({ id, name: `Person ${["Xanthippe", "Yvonne"][n] ?? ""}` }));
  const emulator = await startEmulator({
    seed: { accounts: [{ userId, ...secrets, groups, agents: known }] },
    options,
  });
  open.push(emulator);
  return emulator;
}

function expectNothingOf(text: string, things: string[]): void {
  const found = things.filter((thing) => text.toLowerCase().includes(thing.toLowerCase()));
  expect(found).toEqual([]);
}

const identifying = [
  "Zanzibar",
  "Quo",
  "7788",
  "Hotline",
  "berfall",
  "secret.example",
  "Blank",
  "91827",
  "91828",
  "127.0.0",
  "5566",
  "wolpertinger",
  "Person",
  "Xanthippe",
];

describe("the report contains nothing about the account", () => {
  test.each<[Partial<EmulatorOptions>]>([
    [{}],
    [{ echoCredentials: true }],
    [{ echoCredentials: true, errorHttpStatus: true, codeType: "string", idType: "string" }],
    [{ listShape: "byId", echoCredentials: true }],
    [{ listShape: "nestedWithTotal", pageLimit: 3 }],
    [{ listShape: "single", filterKey: "none", nameFilter: "none" }],
    [{ listShape: "unknown", echoCredentials: true }],
    [{ relationShape: "byId", agentShape: "byId", agentData: "account" }],
    [{ relationShape: "byId", agentIdType: "number", agentIdKey: "id" }],
    [{ relationShape: "unknown", agentShape: "byId", quickRelation: "none" }],
    [{ agentPermission: "none", echoCredentials: true }],
  ])("%j", async (options) => {
    const emulator = await emulate(options);
    const kinds = [
      { DEEPCALL_USER_ID: userId, DEEPCALL_TOKEN: secrets.token },
      { DEEPCALL_SSID: secrets.ssid },
      { DEEPCALL_USER_ID: userId, DEEPCALL_TOKEN: "wrong-Token-77" },
    ];
    for (const [n, credentials] of kinds.entries()) {
      const { out, err } = await doctor({ DEEPCALL_BASE_URL: emulator.url, ...credentials }, "--report", `${file}${n}`);
      const text = readFileSync(`${file}${n}`, "utf8");
      const hidden = [
        ...identifying,
        secrets.token,
        secrets.ssid,
        JSON.stringify(secrets.token).slice(1, -1),
        "wrong-token",
      ];
      expectNothingOf(text, [...hidden, encodeURIComponent(secrets.token), "Zx91", "Qy72", userId, "acme"]);
      // The terminal may show names, never credentials.
      expectNothingOf(out + err, [
        "Zx91",
        "Qy72",
        "wrong-token",
        userId,
        "Xanthippe",
        "Yvonne",
        "5566",
        "wolpertinger",
      ]);
    }
  });

  test("nor about the brand: omits headers and keys that contain a part of the host name", async () => {
    const { diagnosis } = await diagnose({}, "DEEPCALL");
    const baseUrl = new URL("https://voice.acme-phones.example");
    const value = {
      status: "success",
      response: [{ id: 1, name: "Zanzibar", acme_ref: "x", plain_ref: "y" }],
      code: 200,
    };
    const headers = { "x-acme-trace": "1", "x-Phones": "2", "x-plain": "3", "content-type": "application/acme+json" };
    const reply = { httpStatus: 200, headers, text: "", json: { value } };
    const limits = { timeoutMs: 1, maxConcurrency: 1, requestsPerSecond: undefined, deleteWithAgents: false };
    const exchange = {
      operation: "list" as const,
      fields: {},
      startedAt: 0,
      ms: 1,
      reply,
      body: value,
      response: value.response,
      error: undefined,
    };
    const settings = { baseUrl, credentials: { ssid: secrets.ssid }, ...limits, debug: false };
    const text = toReport({ diagnosis, exchanges: [exchange], settings }, "1.2.3");
    expectNothingOf(text, ["acme", "phones", "Zanzibar"]);
    for (const kept of ["x-plain", "plain_ref"]) expect(text).toContain(kept);
  });

  test("nor from an answer that is keyed by names, or from a message and a header that contain names", async () => {
    const server: Server = createServer((_, response) => {
      response.writeHead(200, {
        "content-type": "application/json",
        "x-plain": "Zanzibar",
      });
      const response1 = { Zanzibar: { id: 918_273, status: 1 }, Hotline: { id: 918_274, status: 1 } };
      response.end(
        JSON.stringify({ status: "success", code: 200, message: "all for Zanzibar 7788", response: response1 }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    open.push({ close: () => server.close() });
    const url = `http://localhost:${(server.address() as AddressInfo).port}`;
    await doctor({ DEEPCALL_BASE_URL: url, DEEPCALL_SSID: secrets.ssid }, "--report", file);
    const text = readFileSync(file, "utf8");
    expectNothingOf(text, [...identifying, secrets.ssid, url, "localhost:"]);
    const { calls } = JSON.parse(text) as { calls: { headers: string[]; message: string; body: object }[] };
    expect(calls[0]?.headers).toContain("x-plain");
    expect(calls[0]?.message).toBe("… for … #");
    expect(calls[0]?.body).toMatchObject({ response: { "*": [{ id: "number", status: "number" }] } });
  });
});

test("contains versions, shapes, counts, keys, header names, codes and messages", async () => {
  const emulator = await emulate({ listShape: "byId", idType: "string", echoCredentials: true });
  await doctor({ DEEPCALL_BASE_URL: emulator.url, DEEPCALL_SSID: secrets.ssid }, "--report", file);
  const report = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown> & {
    calls: Record<string, unknown>[];
  };
  expect(report).toMatchObject({
    versions: { "pulumi-deepcall": "1.2.3", node: process.version, os: expect.any(String) as string },
    healthy: true,
    settings: { baseUrl: "DEEPCALL_BASE_URL", ssid: "DEEPCALL_SSID", timeoutMs: "default" },
    server: { listShape: "byId", idType: "string", echoCredentials: true },
    groups: { total: names.length, active: names.length, inactive: 0, unknown: 0 },
    emulatorCommand:
      "pulumi-deepcall emulator --option listShape=byId --option idType=string --option echoCredentials=true",
  });
  expect(report["checks"]).toContainEqual({
    id: "numberedNames",
    status: "warning",
    findings: ["numbered-names"],
    groups: 1,
  });
  expect(report.calls[0]).toEqual({
    operation: "list",
    fields: [],
    ms: expect.any(Number) as number,
    httpStatus: 200,
    contentType: "application/json",
    headers: expect.arrayContaining(["etag", "x-echo", "content-type"]) as string[],
    body: {
      status: "string",
      response: { "*": [{ name: "string", status: "number", user_id: "string", create_date: "string" }] },
      code: "number",
      message: "string",
    },
    message: "…",
  });
  const failed = report.calls.find(({ error }) => error !== undefined);
  expect(failed).toMatchObject({
    error: "NotFoundError",
    code: 1503,
    codeType: "number",
    message: "Group not found or not authorized …",
  });
});

test("shows how agents are reported: keys, kinds and options, and no id or name", async () => {
  const emulator = await emulate({ relationShape: "byId", agentIdKey: "agentId" });
  await doctor({ DEEPCALL_BASE_URL: emulator.url, DEEPCALL_SSID: secrets.ssid }, "--report", file);
  const report = JSON.parse(readFileSync(file, "utf8")) as { server: object; checks: object[]; calls: object[] };
  expect(report.server).toMatchObject({ relationShape: "byId", agentShape: "array", agentIdKey: "agentId" });
  expect(report.checks).toContainEqual({ id: "agents", status: "ok", findings: [] });
  expect(report.calls).toContainEqual(
    expect.objectContaining({
      operation: "getGroupAgentRelation",
      fields: ["groupId"],
      body: expect.objectContaining({
        response: {
          groupData: expect.any(Object) as object,
          agentData: [
            { agentId: "string of digits", name: "string" },
            { agentId: "string", name: "string" },
          ],
          relationData: { "*": [{ groupId: "number", receive_call: "number" }] },
        },
      }) as object,
    }),
  );
});

test("does not overwrite an existing file, and makes no call", async () => {
  const emulator = await emulate({});
  writeFileSync(file, "mine");
  const { code, out, err } = await doctor(
    { DEEPCALL_BASE_URL: emulator.url, DEEPCALL_SSID: secrets.ssid },
    "--report",
    file,
  );
  expect([code, out, err]).toEqual([
    1,
    "",
    `error: Could not write the report to ${file}: the file already exists. No call was made. Choose another file name.\n`,
  ]);
  expect([readFileSync(file, "utf8"), emulator.count()]).toEqual(["mine", 0]);
});

test("reports a file that cannot be written after the result", async () => {
  const { code, out, err } = await doctor({}, "--report", join(folder, "nowhere", "report.json"));
  expect([code, out]).toEqual([1, expect.stringContaining("failed   settings")]);
  expect(err).toMatch(/error: .*nowhere.*ENOENT/);
});

test("a report without calls contains the reason", async () => {
  await doctor({ DEEPCALL_BASE_URL: "http://voice.acme.example" }, "--report", file);
  const text = readFileSync(file, "utf8");
  expectNothingOf(text, ["acme"]);
  expect(JSON.parse(text)).toMatchObject({
    healthy: false,
    checks: [{ id: "settings", status: "failed", findings: ["settings-malformed", "settings-missing"] }],
    calls: [],
  });
});

describe("outline", () => {
  test.each<[unknown, unknown]>([
    [1, "number"],
    ["7", "string of digits"],
    ["", "empty string"],
    [null, "null"],
    [
      [1, 2, "a"],
      ["number", "string"],
    ],
    [{}, {}],
    [
      { id: 1, gid: true },
      { id: "number", gid: "boolean" },
    ],
    [{ Support: 1, Sales: 2 }, { "*": ["number"] }],
    [
      { id: 1, "Night shift": 2, x7: 3 },
      { id: "number", "*": ["number"] },
    ],
    [{ rows: { a: 1 } }, { rows: { "*": ["number"] } }],
  ])("%j is %j", (value, expected) => {
    expect(outline(value)).toEqual(expected);
  });

  test("contains no value of any answer", () => {
    const secret = fc.string({ minLength: 1 }).map((text) => `§${text}§`);
    const value = fc.oneof(secret, fc.array(secret), fc.dictionary(secret, secret));
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(secret, fc.constant("name")), value), (answer) => {
        expect(JSON.stringify(outline(answer))).not.toContain("§");
      }),
    );
  });
});

test.each([
  ["Group not found or not authorized", "Group not found or not authorized"],
  ["The 'Name' field was not provided", "The 'Name' field was not provided"],
  ["Group Zanzibar (id 4711) is not found", "Group … (id #) is not found"],
  ["see https://acme.example/x?token=abc", "… …:….……token…"],
])("%j becomes %j in the report", (text, expected) => {
  expect(onlyKnownWords(text)).toBe(expected);
});
