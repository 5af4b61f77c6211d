import { spawn, type ChildProcess } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Emulator } from "../../emulator";
import { session } from "./session";
import { TestStack } from "./stack";

/** How many random moments each kind of kill is tried at; KILLS=30 for the long run. */
const kills = Number(process.env["KILLS"] ?? 3);

/** Starts a command of the CLI as the leader of a session of its own, as a terminal or a CI job does. */
function start(stack: TestStack, ...args: string[]): { child: ChildProcess; ended: Promise<number | null> } {
  const all = [...args, "--yes", "--skip-preview", "--non-interactive", "--color", "never", "--stack", "dev"];
  const child = spawn("pulumi", all, {
    cwd: stack.folder,
    env: { ...process.env, ...stack.env },
    detached: true,
    stdio: "ignore",
  });
  return { child, ended: new Promise((resolve) => child.once("close", resolve)) };
}

function killTree(leader: number): void {
  for (const pid of [leader, ...session(leader)]) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself meanwhile.
    }
  }
}

/** Resolves when the emulator has had that many calls, or the command has ended before. */
async function afterCalls(emulator: Emulator, calls: number, ended: Promise<unknown>): Promise<void> {
  const over = { value: false };
  void ended.then(() => (over.value = true));
  while (emulator.count() < calls && !over.value) await new Promise((resolve) => setImmediate(resolve));
}

/**
 * What a person does after a kill: put the backend's own backup back where its checkpoint, or the attributes beside
 * it, were cut off, and release its lock.
 */
async function recover(stack: TestStack): Promise<void> {
  const checkpoint = join(stack.folder, "state/.pulumi/stacks/test/dev.json");
  for (const [file, backup] of [
    [checkpoint, `${checkpoint}.bak`],
    [`${checkpoint}.attrs`, `${checkpoint}.bak.attrs`],
  ] as const)
    if (!isWhole(file) && isWhole(backup)) copyFileSync(backup, file);
  await stack.run("cancel", "--yes");
}

function isWhole(file: string): boolean {
  try {
    JSON.parse(readFileSync(file, "utf8"));
    return true;
  } catch {
    return false;
  }
}

function declared(count: number, rule: string): string {
  return `for (let n = 1; n <= ${count}; n++) new DeepcallGroup("g" + n, { name: "Group " + n + "x", onNameConflict: "${rule}" });`;
}

/** The state is written once, at the end. */
const withoutCheckpoints = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };

test.each([
  ["", {}],
  [", without checkpoints", withoutCheckpoints],
])("Ctrl-C once%s: running calls end, the state is saved, and the next up finishes", async (_, env) => {
  const stack = await TestStack.create({ latencyMs: 100 });
  Object.assign(stack.env, env);
  stack.program(declared(40, "suffix"));
  const { child, ended } = start(stack, "up");
  await afterCalls(stack.emulator, 20, ended);
  // A terminal signals the whole foreground group; the plugins are in groups of their own.
  process.kill(-(child.pid ?? 0), "SIGINT");
  expect(await ended).not.toBe(0);
  const made = stack.emulator.groups().map(({ id }) => String(id));
  expect(made.length).toBeLessThan(40);
  expect((await stack.groups()).map(({ id }) => id).toSorted()).toEqual(made.toSorted());
  await stack.up();
  expect(stack.emulator.groups()).toHaveLength(40);
  expect(new Set(stack.emulator.groups().map(({ name }) => name)).size).toBe(40);
});

test("kill -9 without checkpoints: the state knows of nothing, and the next up adopts what was made", async () => {
  const stack = await TestStack.create({ latencyMs: 50 });
  Object.assign(stack.env, withoutCheckpoints);
  stack.program(declared(30, "adopt"));
  const { child, ended } = start(stack, "up");
  await afterCalls(stack.emulator, 30, ended);
  killTree(child.pid ?? 0);
  await ended;
  await stack.emulator.settled();
  const made = stack.emulator.groups();
  expect(made.length).toBeGreaterThan(0);
  expect(await stack.groups()).toEqual([]);
  await recover(stack);
  await stack.up();
  expect(stack.emulator.groups()).toHaveLength(30);
  expect(stack.emulator.groups()).toEqual(expect.arrayContaining(made));
  expect(await stack.driftCodes()).toEqual([0, 0, 0]);
});

test(`kill -9 at ${kills} random moments of an up and of a destroy: the next one ends as declared`, async () => {
  const count = 50;
  const stack = await TestStack.create({ latencyMs: 20 });
  stack.program(declared(count, "adopt"));
  const names = Array.from({ length: count }, (_, n) => `Group ${n + 1}x`).toSorted();
  const moments: string[] = [];
  for (let round = 0; round < kills; round++) {
    for (const command of ["up", "destroy"]) {
      const most = command === "up" ? 2 * count : count;
      const moment = 1 + Math.floor(Math.random() * most);
      stack.emulator.clearCalls();
      const { child, ended } = start(stack, command);
      await afterCalls(stack.emulator, moment, ended);
      killTree(child.pid ?? 0);
      await ended;
      moments.push(`${command}@${moment}: ${stack.emulator.groups().length}`);
      await recover(stack);
      const again = await stack.run(command, "--yes", "--skip-preview");
      expect([again.code, again.output]).toEqual([0, expect.stringContaining("Resources:")]);
      const left = stack.emulator.groups().map(({ name }) => name);
      expect(left.toSorted()).toEqual(command === "up" ? names : []);
    }
  }
  console.log(`killed at (command@call: groups then) ${moments.join(", ")}`);
}, 1_800_000);
