// The demonstration: the quickstart example against an emulator on this machine, with the real Pulumi CLI.
import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Failure } from "./process.mjs";
import { elapsed } from "./progress.mjs";
import { bold, pulumi as runPulumi } from "./pulumi.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const userId = "demo";

export default async function demo() {
  const start = Date.now();
  const { startEmulator } = await import("../dist/emulator/index.js");
  const token = randomBytes(12).toString("hex");
  const seed = { accounts: [{ userId, token, groups: [{ name: "Support" }] }] };
  const emulator = await startEmulator({ port: 0, seed });
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pulumi-deepcall-")));
  try {
    await tell(emulator, prepare(folder, { DEEPCALL_BASE_URL: emulator.url, DEEPCALL_TOKEN: token }));
  } finally {
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`
${bold(`All as it should be, in ${elapsed(start)}.`)} The emulator has stopped, and its folder is removed.

The program was examples/quickstart: copy it into a repository of your own.
To run it against your own account, which asks before it changes anything:

  export DEEPCALL_BASE_URL=https://v4-api.deepcall.com     # or the address of your own brand
  export DEEPCALL_USER_ID=... DEEPCALL_TOKEN=...     # or: export DEEPCALL_SSID=...
  npm start`);
}

/** Copies the example into the folder, as a user would, with a state and a Pulumi home that nobody else uses. */
function prepare(folder, settings) {
  const cwd = join(folder, "quickstart");
  const example = join(root, "examples/quickstart");
  cpSync(example, cwd, { recursive: true, filter: (path) => basename(path) !== "node_modules" });
  // Takes the place of `npm install`.
  symlinkSync(join(root, "node_modules"), join(cwd, "node_modules"), "junction");
  const state = join(folder, "state");
  mkdirSync(state);
  // The reader's own settings of either tool would change what is shown.
  const foreign = /^(PULUMI|DEEPCALL)_/;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
  Object.assign(env, settings, {
    DEEPCALL_USER_ID: userId,
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: pathToFileURL(state).href,
    PULUMI_CONFIG_PASSPHRASE: "demo",
    // Pulumi's language host leaves its pipes behind; here they go with everything else.
    TMPDIR: folder,
  });
  return { cwd, env, patience: 5_000 };
}

async function tell(emulator, options) {
  const pulumi = (command, expect) => runPulumi(command, { ...options, expect });
  const account = emulator.account(userId);

  console.log("\nWhat follows is the real Pulumi CLI, with a Deepcall that runs on this machine. It takes about 20 s.");

  heading("1. A Deepcall account, and groups declared in code");
  console.log(`An emulated Deepcall runs at ${emulator.url}. In its account, somebody made a group before us:`);
  expectGroups(emulator, [["Support", true]]);
  console.log("\nThe program declares four groups (examples/quickstart/index.ts), one of them inactive.");
  await pulumi("stack init demo");
  await pulumi("up --yes");
  console.log('\nThe name "Support" was taken, so ours is called "Support1". The account now:');
  const declared = [
    ["Support", true],
    ["Support1", true],
    ["Sales", true],
    ["Billing", true],
    ["Night shift", false],
  ];
  expectGroups(emulator, declared);

  heading("2. Somebody changes groups by hand, behind Pulumi's back");
  const id = (name) => emulator.groups(userId).find((group) => group.name === name).id;
  account.rename(id("Sales"), "Sales (old)");
  account.remove(id("Billing"));
  console.log('"Sales" was renamed to "Sales (old)", and "Billing" was deleted. The account now:');
  expectGroups(emulator, [
    ["Support", true],
    ["Support1", true],
    ["Sales (old)", true],
    ["Night shift", false],
  ]);
  console.log("\nA job in CI finds that out. This changes nothing, neither the account nor the state:");
  await pulumi("preview --refresh --expect-no-changes --diff", 7);
  console.log(`
Pulumi lists the groups twice: first what it found to be different ("refresh"), then what "pulumi up" would do about it.
"name" is what a group is called, "requestedName" what the program asks for.
Exit code 7 means: not as declared. Any other than 0 and 7 would be an error.`);

  heading("3. The repair");
  await pulumi("up --refresh --yes");
  console.log('\n"Sales" has its name back, and "Billing" was made again, with a new id. The account now:');
  expectGroups(emulator, declared);

  heading("4. Nothing left to do");
  const before = emulator.calls.length;
  await pulumi("preview --expect-no-changes");
  const calls = emulator.calls.length - before;
  if (calls !== 0) throw new Failure(`An empty preview should make no call to Deepcall, but made ${calls}.`);
  console.log(
    "Exit code 0, and no call to Deepcall was made. The warning stays while the name differs; it is no change.",
  );
}

/** Shows the account's groups, and fails when they are not the expected ones. */
function expectGroups(emulator, expected) {
  const groups = emulator.groups(userId);
  for (const { id, name, status } of groups) {
    console.log(`  id ${id}  ${name}${status === 1 ? "" : "  (inactive)"}`);
  }
  const text = (pairs) => JSON.stringify([...pairs].sort());
  const actual = groups.map(({ name, status }) => [name, status === 1]);
  if (text(actual) !== text(expected)) throw new Failure(`The account should have held ${text(expected)}.`);
}

function heading(text) {
  console.log(`\n${bold(`── ${text} ──`)}`);
}
