import { spawn, type ChildProcess } from "node:child_process";
import type { Emulator } from "../../emulator";
import type { TestStack } from "./stack";

/** Starts a command of the CLI as the leader of a session of its own, as a terminal or a CI job does. */
export function startCommand(
  stack: TestStack,
  ...args: string[]
): { child: ChildProcess; ended: Promise<number | null> } {
  const all = [...args, "--yes", "--skip-preview", "--non-interactive", "--color", "never", "--stack", "dev"];
  const child = spawn("pulumi", all, {
    cwd: stack.folder,
    env: { ...process.env, ...stack.env },
    detached: true,
    stdio: "ignore",
  });
  return { child, ended: new Promise((resolve) => child.once("close", resolve)) };
}

/** Runs a command and presses Ctrl-C when that many calls have reached the emulator; returns the exit code. */
export async function interruptCommand(stack: TestStack, command: string, calls: number): Promise<number | null> {
  const reached = waitForCalls(stack.emulator, calls);
  const { child, ended } = startCommand(stack, command);
  await Promise.race([reached, ended]);
  // A terminal signals the whole foreground group; the plugins are in groups of their own.
  process.kill(-(child.pid ?? 0), "SIGINT");
  return ended;
}

/** Resolves when that many more calls have reached the emulator. */
export async function waitForCalls(emulator: Emulator, count: number): Promise<void> {
  let calls = 0;
  await new Promise<void>((resolve) => {
    emulator.intercept = () => {
      calls++;
      if (calls === count) resolve();
      return undefined;
    };
  });
}

/** A program with this many groups. */
export function declareGroups(count: number, onNameConflict: string): string {
  return `for (let n = 1; n <= ${count}; n++) new DeepcallGroup("g" + n, { name: "Group " + n + "x", onNameConflict: "${onNameConflict}" });`;
}
