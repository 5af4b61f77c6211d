import { Engine, type Program } from "../../support/engine";
import { emulate, fastRetries } from "../../support/lifecycle";

type Rule = "suffix" | "adopt" | "fail";
const rules: Rule[] = ["suffix", "adopt", "fail"];

/** All orders of a program's entries. */
function orders(program: Program): Program[] {
  const permute = <T>(items: readonly T[]): T[][] =>
    items.length === 0
      ? [[]]
      : items.flatMap((item, index) => permute(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
  return permute(Object.entries(program)).map((entries) => Object.fromEntries(entries));
}

const named = (names: Readonly<Record<string, string>>, onNameConflict: Rule): Program =>
  Object.fromEntries(Object.entries(names).map(([resource, name]) => [resource, { name, onNameConflict }]));

/** What each resource requests before and after. */
const cases: [string, Record<string, string>, Record<string, string>][] = [
  ["a new group takes a freed name", { support: "Support" }, { fresh: "Support", support: "Care" }],
  ["a group takes a freed name", { a: "One", b: "Two" }, { a: "Two", b: "Three" }],
  ["a chain of three", { a: "One", b: "Two" }, { n: "One", a: "Two", b: "Three" }],
  ["a swap", { a: "One", b: "Two" }, { a: "Two", b: "One" }],
  ["a rotation of three", { a: "One", b: "Two", c: "Three" }, { a: "Two", b: "Three", c: "One" }],
  ["a rotation of three, the other way", { a: "One", b: "Two", c: "Three" }, { a: "Three", b: "One", c: "Two" }],
  ["a swap beside a chain", { a: "One", b: "Two", c: "Three" }, { a: "Two", b: "One", c: "Four", n: "Three" }],
];

describe.each(cases)("%s", (_, before, after) => {
  test.each(rules)("with %s, in every order: each group gets its name", async (rule) => {
    for (const program of orders(named(after, rule))) {
      const emulator = await emulate();
      const engine = new Engine(emulator);
      expect(await engine.up(named(before, "suffix"))).toEqual([]);
      const ids = Object.fromEntries(Object.entries(engine.state).map(([resource, { id }]) => [resource, id]));
      expect(await engine.up(program)).toEqual([]);
      const groups = new Map(emulator.groups("7").map(({ id, name }) => [String(id), name]));
      const result = Object.entries(engine.state).map(([resource, { id }]) => [resource, groups.get(id)]);
      expect(Object.fromEntries(result)).toEqual(after);
      expect(groups.size).toBe(Object.keys(after).length);
      for (const [resource, id] of Object.entries(ids)) expect(engine.state[resource]?.id).toBe(id);
      emulator.clearCalls();
      expect(await engine.up(program)).toEqual([]);
      expect(emulator.count()).toBe(0);
    }
  });
});

test.each([["One"], ["Two"]])(
  "a swap that was killed while its temporary name was in use is finished, if b is called %s",
  async (name) => {
    const emulator = await emulate();
    const engine = new Engine(emulator);
    await engine.up(named({ a: "One", b: "Two" }, "suffix"));
    emulator.account("7").rename(1, "renaming-3f9a01c7");
    if (name === "One") emulator.account("7").rename(2, name);
    const swapped = named({ a: "Two", b: "One" }, "fail");
    expect(await engine.up(swapped)).toEqual([]);
    expect(emulator.groups("7").map((group) => group.name)).toEqual(["Two", "One"]);
    emulator.clearCalls();
    expect(await engine.up(swapped)).toEqual([]);
    expect(emulator.count()).toBe(0);
  },
);

const faults = ["update:error-before:1047", "update:error-after:1009", "update:reset-after", "list:error-before:1015"];

describe.each(faults.flatMap((fault) => [1, 2, 3, 4].map((nth) => [fault, nth] as const)))("%s@%i", (fault, nth) => {
  test("during a rotation: the state has every group, and the next up finishes it", async () => {
    const emulator = await emulate();
    const engine = new Engine(emulator);
    await engine.up(named({ a: "One", b: "Two", c: "Three" }, "suffix"));
    const rotated = named({ a: "Two", b: "Three", c: "One" }, "fail");
    engine.retryPolicy = { ...fastRetries, registrationMs: 1 };
    emulator.faults.add(`${fault}@${nth}`);
    const errors = await engine.up(rotated);
    const temporary =
      /"renaming-[^]* group "One" \(id 1\) got a temporary name, because it exchanges names with other groups\./;
    for (const { message } of errors) expect(message.includes('group "renaming-')).toBe(temporary.test(message));
    emulator.faults.clear();

    expect(await engine.up(rotated, { refresh: true })).toEqual([]);
    expect(emulator.groups("7").map(({ id, name }) => [id, name])).toEqual([
      [1, "Two"],
      [2, "Three"],
      [3, "One"],
    ]);
    emulator.clearCalls();
    expect(await engine.up(rotated)).toEqual([]);
    expect(emulator.count()).toBe(0);
  });
});
