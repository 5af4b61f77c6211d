import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../cli/program";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deepcall-cli-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** Runs a command. If `meanwhile` is given, it is called with the base URL, and then the command is stopped. */
async function pulumiDeepcall(
  argv: string[],
  meanwhile?: (url: string) => Promise<unknown>,
  { path = "", onError = () => undefined }: { path?: string; onError?: (text: string) => void } = {},
): Promise<Outcome> {
  let [out, err] = ["", ""];
  let stop: () => void = () => undefined;
  let started: (url: string) => void = () => undefined;
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  const url = new Promise<string>((resolve) => (started = resolve));
  const code = run(argv, {
    out: (text) => {
      out += text;
      const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(out) ?? [];
      if (found !== undefined) started(found);
    },
    err: (text) => {
      err += text;
      onError(text);
    },
    untilStopped: () => stopped,
    env: { PATH: path },
    version: "1.2.3",
  });
  if (meanwhile !== undefined) await url.then(meanwhile).finally(stop);
  return { code: await code, out, err };
}

function post(url: string, operation: string, body: object): Promise<Response> {
  return fetch(`${url}/api/v2/Group/${operation}`, { method: "POST", body: JSON.stringify(body) });
}

test("prints its URL and the settings, then a line per call without body or credentials", async () => {
  let base = "";
  const { code, out, err } = await pulumiDeepcall(["emulator", "--port", "0"], async (url) => {
    base = url;
    await post(url, "add", { userId: "demo", token: "demo-token", name: "Support" });
    await post(url, "list", { ssid: "secret" });
  });
  expect([code, err]).toEqual([0, ""]);
  const lines = out.split("\n");
  expect(lines.slice(0, 9)).toEqual([
    `Deepcall emulator: ${base} (press Ctrl-C to stop)`,
    `  page: ${base}/`,
    `  pulumi config set deepcall:baseUrl ${base}`,
    "  pulumi config set deepcall:userId demo",
    "  pulumi config set --secret deepcall:token demo-token",
    "or",
    `  export DEEPCALL_BASE_URL=${base}`,
    "  export DEEPCALL_USER_ID=demo",
    "  export DEEPCALL_TOKEN=demo-token",
  ]);
  expect(lines.slice(9).map((line) => line.replace(/\d+ms$/, "ms"))).toEqual(["add demo 200 ms", "list - 1014 ms", ""]);
  await expect(fetch(base)).rejects.toThrow("fetch failed");
});

test("--quiet prints no calls; --seed, --data and --option apply", async () => {
  const [seed, data] = [join(folder, "seed.json"), join(folder, "data.json")];
  writeFileSync(
    seed,
    JSON.stringify({
      accounts: [{ userId: "7", ssid: "it's", groups: [{ name: "Support" }] }],
      options: { idKey: "_id" },
    }),
  );
  const options = ["--option", "suffix=parens", "--option", "latencyMs=1", "--option", "listOwner=false"];
  let listed: unknown;
  const { out } = await pulumiDeepcall(
    ["emulator", "--port=0", "--quiet", "--seed", seed, "--data", data, ...options],
    async (url) => {
      await post(url, "add", { ssid: "it's", name: "Support" });
      listed = await (await post(url, "list", { ssid: "it's", quick: true, groupId: 2 })).json();
    },
  );
  expect(listed).toMatchObject({ response: [{ _id: 2, name: "Support (1)", status: 1 }] });
  expect(out).toContain("pulumi config set --secret deepcall:ssid 'it'\\''s'\n");
  expect(out.split("\n").at(-2)).toBe("  export DEEPCALL_SSID='it'\\''s'");
  expect(JSON.parse(readFileSync(data, "utf8"))).toMatchObject({
    accounts: [{ userId: "7", groups: [{ name: "Support" }, { name: "Support (1)" }] }],
    nextId: 3,
  });
});

test("--fault applies faults, and the lines of their calls name them", async () => {
  const faults = ["--fault", "add:reset-after", "--fault", "list:error-before:1009@2x0"];
  const { code, out, err } = await pulumiDeepcall(["emulator", "--port", "0", ...faults], async (url) => {
    await expect(post(url, "add", { ssid: "demo-ssid", name: "Support" })).rejects.toThrow("fetch failed");
    for (let n = 0; n < 2; n += 1) await post(url, "list", { ssid: "demo-ssid" });
    const state = (await (await fetch(`${url}/_emulator/state`)).json()) as object;
    expect(state).toMatchObject({ groups: [{ name: "Support" }], faults: [{ text: "list:error-before:1009@2x0" }] });
  });
  expect([code, err]).toEqual([0, ""]);
  expect(out.replace(/\d+ms/g, "ms").split("\n").slice(9)).toEqual([
    "add demo - ms (fault add:reset-after)",
    "list demo 200 ms",
    "list demo 1009 ms (fault list:error-before:1009@2x0)",
    "",
  ]);
});

// The other systems have other programs, which no test replaces.
describe("--open on Linux", () => {
  beforeEach(() => {
    Object.defineProperty(process, "platform", { value: "linux" });
  });
  const { platform } = process;
  afterEach(() => {
    Object.defineProperty(process, "platform", { value: platform });
  });

  test("opens the page", async () => {
    const opened = join(folder, "opened");
    execFileSync("mkfifo", [opened]);
    writeFileSync(join(folder, "xdg-open"), `#!/bin/sh\necho "$@" > '${opened}'\n`, { mode: 0o700 });
    const outcome = await pulumiDeepcall(
      ["emulator", "--port", "0", "--open"],
      async (url) => {
        expect(await readFile(opened, "utf8")).toBe(`${url}/\n`);
      },
      { path: folder },
    );
    expect([outcome.code, outcome.err]).toEqual([0, ""]);
  });

  test.each([
    ["", /^Could not open the page: spawn xdg-open ENOENT\. /],
    ["#!/bin/sh\nexit 3\n", /^Could not open the page: xdg-open ended with exit code 3\. /],
  ])("an opener that fails (%j) is one line on stderr, and the emulator keeps running", async (script, message) => {
    if (script !== "") writeFileSync(join(folder, "xdg-open"), script, { mode: 0o700 });
    let base = "";
    let onError: (text: string) => void = () => undefined;
    const reported = new Promise<string>((resolve) => (onError = resolve));
    const outcome = await pulumiDeepcall(
      ["emulator", "--port", "0", "--quiet", "--open"],
      async (url) => {
        base = url;
        await reported;
        expect((await post(url, "list", { ssid: "demo-ssid" })).status).toBe(200);
      },
      { path: folder, onError },
    );
    expect(outcome.code).toBe(0);
    expect(outcome.err).toMatch(message);
    expect(outcome.err.split(". ").slice(1).join(". ")).toBe(`The emulator is running. Open ${base}/ in a browser.\n`);
  });
});

test.each([
  [
    ["--option", "sufix=dash"],
    /^error: option "sufix=dash": expected key=value, with one of these keys: suffix, .*\n$/,
  ],
  [["--option", "suffix"], /^error: option "suffix": expected key=value, with one of these keys: suffix, .*\n$/],
  [
    ["--option", "suffix=comma"],
    /^error: option "suffix=comma": Invalid option: expected one of "plain"\|"space"\|.*\n$/,
  ],
  [["--option", "quick=1", "--option", "suffix=dash"], /^error: option "quick=1": expected key=value, .*\n$/],
  [["--option", "latencyMs=soon"], /^error: option "latencyMs=soon": Invalid input: expected number.*\n$/],
  [
    ["--fault", "add:rest-after"],
    /^error: fault "add:rest-after": unknown kind "rest-after"; did you mean "reset-after"\?.*\n$/,
  ],
  [["--fault", "add:slow", "--fault", "add"], /^error: fault "add": expected OPERATION:KIND.*\. Valid kinds: .*\n$/],
  [["--option", "listOwner=1"], /^error: option "listOwner=1": Invalid input: expected boolean.*\n$/],
  [["--port", "80a"], /^error: option '--port <n>' argument '80a' is invalid. It must be a number from 0 to 65535.\n$/],
  [["--port", "65536"], /^error: .*'65536' is invalid.*\n$/],
  [["--seed", "/nowhere/seed.json"], /^error: \/nowhere\/seed\.json: ENOENT.*\n$/],
  [["--data", "/nowhere/data.json"], /^error: \/nowhere\/data\.json: ENOENT.*\n$/],
  [["--unknown"], /^error: unknown option '--unknown'\n$/],
  [["extra"], /^error: too many arguments.*\n$/],
])("%j is one line on stderr and exit code 1", async (args, message) => {
  expect(await pulumiDeepcall(["emulator", "--port", "0", ...args])).toEqual({
    code: 1,
    out: "",
    err: expect.stringMatching(message) as string,
  });
});

test("an invalid seed: the error names the file and the property", async () => {
  const seed = join(folder, "seed.json");
  writeFileSync(seed, '{"accounts":[{"userId":"1","ssid":"s","groups":[{"name":"A","activ":true}]}]}');
  const { code, err } = await pulumiDeepcall(["emulator", "--seed", seed]);
  expect([code, err]).toEqual([1, `error: ${seed}: accounts[0].groups[0]: Unrecognized key: "activ"\n`]);
});

test("a port that is in use is an error", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const { code, err } = await pulumiDeepcall(["emulator", "--port", String(port)]);
  server.close();
  expect([code, err]).toEqual([
    1,
    `error: Could not listen on 127.0.0.1:${port}: the port is already in use. Choose another port; 0 selects any free port.\n`,
  ]);
});

test("--help lists options, faults and examples; --version prints the version", async () => {
  const { code, out } = await pulumiDeepcall(["emulator", "--help"]);
  expect(code).toBe(0);
  expect(out).toContain("suffix=plain|space|parens|dash|underscore\n");
  expect(out).toContain("authFailureCode=1014|1000|1020\n");
  expect(out).toContain("listOwner=true|false\n");
  expect(out).toContain("latencyMs=0|<n>\n");
  expect(out).toMatch(/^ {2}late-commit\[:MS\] +the connection closes .*; e\.g\. add:late-commit:1500$/m);
  expect(out).toContain("$ pulumi-deepcall emulator --port 0");
  expect(await pulumiDeepcall(["--version"])).toEqual({ code: 0, out: "1.2.3\n", err: "" });
});

describe("as a process", () => {
  const main = join(__dirname, "../../dist/cli/main.js");

  test.each(["SIGINT", "SIGTERM"] as const)("%s stops it cleanly", async (signal) => {
    const child = spawn(process.execPath, [main, "emulator", "--port", "0"]);
    let out = "";
    let err = "";
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
      if (out.includes("DEEPCALL_TOKEN")) child.kill(signal);
    });
    expect(await once(child, "close")).toEqual([0, null]);
    expect(err).toBe("");
  });

  test("--version is the version in package.json", async () => {
    const { version } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")) as { version: string };
    const child = spawn(process.execPath, [main, "--version"]);
    let out = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    expect(await once(child, "close")).toEqual([0, null]);
    expect(out).toBe(`${version}\n`);
  });
});
