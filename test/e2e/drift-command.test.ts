import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { token } from "../support/lifecycle";
import { session } from "./session";
import { TestStack } from "./stack";

interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

/** Starts `pulumi-deepcall drift --stack dev` as a job in CI does, without a terminal. */
function start(
  stack: TestStack,
  args: string[] = [],
  { cwd = stack.folder, env = {} }: { cwd?: string; env?: Record<string, string | undefined> } = {},
): { child: ChildProcess; ended: Promise<Outcome> } {
  const command = join(process.env["E2E_FOLDER"] ?? "", "node_modules/pulumi-deepcall/dist/cli/main.js");
  const child = spawn(
    process.execPath,
    [command, "drift", ...(args.includes("--stack") ? [] : ["--stack", "dev"]), ...args],
    {
      cwd,
      env: { ...process.env, ...stack.env, ...env },
      // The leader of a session of its own, as a terminal or a CI job makes it.
      detached: true,
    },
  );
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<Outcome>((resolve) => {
    child.once("close", (code) => {
      resolve({ code, out, err });
    });
  });
  return { child, ended };
}

async function drift(stack: TestStack, ...args: string[]): Promise<Outcome> {
  return start(stack, args).ended;
}

/** Every file of the backend, its checkpoint and locks included, and which stack is selected. */
function backend(stack: TestStack): Record<string, string> {
  const files: Record<string, string> = {};
  for (const folder of ["state", "home/workspaces"])
    for (const name of readdirSync(join(stack.folder, folder), { recursive: true, encoding: "utf8" })) {
      const path = join(stack.folder, folder, name);
      try {
        files[join(folder, name)] = readFileSync(path, "utf8");
      } catch {
        // A folder.
      }
    }
  return files;
}

/** Runs a command that must change nothing: not a byte of the backend, and no group in Deepcall. */
async function untouched<T>(stack: TestStack, command: () => Promise<T>): Promise<T> {
  const before = [backend(stack), await stack.recorded(), stack.emulator.groups()];
  stack.emulator.clearCalls();
  const result = await command();
  expect([backend(stack), await stack.recorded(), stack.emulator.groups()]).toEqual(before);
  expect(stack.emulator.calls.map(({ operation }) => operation).filter((operation) => !reads.has(operation))).toEqual(
    [],
  );
  return result;
}
const reads = new Set(["list", "getGroupAgentRelation"]);

const three = `
  new DeepcallGroup("support", { name: "Support" });
  new DeepcallGroup("night", { name: "Night" });
  new DeepcallGroup("sales", { name: "Sales" });`;

/** A stack with three groups, and the ids of its groups by name. */
async function threeGroups(
  body = three,
  config: Record<string, string> = {},
): Promise<[TestStack, (name: string) => number]> {
  const stack = await TestStack.create({}, config);
  stack.program(body);
  await stack.up();
  const ids = new Map(stack.emulator.groups().map(({ id, name }) => [name, id]));
  return [stack, (name) => ids.get(name) ?? 0];
}

test("nothing; one renamed; one deactivated; one gone: exit codes, and all four formats", async () => {
  const [stack, id] = await threeGroups();
  const panel = stack.emulator.account("7");

  expect(await untouched(stack, () => drift(stack))).toEqual({
    code: 0,
    out: "Stack dev: no drift; 3 groups as declared.\n",
    err: "Comparing stack dev with Deepcall …\n",
  });

  panel.rename(id("Support"), "Help | `desk` <b>");
  const renamed = await untouched(stack, () => drift(stack));
  expect(renamed).toMatchObject({ code: 2, err: "Comparing stack dev with Deepcall …\n" });
  expect(renamed.out).toBe(
    'Stack dev: 1 of 3 groups drifted.\n\n  support  was renamed: "Support" → "Help | `desk` <b>" (id ' +
      `${id("Support")})\n\nTo change the groups back: \`pulumi up --refresh --run-program\`. To keep what was done by hand: write it into the program.\n`,
  );

  panel.setStatus(id("Night"), 0);
  const two = await untouched(stack, () => drift(stack, "--format", "markdown"));
  expect(two.code).toBe(2);
  expect(two.out).toContain(
    "<!-- pulumi-deepcall drift dev -->\n### ⚠️ Deepcall groups of stack `dev`\n\n2 of 3 groups drifted.\n",
  );
  expect(two.out).toContain(`- \`night\` (\`Night\`, id ${id("Night")}) was deactivated\n`);
  expect(two.out).toContain(
    `- \`support\` (id ${id("Support")}) was renamed: \`Support\` → \`\`Help | \`desk\` <b>\`\`\n`,
  );

  panel.remove(id("Sales"));
  const json = await untouched(stack, () => drift(stack, "--format", "json"));
  expect(json.code).toBe(2);
  const urn = (name: string): string => `urn:pulumi:dev::test::pulumi-nodejs:dynamic/deepcall:Group::${name}`;
  expect(JSON.parse(json.out)).toEqual({
    version: 1,
    stack: "dev",
    drift: true,
    groups: [
      {
        resource: "night",
        urn: urn("night"),
        id: id("Night"),
        name: "Night",
        drift: [{ kind: "status", from: "active", to: "inactive" }],
      },
      { resource: "sales", urn: urn("sales"), id: id("Sales"), name: "Sales", drift: [{ kind: "gone" }] },
      {
        resource: "support",
        urn: urn("support"),
        id: id("Support"),
        name: "Support",
        drift: [{ kind: "renamed", from: "Support", to: "Help | `desk` <b>" }],
      },
    ],
    undeclared: null,
    pending: [],
  });
  const junit = await untouched(stack, () => drift(stack, "--format", "junit"));
  expect(junit.code).toBe(2);
  expect(junit.out).toContain('<testsuites tests="3" failures="3">');
  expect(junit.out).toContain(`<failure type="gone" message="&quot;Sales&quot; (id ${id("Sales")}) is gone">`);

  await stack.up("--refresh", "--run-program");
  expect((await drift(stack)).code).toBe(0);
});

test("undeclared groups: neither those that are read, nor those that the next up adopts", async () => {
  const elsewhere = 'DeepcallGroup.get("read", String(require("./ids.json")[0]));';
  const stack = await TestStack.create({ listShape: "nestedWithTotal" });
  const panel = stack.emulator.account("7");
  const [read] = ["Elsewhere", "Temp", "Late"].map((name) => panel.add(name).id);
  panel.add("Off", 0);
  stack.file("ids.json", JSON.stringify([read]));
  stack.program(three + elsewhere);
  await stack.up();
  expect((await untouched(stack, () => drift(stack))).code).toBe(0);

  stack.program(three + elsewhere + 'new DeepcallGroup("late", { name: "Late", onNameConflict: "adopt" });');
  const { code, out, err } = await untouched(stack, () => drift(stack, "--undeclared"));
  expect([code, err]).toEqual([2, "Listing the account's groups …\nComparing stack dev with Deepcall …\n"]);
  expect(out).toMatch(/^Stack dev: 3 groups as declared; 2 undeclared groups in the account\.\n/);
  expect(out).toMatch(/declares:\n {2}"Temp" \(id \d+\)\n {2}"Off" \(id \d+, inactive\)\n\n/);
  expect(out).toContain("not applied yet, which is no drift: create late.\n");

  stack.emulator.options.pageLimit = 5;
  const cut = await untouched(stack, () => drift(stack, "--undeclared", "--format", "json"));
  expect(JSON.parse(cut.out)).toMatchObject({ undeclared: { complete: false } });
});

test("what the program changes is no drift, nor is what it has caught up with or ignores; children count", async () => {
  const component = `
    class Team extends pulumi.ComponentResource {
      constructor(name) { super("shop:index:Team", name); new DeepcallGroup(name + "-chat", {}, { parent: this }); }
    }
    new Team("a"); `;
  const [stack, id] = await threeGroups(
    `${three} new DeepcallGroup("dropped"); new DeepcallGroup("caught"); ${component}
    new DeepcallGroup("hidden", { name: pulumi.secret("Hush") }); new DeepcallGroup("silent", { name: pulumi.secret("Hush hush") });
    new DeepcallGroup("ignored", {}, { ignoreChanges: ["name", "active"] });`,
  );
  const panel = stack.emulator.account("7");
  panel.rename(id("caught"), "by hand");
  panel.rename(id("ignored"), "anything");
  panel.setStatus(id("ignored"), 0);
  panel.rename(id("dropped"), "about to go");
  stack.program(`
    new DeepcallGroup("support", { name: "Care" }); new DeepcallGroup("night", { name: "Night", active: false });
    new DeepcallGroup("sales", { name: "Sales" }); new DeepcallGroup("added"); new DeepcallGroup("caught", { name: "by hand" });
    ${component} new DeepcallGroup("hidden", { name: pulumi.secret("Hush") }); new DeepcallGroup("silent", { name: pulumi.secret("Psst") });
    new DeepcallGroup("ignored", {}, { ignoreChanges: ["name", "active"] });`);
  const pending = await untouched(stack, () => drift(stack));
  expect(pending).toMatchObject({ code: 0 });
  expect(pending.out).toBe(
    "Stack dev: no drift; 8 groups as declared.\n\n" +
      "The program has changes that are not applied yet, which is no drift: create added; delete dropped; update night, silent, support.\n",
  );

  // Beside all that, drift is still seen; of a secret name, only that it changed.
  panel.setStatus(id("a-chat"), 0);
  panel.rename(id("Hush"), "Loud");
  const { code, out } = await untouched(stack, () => drift(stack));
  expect(code).toBe(2);
  expect(out).toContain(
    `2 of 8 groups drifted.\n\n  a-chat  was deactivated: "a-chat" (id ${id("a-chat")})\n  hidden  was renamed (both names are secret) (id ${id("Hush")})\n`,
  );
  expect(out).not.toMatch(/Hush|Loud|Psst/);
  for (const format of ["json", "markdown", "junit"])
    expect((await drift(stack, "--format", format)).out).not.toMatch(/Hush|Loud|Psst/);
});

describe("credentials", () => {
  test("today's config counts, not that of the last up; refused is 3, with the provider's own message", async () => {
    const [stack, id] = await threeGroups(three, { userId: "7", token });
    stack.emulator.account("7").remove(id("Sales"));
    await stack.configure({ token: "wrong-token-1" });
    for (const args of [[], ["--undeclared"]]) {
      const { code, out, err } = await untouched(stack, () => drift(stack, ...args));
      expect([code, out]).toEqual([3, ""]);
      expect(err).toContain(
        'Deepcall refused list with code 1014 (invalid or expired token): "Invalid or expired token".',
      );
      expect(err).not.toMatch(/wrong-token-1|pulumi preview|of the last `pulumi up`|\n\s+at /);
    }
    await stack.configure({ token: "" });
    await stack.configure({ userId: "" });
    const none = await untouched(stack, () => drift(stack, "--undeclared"));
    expect([none.code, none.out]).toEqual([1, ""]);
    expect(none.err).toContain("Missing: credentials: either deepcall:ssid");
    await stack.configure({ userId: "7", token });
    expect((await untouched(stack, () => drift(stack, "--undeclared"))).code).toBe(2);
  });
});

test("no server: 1, with the provider's own message and no stack trace", async () => {
  const [stack] = await threeGroups();
  await stack.emulator.close();
  const { code, out, err } = await drift(stack);
  expect([code, out]).toEqual([1, ""]);
  expect(err).toMatch(
    /^error: Could not read group "\w+" \(id \d\)\. Deepcall could not be reached at 127\.0\.0\.1:\d+ \(list: ECONNREFUSED/m,
  );
  expect(err).not.toMatch(/pulumi preview|CommandError|\n\s+at /);
});

test("whatever stands in the way is one clear error, and 1", async () => {
  const [stack] = await threeGroups();
  const empty = join(stack.folder, "../empty");
  mkdirSync(empty, { recursive: true });
  const nowhere = join(stack.folder, "nowhere");
  const failing = async (
    message: string | RegExp,
    ...more: Parameters<typeof start> extends [unknown, ...infer R] ? R : never
  ): Promise<void> => {
    const { code, out, err } = await start(stack, ...more).ended;
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/CommandError|code: -2|node_modules/);
  };
  await failing(/^error: no stack named 'nope' found\. `pulumi stack ls` shows/m, ["--stack", "nope"]);
  await failing(/^error: no stack named 'nope' found\. `pulumi stack ls` shows/m, ["--stack", "nope", "--undeclared"]);
  await failing(/^error: no Pulumi\.yaml project file found .*--cwd\.$/m, ["--cwd", empty]);
  await failing(`error: there is no folder ${nowhere}\n`, ["--cwd", nowhere]);
  await failing(/^error: .*passphrase must be set with PULUMI_CONFIG_PASSPHRASE/m, [], {
    env: { PULUMI_CONFIG_PASSPHRASE: undefined },
  });
  await failing(/^error: The Pulumi CLI was not found/m, [], { env: { PATH: empty } });
  stack.program(`${three} throw new Error("boom");`);
  await failing(
    /^error: Running program '.*index\.js' failed with an unhandled exception:\nError: boom\n {4}at .*index\.js:\d+:\d+\)$/m,
  );
  stack.program(`${three} DeepcallGroup.get("x", "99");`);
  await failing(/^error: Deepcall has no group with the id 99 for these credentials/m);
});

test("from a folder of its own with --cwd, beside a lock of somebody else's, and with another stack selected", async () => {
  const [stack] = await threeGroups();
  // `init` selects what it makes.
  expect(await stack.execute("pulumi", ["stack", "init", "other"])).toMatchObject({ code: 0 });
  const locks = join(stack.folder, "state/.pulumi/locks/organization/test/dev");
  mkdirSync(locks, { recursive: true });
  writeFileSync(
    join(locks, "a.json"),
    JSON.stringify({ pid: 1, username: "u", hostname: "h", timestamp: "2026-01-01T00:00:00Z" }),
  );
  const outside = join(stack.folder, "../outside");
  mkdirSync(outside, { recursive: true });
  const { code } = await untouched(stack, () => start(stack, ["--cwd", stack.folder], { cwd: outside }).ended);
  expect(code).toBe(0);
});

test.each([
  ["SIGINT to the whole group, as a terminal sends it", "SIGINT", -1],
  ["SIGTERM to the command alone, as a CI system sends it", "SIGTERM", 1],
] as const)("stopped by %s: Pulumi ends too, and no lock is left", async (_, signal, whom) => {
  const [stack] = await threeGroups();
  // An answer that never comes, so that the preview is under way for sure.
  let asked: () => void = () => undefined;
  const calling = new Promise<void>((resolve) => (asked = resolve));
  stack.emulator.intercept = async () => {
    asked();
    return new Promise(() => undefined);
  };
  const before = backend(stack);
  const { child, ended } = start(stack);
  await calling;
  process.kill(whom * (child.pid ?? 0), signal);
  expect(await ended).toEqual({
    code: 1,
    out: "",
    err: "Comparing stack dev with Deepcall …\nerror: stopped before the comparison was done; nothing was changed\n",
  });
  while (session(child.pid ?? 0).length > 0) await new Promise((resolve) => setImmediate(resolve));
  expect(backend(stack)).toEqual(before);
});
