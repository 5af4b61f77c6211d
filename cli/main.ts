#!/usr/bin/env node
import { createRequire } from "node:module";
import { run } from "./program";

// At run time: package.json lies outside of what is compiled, two levels above dist/cli/main.js.
const { version } = createRequire(__filename)("../../package.json") as { version: string };

// A reader that has seen enough (`| head`) closes the pipe: that is no error, and there is nobody left to tell.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

void run(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  untilStopped: () =>
    new Promise((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM"]) {
        const stop = (): void => {
          resolve();
          // Not earlier, as `once` would: libraries that see no other listener (execa) would end the process now.
          // A second signal does end it.
          setImmediate(() => process.off(signal, stop));
        };
        process.on(signal, stop);
      }
    }),
  env: process.env,
  version,
  terminals: { out: process.stdout.isTTY, err: process.stderr.isTTY },
}).then((exitCode) => {
  process.exitCode = exitCode;
});
