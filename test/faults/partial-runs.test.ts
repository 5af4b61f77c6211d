import fc from "fast-check";
import { Engine, type Declaration, type FrontEnd, type Program } from "../support/engine";
import { emulate, fastRetries } from "../support/lifecycle";
import { seed } from "../support/seed";

jest.setTimeout(600_000);

const runs = Number(process.env["PROPERTY_RUNS"] ?? 150);
const resources = ["a", "b", "c"] as const;

const declaration: fc.Arbitrary<Declaration> = fc.record({
  name: fc.constantFrom("One", "One", "One", "Two"),
  onNameConflict: fc.constantFrom("adopt", "adopt", "adopt", "adopt", "suffix", "fail"),
});
interface Step {
  readonly kind: "up" | "destroy";
  readonly program: Program;
  readonly targets: ReadonlySet<string> | undefined;
}
const some = fc.subarray([...resources], { minLength: 1, maxLength: 2 });
/** Mostly a program with one resource, to which the run is limited: a later one gives that resource another name. */
const step: fc.Arbitrary<Step> = fc
  .record({
    kind: fc.constantFrom("up" as const, "up" as const, "up" as const, "destroy" as const),
    declared: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...resources).map((one) => [one]) },
      { weight: 1, arbitrary: some },
    ),
    declaration,
    targets: fc.oneof(
      { weight: 3, arbitrary: fc.constant("declared" as const) },
      { weight: 1, arbitrary: fc.constant(undefined) },
      { weight: 2, arbitrary: some },
    ),
  })
  .map(({ kind, declared, declaration, targets }) => ({
    kind,
    program: kind === "up" ? Object.fromEntries(declared.map((resource) => [resource, declaration])) : {},
    targets: targets && new Set(targets === "declared" ? declared : targets),
  }));

test.each<[FrontEnd, number]>([
  ["dynamic", runs],
  ["plugin", Math.ceil(runs / 3)],
])(
  "no partial run through the %s provider deletes a group that another resource has (%i histories)",
  async (frontEnd, numRuns) => {
    process.stdout.write(`property test of partial runs: SEED=${seed}\n`);
    let shared = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), fc.boolean(), async (steps, hasForeign) => {
        const emulator = await emulate();
        if (hasForeign) emulator.account("7").add("Two");
        const foreign = new Set(emulator.groups("7").map(({ id }) => String(id)));
        const engine = new Engine(emulator, { ...fastRetries, registrationMs: 1 }, frontEnd);
        const exists = (id: string) => emulator.groups("7").some((group) => String(group.id) === id);
        for (const { kind, program: declared, targets: some } of steps) {
          const before = structuredClone(engine.state);
          if (kind === "up") await engine.up(declared, some && { targets: some });
          else await engine.destroy(some);
          const ids = Object.values(engine.state).map(({ id }) => id);
          for (const id of ids) foreign.delete(id);
          shared += ids.length - new Set(ids).size;
          for (const [resource, { id }] of Object.entries(before)) {
            const isDeleted = (!some || some.has(resource)) && !(resource in declared);
            expect([resource, id, isDeleted || exists(id)]).toEqual([resource, id, true]);
          }
          for (const id of foreign) expect([id, exists(id)]).toEqual([id, true]);
        }
        // Nothing is left behind, either.
        expect(await engine.destroy()).toEqual([]);
        expect(emulator.groups("7").map(({ id }) => String(id))).toEqual([...foreign]);
        await emulator.close();
      }),
      { seed, numRuns },
    );
    process.stdout.write(
      `property test of partial runs: ${numRuns} histories, ${shared} times two resources had one group\n`,
    );
  },
);
