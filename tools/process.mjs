// What the scripts of tools/ and bench/ have in common: child processes that Ctrl-C ends together with everything they
// started, exit codes, and how long things take.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";

const posix = process.platform !== "win32";
/** @type {Set<(signal: NodeJS.Signals) => void>} */
const running = new Set();
const interruption = new AbortController();
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

/** An error that the user can act on, printed without a stack. */
export class Failure extends Error {}

/** @type {NodeJS.Signals[]} */ (["SIGINT", "SIGTERM", "SIGHUP"]).forEach((signal) => {
  process.on(signal, () => {
    // The terminal and npm both deliver one Ctrl-C, but a child treats a second signal as "stop immediately".
    const now = Date.now();
    if (now - lastSignalAt < 500) return;
    lastSignalAt = now;
    interruption.abort(new Interrupted(signal));
    for (const stop of running) stop(signal);
  });
});

/**
 * @typedef {object} RunOptions
 * @property {boolean} [capture] returns the output instead of showing it
 * @property {(output: string) => string} [progress] describes the work so far; printed every 15 seconds
 * @property {number} [timeLimitMs] kills the command after this time
 * @property {number} [gracePeriodMs] how long the command may take to exit after a Ctrl-C, before it is killed
 */

/**
 * Runs a command. Rejects if it cannot be started, and with `Interrupted` after a Ctrl-C.
 * @param {string} command
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions & RunOptions} [options]
 * @returns {Promise<{ code: number, output: string, stdout: string }>} `output` is stdout and stderr; both are empty without `capture`
 */
export async function run(command, args, { capture, progress, timeLimitMs, gracePeriodMs, ...options } = {}) {
  interrupted.throwIfAborted();
  const stdio = capture ? "pipe" : "inherit";
  // Its own process group and session: it receives signals only from here, and therefore only once.
  const child = spawn(command, args, { stdio: ["ignore", stdio, stdio], ...options, detached: posix });
  let [output, stdout] = ["", ""];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
      output += text;
      if (stream === child.stdout) stdout += text;
    });
  }

  /** @type {NodeJS.Timeout[]} */
  const timers = [];
  /** @param {number | undefined} ms */
  const killAfter = (ms) => {
    if (ms !== undefined)
      timers.push(
        setTimeout(() => {
          signalGroup(child, "SIGKILL");
        }, ms),
      );
  };
  /** @param {NodeJS.Signals} signal */
  const stop = (signal) => {
    signalGroup(child, signal);
    killAfter(gracePeriodMs);
  };
  running.add(stop);
  killAfter(timeLimitMs);
  const start = Date.now();
  if (progress)
    timers.push(
      setInterval(() => {
        console.log(`  ${progress(output)}, ${elapsed(start)} so far`);
      }, 15_000),
    );
  child.once("exit", () => {
    killSession(child);
  });
  try {
    /** @type {number} */
    const code = await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (status, signal) => {
        resolve(status ?? 128 + (signal ? constants.signals[signal] : 0));
      });
    });
    interrupted.throwIfAborted();
    return { code, output, stdout };
  } finally {
    running.delete(stop);
    timers.forEach(clearTimeout);
  }
}

/**
 * Runs a script: sets the exit code and prints the error, if any.
 * @param {() => Promise<number | void>} script returns the exit code; default 0
 */
export async function main(script) {
  try {
    process.exitCode = (await script()) ?? 0;
  } catch (error) {
    process.exitCode = error instanceof Interrupted ? error.exitCode : 1;
    if (error instanceof Failure) console.error(`\n${error.message}`);
    else if (!(error instanceof Interrupted)) console.error(error);
  }
}

/**
 * @param {number} since a `Date.now()`
 * @returns {string} e.g. "75 s"
 */
export const elapsed = (since) => `${Math.round((Date.now() - since) / 1000)} s`;

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function signalGroup(child, signal) {
  if (posix && child.pid !== undefined) kill(-child.pid, signal);
  else child.kill(signal);
}

/**
 * Kills what a process left behind. Pulumi starts its plugins in process groups of their own, but in the same session.
 * @param {import("node:child_process").ChildProcess} child
 */
function killSession({ pid }) {
  if (pid === undefined || !posix) return;
  for (const target of process.platform === "linux" ? sessionMembers(pid) : [-pid]) kill(target, "SIGKILL");
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
function kill(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It has exited already.
  }
}

/** @param {number} session */
function sessionMembers(session) {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        // "pid (command) state ppid pgrp session …", where the command may contain spaces and parentheses.
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3]) === session;
      } catch {
        return false;
      }
    });
}
