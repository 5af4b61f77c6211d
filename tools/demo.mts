// `npm start` without settings: the quickstart example, run by the real Pulumi CLI against an emulator on this machine.
import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Emulator, startEmulator } from "../dist/emulator/index.js";
import { elapsed, Failure, main } from "./process.mjs";
import { bold, isolatedEnvironment, pulumi as runPulumi, type PulumiOptions } from "./pulumi.mts";

const root = fileURLToPath(new URL("..", import.meta.url));
const userId = "demo";

await main(async () => {
  const start = Date.now();
  const token = randomBytes(12).toString("hex");
  const seed = { accounts: [{ userId, token, groups: [{ name: "Support" }] }] };
  const emulator = await startEmulator({ port: 0, seed });
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pulumi-deepcall-")));
  try {
    await runDemo(emulator, copyExample(folder, { DEEPCALL_BASE_URL: emulator.url, DEEPCALL_TOKEN: token }));
  } finally {
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`
${bold(`The demo succeeded in ${elapsed(start)}.`)} The emulator has stopped, and its folder is removed.

The program was examples/quickstart. Copy it into your own repository to start from it.
To run it against your own account, which asks before it changes anything:

  export DEEPCALL_BASE_URL=https://v4-api.deepcall.com     # or the address of your own brand
  export DEEPCALL_USER_ID=... DEEPCALL_TOKEN=...     # or: export DEEPCALL_SSID=...
  npm start`);
});

function copyExample(folder: string, settings: NodeJS.ProcessEnv): PulumiOptions {
  const cwd = join(folder, "quickstart");
  const example = join(root, "examples/quickstart");
  cpSync(example, cwd, { recursive: true, filter: (path) => basename(path) !== "node_modules" });
  // Replaces `npm install`.
  symlinkSync(join(root, "node_modules"), join(cwd, "node_modules"), "junction");
  const backend = join(folder, "state");
  mkdirSync(backend);
  const env = { ...isolatedEnvironment(folder, backend), ...settings, DEEPCALL_USER_ID: userId };
  return { cwd, env, gracePeriodMs: 5_000 };
}

async function runDemo(emulator: Emulator, options: PulumiOptions) {
  const pulumi = (command: string, expectedCode?: number) => runPulumi(command, options, expectedCode);
  const account = emulator.account(userId);
  const declared: ExpectedGroup[] = [
    ["Support", true],
    ["Support1", true],
    ["Sales", true],
    ["Billing", true],
    ["Night shift", false],
  ];

  console.log(
    "\nThis demo runs the real Pulumi CLI against an emulated Deepcall on this machine. It takes about 20 s.",
  );

  heading("1. Declare groups in code");
  console.log(`The emulated Deepcall runs at ${emulator.url}. Its account already has a group:`);
  expectGroups(emulator, [["Support", true]]);
  console.log("\nThe program declares four groups (examples/quickstart/index.ts), one of them inactive.");
  await pulumi("stack init demo");
  await pulumi("up --yes");
  console.log('\nThe name "Support" was taken, so Deepcall named the new group "Support1". The account now:');
  expectGroups(emulator, declared);

  heading("2. Find manual changes");
  const groupId = (name: string) => {
    const group = emulator.groups(userId).find((candidate) => candidate.name === name);
    if (!group) throw new Failure(`The account has no group "${name}".`);
    return group.id;
  };
  account.rename(groupId("Sales"), "Sales (old)");
  account.remove(groupId("Billing"));
  console.log('Someone renamed "Sales" to "Sales (old)" and deleted "Billing". The account now:');
  expectGroups(emulator, [
    ["Support", true],
    ["Support1", true],
    ["Sales (old)", true],
    ["Night shift", false],
  ]);
  console.log("\nA CI job can detect this. The following command changes neither the account nor the state:");
  await pulumi("preview --refresh --expect-no-changes --diff", 7);
  console.log(`
Pulumi lists the groups twice: first what differs from the state ("refresh"), then what "pulumi up" would do about it.
"name" is the group's current name, "requestedName" the name in the program.
Exit code 7 means that there are changes. Any code other than 0 and 7 would be an error.`);

  heading("3. Repair the account");
  await pulumi("up --refresh --yes");
  console.log('\n"Sales" has its name back, and "Billing" was created again, with a new id. The account now:');
  expectGroups(emulator, declared);

  heading("4. Nothing left to do");
  const before = emulator.calls.length;
  await pulumi("preview --expect-no-changes");
  const calls = emulator.calls.length - before;
  if (calls !== 0) throw new Failure(`A preview without changes must not call Deepcall, but it made ${calls} calls.`);
  console.log(
    "Exit code 0, without a call to Deepcall. The warning remains while the two names differ; it is not a change.",
  );
}

type ExpectedGroup = [name: string, active: boolean];

/** Prints the account's groups, and fails if they are not the expected ones. */
function expectGroups(emulator: Emulator, expected: ExpectedGroup[]) {
  const groups = emulator.groups(userId);
  for (const { id, name, status } of groups) {
    console.log(`  id ${id}  ${name}${status === 1 ? "" : "  (inactive)"}`);
  }
  const actual = groups.map(({ name, status }): ExpectedGroup => [name, status === 1]);
  const text = (list: ExpectedGroup[]) => JSON.stringify(list.toSorted());
  if (text(actual) !== text(expected)) throw new Failure(`The account should contain ${text(expected)}.`);
}

function heading(text: string) {
  console.log(`\n${bold(`── ${text} ──`)}`);
}
