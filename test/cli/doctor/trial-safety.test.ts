import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Semaphore } from "async-mutex";
import fc from "fast-check";
import { toReport } from "../../../cli/doctor/output";
import { CutConnection, type Emulator, type EmulatorOptions } from "../../../emulator";
import { kinds, isSlowSuite } from "../../faults/matrix";
import { seed } from "../../support/seed";
import { account, contents, journalFile, policy, tryChanges, withAgents } from "./trial-support";

jest.setTimeout(600_000);

const operations = ["add", "list", "update", "delete", "getGroupAgentRelation", "submitAssignGroupToAgent"] as const;
/** The number of calls of each operation in a trial without faults, at most. */
const counts = { add: 7, list: 30, update: 4, delete: 8, getGroupAgentRelation: 12, submitAssignGroupToAgent: 8 };
const cases = operations.flatMap((operation) =>
  Array.from({ length: counts[operation] }, (_, n) => n + 1).flatMap((nth) =>
    kinds.flatMap((kind) => [1, 0].map((times) => `${operation}:${kind}@${nth}x${times}`)),
  ),
);
/** `npm test` runs a part of them, which the seed selects. */
const sampleSize = Number(process.env["TRIAL_FAULTS"] ?? 60);
const sample = isSlowSuite ? cases : fc.sample(fc.constantFrom(...cases), { numRuns: sampleSize, seed });
const pool = new Semaphore(isSlowSuite ? 20 : 8);

/** What is wrong after a trial: groups that are neither listed nor deleted, and others that are not as before. */
async function check(emulator: Emulator, before: unknown, trial: Parameters<typeof tryChanges>[1], env = {}) {
  const { diagnosis } = await tryChanges(emulator, trial, env);
  await emulator.waitForLateCommits();
  const own = new Set((before as { id: number }[]).map(({ id }) => id));
  const left = emulator.groups("7").filter(({ id }) => !own.has(id));
  const listed = new Set(diagnosis.leftovers?.map(({ id }) => id));
  const others = (contents(emulator) as { id: number }[]).filter(({ id }) => own.has(id));
  const names = JSON.stringify(diagnosis.checks);
  return [
    ...left.filter(({ id, name }) => !listed.has(id) && !names.includes(name)).map(({ name }) => `not listed: ${name}`),
    ...(JSON.stringify(others) === JSON.stringify(before) ? [] : ["another group has changed"]),
    ...(left.length > 0 && diagnosis.healthy ? ["healthy although groups are left"] : []),
  ];
}

test(`${sample.length} of ${cases.length} faults at every step (SEED=${seed})`, async () => {
  const wrong: string[] = [];
  const one = async (fault: string): Promise<void> => {
    const emulator = await account();
    const before = contents(emulator);
    emulator.faults.add(fault);
    const env = fault.includes(":hang") ? { DEEPCALL_TIMEOUT_MS: "300" } : {};
    const journal = journalFile();
    wrong.push(...(await check(emulator, before, { ...withAgents, journal }, env)).map((what) => `${fault}: ${what}`));
    // When the fault is over, what is left can be deleted.
    emulator.faults.clear();
    if (existsSync(journal)) await tryChanges(emulator, { journal, isCleanUp: true });
    if (JSON.stringify(contents(emulator)) !== JSON.stringify(before)) wrong.push(`${fault}: not cleaned up later`);
    await emulator.close();
  };
  await Promise.all(sample.map((fault) => pool.runExclusive(() => one(fault))));
  expect(wrong).toEqual([]);
});

const kills = Number(process.env["KILLS"] ?? (isSlowSuite ? 30 : 6));
test(`killed at ${kills} random moments, --clean-up restores the account (SEED=${seed})`, async () => {
  const moments = fc.sample(fc.tuple(fc.integer({ min: 3, max: 60 }), fc.boolean()), { numRuns: kills, seed });
  for (const [index, isExecuted] of moments) {
    const emulator = await account();
    const before = contents(emulator);
    const journal = journalFile();
    const killed = new Error("killed");
    let calls = 0;
    const isKilled = new Promise((_, reject) => {
      // From this call on, the process does not exist.
      emulator.intercept = async (_call, proceed) => {
        calls += 1;
        if (calls < index) return undefined;
        if (calls === index) {
          if (isExecuted) await proceed();
          writeFileSync(`${journal}.copy`, readFileSync(journal));
          reject(killed);
        }
        throw new CutConnection();
      };
    });
    const trial = tryChanges(emulator, { ...withAgents, journal });
    await expect(Promise.race([trial, isKilled])).rejects.toBe(killed);
    await trial;
    emulator.intercept = undefined;
    const { diagnosis } = await tryChanges(emulator, { journal: `${journal}.copy`, isCleanUp: true });
    expect([index, isExecuted, diagnosis.leftovers, contents(emulator)]).toEqual([index, isExecuted, [], before]);
    expect(existsSync(`${journal}.copy`)).toBe(false);
    await emulator.close();
  }
});

test("--clean-up deletes no group that was renamed, and none of another account", async () => {
  const emulator = await account();
  emulator.faults.add("delete:error-before:1009x0");
  const journal = journalFile();
  const { diagnosis } = await tryChanges(emulator, { journal });
  const [first, ...others] = diagnosis.leftovers ?? [];
  expect([diagnosis.healthy, others.length]).toEqual([false, 6]);
  emulator.faults.clear();
  emulator.account("7").rename(first?.id ?? 0, "Now ours");
  const other = { DEEPCALL_USER_ID: "8", DEEPCALL_TOKEN: "other" };
  await expect(tryChanges(emulator, { journal, isCleanUp: true }, other)).rejects.toThrow(/another account. No call/);
  const later = (await tryChanges(emulator, { journal, isCleanUp: true })).diagnosis;
  expect([later.healthy, later.leftovers?.map(({ id }) => id)]).toEqual([false, [first?.id]]);
  expect(emulator.groups("7").map(({ name }) => name)).toContain("Now ours");
});

test("an interrupt ends the trial and deletes its groups", async () => {
  const emulator = await account();
  const before = contents(emulator);
  let interrupt = (): void => undefined;
  const interrupted = new Promise<void>((resolve) => (interrupt = resolve));
  emulator.intercept = ({ index, operation }) => {
    if (operation === "add" && index === 4) interrupt();
    return undefined;
  };
  const { diagnosis } = await tryChanges(emulator, { interrupted });
  expect(diagnosis.checks.find(({ id }) => id === "trial")?.summary).toBe("the trial ended early: it was interrupted");
  expect([diagnosis.healthy, diagnosis.leftovers, contents(emulator)]).toEqual([false, [], before]);
  expect(emulator.count("update")).toBe(0);
});

test("without permission to write: the first refusal ends the trial, and the rest is what reading shows", async () => {
  const emulator = await account();
  emulator.faults.add("add:error-before:1015x0");
  const { diagnosis } = await tryChanges(emulator, withAgents);
  expect(diagnosis.checks.find(({ id }) => id === "trial")?.findings).toEqual(["write-denied"]);
  expect(diagnosis.server).toMatchObject({ listShape: "array", filterKey: "both" });
  expect([emulator.count("add"), emulator.count("update"), emulator.count("delete")]).toEqual([1, 0, 0]);
});

test.each([
  ["1,000 groups", {}],
  ["1,000 groups in pages of 100", { pageSize: 100 }],
  ["1,000 groups in pages of 100, and names cut at 20 characters", { pageSize: 100, nameTransform: "cut" as const }],
  ["1,000 groups, the first 100 in every list", { pageLimit: 100 }],
])("an account with %s", async (_, options) => {
  const emulator = await account(
    options,
    Array.from({ length: 1000 }, (_, n) => `Group ${n}`),
  );
  const before = contents(emulator);
  const { diagnosis } = await tryChanges(emulator, withAgents);
  expect([diagnosis.healthy, diagnosis.leftovers, contents(emulator)]).toEqual([true, [], before]);
  // Lists by name show no group that the truncated one lacks.
  const { pageLimit, ...observed }: Partial<EmulatorOptions> = options;
  expect([diagnosis.server.pageLimit, pageLimit]).toEqual([undefined, pageLimit]);
  expect(diagnosis.server).toMatchObject({ ...observed, suffix: "plain", assign: "replace" });
  expect(emulator.count()).toBeLessThanOrEqual(80);
});

test("a rate limit is respected and reported", async () => {
  const emulator = await account({ rateLimit: 20 });
  const { diagnosis } = await tryChanges(emulator, { policy: { ...policy, firstDelayMs: 20, deadlineMs: 12_000 } });
  expect([diagnosis.leftovers, emulator.groups("7").length]).toEqual([[], 3]);
  expect(diagnosis.server).toMatchObject({ rateLimit: 20, suffix: "plain" });
});

test("its report has no name, no id and no credential, and says how each value was observed", async () => {
  const emulator = await account();
  const result = await tryChanges(emulator, withAgents);
  const text = toReport(result, "1.2.3");
  for (const hidden of ["trial ", "Support", "1001", "1002", "9999", "tok-", "127.0.0"])
    expect(text).not.toContain(hidden);
  expect(JSON.parse(text)).toMatchObject({ leftovers: 0, observedBy: { suffix: "tried", listShape: "read" } });
});
