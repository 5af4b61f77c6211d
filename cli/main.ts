#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { run } from "./program";

// Relative to dist/cli/main.js.
const packageJson = readFileSync(join(__dirname, "../../package.json"), "utf8");
const { version } = JSON.parse(packageJson) as { version: string };

// A reader that needs no more output (`| head`) closes the pipe. That is not an error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
// The result on standard output is complete even if nobody reads errors and progress.
process.stderr.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

void run(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  untilStopped: () =>
    new Promise((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM"]) {
        const stop = (): void => {
          resolve();
          // `once` would remove the listener earlier, and libraries that see no other listener (execa) would then end
          // the process immediately. A second signal does end it.
          setImmediate(() => process.off(signal, stop));
        };
        process.on(signal, stop);
      }
    }),
  ask: process.stdin.isTTY && process.stderr.isTTY ? ask : undefined,
  env: process.env,
  version,
  terminals: { out: process.stdout.isTTY, err: process.stderr.isTTY },
}).then((exitCode) => {
  process.exitCode = exitCode;
});

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    // Ctrl-C or Ctrl-D.
    terminal.once("close", () => {
      resolve("");
    });
    terminal.question(question, (answer) => {
      resolve(answer);
      terminal.close();
    });
  });
}
