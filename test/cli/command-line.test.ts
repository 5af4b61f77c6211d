import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../cli/program";
import { emulate, environment } from "../support/lifecycle";

// Child processes are slow on a busy machine.
jest.setTimeout(60_000);

const main = join(__dirname, "../../dist/cli/main.js");

interface Outcome {
  code: number;
  out: string;
  err: string;
}

async function pulumiDeepcall(...argv: string[]): Promise<Outcome> {
  let [out, err] = ["", ""];
  const code = await run(argv, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    untilStopped: () => Promise.resolve(),
    env: {},
    version: "1.2.3",
  });
  return { code, out, err };
}

/** Runs a shell script in which `deepcall` is the built command, with `pipefail`. */
async function shell(script: string, env: Record<string, string> = {}): Promise<Outcome> {
  const deepcall = `deepcall() { "${process.execPath}" "${main}" "$@"; }`;
  return new Promise((resolve) => {
    const args = ["--norc", "-c", `set -o pipefail; ${deepcall}; ${script}`];
    execFile("bash", args, { env: { PATH: process.env["PATH"], ...env } }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

/** The commands that `--help` lists. */
async function commands(): Promise<string[]> {
  const { out } = await pulumiDeepcall("--help");
  const [, list = ""] = out.split("Commands:\n");
  return [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = ""]) => name).filter((name) => name !== "help");
}

test("--help lists every command with a description, on standard output", async () => {
  const { code, out, err } = await pulumiDeepcall("--help");
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(/^Usage: pulumi-deepcall /);
  expect(await commands()).toEqual(expect.arrayContaining(["doctor", "emulator"]));
  for (const name of await commands()) expect(out).toMatch(new RegExp(`^  ${name} .*  \\w+`, "m"));
});

test("--help of each command has examples, and their flags exist", async () => {
  for (const name of await commands()) {
    const { code, out, err } = await pulumiDeepcall(name, "--help");
    expect([name, code, err]).toEqual([name, 0, ""]);
    const examples = [...out.matchAll(new RegExp(`^ +\\$ (?:npx )?pulumi-deepcall ${name}\\b(.*)$`, "gm"))];
    expect([name, examples.length > 0]).toEqual([name, true]);
    const flags = examples.flatMap(([, rest = ""]) => rest.replace(/[|#>].*/, "").match(/--[a-z-]+/g) ?? []);
    for (const flag of flags) expect(out).toMatch(new RegExp(`^  (-\\w, )?${flag}\\b`, "m"));
  }
});

test("--version prints only the version", async () => {
  expect(await pulumiDeepcall("--version")).toEqual({ code: 0, out: "1.2.3\n", err: "" });
});

test.each([
  [["--nonsense"], /unknown option '--nonsense'/],
  [["doctr"], /unknown command 'doctr'[^]*Did you mean doctor\?/],
  [["doctor", "--format", "xml"], /'xml' is invalid. Allowed choices are text, json/],
  [["doctor", "extra"], /too many arguments/],
  [["doctor", "--env-prefix", ""], /'--env-prefix <prefix>' argument '' is invalid/],
  [["plan", "--format="], /'--format <format>' argument '' is invalid/],
  [["drift", "--stack", ""], /^error: --stack must not be empty\. Nothing was done\./],
  [["plan", "--cwd", " "], /--cwd must not be empty/],
  [["export", "--out", ""], /--out must not be empty/],
  [["export", "--import="], /--import must not be empty/],
  [["emulator", "--fault", ""], /--fault must not be empty/],
])("%j: the error goes to standard error, the exit code is 1", async (argv, message) => {
  const { code, out, err } = await pulumiDeepcall(...argv);
  expect([code, out]).toEqual([1, ""]);
  expect(err).toMatch(message);
});

test("without a command it prints the help to standard error, and the exit code is 1", async () => {
  const { code, out, err } = await pulumiDeepcall();
  expect([code, out]).toEqual([1, ""]);
  expect(err).toMatch(/^Usage: /);
});

describe("as a child process", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "deepcall-pipes-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test("every --help can be piped into a command that closes the pipe early", async () => {
    for (const name of await commands())
      expect(await shell(`deepcall ${name} --help | head -n 1`)).toMatchObject({
        code: 0,
        out: expect.stringContaining(`Usage: pulumi-deepcall ${name}`) as string,
        err: "",
      });
  });

  test("a long result can be piped into a command that closes the pipe early, also with standard error", async () => {
    const emulator = await emulate();
    // More than the buffer of a pipe.
    for (let n = 0; n < 2000; n += 1) emulator.account("7").add(`${"Support ".repeat(10)}${n}`);
    const env = environment(emulator);
    expect(await shell("deepcall doctor --format json | head -n 1", env)).toMatchObject({ code: 0, out: "{\n" });
    expect(await shell("deepcall doctor --format json 2>&1 | head -n 1", env)).toMatchObject({ code: 0, err: "" });
    const whole = await shell(`deepcall doctor --format json > ${join(folder, "out")}`, env);
    expect([whole.code, whole.out]).toEqual([0, ""]);
    expect(readFileSync(join(folder, "out"), "utf8").length).toBeGreaterThan(200_000);
    const piped = await shell("deepcall doctor --format json | cat", env);
    expect(JSON.parse(piped.out)).toMatchObject({ healthy: true });
  });

  test("a closed standard error changes neither the result nor the exit code", async () => {
    const emulator = await emulate();
    const child = spawn(process.execPath, [main, "doctor"], { env: environment(emulator) });
    let out = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.destroy();
    expect(await once(child, "close")).toEqual([0, null]);
    expect(out).toMatch(/\nHealthy\.\n$/);
  });

  test("the exit code is doctor's result, also in a pipe", async () => {
    const emulator = await emulate();
    const env = environment(emulator);
    expect((await shell("deepcall doctor | cat", env)).code).toBe(0);
    expect((await shell("deepcall doctor | cat", { ...env, DEEPCALL_TOKEN: "wrong" })).code).toBe(3);
    expect((await shell("deepcall doctor | cat")).code).toBe(1);
  });

  test("no colors without a terminal, even with FORCE_COLOR", async () => {
    const emulator = await emulate();
    const { out, err } = await shell("deepcall doctor; deepcall doctor --nonsense", {
      ...environment(emulator),
      FORCE_COLOR: "1",
    });
    // eslint-disable-next-line no-control-regex
    expect(out + err).not.toMatch(/\u001b/);
  });

  test.each(["doctor", "export", "drift"])("%s --help loads no package but commander", async (command) => {
    const script = join(folder, "loaded.cjs");
    writeFileSync(
      script,
      `process.argv.splice(2, Infinity, ${JSON.stringify(command)}, "--help");
       process.on("exit", () => console.error(Object.keys(require.cache).join("\\n")));
       require(${JSON.stringify(main)});`,
    );
    const { err } = await shell(`"${process.execPath}" ${script}`);
    expect(err).toContain("program.js");
    const packages = [...err.matchAll(/node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/g)].map(([, name]) => name);
    expect([...new Set(packages)]).toEqual(["commander"]);
  });
});
