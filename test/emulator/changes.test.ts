import type { Emulator, EmulatorOptions } from "../../emulator";
import { codeOf, list, names, post, bySsid, useEmulators } from "./support";

const start = useEmulators();

type Step = readonly [operation: string, fields: object];
const add = (name: string): Step => ["add", { name }];
const update = (name: string, status?: number): Step => ["update", { groupId: "1", name, status }];
const remove: Step = ["delete", { groupId: "1" }];
const assign = (agent_unique_id?: readonly string[]): Step => [
  "submitAssignGroupToAgent",
  { groupId: "1", agent_unique_id },
];
const statuses = (emulator: Emulator) => emulator.groups().map(({ status }) => status);
const ids = (emulator: Emulator) => emulator.groups().map(({ id }) => id);
/** The agents of group 2. */
const agents = (emulator: Emulator) => emulator.agents(2).map(({ id }) => id);
const long = "a".repeat(60);

/** Account `demo` has the groups of the seed, which all have agent 1001. */
async function startWith(options: Partial<EmulatorOptions>, groups: readonly string[]): Promise<Emulator> {
  const seeded = groups.map((name) => ({ name, agents: [{ id: "1001" }] }));
  return start({ seed: { accounts: [{ userId: "demo", ssid: "demo-ssid", groups: seeded }] }, options });
}

describe("what a change does", () => {
  test.each<[Partial<EmulatorOptions>, string[], Step[], unknown, (emulator: Emulator) => unknown, unknown[]]>([
    [{ suffixStart: 0 }, ["A"], [add("A"), add("A")], 200, names, ["A", "A0", "A1"]],
    [{ suffixStart: 2, suffix: "space" }, ["A"], [add("A"), add("A")], 200, names, ["A", "A 2", "A 3"]],
    [{ nameLength: 0 }, [], [add(long)], 200, names, [long]],
    [{ nameLength: 50 }, [], [add(long), add(long)], 200, names, [long.slice(0, 50), `${long.slice(0, 50)}1`]],
    [{ nameLength: 2 }, [], [add("日😀x")], 200, names, ["日😀"]],
    [{ nameLength: 2 }, ["A"], [update("BCD")], 200, names, ["BC"]],
    [{ replacedCharacters: "日😀" }, [], [add("日x😀日")], 200, names, ["?x??"]],
    [{ replacedCharacters: "日" }, ["A"], [update("日😀")], 200, names, ["?😀"]],
    [{ inactiveStatus: "accept" }, ["A"], [update("B", 0)], 200, statuses, [0]],
    [{ inactiveStatus: "ignore" }, ["A"], [update("B", 0)], 200, statuses, [1]],
    [{ inactiveStatus: "reject" }, ["A"], [update("B", 0)], 1000, names, ["A"]],
    [{ missingStatus: "activate" }, ["A"], [update("B", 0), update("B")], 200, statuses, [1]],
    [{ missingStatus: "keep" }, ["A"], [update("B", 0), update("B")], 200, statuses, [0]],
    [{ missingStatus: "keep" }, ["A"], [update("B", 0), update("B", 1)], 200, statuses, [1]],
    [{ secondDelete: "1503" }, ["A"], [remove, remove], 1503, names, []],
    [{ secondDelete: "success" }, ["A"], [remove, remove], 200, names, []],
    [{ idOrder: "growing" }, [], [add("A"), add("B"), add("C")], 200, ids, [1, 2, 3]],
    [{ idOrder: "mixed" }, [], [add("A"), add("B"), add("C")], 200, ids, [11, 19, 39]],
    [{ agentsOnDelete: "keep" }, ["A", "B"], [remove], 200, agents, ["1001"]],
    [{ agentsOnDelete: "remove" }, ["A", "B"], [remove], 200, agents, []],
  ])("%j, groups %j, %j → %s", async (options, groups, steps, code, read, expected) => {
    const emulator = await startWith(options, groups);
    const codes: unknown[] = [];
    for (const [operation, fields] of steps) codes.push(await codeOf(emulator, operation, fields));
    expect([codes.at(-1), read(emulator)]).toEqual([code, expected]);
  });

  test("idOrder mixed: a new id may be lower than an older one, and none is used twice", async () => {
    const emulator = await startWith({ idOrder: "mixed" }, []);
    const created: unknown[] = [];
    for (const name of ["A", "B", "C", "D"])
      created.push((await post(emulator, "add", { ...bySsid, name })).body["groupId"]);
    expect(created).toEqual([19, 11, 39, 31]);
  });

  test.each<[Partial<EmulatorOptions>, number, string[]]>([
    [{ missingAgents: "asEmpty" }, 200, []],
    [{ missingAgents: "asEmpty", emptyAgents: "reject" }, 1047, ["1001"]],
    [{ missingAgents: "apply", emptyAgents: "reject" }, 200, []],
    [{ missingAgents: "ignore" }, 200, ["1001"]],
    [{ missingAgents: "reject" }, 1047, ["1001"]],
  ])("%j: an assignment without a list", async (options, code, left) => {
    const emulator = await startWith(options, ["A"]);
    expect(await codeOf(emulator, ...assign())).toBe(code);
    expect(emulator.agents(1).map(({ id }) => id)).toEqual(left);
    // An empty list still has an effect of its own.
    const ofEmpty = options.emptyAgents === "reject" ? 1047 : 200;
    expect(await codeOf(emulator, ...assign([]))).toBe(ofEmpty);
  });
});

test.each([
  ["1503", 1503],
  ["noData", 1012],
] as const)("missingRelation %s: the relations of a group that does not exist", async (missingRelation, code) => {
  const emulator = await startWith({ missingRelation }, ["A"]);
  expect(await codeOf(emulator, "getGroupAgentRelation", { groupId: "7" })).toBe(code);
  expect(await codeOf(emulator, "getGroupAgentRelation", { groupId: "1" })).toBe(200);
});

test.each([
  [false, ["A", "B"]],
  [true, ["A"]],
])("staleLists %p: the first list after a change", async (staleLists, expected) => {
  const emulator = await startWith({ staleLists }, ["A"]);
  const listed = async () => ((await list(emulator)) as { name: string }[]).map(({ name }) => name);
  await codeOf(emulator, ...add("B"));
  expect(await listed()).toEqual(expected);
  expect(await listed()).toEqual(["A", "B"]);
  await codeOf(emulator, ...remove);
  expect(await listed()).toEqual(staleLists ? ["A", "B"] : ["B"]);
});
