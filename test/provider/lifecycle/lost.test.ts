import { CutConnection, type Emulator } from "../../../emulator";
import { desired, change, create, emulate, failure, operate, shortDeadline } from "../../support/lifecycle";

/** Cuts the connection of the nth call of an operation, after it was committed or instead. */
function lose(emulator: Emulator, operation: string, when: "before" | "after", times = 1): void {
  let left = times;
  emulator.intercept = async (call, proceed) => {
    if (call.operation !== operation || left-- <= 0) return proceed();
    if (when === "after") await proceed();
    throw new CutConnection();
  };
}

const names = (emulator: Emulator): string[] => emulator.groups("7").map(({ name }) => name);

describe("a lost answer to add", () => {
  test.each(["Support", "R & D"])("finds the created group %p", async (name) => {
    const emulator = await emulate({ nameTransform: "escape" });
    lose(emulator, "add", "after");
    const { id } = await create(operate(emulator), desired(name));
    expect(emulator.groups("7").map((group) => String(group.id))).toEqual([id]);
    expect(emulator.count("add")).toBe(1);
  });

  test("finds the numbered group beside the one that existed before", async () => {
    const emulator = await emulate();
    emulator.account("7").add("Support");
    lose(emulator, "add", "after");
    const { outputs } = await create(operate(emulator), desired("Support"));
    expect(outputs).toMatchObject({ name: "Support1" });
    expect(names(emulator)).toEqual(["Support", "Support1"]);
  });

  test("finds the group that is committed late", async () => {
    const emulator = await emulate();
    emulator.faults.add("add:late-commit:20");
    await create(operate(emulator), desired("Support"));
    expect(names(emulator)).toEqual(["Support"]);
  });

  test("finds the created group, however often the list that looks for it fails", async () => {
    const emulator = await emulate();
    lose(emulator, "add", "after");
    for (const fault of ["error-before:1015@2x3", "html-after@5x3", "http-before:503@8x3"])
      emulator.faults.add(`list:${fault}`);
    await create(operate(emulator), desired("Support"));
    expect(emulator.groups("7")).toHaveLength(1);
    expect(emulator.count("list")).toBe(1 + 9 + 3);
  });

  test("stops if that list fails until the deadline, and names the group and what to do", async () => {
    const emulator = await emulate();
    lose(emulator, "add", "after");
    emulator.faults.add("list:error-before:1015@2x0");
    const error = await failure(create(operate(emulator, {}, shortDeadline), desired("Support")));
    expect(error.message).toMatch(
      /^Could not find out whether Deepcall created group "Support"\. .* code 1015 .* may now have a group "Support" .* delete the group .* or set onNameConflict .* \[deepcall:lost-add\]$/,
    );
    expect(error.id).toBeUndefined();
  });

  test("gives each of several siblings its own group", async () => {
    const emulator = await emulate();
    let adds = 0;
    emulator.intercept = async ({ operation }, proceed) => {
      const answer = await proceed();
      if (operation === "add" && ++adds % 2 === 1) throw new CutConnection();
      return answer;
    };
    const provider = operate(emulator);
    const created = await Promise.all(
      ["a", "b", "c", "d"].map((resource) => create(provider, desired("Support", { __resource: resource }))),
    );
    expect(new Set(created.map(({ id }) => id)).size).toBe(4);
    expect(names(emulator)).toEqual(["Support", "Support1", "Support2", "Support3"]);
  });

  test("stops and names the candidates if another client created a group with that name in the meantime", async () => {
    const emulator = await emulate();
    emulator.intercept = async ({ operation }, proceed) => {
      if (operation !== "add") return proceed();
      emulator.account("7").add("Support");
      await proceed();
      throw new CutConnection();
    };
    const error = await failure(create(operate(emulator), desired("Support")));
    expect(error.message).toContain('group "Support" (id 1), group "Support1" (id 2)');
    expect(error.id).toBeUndefined();
    expect(emulator.count("add")).toBe(1);
  });

  test("is not sent again, and no group is taken, if lists are silently truncated", async () => {
    const emulator = await emulate({ pageLimit: 1 });
    emulator.account("7").add("A");
    emulator.account("7").add("Support");
    emulator.account("7").add("Support1");
    emulator.intercept = ({ operation }) =>
      operation === "add" ? Response.json({ status: "error", message: "x", code: 1009 }) : undefined;
    const error = await failure(create(operate(emulator), desired("Support")));
    expect(error.id).toBeUndefined();
    expect(emulator.groups("7")).toHaveLength(3);
  });

  test("is not sent again if there is no new group but Deepcall may still be working", async () => {
    const emulator = await emulate();
    lose(emulator, "add", "before");
    const error = await failure(create(operate(emulator), desired("Support")));
    expect(error.message).toMatch(/Could not create group "Support"\. .*Deepcall may still create it/);
    expect(emulator.count("add")).toBe(1);
  });

  test("does not take the group of a sibling whose read back failed", async () => {
    const emulator = await emulate();
    const provider = operate(emulator);
    emulator.intercept = ({ operation, index }) =>
      operation === "list" && index === 2 ? Response.json({ status: "success", code: 200, response: [] }) : undefined;
    const { id } = await failure(create(provider, desired("Support", { __resource: "a" })));
    lose(emulator, "add", "before");
    const error = await failure(create(provider, desired("Support", { __resource: "b" })));
    expect(error.message).toMatch(/Could not create group "Support"\. .*Deepcall may still create it/);
    expect(error.id).toBeUndefined();
    expect(emulator.groups("7").map((group) => String(group.id))).toEqual([id]);
  });

  test("is not sent again if the list says that it is truncated", async () => {
    const emulator = await emulate({ listShape: "nestedWithTotal", pageLimit: 1 });
    emulator.account("7").add("A");
    emulator.account("7").add("B");
    emulator.faults.add("add:error-before:1009");
    const error = await failure(create(operate(emulator), desired("Support")));
    expect(error.message).toContain("or may have truncated the list");
    expect(emulator.count("add")).toBe(1);
  });

  test("is sent again if Deepcall answered that it failed and there is no new group", async () => {
    const emulator = await emulate();
    emulator.intercept = ({ operation, index }) =>
      operation === "add" && index < 3 ? Response.json({ status: "error", message: "x", code: 1009 }) : undefined;
    await create(operate(emulator), desired("Support"));
    expect(names(emulator)).toEqual(["Support"]);
    expect(emulator.count("add")).toBe(3);
  });

  test("is not sent again if Deepcall answered that it failed but created the group", async () => {
    const emulator = await emulate();
    emulator.intercept = async ({ operation }, proceed) => {
      const answer = await proceed();
      return operation === "add" ? Response.json({ status: "error", message: "x", code: 1009 }) : answer;
    };
    await create(operate(emulator), desired("Support"));
    expect(names(emulator)).toEqual(["Support"]);
  });
});

describe("a lost answer to update", () => {
  test("that took effect, with a number: the next run does not send it again", async () => {
    const emulator = await emulate({ ownNameTaken: true });
    const created = await create(operate(emulator), desired("Support"));
    emulator.account("7").add("Care");
    emulator.account("7").rename(Number(created.id), "Care1");
    const { outputs } = await change(operate(emulator), created, desired("Care"));
    expect(outputs).toMatchObject({ requestedName: "Care", assignedName: "Care1", name: "Care1" });
    expect(emulator.count("update")).toBe(0);
  });

  test("of the status alone, lost before the commit: the status is set", async () => {
    const emulator = await emulate();
    const created = await create(operate(emulator), desired("Support"));
    lose(emulator, "update", "before");
    const { outputs } = await change(operate(emulator), created, desired("Support", { active: false }));
    expect(outputs).toMatchObject({ active: false });
    expect(emulator.groups("7")).toMatchObject([{ name: "Support", status: 0 }]);
  });

  test.each(["before", "after"] as const)("lost %s the commit: the name is set, without a number", async (when) => {
    const emulator = await emulate({ ownNameTaken: true });
    const created = await create(operate(emulator), desired("Support"));
    lose(emulator, "update", when, 2);
    const renamed = await change(operate(emulator), created, desired("Care", { active: false }));
    expect(renamed.outputs).toMatchObject({ name: "Care", active: false });
    expect(emulator.groups("7")).toMatchObject([{ name: "Care", status: 0 }]);
  });

  test("committed late, after it was sent again: the name still has no number", async () => {
    const emulator = await emulate({ ownNameTaken: true });
    const created = await create(operate(emulator), desired("Support"));
    let first: (() => Promise<Response>) | undefined;
    emulator.intercept = async ({ operation }, proceed) => {
      if (operation !== "update") return undefined;
      if (!first) {
        first = proceed;
        throw new CutConnection();
      }
      await first();
      return proceed();
    };
    const renamed = await change(operate(emulator), created, desired("Care"));
    expect(renamed.outputs).toMatchObject({ name: "Care" });
  });

  test("every time: an error that says so, and an unchanged state", async () => {
    const emulator = await emulate();
    const created = await create(operate(emulator), desired("Support"));
    lose(emulator, "update", "before", 99);
    const error = await failure(change(operate(emulator), created, desired("Care")));
    expect(error.message).toMatch(/Could not update group "Support" \(id 1\)\. .*the next `pulumi up` checks before/);
    expect(error.id).toBeUndefined();
  });
});

describe("a lost answer to delete", () => {
  test.each(["before", "after"] as const)("lost %s the commit: the group is gone", async (when) => {
    const emulator = await emulate();
    const created = await create(operate(emulator), desired("Support"));
    lose(emulator, "delete", when);
    await operate(emulator).delete(created.id, created.outputs);
    expect(names(emulator)).toEqual([]);
    expect(emulator.count("delete")).toBe(2);
  });
});
