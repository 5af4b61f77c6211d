// The quickstart example against a real account: a preview, a question, and only then a change.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { interrupted } from "./process.mjs";
import { pulumi } from "./pulumi.mjs";

const cwd = fileURLToPath(new URL("..", import.meta.url));

export default async function realAccount() {
  const state = stateSettings();
  // No `patience` here: an update that was interrupted may take its time to write down what it made.
  const options = { cwd, env: { ...process.env, ...state } };
  const where = state.PULUMI_BACKEND_URL ? "the folder .deepcall" : "your own Pulumi backend";
  console.log(`The program is examples/quickstart/index.ts, its state is kept in ${where}.`);
  await pulumi(`stack select --create ${process.env.PULUMI_STACK || "dev"}`, options);
  await pulumi("preview", options);

  if (!process.stdin.isTTY) {
    console.log("\nNothing was changed: to be asked whether to go on, run this in a terminal.");
    return;
  }
  const { origin } = new URL(process.env.DEEPCALL_BASE_URL);
  if (!(await confirm(`\nMake these changes in the account at ${origin}? yes/no: `))) {
    console.log("Nothing was changed.");
    return;
  }
  await pulumi("up --yes", options);

  console.log("\nThese groups are now yours to change: edit the program and run `npm start` again.");
  console.log("To remove them, or for any other command of Pulumi:\n");
  for (const [name, value] of Object.entries(state)) console.log(`  export ${name}=${value}`);
  console.log("  npx pulumi destroy");
}

/** The user's own backend, or else a folder that stays in the repository, uncommitted. */
function stateSettings() {
  if (process.env.PULUMI_BACKEND_URL) return {};
  const state = join(cwd, ".deepcall/state");
  mkdirSync(state, { recursive: true });
  const { PULUMI_CONFIG_PASSPHRASE: own, PULUMI_CONFIG_PASSPHRASE_FILE: ownFile } = process.env;
  return {
    PULUMI_BACKEND_URL: pathToFileURL(state).href,
    // The example keeps no secret in its state or configuration.
    ...(own === undefined && ownFile === undefined && { PULUMI_CONFIG_PASSPHRASE: "" }),
  };
}

/** Only the whole word "yes" is a yes. */
async function confirm(question) {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  lines.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
  // Ctrl-D rejects, and so does an interruption, which ends everything.
  const answer = await lines.question(question, { signal: interrupted }).catch(() => "no");
  lines.close();
  interrupted.throwIfAborted();
  return answer === "yes";
}
