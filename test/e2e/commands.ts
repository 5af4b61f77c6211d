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
