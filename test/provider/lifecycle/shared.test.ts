import type { Emulator, InterceptedCall } from "../../../emulator";
import type { GroupList } from "../../../client/responses";
import { SharedList } from "../../../client/shared-list";
import { desired, change, create, emulate, failure, operate, refresh, type Resource } from "../../support/lifecycle";

const created = (emulator: Emulator, count: number): Promise<Resource[]> => {
  const provider = operate(emulator);
  return Promise.all(Array.from({ length: count }, (_, n) => create(provider, desired(`Team ${n}x`))));
};

/** Holds the answers to the calls that match until they are let go; each was created up when its call arrived. */
function hold(
  emulator: Emulator,
  matches: (call: InterceptedCall) => boolean,
): { arrived: Promise<void>; letGo: () => void } {
  let arrive: () => void = () => undefined;
  let letGo: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const gone = new Promise<void>((resolve) => (letGo = resolve));
  emulator.intercept = async (call, proceed) => {
    if (!matches(call)) return undefined;
    const answer = await proceed();
    arrive();
    await gone;
    return answer;
  };
  return { arrived, letGo };
}

const isShared = ({ operation, body }: Pick<InterceptedCall, "operation" | "body">): boolean =>
  operation === "list" && !("groupId" in body);
const shared = (emulator: Emulator): number => emulator.calls.filter(isShared).length;

describe("no read uses a list that started before a write it must see", () => {
  test("a write between two reads of one run", async () => {
    const emulator = await emulate();
    const [first, second] = (await created(emulator, 3)) as [Resource, Resource];
    const provider = operate(emulator);
    await refresh(provider, first);
    const renamed = await change(provider, first, desired("Care"));
    await provider.delete(second.id, second.outputs);
    emulator.account("7").rename(Number(first.id), "Helpdesk");

    // The change was read back before the panel's; a read after it may use that, but not the list from before.
    expect(await refresh(provider, renamed)).toMatchObject({ outputs: { name: "Care" }, drift: false });
    expect(await refresh(provider, second)).toBeUndefined();
    expect(shared(emulator)).toBe(2);
  });

  test("a list in flight while a sibling writes", async () => {
    const emulator = await emulate();
    const [first, second] = (await created(emulator, 2)) as [Resource, Resource];
    const provider = operate(emulator);
    const { arrived, letGo } = hold(emulator, isShared);
    const early = refresh(provider, second);
    await arrived;
    const renamed = await change(provider, first, desired("Care"));
    const late = refresh(provider, renamed);
    letGo();
    expect(await early).toMatchObject({ drift: false });
    expect(await late).toMatchObject({ outputs: { name: "Care" }, drift: false });
  });

  test("a write whose answer is lost, and which is not read back", async () => {
    const emulator = await emulate();
    const [first] = (await created(emulator, 1)) as [Resource];
    const provider = operate(emulator);
    await refresh(provider, first);
    emulator.intercept = async ({ operation }, proceed) => {
      if (operation !== "update") return undefined;
      await proceed();
      return Response.json({ status: "error", message: "x", code: 1047 });
    };
    await failure(change(provider, first, desired("Care")));
    expect(await refresh(provider, first)).toMatchObject({ outputs: { name: "Care" }, drift: true });
  });

  test("a group that a sibling created can be adopted although the list is older", async () => {
    const emulator = await emulate();
    const provider = operate(emulator);
    await create(provider, desired("Support"));
    const error = await failure(create(provider, desired("Support", { onNameConflict: "adopt", __resource: "other" })));
    expect(error).toMatchObject({ errorCode: "shared-group" });
    expect(emulator.count("add")).toBe(1);
  });
});

test("a failed list fails for all reads that wait for it, and the next read lists again", async () => {
  const emulator = await emulate();
  const groups = await created(emulator, 20);
  const provider = operate(emulator);
  emulator.clearCalls();
  emulator.faults.add("list:error-before:1015@1x1");
  const errors = await Promise.all(groups.map((group) => failure(refresh(provider, group))));
  expect(emulator.count()).toBe(1);
  groups.forEach(({ id, outputs }, n) => {
    const { message } = errors[n] ?? { message: "" };
    expect(message).toContain(`Could not read group "${String(outputs["name"])}" (id ${id}). `);
    expect(message).toContain("The state was not changed.");
  });
  expect(await Promise.all(groups.map((group) => refresh(provider, group)))).toHaveLength(20);
  expect(emulator.count()).toBe(2);
});

describe("a list", () => {
  let now = 0;
  beforeEach(() => {
    now = 0;
    jest.spyOn(performance, "now").mockImplementation(() => now);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  const empty = { groups: [], complete: true };

  test.each([
    ["in use all the time", Array.from({ length: 12 }, () => 5_000), true],
    ["without use for more than 5 s", [5_001], false],
    ["for more than a minute, used or not", Array.from({ length: 13 }, () => 5_000), false],
  ])("%s", async (_, waits, fresh) => {
    const list = new SharedList(Promise.resolve(empty));
    await list.all();
    for (const [n, wait] of waits.entries()) {
      now += wait;
      if (n < waits.length - 1) await list.all();
    }
    expect(list.isFresh).toBe(fresh);
  });

  test("that has not arrived serves all reads, however slow the server is", async () => {
    let arrive: (list: GroupList) => void = () => undefined;
    const list = new SharedList(new Promise((resolve) => (arrive = resolve)));
    const first = list.all();
    now = 30_000;
    expect(list.isFresh).toBe(true);
    arrive(empty);
    await first;
    now = 34_000;
    expect(list.isFresh).toBe(true);
  });
});

describe("few calls", () => {
  test("60 new groups, half of them inactive: one list of all groups, whatever is written in the meantime", async () => {
    const emulator = await emulate();
    const provider = operate(emulator);
    await Promise.all(
      Array.from({ length: 60 }, (_, n) => create(provider, desired(`Team ${n}x`, { active: n % 2 === 0 }))),
    );
    expect(shared(emulator)).toBe(1);
    expect(emulator.count("add")).toBe(60);
    // One read back for each `add` and each `update`.
    expect(emulator.count("list")).toBe(1 + 60 + 30);
  });

  test("50 groups of which 20 are gone: one list and 20 reads, within maxConcurrency", async () => {
    const emulator = await emulate();
    const groups = await created(emulator, 50);
    for (const { id } of groups.slice(0, 20)) emulator.account("7").remove(Number(id));
    emulator.clearCalls();
    const questions = hold(emulator, (call) => !isShared(call));
    const provider = operate(emulator, { DEEPCALL_MAX_CONCURRENCY: "3" });
    const reads = groups.map((group) => refresh(provider, group));
    await questions.arrived;
    // As much time as twenty more calls need.
    for (let n = 0; n < 20; n++) await fetch(`${emulator.url}/_emulator/state`);
    expect(emulator.count("list")).toBe(1 + 3);
    questions.letGo();
    const read = await Promise.all(reads);
    expect(read.filter((group) => group === undefined)).toHaveLength(20);
    expect(emulator.count("list")).toBe(21);
    expect(emulator.count()).toBe(21);
  });
});
