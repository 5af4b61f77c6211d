import { writeFileSync } from "node:fs";
import { startEmulator, type Emulator, type EmulatorOptions } from "../../emulator";
import { Engine, type Program } from "../support/engine";
import { seed } from "../support/lifecycle";
import { brokenPromises, differences, type Foreign } from "./oracle";

jest.setTimeout(600_000);

/** The faults of one call; "after" means that Deepcall executed it. */
const kinds = [
  "reset-before",
  "reset-after",
  "hang-before",
  "hang-after",
  "cut-after",
  "late-commit:20",
  "slow:20",
  ...["1009", "1010", "1032"].flatMap((code) => [`error-before:${code}`, `error-after:${code}`]),
  ...["1014", "1015", "1047", "4711"].map((code) => `error-before:${code}`),
  ...["500", "502", "503", "504"].flatMap((status) => [`http-before:${status}`, `http-after:${status}`]),
  "http-before:429:0",
  "html-after",
  "shape-after",
  "empty-after",
  "redirect",
];
/** How many calls a fault applies to; 0 means all. Both suites together cover every case. */
const times = process.env["TEST_SUITE"] === "slow" ? [2, 0] : [1];

/** A run during which the fault applies. */
interface Scenario {
  readonly before: Program;
  readonly program: Program;
  readonly options?: Partial<EmulatorOptions>;
  readonly refresh?: true;
  /** A manual change before the fault applies. */
  readonly manualChange?: (emulator: Emulator) => void;
  /** The first call of the operation that the fault applies to; default 1. */
  readonly nth?: number;
  /** The group that had the requested name is deleted in the same run. */
  readonly mayKeepNumber?: true;
}
type FaultyOperation = "add" | "update" | "delete" | "list";
const ownNameTaken = { ownNameTaken: true };
const rename = { before: { a: { name: "Support", active: false } }, program: { a: { name: "Care", active: false } } };
const renameToTaken = { before: { a: { name: "Support" } }, program: { a: { name: "Taken" } } };
const deactivate = { before: { a: { name: "Taken" } }, program: { a: { name: "Taken", active: false } } };
const siblings = {
  before: { a: { name: "Support" }, b: { name: "Sales" }, c: { name: "Night", active: false } },
  program: { a: { name: "Support" }, b: { name: "Care" }, c: { name: "Night" } },
};
function removeSupport(emulator: Emulator): void {
  const group = emulator.groups("7").find(({ name }) => name === "Support");
  if (group) emulator.account("7").remove(group.id);
}

/** Scenarios with the API operations that they call. */
const scenarios: [string, FaultyOperation[], Scenario][] = [
  ["create", ["add", "list"], { before: {}, program: { a: { name: "Support" } } }],
  ["create inactive", ["add", "update", "list"], { before: {}, program: { a: { name: "Night", active: false } } }],
  ["create where taken", ["add", "update", "list"], { before: {}, program: { a: { name: "Taken", active: false } } }],
  ["create siblings", ["add", "list"], { before: {}, program: { a: { name: "Support" }, b: { name: "Support" } } }],
  [
    "adopt",
    ["update", "list"],
    { before: {}, program: { a: { name: "Taken", active: false, onNameConflict: "adopt" } } },
  ],
  ["create or adopt", ["add", "list"], { before: {}, program: { a: { name: "Support", onNameConflict: "adopt" } } }],
  ["create or fail", ["add", "list"], { before: {}, program: { a: { name: "Support", onNameConflict: "fail" } } }],
  ["rename", ["update", "list"], rename],
  ["rename against itself", ["update", "list"], { ...rename, options: ownNameTaken }],
  ["rename to taken", ["update", "list"], renameToTaken],
  ["rename to taken, against itself", ["update", "list"], { ...renameToTaken, options: ownNameTaken }],
  ["deactivate", ["update", "list"], deactivate],
  ["deactivate against itself", ["update", "list"], { ...deactivate, options: ownNameTaken }],
  [
    "delete",
    ["delete"],
    { before: { a: { name: "Support" }, b: { name: "Sales" } }, program: { b: { name: "Sales" } } },
  ],
  [
    "replace",
    ["add", "delete", "list"],
    { before: { a: { name: "Support" } }, program: { b: { name: "Support" } }, mayKeepNumber: true },
  ],
  [
    "refresh and change",
    ["update", "list"],
    { before: { a: { name: "Support" } }, program: { a: { name: "Care" } }, refresh: true },
  ],
  // All reads share one list; then the writes make it outdated.
  ["refresh and change siblings", ["update", "list"], { ...siblings, refresh: true }],
  // The group is missing from the list, and the fault applies to the read of its id.
  ["refresh of a gone sibling", ["list"], { ...siblings, refresh: true, manualChange: removeSupport, nth: 2 }],
];
const cells = scenarios.flatMap(([name, operations, scenario]) =>
  operations.map((operation): [string, FaultyOperation, Scenario] => [name, operation, scenario]),
);

const messages = new Set<string>();
afterAll(() => {
  const file = process.env["MESSAGES"];
  if (file) writeFileSync(file, [...messages].toSorted().join("\n\n"));
});

/** Runs one case and returns what is wrong with it. */
async function run(emulator: Emulator, scenario: Scenario, fault: string): Promise<string[]> {
  const foreign: Foreign = [emulator.account("7").add("Taken"), emulator.account("7").add("Theirs", 0)];
  const engine = new Engine(emulator);
  const ready = await engine.up(scenario.before);
  if (ready.length > 0) return ready.map(String);

  scenario.manualChange?.(emulator);
  emulator.faults.add(fault);
  const errors = await engine.up(scenario.program, { refresh: scenario.refresh ?? false });
  await emulator.waitForLateCommits();
  const wasApplied = emulator.calls.some((call) => call.fault !== undefined);
  for (const { message } of errors) messages.add(message.replaceAll(/127\.0\.0\.1:\d+/g, "HOST"));
  const broken = brokenPromises(engine, foreign, errors);
  if (!wasApplied) broken.push("the fault was not applied");

  emulator.faults.clear();
  const after = await engine.up(scenario.program, { refresh: true });
  await emulator.waitForLateCommits();
  broken.push(...after.map(({ message }) => `the next up failed: ${message}`));
  broken.push(...differences(engine, scenario.program, foreign, scenario.mayKeepNumber));
  emulator.clearCalls();
  broken.push(...(await engine.up(scenario.program)).map(({ message }) => `the one after failed: ${message}`));
  if (emulator.count() > 0) broken.push(`the one after made ${emulator.count()} calls`);
  return broken;
}

let cases = 0;
afterAll(() => {
  process.stdout.write(`fault matrix: ${cases} cases, ${messages.size} different messages\n`);
});

test.concurrent.each(cells)("%s, with every fault of %s", async (_, operation, scenario) => {
  const wrong: string[] = [];
  const one = async (fault: string): Promise<void> => {
    cases++;
    const emulator = await startEmulator({ seed, options: scenario.options ?? {} });
    const broken = await run(emulator, scenario, fault).finally(() => emulator.close());
    wrong.push(...broken.map((what) => `${fault}: ${what}`));
  };
  // Most of the time of a case is waiting.
  const faults = kinds.flatMap((kind) => times.map((count) => `${operation}:${kind}@${scenario.nth ?? 1}x${count}`));
  for (let at = 0; at < faults.length; at += 18) await Promise.all(faults.slice(at, at + 18).map(one));
  expect(wrong).toEqual([]);
});
