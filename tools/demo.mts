// `npm start` without settings: the quickstart example, run by the real Pulumi CLI against an emulator on this machine.
// With --keep, the emulator and the stack stay until Ctrl-C.
import { chmodSync, cpSync, writeFileSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import type { Emulator } from "../dist/emulator/index.js";
import { cli, type DemoStack, root, startDemoStack, userId } from "./demo-stack.mts";
import { elapsed, Failure, interrupted, main } from "./process.mjs";
import { bold } from "./pulumi.mts";

const nextSteps = `
To keep the emulator running and to change the account by hand on its page: npm start -- --keep

The program was examples/quickstart. Copy it into your own repository to start from it.
To run it against your own account, which asks before it changes anything:

  export DEEPCALL_BASE_URL=https://v4-api.deepcall.com     # or the address of your own brand
  export DEEPCALL_USER_ID=... DEEPCALL_TOKEN=...           # or: export DEEPCALL_SSID=...
  npm start`;

// A reader that closes the pipe (`| head`) must not keep the folder from being removed.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

await main(async () => {
  const keep = readKeep();
  const start = Date.now();
  const colors = process.stdout.isTTY && !process.env["NO_COLOR"];
  const stack = await startDemoStack(copyExample, ["Support"], colors);
  try {
    await tellStory(stack);
    const result = bold(`The demo succeeded in ${elapsed(start)}.`);
    if (keep) {
      console.log(`\n${result}\n${describeKept(stack)}`);
      await new Promise((resolve) => {
        if (interrupted.aborted) resolve(undefined);
        interrupted.addEventListener("abort", resolve);
      });
    } else console.log(`\n${result} The emulator has stopped, and its folder is removed.\n${nextSteps}`);
  } finally {
    await stack.close();
  }
});

function readKeep(): boolean {
  try {
    return parseArgs({ options: { keep: { type: "boolean", default: false } } }).values.keep;
  } catch (error) {
    throw new Failure(`${error instanceof Error ? error.message : String(error)}\nusage: npm start [-- --keep]`);
  }
}

function copyExample(folder: string) {
  const example = join(root, "examples/quickstart");
  cpSync(example, folder, { recursive: true, filter: (path) => basename(path) !== "node_modules" });
}

async function tellStory({ emulator, ...stack }: DemoStack) {
  const account = emulator.account(userId);
  const declared: ExpectedGroup[] = [
    ["Support", true],
    ["Support1", true],
    ["Sales", true],
    ["Billing", true],
    ["Night shift", false],
  ];
  const show = async (command: string, output: Promise<string>) => {
    console.log(`\n${bold(`$ ${command}`)}`);
    console.log(await output);
  };
  const deepcall = async (command: string, exitCode: number) => {
    await show(`pulumi-deepcall ${command}`, stack.deepcall(command, exitCode));
    console.log(`(exit code ${exitCode})`);
  };
  const pulumi = (command: string) => show(`pulumi ${command}`, stack.pulumi(command));

  console.log(`
This demo runs the real Pulumi CLI against an emulated Deepcall on this machine. It takes about 20 seconds.
Of Pulumi's own output it shows only the summary.`);

  heading("1. Declare groups in code");
  console.log("The program examples/quickstart/index.ts declares four groups. The account already has one:\n");
  expectGroups(emulator, [["Support", true]]);
  await stack.pulumi("stack init demo");
  console.log("\nWhat will the next `pulumi up` do? Exit code 2 means that there are changes.");
  await deepcall("plan --stack demo", 2);
  await pulumi("up --stack demo --yes --skip-preview");
  console.log(`
Pulumi counts the stack itself, too. The name "Support" was taken, so Deepcall named the new group "Support1". The
account now:
`);
  expectGroups(emulator, declared);

  heading("2. Find manual changes");
  const groupId = (name: string) => {
    const group = emulator.groups(userId).find((candidate) => candidate.name === name);
    if (!group) throw new Failure(`The account has no group "${name}".`);
    return group.id;
  };
  account.rename(groupId("Sales"), "Sales (old)");
  account.remove(groupId("Billing"));
  console.log('Somebody renames "Sales" to "Sales (old)" in Deepcall and deletes "Billing". The account now:\n');
  expectGroups(emulator, [
    ["Support", true],
    ["Support1", true],
    ["Sales (old)", true],
    ["Night shift", false],
  ]);
  console.log("\nA CI job can find this. Exit code 2 means that there is drift. The command only reads.");
  await deepcall("drift --stack demo", 2);

  heading("3. Repair the account");
  console.log("With --refresh, the plan compares the program with the account and tells manual changes apart.");
  await deepcall("plan --stack demo --refresh", 2);
  await pulumi("up --stack demo --refresh --run-program --yes --skip-preview");
  console.log('\n"Sales" has its name back, and "Billing" was created again, with a new id. The account now:\n');
  expectGroups(emulator, declared);

  heading("4. Nothing left to do");
  const before = emulator.calls.length;
  await deepcall("plan --stack demo", 0);
  await pulumi("up --stack demo --yes --skip-preview");
  const calls = emulator.calls.length - before;
  if (calls !== 0) throw new Failure(`Without changes, no command must call Deepcall, but there were ${calls} calls.`);
  console.log("\nNeither command called Deepcall.");
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

/** What to do while the emulator runs. Writes a shell script with the variables, so that they need not be typed. */
function describeKept({ emulator, cwd, settings }: DemoStack): string {
  const folder = dirname(cwd);
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const command = join(folder, "pulumi-deepcall");
  writeFileSync(command, `#!/bin/sh\nexec ${quote(process.execPath)} ${quote(cli)} "$@"\n`);
  chmodSync(command, 0o755);
  const script = join(folder, "settings.sh");
  const path = [folder, dirname(process.execPath), process.env["PATH"]].join(delimiter);
  const variables = Object.entries({ ...settings, PATH: path }).map(
    ([name, value]) => `export ${name}=${quote(value)}\n`,
  );
  writeFileSync(script, `${variables.join("")}cd ${quote(cwd)}\n`);
  const account = Object.entries(settings).filter(([name]) => name.startsWith("DEEPCALL_"));
  return `
The emulator keeps running with this account. Its page shows the groups and every call:

  ${emulator.url}/

Rename a group on the page. Then report the change and repair it, in another terminal. The first line
changes to the program's folder and sets the variables that Pulumi and the program need:

  . ${script}
  pulumi-deepcall drift --stack demo
  pulumi up --stack demo --refresh --run-program

To run another program against this account:

${account.map(([name, value]) => `  export ${name}=${value}`).join("\n")}

Press Ctrl-C to stop the emulator and to remove its folder.`;
}
