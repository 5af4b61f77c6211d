import fc from "fast-check";
import { createPlan } from "../../cli/plan/plan";
import type { GroupChange } from "../../cli/plan/report";
import { toPreview } from "../../cli/preview/preview";
import { DeepcallClient } from "../../client/client";
import { environmentSource, readSettings, requireSettings } from "../../client/settings";
import type { Emulator, GroupSnapshot } from "../../emulator";
import { Engine, type Declaration, type Program } from "../support/engine";
import { assignAgents, emulate, environment, fastRetries } from "../support/lifecycle";
import { seed } from "../support/seed";

jest.setTimeout(600_000);

const runs = Number(process.env["PROPERTY_RUNS"] ?? 500);
const names = ["One", "Two", "Three", "Four"] as const;

const declaration: fc.Arbitrary<Declaration> = fc.record(
  {
    name: fc.constantFrom(...names),
    active: fc.boolean(),
    onNameConflict: fc.constantFrom("suffix", "adopt", "fail"),
    deleteWithAgents: fc.boolean(),
  },
  { requiredKeys: ["name"] },
);
const program: fc.Arbitrary<Program> = fc.dictionary(fc.constantFrom("a", "b", "c", "d"), declaration, {
  noNullPrototype: true,
});
type Edit = readonly ["add" | "rename" | "switch" | "remove" | "assign", number, string];
const edit: fc.Arbitrary<Edit> = fc.tuple(
  fc.constantFrom("add", "rename", "switch", "remove", "assign"),
  fc.nat(5),
  fc.constantFrom(...names, "By hand"),
);

/**
 * Makes a manual change.
 *
 * @param mayRepeat - whether two groups may get one name: an update of the status then makes the server rename the group.
 */
async function change(emulator: Emulator, [action, which, name]: Edit, mayRepeat: boolean): Promise<void> {
  const panel = emulator.account("7");
  const groups = emulator.groups("7");
  const group = groups[which % Math.max(1, groups.length)];
  const isFree = mayRepeat || groups.every((other) => other.name !== name);
  if (action === "add" && isFree) panel.add(name);
  if (!group) return;
  if (action === "rename" && isFree) panel.rename(group.id, name);
  if (action === "switch") panel.setStatus(group.id, group.status === 1 ? 0 : 1);
  if (action === "remove") panel.remove(group.id);
  if (action === "assign") await assignAgents(emulator, group.id, "1001");
}

/** The plan with `--refresh`, as the command computes it. */
async function planOf(engine: Engine, next: Program): Promise<readonly GroupChange[]> {
  const client = new DeepcallClient(
    requireSettings(readSettings([environmentSource(environment(engine.emulator))], {})),
  );
  const preview = toPreview("dev", true, await engine.preview(next));
  const list = await client.list();
  const agents = new Map<string, { count: number; ids: string[] }>();
  for (const { urn, id, action } of createPlan(preview).groups)
    if (action === "delete" && id !== null)
      agents.set(urn, {
        count: engine.emulator.agents(id).length,
        ids: engine.emulator.agents(id).map((one) => one.id),
      });
  await client.close();
  return createPlan(preview, { lists: new Map([[null, list]]), agents, deleteWithAgents: new Set() }).groups;
}

const codeOf = (error: Error): string => /\[deepcall:([\w-]+)\]$/.exec(error.message)?.[1] ?? error.message;

/** The code of the error that a refused row announces. */
function codeOfProblem(problem: string): string {
  if (problem.startsWith("has ")) return "has-agents";
  return problem.startsWith("belongs to ") ? "shared-group" : "name-taken";
}

/** How a row did not come true, as sentences. */
function brokenRow(row: GroupChange, engine: Engine, before: readonly GroupSnapshot[], mayDelete: boolean): string[] {
  const { action, resource, id, name, newName, newStatus, notes, problem } = row;
  const kept = engine.state[resource];
  const group = engine.emulator.groups("7").find((one) => String(one.id) === (kept?.id ?? String(id)));
  const existed = before.some((one) => one.id === group?.id);
  const isNumbered = notes.some((note) => note.includes("appends a number"));
  const expect = (isTrue: boolean, what: string): string[] =>
    isTrue ? [] : [`${JSON.stringify(row)}: ${what}; ${JSON.stringify({ group, kept: kept?.id })}`];
  const hasName = (requested: string | null | undefined): boolean =>
    isNumbered
      ? group?.name.startsWith(requested ?? "?") === true && group.name !== requested
      : group?.name === requested;
  if (problem !== null) return expect(action !== "create" || kept === undefined, "was refused, but is in the state");
  switch (action) {
    case "create":
      return expect(group !== undefined && !existed && hasName(name), "was not created like this");
    case "adopt":
      return expect(kept?.id === String(id) && existed, "was not adopted");
    case "update":
      return [
        ...expect(newName === undefined || hasName(newName), "was not renamed like this"),
        ...expect(newStatus === null || group?.status === (newStatus === "active" ? 1 : 0), "has another status"),
      ];
    case "delete":
      return expect(!mayDelete || group === undefined, "was not deleted");
    case "retain":
      return expect(group !== undefined && (!mayDelete || kept === undefined), "was not retained");
    default:
      return [`${JSON.stringify(row)}: unexpected`];
  }
}

test(`what plan says with --refresh is what up does, in ${runs} random histories`, async () => {
  process.stdout.write(`property test of plan: SEED=${seed}\n`);
  let rows = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(edit, { maxLength: 3 }),
      program,
      fc.array(edit, { maxLength: 3 }),
      program,
      async (first, before, manual, next) => {
        const emulator = await emulate();
        const engine = new Engine(emulator, { ...fastRetries, registrationMs: 1 });
        for (const one of first) await change(emulator, one, true);
        await engine.up(before);
        for (const one of manual) await change(emulator, one, false);

        const plan = await planOf(engine, next);
        const groups = emulator.groups("7");
        const recorded = structuredClone(engine.state);
        const errors = await engine.up(next, { refresh: true });

        rows += plan.length;
        const problems = plan.flatMap(({ problem }) => problem ?? []);
        refused += problems.length;
        const creating = plan.filter(({ action, problem }) => problem !== null && action !== "delete");
        const codes = creating.length > 0 ? creating.map(({ problem }) => problem ?? "") : problems;
        expect(errors.map(codeOf).toSorted()).toEqual(codes.map(codeOfProblem).toSorted());
        expect(plan.flatMap((row) => brokenRow(row, engine, groups, creating.length === 0))).toEqual([]);

        // What no row is about did not change.
        const touched = new Set(plan.map(({ id, resource }) => String(id ?? recorded[resource]?.id)));
        const untouched = groups.filter(({ id }) => !touched.has(String(id)));
        const after = emulator.groups("7");
        for (const group of untouched) expect(after).toContainEqual(group);
        await emulator.close();
      },
    ),
    { seed, numRuns: runs },
  );
  process.stdout.write(`property test of plan: ${runs} histories, ${rows} rows, ${refused} of them refused\n`);
});
