import { writeFileSync } from "node:fs";
import { Semaphore } from "async-mutex";
import { startEmulator, type Emulator, type EmulatorOptions } from "../../emulator";
import { Engine, type Program } from "../support/engine";
import { assignAgents, fastRetries, seed } from "../support/lifecycle";
import { brokenPromises, deletedWithAgents, differences, guardedGroups, type Foreign } from "./oracle";

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
const isSlowSuite = process.env["TEST_SUITE"] === "slow";
/** How many calls a fault applies to; 0 means all. Both suites together cover every case. */
const times = isSlowSuite ? [2, 0] : [1];

/** A run during which the fault applies. */
interface Scenario {
  readonly before: Program;
  readonly program: Program;
  readonly options?: Partial<EmulatorOptions>;
  readonly refresh?: true;
  /** A manual change before the fault applies. */
  readonly manualChange?: (emulator: Emulator) => void;
  /** The name of a group that has agents. */
  readonly withAgents?: string;
  /** The first call of the operation that the fault applies to; default 1. */
  readonly nth?: number;
  /** The group that had the requested name is deleted in the same run. */
  readonly mayKeepNumber?: true;
  /**
   * The fault applies to a read after a write, which is repeated until the deadline: the run fails only if the fault
   * lasts, with an error like this.
   */
  readonly lastingError?: RegExp;
  /** The run fails with an error like this. */
  readonly expectedError?: RegExp;
  /** What to run after the fault; default: the program. */
  readonly next?: Program;
}
type FaultyOperation = "add" | "update" | "delete" | "list" | "getGroupAgentRelation";
const ownNameTaken = { ownNameTaken: true };
const rename = { before: { a: { name: "Support", active: false } }, program: { a: { name: "Care", active: false } } };
const renameToTaken = { before: { a: { name: "Support" } }, program: { a: { name: "Taken" } } };
const deactivate = { before: { a: { name: "Taken" } }, program: { a: { name: "Taken", active: false } } };
const siblings = {
  before: { a: { name: "Support" }, b: { name: "Sales" }, c: { name: "Night", active: false } },
  program: { a: { name: "Support" }, b: { name: "Care" }, c: { name: "Night" } },
};
const removal = { before: { a: { name: "Support" }, b: { name: "Sales" } }, program: { b: { name: "Sales" } } };
const deleteWithAgents = { ...removal.before, a: { name: "Support", deleteWithAgents: true } };
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
  ["delete", ["delete", "getGroupAgentRelation"], removal],
  // Fails because of the agents, or because the fault hides them.
  [
    "delete, refused",
    ["getGroupAgentRelation"],
    {
      ...removal,
      withAgents: "Support",
      expectedError: /^Could not (delete|check the agents of) group "Support"/,
      next: removal.before,
    },
  ],
  ["delete with agents", ["delete"], { ...removal, before: deleteWithAgents, withAgents: "Support" }],
  [
    "replace",
    ["add", "delete", "list", "getGroupAgentRelation"],
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

const unfinished = /confirmed the change, but .* is in the state with id \d+\. Run `pulumi up` again to finish\. \[/;
/** Scenarios in which the faults apply to the read back after a confirmed write. */
const readBacks: [string, Scenario][] = [
  ["create", { before: {}, program: { a: { name: "Support" } }, nth: 2 }],
  ["create where taken", { before: {}, program: { a: { name: "Taken" } }, nth: 2 }],
  ["create inactive", { before: {}, program: { a: { name: "Night", active: false } }, nth: 3 }],
  ["rename", { ...rename, nth: 2 }],
  ["deactivate", { ...deactivate, nth: 2 }],
];

/** The answer to `add` is lost, and the list that looks for the group fails too. */
const lostAdd: Scenario = {
  before: {},
  program: { a: { name: "Support" } },
  lastingError:
    /^Could not find out whether Deepcall created group "Support"\. .* may now have a group "Support" .* delete the group .* or set onNameConflict to "adopt" .* \[deepcall:lost-add\]$/,
  // As the error says.
  next: { a: { name: "Support", onNameConflict: "adopt" } },
};
/** The faults after which Deepcall has created the group, or does so a little later. */
const lostAdds = kinds.filter((kind) => kind.includes("-after") || kind.startsWith("late-commit"));
/** The list of all groups after a lost `add` fails once, twice or for good; or the list by name that follows it fails. */
const listsAfterAdd = ["@2x1", "@2x2", "@2x0", "@3x1"];
/** `npm test` has one of these for each lost `add` with each fault, the slow suite has the others. */
function lostAddFaults(): string[][] {
  return lostAdds.flatMap((add, row) =>
    kinds.flatMap((kind, column) =>
      listsAfterAdd
        .filter((_, index) => ((row + column) % listsAfterAdd.length === index) !== isSlowSuite)
        .map((calls) => [`add:${add}`, `list:${kind}${calls}`]),
    ),
  );
}

function everyFault(operation: FaultyOperation, { nth = 1 }: Scenario): string[][] {
  return kinds.flatMap((kind) => times.map((count) => [`${operation}:${kind}@${nth}x${count}`]));
}

/** A scenario and its cases; each case is the faults of one run. */
type Cell = [name: string, scenario: Scenario, faultsOfCases: string[][]];
const cells: Cell[] = [
  ["create, with every lost add and every fault of the list after it", lostAdd, lostAddFaults()],
  ...readBacks.map(([name, scenario]): Cell => [
    `${name}, with every fault of the read back`,
    { ...scenario, lastingError: unfinished },
    everyFault("list", scenario),
  ]),
  ...scenarios.flatMap(([name, operations, scenario]) =>
    operations.map((operation): Cell => [
      `${name}, with every fault of ${operation}`,
      scenario,
      everyFault(operation, scenario),
    ]),
  ),
];

const messages = new Set<string>();
afterAll(() => {
  const file = process.env["MESSAGES"];
  if (file) writeFileSync(file, [...messages].toSorted().join("\n\n"));
});

/** A late commit comes before the look: its timer starts earlier, in this process. */
const retryPolicy = { ...fastRetries, lateCommitMs: 30 };
/** For reads that are repeated until the deadline: a fault that ends is never cut short by it, one that lasts soon is. */
const retryPolicies = {
  ending: { ...retryPolicy, deadlineMs: 30_000 },
  lasting: { ...retryPolicy, deadlineMs: 200, firstDelayMs: 50, maxDelayMs: 100 },
};

/** Runs one case and returns what is wrong with it. */
async function run(emulator: Emulator, scenario: Scenario, faults: readonly string[]): Promise<string[]> {
  const { program, next = program, lastingError, mayKeepNumber } = scenario;
  const isLasting = faults.some((fault) => fault.endsWith("x0"));
  const foreign: Foreign = [emulator.account("7").add("Taken"), emulator.account("7").add("Theirs", 0)];
  const engine = new Engine(emulator, lastingError ? retryPolicies[isLasting ? "lasting" : "ending"] : retryPolicy);
  const ready = await engine.up(scenario.before);
  if (ready.length > 0) return ready.map(String);

  scenario.manualChange?.(emulator);
  const withAgents = emulator.groups("7").filter(({ name }) => name === scenario.withAgents || name === "Theirs");
  for (const { id } of withAgents) await assignAgents(emulator, id, "1001");
  const guarded = guardedGroups(engine, new Set(withAgents.map(({ id }) => id)));
  for (const fault of faults) emulator.faults.add(fault);
  const { timeoutMs } = engine;
  if (faults.some((fault) => fault.includes(":hang"))) engine.timeoutMs = 1_000;
  const errors = await engine.up(program, { refresh: scenario.refresh ?? false });
  engine.timeoutMs = timeoutMs;
  await emulator.waitForLateCommits();
  const applied = new Set(emulator.calls.flatMap(({ fault }) => fault ?? []));
  for (const { message } of errors) messages.add(message.replaceAll(/127\.0\.0\.1:\d+/g, "HOST"));
  const broken = [...brokenPromises(engine, foreign, errors), ...deletedWithAgents(engine, guarded)];
  if (scenario.expectedError && !errors.some(({ message }) => scenario.expectedError?.test(message)))
    broken.push("not the expected error", ...errors.map(({ message }) => message));
  if (applied.size !== faults.length) broken.push(`applied: ${[...applied].join(", ")}`);
  // A slow answer is not a failure.
  const mustFail = isLasting && !faults.some((fault) => fault.includes(":slow"));
  if (lastingError && !mustFail)
    broken.push(...errors.map(({ message }) => `failed: ${message}`), ...differences(engine, program, foreign));
  if (lastingError && mustFail && !lastingError.test(errors.map(({ message }) => message).join("\n")))
    broken.push("not the error of a fault that lasts", ...errors.map(String));

  emulator.faults.clear();
  const after = await engine.up(next, { refresh: true });
  await emulator.waitForLateCommits();
  broken.push(...after.map(({ message }) => `the next up failed: ${message}`));
  broken.push(...differences(engine, next, foreign, mayKeepNumber));
  emulator.clearCalls();
  broken.push(...(await engine.up(next)).map(({ message }) => `the one after failed: ${message}`));
  if (emulator.count() > 0) broken.push(`the one after made ${emulator.count()} calls`);
  return broken;
}

let cases = 0;
afterAll(() => {
  process.stdout.write(`fault matrix: ${cases} cases, ${messages.size} different messages\n`);
});

/** Most of the time of a case is waiting; but with too many at once, calls take longer than the time-out. */
const pool = new Semaphore(20);

test.concurrent.each(cells)("%s", async (_, scenario, faultsOfCases) => {
  const wrong: string[] = [];
  const one = async (faults: readonly string[]): Promise<void> => {
    cases++;
    const emulator = await startEmulator({ seed, options: scenario.options ?? {} });
    const broken = await run(emulator, scenario, faults).finally(() => emulator.close());
    wrong.push(...broken.map((what) => `${faults.join(" + ")}: ${what}`));
  };
  await Promise.all(faultsOfCases.map((faults) => pool.runExclusive(() => one(faults))));
  expect(wrong).toEqual([]);
});
