import type { Emulator, EmulatorOptions } from "../../../emulator";
import { run } from "../../../cli/program";
import { Engine, type Program } from "../../support/engine";
import { emulate, environment, shortDeadline, token } from "../../support/lifecycle";
import { allServerForms, serverForms } from "../../support/server-forms";

describe.each([...serverForms, ["all of them", allServerForms] as const])("on a server with %s", (_, options) => {
  test("groups and agents have a whole life", async () => {
    const emulator = await emulate(options);
    const account = emulator.account("7");
    // They fill the first pages, and one of them is deleted.
    const others = ["One", "Two", "Three", "Four"].map((name) => account.add(name));
    account.remove(others[1]?.id ?? 0);
    const foreign = emulator.groups("7");
    const engine = new Engine(emulator);
    const idOf = (resource: string) => Number(engine.state[resource]?.id);
    const find = (resource: string) => emulator.groups("7").find(({ id }) => id === idOf(resource));
    const first: Program = {
      a: { name: "Support", agents: { list: ["1001", { id: "1002", receivesCalls: false }] } },
      b: { name: "Sales" },
    };
    const settled = async (program: Program) => {
      expect(await engine.refresh()).toEqual([]);
      emulator.clearCalls();
      expect(await engine.up(program)).toEqual([]);
      expect(emulator.count()).toBe(0);
    };

    expect(await engine.up(first)).toEqual([]);
    await settled(first);

    const second: Program = {
      ...first,
      a: { ...first["a"], name: "Care", active: false },
      c: { name: "Two", onNameConflict: "fail" },
    };
    expect(await engine.up(second)).toEqual([]);
    expect(find("a")).toMatchObject({ name: "Care", status: 0 });
    await settled(second);

    // Changes by hand are reverted, and a group that was deleted by hand is created again.
    account.rename(idOf("b"), "Selling");
    account.setStatus(idOf("a"), 1);
    account.setAgents(idOf("a"), [{ id: "1002" }, { id: "1003" }]);
    const before = idOf("c");
    account.remove(before);
    expect(await engine.up(second, { refresh: true })).toEqual([]);
    expect([find("a"), find("b"), find("c")]).toMatchObject([
      { name: "Care", status: 0 },
      { name: "Sales" },
      { name: "Two" },
    ]);
    expect(idOf("c")).toBeGreaterThan(before);
    expect(emulator.agents(idOf("a")).map(({ id, receivesCalls }) => [id, receivesCalls])).toEqual([
      ["1001", true],
      ["1002", false],
      ["1003", true],
    ]);
    await settled(second);

    // A group with agents that nobody declared stays, until they are removed.
    const refused = await engine.destroy();
    expect(refused.map(({ message }) => message)).toEqual([expect.stringContaining("it has 1 agent (1003)")]);
    account.setAgents(idOf("a"), []);
    expect(await engine.destroy()).toEqual([]);
    expect(emulator.groups("7")).toEqual(foreign);
  });
});

/** An account with 1,000 groups, in pages of 100. */
async function manyGroups(options: Partial<EmulatorOptions> = {}) {
  const groups = Array.from({ length: 1_000 }, (_, n) => ({ name: `Group ${n + 1}` }));
  const emulator = await emulate({ pageSize: 100, ...options }, { accounts: [{ userId: "7", token, groups }] });
  const program = Object.fromEntries(
    groups.map(({ name }, n): [string, Program[string]] => [`g${n + 1}`, { name, onNameConflict: "adopt" }]),
  );
  return { emulator, engine: new Engine(emulator), program };
}

async function pulumiDeepcall(emulator: Emulator, ...argv: string[]) {
  let [out, err] = ["", ""];
  const code = await run(argv, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    untilStopped: () => Promise.resolve(),
    env: environment(emulator),
    version: "1.2.3",
  });
  return { code, out, err };
}

describe("1,000 groups in pages of 100", () => {
  test("adopting them and a refresh are 10 calls each; a group on the last page is adopted without an add", async () => {
    const { emulator, engine, program } = await manyGroups();
    expect(await engine.up(program)).toEqual([]);
    expect([emulator.count("list"), emulator.count()]).toEqual([10, 10]);
    expect(engine.state["g1000"]?.id).toBe("1000");
    emulator.clearCalls();
    expect(await engine.refresh()).toEqual([]);
    expect([emulator.count("list"), emulator.count()]).toEqual([10, 10]);
    expect(Object.keys(engine.state)).toHaveLength(1_000);
  });

  test("a server that ignores page: nothing is dropped, and nothing is adopted twice or created", async () => {
    const { emulator, engine, program } = await manyGroups({ pageField: "ignored" });
    const last = Object.fromEntries(Object.entries(program).slice(-120));
    expect(await engine.up(last)).toEqual([]);
    expect(emulator.count("add")).toBe(0);
    const ids = Object.values(engine.state).map(({ id }) => Number(id));
    expect(ids.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 120 }, (_, n) => 881 + n));
    expect(await engine.refresh()).toEqual([]);
    expect(Object.keys(engine.state)).toHaveLength(120);
    expect(emulator.groups("7")).toHaveLength(1_000);
  });

  test("export has them all, or fails", async () => {
    const { emulator } = await manyGroups();
    const whole = await pulumiDeepcall(emulator, "export");
    expect([whole.code, whole.out.match(/ onNameConflict: adopt /g)?.length]).toEqual([0, 1_000]);
    emulator.options.pageField = "ignored";
    const { code, err } = await pulumiDeepcall(emulator, "export");
    expect(code).toBe(1);
    expect(err).toContain("Could not export the account: Deepcall returned 100 of 1000 groups. Nothing was written.");
  });
});

test("destroy of 500 empty groups is 3 calls a group", async () => {
  const { emulator, engine, program } = await manyGroups();
  expect(await engine.up(Object.fromEntries(Object.entries(program).slice(0, 500)))).toEqual([]);
  emulator.clearCalls();
  expect(await engine.destroy()).toEqual([]);
  expect([emulator.count("getGroupAgentRelation"), emulator.count("delete"), emulator.count()]).toEqual([
    1_000, 500, 1_500,
  ]);
});

test.each<[string, Partial<EmulatorOptions>]>([
  ["understood", {}],
  ["objects keyed by id", { listShape: "byId", relationShape: "byId", agentShape: "byId" }],
  ["groups not understood", { listShape: "unknown" }],
  ["agents not understood", { relationShape: "unknown" }],
  ["other ids", { idKey: "unique_id", agentIdKey: "unique_id", emptyIds: true }],
])("passwords in rows appear nowhere: %s", async (_, options) => {
  const emulator = await emulate({ passwordFields: true });
  const account = emulator.account("7");
  account.setAgents(account.add("Sales").id, [{ id: "1001" }]);
  const logged: unknown[] = [];
  const spy = jest.spyOn(process.stderr, "write").mockImplementation((text) => logged.push(text) > 0);
  const engine = new Engine(emulator, shortDeadline);
  engine.more = { DEEPCALL_DEBUG: "1" };
  const program: Program = {
    a: { name: "Support", agents: { list: ["1001"] } },
    b: { name: "Sales", onNameConflict: "adopt" },
  };
  const seen: unknown[] = [await engine.up(program)];
  Object.assign(emulator.options, options);
  seen.push(await engine.refresh(), await engine.up({ ...program, a: { name: "Care", agents: { list: ["1002"] } } }));
  seen.push(engine.state, engine.agentsState, await engine.destroy());
  for (const argv of [["export", "--agents"], ["export"], ["doctor"]])
    seen.push(await pulumiDeepcall(emulator, ...argv));
  seen.push(await (await fetch(`${emulator.url}/_emulator/state`)).text(), logged);
  spy.mockRestore();
  expect(logged.length).toBeGreaterThan(5);
  const texts = JSON.stringify(seen, (_key, value: unknown) =>
    value instanceof Error ? [value.message, value.stack, value.cause] : value,
  );
  expect(texts).toContain("Sales");
  expect(texts).not.toMatch(/emulator-password|emulator-call-pass/);
});

test("ids up to 2^53-1 live like others; a larger one is refused before the add", async () => {
  const groups = [{ id: Number.MAX_SAFE_INTEGER - 1, name: "Sales" }];
  const emulator = await emulate({}, { accounts: [{ userId: "7", token, groups }] });
  const engine = new Engine(emulator);
  const program: Program = { a: { name: "Support" }, b: { name: "Sales", onNameConflict: "adopt" } };
  for (const idType of ["number", "string"] as const) {
    emulator.options.idType = idType;
    expect(await engine.up(program)).toEqual([]);
    expect(await engine.refresh()).toEqual([]);
  }
  expect(engine.state["a"]?.id).toBe("9007199254740991");
  expect(engine.state["b"]?.id).toBe("9007199254740990");
  expect(await engine.destroy()).toEqual([]);
  expect(emulator.groups("7")).toEqual([]);

  const tooLarge = { id: "9007199254740992", name: "Other", status: 1 };
  emulator.intercept = ({ operation }) =>
    operation === "list" ? Response.json({ status: "success", code: 200, response: [tooLarge] }) : undefined;
  emulator.clearCalls();
  const errors = await engine.up({ c: { name: "Support" } });
  expect(errors.map(({ message }) => message)).toEqual([
    expect.stringContaining("a group whose id is not a positive whole number up to 9007199254740991"),
  ]);
  expect(emulator.count("add")).toBe(0);
});

test("a new group with an id that is too large: the error names the group and what to do", async () => {
  const emulator = await emulate();
  const groups: object[] = [];
  const success = (fields: object): Response => Response.json({ status: "success", code: 200, ...fields });
  emulator.intercept = ({ operation }) => {
    if (operation === "list") return success({ response: groups });
    if (operation !== "add") return undefined;
    groups.push({ id: "9007199254740992", name: "Support" });
    return success({ groupId: "9007199254740992" });
  };
  const [error] = await new Engine(emulator, shortDeadline).up({ a: { name: "Support" } });
  expect(error?.message).toContain('Could not find out whether Deepcall created group "Support".');
  expect(error?.message).toContain("id is not a positive whole number up to 9007199254740991");
  expect(error?.message).toContain('Deepcall may now have a group "Support"');
  expect(error?.message).toContain("Check Deepcall's panel before you run the command again");
});
