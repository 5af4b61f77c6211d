// Child processes that Ctrl-C ends with everything they started.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { clearTimeout } from "node:timers";

const posix = process.platform !== "win32";
const running = new Set();
const interruption = new globalThis.AbortController();
let lastSignalAt = 0;

/** Aborted at the first Ctrl-C; the reason is an `Interrupted`. */
export const interrupted = interruption.signal;

export class Interrupted extends Error {
  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super(`interrupted by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** Something the reader can act on: printed without a stack. */
export class Failure extends Error {}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    // One Ctrl-C arrives several times, from the terminal and from npm, but a child takes a second one as "at once".
    const now = Date.now();
    if (now - lastSignalAt < 500) return;
    lastSignalAt = now;
    interruption.abort(new Interrupted(signal));
    for (const end of running) end(signal);
  });
}

/**
 * Runs a command and gives its exit code. Rejects when it can't be started, and with `Interrupted` after a Ctrl-C.
 * @param {string} command
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions & {
 *   timeLimit?: number, patience?: number, onOutput?: (text: string) => void }} options
 *   `timeLimit`: ms until it is killed. `patience`: ms it gets to end after a Ctrl-C, before it is killed.
 *   `onOutput`: takes what it prints, instead of the terminal.
 * @returns {Promise<number>}
 */
export async function run(command, args, { timeLimit, patience, onOutput, ...options } = {}) {
  interrupted.throwIfAborted();
  const output = onOutput ? "pipe" : "inherit";
  // A process group (and session) of its own: signals reach it through us alone, so exactly once.
  const child = spawn(command, args, { stdio: ["ignore", output, output], ...options, detached: posix });
  const timers = [];
  const killAfter = (ms) => ms !== undefined && timers.push(setTimeout(() => signalGroup(child, "SIGKILL"), ms));
  const end = (signal) => {
    signalGroup(child, signal);
    killAfter(patience);
  };
  running.add(end);
  killAfter(timeLimit);
  for (const stream of onOutput ? [child.stdout, child.stderr] : []) stream.setEncoding("utf8").on("data", onOutput);
  child.once("exit", () => killSession(child.pid));
  try {
    const code = await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (status, signal) => resolve(status ?? 128 + constants.signals[signal]));
    });
    interrupted.throwIfAborted();
    return code;
  } finally {
    running.delete(end);
    timers.forEach(clearTimeout);
  }
}

/** Runs a script's work, turns its outcome into the exit code and its failure into words. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    process.exitCode = error.exitCode ?? 1;
    if (error instanceof Interrupted) return;
    console.error(`\n${error instanceof Failure ? error.message : error.stack}`);
  }
}

function signalGroup(child, signal) {
  try {
    if (posix) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    // It has ended already.
  }
}

/** Ends what a process left behind. Pulumi gives its plugins process groups of their own; the session is still its. */
function killSession(session) {
  for (const pid of process.platform === "linux" ? sessionMembers(session) : posix ? [-session] : []) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself.
    }
  }
}

function sessionMembers(session) {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        // "pid (command) state ppid pgrp session …": the command can hold blanks and brackets.
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3]) === session;
      } catch {
        return false;
      }
    });
}
