import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { token } from "../support/lifecycle";
import { backend, expectReadOnly, startCli, type CliOutcome, type RunningCommand } from "./commands";
import { sessionEnded } from "./processes";
import { TestStack } from "./stack";

const start = (stack: TestStack, args: string[] = [], options = {}): RunningCommand =>
  startCli(stack, "drift", args, options);

async function drift(stack: TestStack, ...args: string[]): Promise<CliOutcome> {
  return start(stack, args).ended;
}

const component = `
  class Team extends pulumi.ComponentResource {
    constructor(name) { super("shop:index:Team", name); new DeepcallGroup(name + "-chat", {}, { parent: this }); }
  }
  new Team("a");`;
const unchanged = `${component}
  new DeepcallGroup("sales", { name: "Sales" });
  new DeepcallGroup("hidden", { name: pulumi.secret("Hush") });
  new DeepcallGroup("ignored", {}, { ignoreChanges: ["name", "active"] });
  DeepcallGroup.get("read", String(require("./ids.json")[0]));`;

test("one report contains drift, pending changes and undeclared groups, and hides secrets", async () => {
  const stack = await TestStack.create({ listShape: "nestedWithTotal" }, { userId: "7", token });
  const account = stack.emulator.account("7");
  const { id: elsewhereId } = account.add("Elsewhere");
  stack.file("ids.json", JSON.stringify([elsewhereId]));
  stack.program(`${unchanged}
    new DeepcallGroup("support", { name: "Support" });
    new DeepcallGroup("night", { name: "Night" });
    new DeepcallGroup("silent", { name: pulumi.secret("Hush hush") });
    new DeepcallGroup("dropped"); new DeepcallGroup("caught");`);
  await stack.up();

  // From another folder, with a lock of another user, and with another stack selected (`init` selects the new stack).
  expect(await stack.execute("pulumi", ["stack", "init", "other"])).toMatchObject({ code: 0 });
  const locks = join(stack.folder, "state/.pulumi/locks/organization/test/dev");
  mkdirSync(locks, { recursive: true });
  const lock = { pid: 1, username: "u", hostname: "h", timestamp: "2026-01-01T00:00:00Z" };
  writeFileSync(join(locks, "a.json"), JSON.stringify(lock));
  const outside = `${stack.folder}-outside`;
  mkdirSync(outside);
  expect(await expectReadOnly(stack, () => start(stack, ["--cwd", stack.folder], { cwd: outside }).ended)).toEqual({
    code: 0,
    out: "Stack dev: no drift; 9 groups as declared.\n",
    err: "Comparing stack dev with Deepcall …\n",
  });

  const idOf = (name: string) => stack.emulator.groups().find((group) => group.name === name)?.id ?? 0;
  const ids = { chat: idOf("a-chat"), hidden: idOf("Hush"), night: idOf("Night"), sales: idOf("Sales") };
  account.setStatus(ids.chat, 0);
  account.remove(ids.sales);
  for (const [from, to] of [
    ["Hush", "Loud"],
    ["Night", "Help | `desk` <b>"],
    ["caught", "by hand"],
    ["ignored", "anything"],
    ["dropped", "about to go"],
  ] as const)
    account.rename(idOf(from), to);
  account.setStatus(idOf("anything"), 0);
  account.add("Late");
  const undeclared = account.add("Temp", 0).id;
  stack.program(`${unchanged}
    new DeepcallGroup("support", { name: "Care" });
    new DeepcallGroup("night", { name: "Night" });
    new DeepcallGroup("silent", { name: pulumi.secret("Psst") });
    new DeepcallGroup("caught", { name: "by hand" });
    new DeepcallGroup("late", { name: "Late", onNameConflict: "adopt" });`);
  const { code, out, err } = await expectReadOnly(stack, () => drift(stack, "--undeclared", "--format", "json"));
  expect([code, err]).toEqual([2, "Comparing stack dev with Deepcall …\nListing the groups of 1 account …\n"]);
  expect(out).not.toMatch(/Hush|Loud|Psst/);
  const resource = (name: string, parent = "") => ({
    resource: name,
    urn: `urn:pulumi:dev::test::${parent}pulumi-nodejs:dynamic/deepcall:Group::${name}`,
  });
  const declared = (name: string, parent?: string) => ({ ...resource(name, parent), provider: null });
  const { groups, ...rest } = JSON.parse(out) as { groups: { resource: string; drift: unknown[] }[] };
  const asDeclared = groups.filter((group) => group.drift.length === 0);
  expect(asDeclared.map((group) => group.resource)).toEqual(["caught", "ignored", "silent", "support"]);
  expect({ ...rest, groups: groups.filter((group) => group.drift.length > 0) }).toEqual({
    version: 1,
    stack: "dev",
    drift: true,
    groups: [
      {
        ...declared("a-chat", "shop:index:Team$"),
        id: ids.chat,
        name: "a-chat",
        drift: [{ kind: "status", from: "active", to: "inactive" }],
      },
      { ...declared("hidden"), id: ids.hidden, name: null, drift: [{ kind: "renamed", from: null, to: null }] },
      {
        ...declared("night"),
        id: ids.night,
        name: "Night",
        drift: [{ kind: "renamed", from: "Night", to: "Help | `desk` <b>" }],
      },
      { ...declared("sales"), id: ids.sales, name: "Sales", drift: [{ kind: "gone" }] },
    ],
    agents: [],
    undeclared: [
      { provider: null, listed: true, complete: true, groups: [{ id: undeclared, name: "Temp", status: "inactive" }] },
    ],
    pending: [
      { ...resource("dropped"), change: "delete" },
      { ...resource("late"), change: "create" },
      { ...resource("silent"), change: "update" },
      { ...resource("support"), change: "update" },
    ],
  });

  // The current config applies, not the config of the last `up`.
  await stack.configure({ token: "wrong-token-1" });
  const refused = await expectReadOnly(stack, () => drift(stack, "--undeclared"));
  expect([refused.code, refused.out]).toEqual([3, ""]);
  expect(refused.err).toContain(
    'Deepcall refused list with code 1014 (invalid or expired token): "Invalid or expired token".',
  );
  expect(refused.err).toMatch(/\[deepcall:1014\]$/m);
  expect(refused.err).not.toMatch(/wrong-token-1|pulumi preview|\n\s+at /);
});

test("an interruption or a failure is one clear error with exit code 1, and leaves no process and no lock", async () => {
  // A stack needs a passphrase only if its config contains a secret.
  const stack = await TestStack.create({}, { userId: "7", token });
  stack.program('new DeepcallGroup("support");');
  await stack.up();
  const before = backend(stack);
  for (const [signal, target] of [
    // A terminal signals the whole process group, a CI system only the command.
    ["SIGINT", -1],
    ["SIGTERM", 1],
  ] as const) {
    // A call without an answer, so that the preview is certainly running.
    const called = new Promise<void>((resolve) => {
      stack.emulator.intercept = async () => {
        resolve();
        return new Promise(() => undefined);
      };
    });
    const { child, ended } = start(stack);
    await called;
    process.kill(target * (child.pid ?? 0), signal);
    expect(await ended).toEqual({
      code: 1,
      out: "",
      err: "Comparing stack dev with Deepcall …\nerror: The command was interrupted, so the result is unknown. Nothing was changed.\n",
    });
    await sessionEnded(child.pid ?? 0);
    expect(backend(stack)).toEqual(before);
  }
  stack.emulator.intercept = undefined;

  const empty = `${stack.folder}-empty`;
  mkdirSync(empty);
  const nowhere = join(stack.folder, "nowhere");
  const expectFailure = async (message: string | RegExp, ...more: [args?: string[], options?: object]) => {
    const { code, out, err } = await start(stack, ...more).ended;
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/CommandError|code: -2|node_modules|pulumi preview/);
  };
  await expectFailure(/^error: no stack named 'nope' found\. `pulumi stack ls` lists/m, ["--stack", "nope"]);
  await expectFailure(/^error: no Pulumi\.yaml project file found .*--cwd\.$/m, ["--cwd", empty]);
  await expectFailure(`error: Folder ${nowhere} does not exist.\n`, ["--cwd", nowhere]);
  await expectFailure(/^error: .*passphrase must be set with PULUMI_CONFIG_PASSPHRASE/m, [], {
    env: { PULUMI_CONFIG_PASSPHRASE: undefined },
  });
  await expectFailure(/^error: The Pulumi CLI was not found/m, [], { env: { PATH: empty } });
  stack.program('throw new Error("boom");');
  await expectFailure(
    /^error: Running program '.*index\.js' failed with an unhandled exception:\nError: boom\n {4}at .*index\.js:\d+:\d+\)$/m,
  );
});
