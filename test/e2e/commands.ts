import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
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

export interface CliOutcome {
  code: number | null;
  out: string;
  err: string;
}

export interface RunningCommand {
  child: ChildProcess;
  ended: Promise<CliOutcome>;
}

/** Starts `pulumi-deepcall COMMAND --stack dev` without a terminal, like a CI job. */
export function startCli(
  stack: TestStack,
  name: string,
  args: string[] = [],
  { cwd = stack.folder, env = {} }: { cwd?: string; env?: Record<string, string | undefined> } = {},
): RunningCommand {
  const command = join(process.env["E2E_FOLDER"] ?? "", "node_modules/pulumi-deepcall/dist/cli/main.js");
  const child = spawn(
    process.execPath,
    [command, name, ...(args.includes("--stack") ? [] : ["--stack", "dev"]), ...args],
    {
      cwd,
      env: { ...process.env, ...stack.env, ...env },
      // In a separate session, like a job in a terminal or in CI.
      detached: true,
    },
  );
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<CliOutcome>((resolve) => {
    child.once("close", (code) => {
      resolve({ code, out, err });
    });
  });
  return { child, ended };
}

/** Every file of the backend, including checkpoint and locks, and the selected stack. */
export function backend(stack: TestStack): Record<string, string> {
  const files: Record<string, string> = {};
  for (const folder of ["state", "home/workspaces"])
    for (const name of readdirSync(join(stack.folder, folder), { recursive: true, encoding: "utf8" })) {
      const path = join(stack.folder, folder, name);
      try {
        files[join(folder, name)] = readFileSync(path, "utf8");
      } catch {
        // It is a folder.
      }
    }
  return files;
}

/** Runs a command and expects that it changes neither the backend nor the groups in Deepcall. */
export async function expectReadOnly<T>(stack: TestStack, command: () => Promise<T>): Promise<T> {
  const before = [backend(stack), stack.emulator.groups()];
  stack.emulator.clearCalls();
  const result = await command();
  expect([backend(stack), stack.emulator.groups()]).toEqual(before);
  const writes = stack.emulator.calls.filter(({ operation }) => !readOperations.has(operation));
  expect(writes).toEqual([]);
  return result;
}
const readOperations = new Set(["list", "getGroupAgentRelation"]);
