import { appendFileSync } from "node:fs";
import { Semaphore } from "async-mutex";
import { startEmulator, type Emulator, type EmulatorOptions } from "../../emulator";
import { Engine, type FrontEnd, type Program } from "../support/engine";
import { fastRetries, seed } from "../support/lifecycle";
import { AgentsOracle } from "./agents-oracle";
import { brokenPromises, deletedWithAgents, differences, guardedGroups, type Foreign } from "./oracle";

/** The faults of one call; "after" means that Deepcall executed it. */
export const kinds = [
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
export const isSlowSuite = process.env["TEST_SUITE"] === "slow";
/** Treated as 1009 and HTTP 503 are (`test/client/retry.test.ts`), so only the slow suite has them. */
const isVariant = (kind: string): boolean => /:(1010|1032|500|502|504)$/.test(kind);
/** How many calls a fault applies to; 0 means all. Both suites together cover every case. */
function timesOf(kind: string): number[] {
  if (isVariant(kind)) return isSlowSuite ? [1, 2, 0] : [];
  return isSlowSuite ? [2, 0] : [1];
}

/** A run during which the fault applies. */
export interface Scenario {
  readonly before: Program;
  readonly program: Program;
  readonly options?: Partial<EmulatorOptions>;
  readonly refresh?: true;
  /** A manual change before the fault applies. */
  readonly manualChange?: (emulator: Emulator) => void;
  /** The name of a group that has agents whom the program never lists. */
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
export type FaultyOperation =
  "add" | "update" | "delete" | "list" | "getGroupAgentRelation" | "submitAssignGroupToAgent";

export function everyFault(operation: FaultyOperation, { nth = 1 }: Scenario): string[][] {
  return kinds.flatMap((kind) => timesOf(kind).map((count) => [`${operation}:${kind}@${nth}x${count}`]));
}

/** A scenario and its cases; each case is the faults of one run. */
export type Cell = [name: string, scenario: Scenario, faultsOfCases: string[][]];

/** The cells of a table of scenarios, each with the API operations that it calls. */
export function cellsOf(scenarios: readonly [string, FaultyOperation[], Scenario][]): Cell[] {
  return scenarios.flatMap(([name, operations, scenario]) =>
    operations.map((operation): Cell => [
      `${name}, with every fault of ${operation}`,
      scenario,
      everyFault(operation, scenario),
    ]),
  );
}

const messages = new Set<string>();

/** A late commit comes before the look: its timer starts earlier, in this process. */
const retryPolicy = { ...fastRetries, lateCommitMs: 30 };
/** For reads that are repeated until the deadline: a fault that ends is never cut short by it, one that lasts soon is. */
const retryPolicies = {
  ending: { ...retryPolicy, deadlineMs: 30_000 },
  lasting: { ...retryPolicy, deadlineMs: 200, firstDelayMs: 50, maxDelayMs: 100 },
};

/** Runs one case and returns what is wrong with it. */
async function run(
  emulator: Emulator,
  scenario: Scenario,
  faults: readonly string[],
  frontEnd: FrontEnd,
): Promise<string[]> {
  const { program, next = program, lastingError, mayKeepNumber } = scenario;
  const isLasting = faults.some((fault) => fault.endsWith("x0"));
  const foreign: Foreign = [emulator.account("7").add("Taken"), emulator.account("7").add("Theirs", 0)];
  const engine = new Engine(
    emulator,
    lastingError ? retryPolicies[isLasting ? "lasting" : "ending"] : retryPolicy,
    frontEnd,
  );
  const agents = new AgentsOracle(engine);
  agents.start();
  const ready = await engine.up(scenario.before);
  if (ready.length > 0) return ready.map(String);
  const broken = agents.finish(scenario.before);

  scenario.manualChange?.(emulator);
  const withAgents = emulator.groups("7").filter(({ name }) => name === scenario.withAgents || name === "Theirs");
  for (const { id } of withAgents)
    agents.setAgents(id, [...emulator.agents(id), { id: "9001" }, { id: "9002", receivesCalls: false }]);
  const guarded = guardedGroups(engine, new Set(withAgents.map(({ id }) => id)));
  for (const fault of faults) emulator.faults.add(fault);
  const { timeoutMs } = engine;
  if (faults.some((fault) => fault.includes(":hang"))) engine.timeoutMs = 1_000;
  agents.start();
  const errors = await engine.up(program, { refresh: scenario.refresh ?? false });
  engine.timeoutMs = timeoutMs;
  await emulator.waitForLateCommits();
  const applied = new Set(emulator.calls.flatMap(({ fault }) => fault ?? []));
  for (const { message } of errors) messages.add(message.replaceAll(/127\.0\.0\.1:\d+/g, "HOST"));
  broken.push(...brokenPromises(engine, foreign, errors), ...deletedWithAgents(engine, guarded));
  broken.push(...agents.finish(program));
  if (scenario.expectedError && !errors.some(({ message }) => scenario.expectedError?.test(message)))
    broken.push("not the expected error", ...errors.map(({ message }) => message));
  if (applied.size !== faults.length) broken.push(`applied: ${[...applied].join(", ")}`);
  // A slow answer is not a failure.
  const mustFail = isLasting && !faults.some((fault) => fault.includes(":slow"));
  if (lastingError && !mustFail)
    broken.push(
      ...errors.map(({ message }) => `failed: ${message}`),
      ...differences(engine, program, foreign),
      ...agents.differences(program),
    );
  if (lastingError && mustFail && !lastingError.test(errors.map(({ message }) => message).join("\n")))
    broken.push("not the error of a fault that lasts", ...errors.map(String));

  emulator.faults.clear();
  agents.start();
  const after = await engine.up(next, { refresh: true });
  await emulator.waitForLateCommits();
  broken.push(...after.map(({ message }) => `the next up failed: ${message}`));
  broken.push(...differences(engine, next, foreign, mayKeepNumber));
  broken.push(...agents.finish(next), ...agents.differences(next));
  emulator.clearCalls();
  broken.push(...(await engine.up(next)).map(({ message }) => `the one after failed: ${message}`));
  if (emulator.count() > 0) broken.push(`the one after made ${emulator.count()} calls`);
  return broken;
}

/** Most of the time of a case is waiting; but with too many at once, calls take longer than the time-out. */
const pool = new Semaphore(20);

/** Declares a test for each cell. */
export function testMatrix(name: string, cells: readonly Cell[], frontEnd: FrontEnd = "dynamic"): void {
  let cases = 0;
  afterAll(() => {
    process.stdout.write(`${name}: ${cases} cases, ${messages.size} different messages\n`);
    const file = process.env["MESSAGES"];
    if (file)
      appendFileSync(
        file,
        [...messages]
          .toSorted()
          .map((message) => `${message}\n\n`)
          .join(""),
      );
  });

  test.concurrent.each(cells)("%s", async (_, scenario, faultsOfCases) => {
    const wrong: string[] = [];
    const one = async (faults: readonly string[]): Promise<void> => {
      cases++;
      const emulator = await startEmulator({ seed, options: scenario.options ?? {} });
      const broken = await run(emulator, scenario, faults, frontEnd).finally(() => emulator.close());
      wrong.push(...broken.map((what) => `${faults.join(" + ")}: ${what}`));
    };
    await Promise.all(faultsOfCases.map((faults) => pool.runExclusive(() => one(faults))));
    expect(wrong).toEqual([]);
  });
}
