import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { declareGroups, interruptCommand, startCommand, waitForCalls } from "../e2e/commands";
import { sessionProcesses } from "../e2e/processes";
import { TestStack } from "../e2e/stack";
import { seed } from "../support/seed";

/** How many random moments each command is killed at; KILLS=30 for a long run. */
const kills = Number(process.env["KILLS"] ?? 3);

function killSession(leader: number): void {
  for (const pid of [leader, ...sessionProcesses(leader)]) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** Runs a command and kills its whole session with `kill -9` when that many calls have reached the emulator. */
async function kill(stack: TestStack, command: string, calls: number): Promise<void> {
  const reached = waitForCalls(stack.emulator, calls);
  const { child, ended } = startCommand(stack, command);
  await Promise.race([reached, ended]);
  killSession(child.pid ?? 0);
  await ended;
}

/**
 * The recovery after a kill: restore the backup of the backend if its checkpoint, or the attributes beside it,
 * were cut off, and release its lock.
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

/** The state is written once, at the end. */
const withoutCheckpoints = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };

test.each([
  ["with", {}],
  ["without", withoutCheckpoints],
])("Ctrl-C once %s checkpoints: running calls end, the state is saved, and the next up finishes", async (_, env) => {
  const stack = await TestStack.create({ latencyMs: 100 });
  Object.assign(stack.env, env);
  stack.program(declareGroups(40, "suffix"));
  expect(await interruptCommand(stack, "up", 20)).not.toBe(0);
  const created = stack.emulator.groups().map(({ id }) => String(id));
  expect(created.length).toBeGreaterThan(0);
  expect(created.length).toBeLessThan(40);
  const recorded = stack.groups().map(({ id }) => id);
  expect(recorded.toSorted()).toEqual(created.toSorted());
  await stack.up();
  expect(new Set(stack.emulator.groups().map(({ name }) => name)).size).toBe(40);
});

test("kill -9 without checkpoints: the state is empty, and the next up adopts what was created", async () => {
  const stack = await TestStack.create({ latencyMs: 50 });
  Object.assign(stack.env, withoutCheckpoints);
  stack.program(declareGroups(30, "adopt"));
  await kill(stack, "up", 30);
  await stack.emulator.waitForLateCommits();
  const created = stack.emulator.groups();
  expect(created.length).toBeGreaterThan(0);
  expect(stack.groups()).toEqual([]);
  await recover(stack);
  await stack.up();
  expect(stack.emulator.groups()).toHaveLength(30);
  expect(stack.emulator.groups()).toEqual(expect.arrayContaining(created));
  await stack.expectNoDrift();
});

test("kill -9 at random moments of an up and of a destroy: the next one ends as declared", async () => {
  const count = 30;
  const rounds = fc.record({ up: fc.integer({ min: 1, max: 2 * count }), destroy: fc.integer({ min: 1, max: count }) });
  const moments = fc.sample(rounds, { numRuns: kills, seed });
  // Before, so that a run that hangs or fails can be repeated.
  process.stdout.write(`kill -9: SEED=${seed}, at these calls: ${JSON.stringify(moments)}\n`);
  const stack = await TestStack.create({ latencyMs: 20 });
  stack.program(declareGroups(count, "adopt"));
  const names = Array.from({ length: count }, (_, n) => `Group ${n + 1}x`).toSorted();
  for (const moment of moments) {
    for (const command of ["up", "destroy"] as const) {
      await kill(stack, command, moment[command]);
      await recover(stack);
      const again = await stack.run(command, "--yes", "--skip-preview");
      expect([again.code, again.output]).toEqual([0, expect.stringContaining("Resources:")]);
      const left = stack.emulator.groups().map(({ name }) => name);
      expect(left.toSorted()).toEqual(command === "up" ? names : []);
    }
  }
}, 1_800_000);

test("60 groups against 20 requests a second: up succeeds without an error", async () => {
  const stack = await TestStack.create({ rateLimit: 20 });
  stack.program(declareGroups(60, "suffix"));
  const { output } = await stack.up();
  expect(output).not.toMatch(/error|429/);
  expect(stack.emulator.groups()).toHaveLength(60);
});
