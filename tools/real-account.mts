// `npm start` with DEEPCALL_BASE_URL: previews the quickstart example against a real account, asks, then applies it.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Failure, interrupted, main } from "./process.mjs";
import { pulumi } from "./pulumi.mts";

const cwd = fileURLToPath(new URL("..", import.meta.url));

await main(async () => {
  if (process.argv.length > 2) {
    throw new Failure(`With DEEPCALL_BASE_URL, npm start has no options, but got ${process.argv.slice(2).join(" ")}.`);
  }
  const backend = backendSettings();
  // No gracePeriodMs: an interrupted update needs time to save the groups that it created.
  const options = { cwd, env: { ...process.env, ...backend } };
  const where = backend["PULUMI_BACKEND_URL"] ? "the folder .deepcall" : "your own Pulumi backend";
  console.log(`The program is examples/quickstart/index.ts. Its state is stored in ${where}.`);
  await pulumi(`stack select --create ${process.env["PULUMI_STACK"] || "dev"}`, options);
  await pulumi("preview", options);

  if (!process.stdin.isTTY) {
    console.log("\nNothing was changed. Run this command in a terminal to apply the changes.");
    return;
  }
  const { origin } = new URL(process.env["DEEPCALL_BASE_URL"] ?? "");
  if (!(await confirm(`\nApply these changes to the account at ${origin}? yes/no: `))) {
    console.log("Nothing was changed.");
    return;
  }
  await pulumi("up --yes", options);

  console.log("\nTo change these groups, edit the program and run `npm start` again.");
  console.log("To delete them, or to run any other Pulumi command:\n");
  for (const [name, value] of Object.entries(backend)) console.log(`  export ${name}=${value}`);
  console.log("  npx pulumi destroy");
});

/** Nothing if the user has a backend; otherwise one in a folder of the repository that is not committed. */
function backendSettings(): Record<string, string> {
  const { PULUMI_BACKEND_URL: url, PULUMI_CONFIG_PASSPHRASE: passphrase } = process.env;
  if (url) return {};
  const folder = join(cwd, ".deepcall/state");
  mkdirSync(folder, { recursive: true });
  const hasPassphrase = passphrase !== undefined || process.env["PULUMI_CONFIG_PASSPHRASE_FILE"] !== undefined;
  return {
    PULUMI_BACKEND_URL: pathToFileURL(folder).href,
    // The example stores no secrets, so the passphrase can be empty.
    ...(!hasPassphrase && { PULUMI_CONFIG_PASSPHRASE: "" }),
  };
}

async function confirm(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  lines.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
  // Rejects after Ctrl-D, and after a signal, which ends the script.
  const answer = await lines.question(question, { signal: interrupted }).catch(() => "no");
  lines.close();
  interrupted.throwIfAborted();
  return answer === "yes";
}
