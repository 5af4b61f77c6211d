import {
  fastRetries,
  desired,
  change,
  create,
  emulate,
  failure,
  operate,
  otherUser,
  refresh,
  shortDeadline,
  ssid,
  suffixForms,
  createProvider,
} from "../../support/lifecycle";
import { CutConnection } from "../../../emulator";

describe("creating a group", () => {
  test("an active group takes a list, an add and a read back", async () => {
    const emulator = await emulate();
    const { id, outputs } = await create(operate(emulator), desired("Support"));
    expect(outputs).toMatchObject({ requestedName: "Support", assignedName: "Support", name: "Support", active: true });
    expect(emulator.groups("7")).toEqual([{ id: Number(id), name: "Support", status: 1, userId: "7" }]);
    expect(emulator.calls.map(({ operation }) => operation)).toEqual(["list", "add", "list"]);
  });

  test("a read back that a truncated list does not decide repeats every call until Deepcall answers", async () => {
    const emulator = await emulate({ filterKey: "none", pageLimit: 1 });
    emulator.account("7").add("Theirs");
    emulator.faults.add("list:error-before:1015@2");
    emulator.faults.add("getGroupAgentRelation:error-before:1015");
    const error = await failure(create(operate(emulator), desired("Support")));
    expect(error.message).toContain("a list for id 2 without that group, which exists");
    expect(error.id).toBe("2");
    expect(emulator.count("getGroupAgentRelation")).toBe(2);
  });

  test("an inactive group: the status is set and the name is kept", async () => {
    const emulator = await emulate();
    const { outputs } = await create(operate(emulator), desired("Night", { active: false }));
    expect(outputs).toMatchObject({ name: "Night", active: false });
    expect(emulator.groups("7")).toMatchObject([{ name: "Night", status: 0 }]);
  });

  test.each(suffixForms)("a taken name, suffix form %s", async (suffix, name) => {
    const emulator = await emulate({ suffix });
    emulator.account("7").add("Support");
    const provider = operate(emulator);
    const created = await create(provider, desired("Support", { active: false }));
    expect(created.outputs).toMatchObject({ requestedName: "Support", assignedName: name, name, active: false });
    expect((await change(operate(emulator), created, desired("Support", { active: false }))).changed).toBe(false);
    expect((await refresh(operate(emulator), created))?.drift).toBe(false);
    expect(emulator.groups("7").map((group) => group.name)).toEqual(["Support", name]);
  });

  test.each(["escape", "trim", "cut"] as const)(
    "a name that the server changes (%s) is not drift",
    async (nameTransform) => {
      const emulator = await emulate({ nameTransform });
      const name = "Sales & <Marketing> for everybody";
      const created = await create(operate(emulator), desired(name, { active: false }));
      const after = await refresh(operate(emulator), created);
      expect(after?.drift).toBe(false);
      expect(after?.outputs).toEqual({ ...created.outputs, __provider: undefined });
      emulator.clearCalls();
      const activated = await change(operate(emulator), created, desired(name));
      expect(activated.outputs).toMatchObject({ name: created.outputs["name"], active: true });
    },
  );

  test("an inactive group keeps its number even if a group's own name counts as taken", async () => {
    const emulator = await emulate({ ownNameTaken: true });
    emulator.account("7").add("Support");
    const { outputs } = await create(operate(emulator), desired("Support", { active: false }));
    expect(outputs).toMatchObject({ assignedName: "Support1", name: "Support1", active: false });
    const [update] = emulator.calls.filter(({ operation }) => operation === "update");
    expect(update?.body).toMatchObject({ name: "Support1", status: 0 });
  });

  test("onNameConflict fail creates nothing and names the existing group", async () => {
    const emulator = await emulate();
    const { id } = emulator.account("7").add("Support");
    const error = await failure(create(operate(emulator), desired("Support", { onNameConflict: "fail" })));
    expect(error).toMatchObject({ errorCode: "name-taken" });
    expect(error.message).toContain(`group "Support": a group with this name already exists (id ${id})`);
    expect(emulator.count("add")).toBe(0);
  });

  test("onNameConflict fail deletes its group again if another client created one at the same moment", async () => {
    const emulator = await emulate();
    emulator.intercept = ({ operation }) => {
      if (operation === "add") emulator.account("7").add("Support");
      return undefined;
    };
    const error = await failure(create(operate(emulator), desired("Support", { onNameConflict: "fail" })));
    expect(error).toMatchObject({ errorCode: "name-taken" });
    expect(emulator.groups("7").map(({ name }) => name)).toEqual(["Support"]);
  });

  test("onNameConflict adopt adopts the group and sets the status only if it differs", async () => {
    const emulator = await emulate();
    const { id } = emulator.account("7").add("Support");
    const same = await create(operate(emulator), desired("Support", { onNameConflict: "adopt" }));
    expect(same.id).toBe(String(id));
    expect(emulator.count("update") + emulator.count("add")).toBe(0);
    const inactive = await create(operate(emulator), desired("Support", { onNameConflict: "adopt", active: false }));
    expect(inactive.outputs).toMatchObject({ name: "Support", active: false });
    expect(emulator.groups("7")).toEqual([{ id, name: "Support", status: 0, userId: "7" }]);
  });

  test("onNameConflict adopt adopts the group that another client created at the same moment", async () => {
    const emulator = await emulate();
    let theirs = 0;
    emulator.intercept = ({ operation }) => {
      if (operation === "add") theirs = emulator.account("7").add("Support").id;
      return undefined;
    };
    const { id } = await create(operate(emulator), desired("Support", { onNameConflict: "adopt" }));
    expect(id).toBe(String(theirs));
    expect(emulator.groups("7").map(({ name }) => name)).toEqual(["Support"]);
  });

  test("siblings with one name are created one after the other", async () => {
    const emulator = await emulate({ latencyMs: 5 });
    const provider = operate(emulator);
    const created = await Promise.all(
      ["a", "b", "c"].map((resource) => create(provider, desired("Support", { __resource: resource }))),
    );
    expect(created.map(({ outputs }) => outputs["name"])).toEqual(["Support", "Support1", "Support2"]);
  });

  test("an id that belonged to another group before is an error and not added to the state", async () => {
    const emulator = await emulate();
    const { id } = emulator.account("7").add("Support");
    emulator.intercept = ({ operation }) =>
      operation === "add" ? Response.json({ status: "success", code: 200, groupId: id }) : undefined;
    const error = await failure(create(operate(emulator), desired("Care")));
    expect(error.message).toMatch(/^Could not create group "Care": .* group "Support" \(id 1\), which existed before/);
    expect(error.id).toBeUndefined();
  });
});

describe("a failure after the id is known keeps the group in the state", () => {
  test.each(["read back", "status"])("%s", async (step) => {
    const emulator = await emulate();
    let broken = true;
    emulator.intercept = ({ operation, index }) => {
      if (broken && ((step === "read back" && operation === "list" && index > 1) || operation === "update"))
        throw new CutConnection();
      return undefined;
    };
    const news = desired("Night", { active: false });
    const error = await failure(create(operate(emulator, {}, shortDeadline), news));
    const [group] = emulator.groups("7");
    expect(error).toMatchObject({
      id: String(group?.id),
      properties: { name: "Night", active: true, __provider: "text" },
    });
    expect(error.message).toContain(`(id ${group?.id ?? ""})`);
    broken = false;
    const kept = { id: error.id ?? "", inputs: news, outputs: error.properties as Record<string, unknown> };
    const { outputs } = await change(operate(emulator), kept, news);
    expect(outputs).toMatchObject({ name: "Night", active: false });
    expect(emulator.groups("7")).toMatchObject([{ name: "Night", status: 0 }]);
  });
});

describe("drift", () => {
  test("a manual rename is reported, shown in the inputs, and repaired", async () => {
    const emulator = await emulate();
    const created = await create(operate(emulator), desired("Support"));
    emulator.account("7").rename(Number(created.id), "Helpdesk");
    const after = await refresh(operate(emulator), created);
    expect(after).toMatchObject({
      drift: true,
      outputs: { name: "Helpdesk", __renamed: true },
      inputs: { requestedName: "Helpdesk" },
    });
    if (!after) throw new Error("gone");
    const repaired = await change(operate(emulator), after, desired("Support"));
    expect(repaired.outputs).toMatchObject({ name: "Support", assignedName: "Support" });
    expect(repaired.outputs).not.toHaveProperty("__renamed");
    expect((await refresh(operate(emulator), repaired))?.drift).toBe(false);
  });

  test("a manual status change is reported and repaired without changing the name", async () => {
    const emulator = await emulate();
    emulator.account("7").add("Support");
    const created = await create(operate(emulator), desired("Support"));
    emulator.account("7").setStatus(Number(created.id), 0);
    const after = await refresh(operate(emulator), created);
    expect(after).toMatchObject({ drift: true, outputs: { active: false }, inputs: { active: false } });
    if (!after) throw new Error("gone");
    expect((await change(operate(emulator), after, desired("Support"))).outputs).toMatchObject({
      name: "Support1",
      active: true,
    });
  });

  test("a manual rename to the requested name is not drift", async () => {
    const emulator = await emulate();
    const other = emulator.account("7").add("Support");
    const created = await create(operate(emulator), desired("Support"));
    emulator.account("7").remove(other.id);
    emulator.account("7").rename(Number(created.id), "Support");
    const after = await refresh(operate(emulator), created);
    expect(after).toMatchObject({ drift: false, outputs: { name: "Support", assignedName: "Support" } });
  });

  test.each(["1503", "empty"] as const)("a missing id that is answered with %s is gone", async (missing) => {
    const emulator = await emulate({ missing });
    const created = await create(operate(emulator), desired("Support"));
    emulator.account("7").remove(Number(created.id));
    expect(await refresh(operate(emulator), created)).toBeUndefined();
  });

  test("ignoreChanges: name and status stay as they were set manually, even if the other one is updated", async () => {
    const emulator = await emulate();
    const created = await create(operate(emulator), desired("Support", { __ignore: ["name"] }));
    emulator.account("7").rename(Number(created.id), "Helpdesk");
    expect((await refresh(operate(emulator), created))?.drift).toBe(false);
    const inactive = await change(
      operate(emulator),
      created,
      desired("Support", { active: false, __ignore: ["name"] }),
    );
    expect(inactive.outputs).toMatchObject({ name: "Helpdesk", active: false });
    emulator.account("7").setStatus(Number(created.id), 1);
    const renamed = await change(operate(emulator), inactive, desired("Care", { active: false, __ignore: ["active"] }));
    expect(renamed.outputs).toMatchObject({ name: "Care", active: true });
  });

  test("lists that no longer include the owner are not drift; the state keeps it", async () => {
    const emulator = await emulate();
    const created = await create(operate(emulator), desired("Support"));
    emulator.options.listOwner = false;
    const after = await refresh(operate(emulator), created);
    expect(after?.drift).toBe(false);
    expect(after?.outputs).toMatchObject({ ownerId: "7" });
  });

  test("lists without the status are not drift", async () => {
    const emulator = await emulate({ listStatus: false });
    const created = await create(operate(emulator), desired("Night", { active: false }));
    expect(created.outputs).toMatchObject({ active: false });
    expect(emulator.groups("7")).toMatchObject([{ status: 0 }]);
    expect((await refresh(operate(emulator), created))?.drift).toBe(false);
  });
});

describe("updating a group", () => {
  test("a rename leaves an inactive group inactive", async () => {
    const emulator = await emulate();
    const created = await create(operate(emulator), desired("Night", { active: false }));
    const renamed = await change(operate(emulator), created, desired("Night shift", { active: false }));
    expect(renamed.outputs).toMatchObject({ name: "Night shift", active: false });
    expect(emulator.groups("7")).toMatchObject([{ name: "Night shift", status: 0 }]);
  });

  test.each(["adopt", "fail"])("a rename to a taken name fails with %s and changes nothing", async (onNameConflict) => {
    const emulator = await emulate();
    emulator.account("7").add("Sales");
    const created = await create(operate(emulator), desired("Support", { onNameConflict }));
    const error = await failure(change(operate(emulator), created, desired("Sales", { onNameConflict })));
    expect(error).toMatchObject({ errorCode: "name-taken" });
    expect(emulator.count("update")).toBe(0);
  });

  test("a rename to a taken name with suffix gets the server's number", async () => {
    const emulator = await emulate();
    emulator.account("7").add("Sales");
    const created = await create(operate(emulator), desired("Support"));
    const renamed = await change(operate(emulator), created, desired("Sales"));
    expect(renamed.outputs).toMatchObject({ requestedName: "Sales", name: "Sales1" });
    expect((await change(operate(emulator), renamed, desired("Sales"))).changed).toBe(false);
  });

  test("a status change does not number the name even if a group's own name counts as taken", async () => {
    const emulator = await emulate({ ownNameTaken: true });
    const created = await create(operate(emulator), desired("Support"));
    const inactive = await change(operate(emulator), created, desired("Support", { active: false }));
    expect(inactive.outputs).toMatchObject({ name: "Support", active: false });
  });

  test("a rename whose answer was lost is not sent again", async () => {
    const emulator = await emulate();
    emulator.account("7").add("Sales");
    const created = await create(operate(emulator), desired("Support"));
    emulator.intercept = async ({ operation }, proceed) => {
      const answer = await proceed();
      if (operation === "update") throw new CutConnection();
      return answer;
    };
    const again = await change(operate(emulator), created, desired("Sales"));
    expect(again.outputs).toMatchObject({ requestedName: "Sales", assignedName: "Sales1", name: "Sales1" });
    expect(emulator.count("update")).toBe(1);
  });

  test("an update whose read back fails stays in the state", async () => {
    const emulator = await emulate();
    const created = await create(operate(emulator), desired("Support"));
    emulator.faults.add("list:error-before:1015@2x0");
    const error = await failure(change(operate(emulator, {}, shortDeadline), created, desired("Care")));
    expect(error.message).toContain("Deepcall confirmed the change");
    expect(error).toMatchObject({ id: created.id, properties: { requestedName: "Care", name: "Care" } });
  });

  test("a group that is gone is an error that says what to do", async () => {
    const emulator = await emulate();
    const created = await create(operate(emulator), desired("Support"));
    emulator.account("7").remove(Number(created.id));
    const error = await failure(change(operate(emulator), created, desired("Sales")));
    expect(error.message).toMatch(/group "Support" \(id \d+\).*pulumi up --refresh/);
  });

  test("a status that the server does not apply is an error, and the state shows the real one", async () => {
    const emulator = await emulate();
    const created = await create(operate(emulator), desired("Support"));
    emulator.intercept = ({ operation }) =>
      operation === "update" ? Response.json({ status: "success", code: 200, message: "ok" }) : undefined;
    const error = await failure(change(operate(emulator), created, desired("Support", { active: false })));
    expect(error).toMatchObject({ id: created.id, properties: { active: true } });
  });
});

describe("deleting a group", () => {
  test("deletes it; a group that is already gone counts as deleted", async () => {
    const emulator = await emulate();
    const created = await create(operate(emulator), desired("Support"));
    await operate(emulator).delete(created.id, created.outputs);
    expect(emulator.groups()).toEqual([]);
    await operate(emulator).delete(created.id, created.outputs);
  });

  test("a failure keeps it in the state", async () => {
    const emulator = await emulate();
    const created = await create(operate(emulator), desired("Support"));
    emulator.faults.add("delete:http-before:502x0");
    const error = await failure(operate(emulator).delete(created.id, created.outputs));
    expect(error.message).toMatch(
      /^Could not delete group "Support" \(id \d+\)\. .*text\/html instead of JSON \(HTTP status 502\).*It may have been deleted; it stays/,
    );
  });
});

describe("one group, one owner", () => {
  test("declared twice: the second resource fails and names both", async () => {
    const emulator = await emulate();
    emulator.account("7").add("Support");
    const provider = operate(emulator);
    await create(provider, desired("Support", { onNameConflict: "adopt", __resource: "first" }));
    const error = await failure(
      create(provider, desired("Support", { onNameConflict: "adopt", __resource: "second" })),
    );
    expect(error).toMatchObject({ errorCode: "shared-group" });
    expect(error.message).toMatch(/"first" and "second"/);
  });

  test("declared twice in two runs: the error names both, whichever comes first", async () => {
    const emulator = await emulate();
    const first = await create(operate(emulator), desired("Support", { onNameConflict: "adopt", __resource: "first" }));
    const second = desired("Support", { onNameConflict: "adopt", __resource: "second" });

    const later = operate(emulator);
    await change(later, first, first.inputs);
    expect((await failure(create(later, second))).message).toMatch(/"first" and "second"/);

    const earlier = operate(emulator);
    await create(earlier, second);
    expect((await failure(change(earlier, first, first.inputs))).message).toMatch(/"second" and "first"/);
  });

  test("a renamed resource adopts; deleting its predecessor keeps the group", async () => {
    const emulator = await emulate();
    const old = await create(operate(emulator), desired("Support", { onNameConflict: "adopt", __resource: "old" }));
    const provider = operate(emulator);
    const next = await create(provider, desired("Support", { onNameConflict: "adopt", __resource: "new" }));
    await provider.delete(old.id, old.outputs);
    expect(emulator.groups("7").map(({ id }) => String(id))).toEqual([next.id]);
  });

  test("the same if the deletion comes in the next run", async () => {
    const emulator = await emulate();
    const old = await create(operate(emulator), desired("Support", { onNameConflict: "adopt", __resource: "old" }));
    const next = await create(operate(emulator), desired("Support", { onNameConflict: "adopt", __resource: "new" }));
    const provider = operate(emulator);
    // With a refresh before: it must not claim the group for the predecessor.
    await refresh(provider, old);
    await refresh(provider, next);
    await change(provider, next, next.inputs);
    await provider.delete(old.id, old.outputs);
    expect(emulator.groups("7")).toHaveLength(1);
  });

  test("a destroy deletes the group once, for both resources", async () => {
    const emulator = await emulate();
    const old = await create(operate(emulator), desired("Support", { onNameConflict: "adopt", __resource: "old" }));
    const next = await create(operate(emulator), desired("Support", { onNameConflict: "adopt", __resource: "new" }));
    const provider = operate(emulator);
    await provider.delete(old.id, old.outputs);
    await provider.delete(next.id, next.outputs);
    expect(emulator.groups("7")).toEqual([]);
  });

  test("a replacement deletes and creates, or keeps the group if it adopts", async () => {
    const emulator = await emulate();
    for (const onNameConflict of ["suffix", "adopt"]) {
      const news = desired(onNameConflict, { onNameConflict });
      const created = await create(operate(emulator), news);
      const provider = operate(emulator);
      await provider.check({}, news);
      await provider.delete(created.id, created.outputs);
      const again = await create(provider, news);
      expect(again.outputs["name"]).toBe(onNameConflict);
      expect(again.id === created.id).toBe(onNameConflict === "adopt");
    }
    expect(emulator.groups("7").map(({ name }) => name)).toEqual(["suffix", "adopt"]);
  });

  test("a replacement keeps the group that it adopts, under any resource name, even if another resource has that name", async () => {
    const emulator = await emulate();
    const created = await create(
      operate(emulator),
      desired("Support", { onNameConflict: "adopt", __resource: "before" }),
    );
    const provider = operate(emulator);
    // Under an alias the state still has the earlier name; another resource has the same name under another parent.
    await provider.check({}, desired("Support", { onNameConflict: "adopt", __resource: "groups/support" }));
    await provider.check({}, desired("Sales", { onNameConflict: "adopt", __resource: "groups/support" }));
    await provider.delete(created.id, created.outputs);
    expect(emulator.groups()).toMatchObject([{ id: Number(created.id), name: "Support" }]);
  });

  test("removing a resource deletes its group even if other resources adopt", async () => {
    const emulator = await emulate();
    const created = await create(operate(emulator), desired("Support", { onNameConflict: "adopt" }));
    const provider = operate(emulator);
    await provider.check({}, desired("Sales", { onNameConflict: "adopt" }));
    await provider.check({}, desired("Support", { onNameConflict: "suffix", __resource: "other" }));
    await provider.delete(created.id, created.outputs);
    expect(emulator.groups()).toEqual([]);
  });

  test("a replaced resource that does not adopt deletes its group even if another one would adopt it", async () => {
    const emulator = await emulate();
    const created = await create(operate(emulator), desired("Support"));
    const provider = operate(emulator);
    await provider.check({}, desired("Support"));
    await provider.check({}, desired("Support", { onNameConflict: "adopt", __resource: "other" }));
    await provider.delete(created.id, created.outputs);
    expect(emulator.groups()).toEqual([]);
  });

  test("a replacement that is created first and adopts keeps the group", async () => {
    const emulator = await emulate();
    const news = desired("Support", { onNameConflict: "adopt" });
    const created = await create(operate(emulator), news);
    const provider = operate(emulator);
    await change(provider, created, news);
    const again = await create(provider, news);
    await provider.delete(created.id, created.outputs);
    expect(emulator.groups("7").map(({ id }) => String(id))).toEqual([again.id]);
  });
});

describe("another account's credentials", () => {
  test.each(["1503", "empty"] as const)("remove nothing from the state (%s)", async (missing) => {
    const emulator = await emulate({ missing });
    const created = await create(operate(emulator), desired("Support"));
    for (const attempt of [
      () => refresh(operate(emulator, otherUser), created),
      () => operate(emulator, otherUser).delete(created.id, created.outputs),
      () => change(operate(emulator, otherUser), created, desired("Sales")),
    ]) {
      const error = await failure(attempt());
      expect(error).toMatchObject({ errorCode: "other-account" });
      expect(error.message).toMatch(/group "Support" \(id \d+\).*user 7.*user 8/);
    }
    expect(emulator.groups("7")).toHaveLength(1);
  });

  test("of an ssid are recognized by the groups that it sees", async () => {
    const emulator = await emulate();
    const created = await create(operate(emulator), desired("Support"));
    emulator.account("8").add("Theirs");
    const DEEPCALL_BASE_URL = emulator.url;
    const other = createProvider({ DEEPCALL_BASE_URL, DEEPCALL_SSID: "other-ssid-16180" }, fastRetries);
    expect(await failure(other.delete(created.id, created.outputs))).toMatchObject({ errorCode: "other-account" });
    expect(await failure(refresh(other, created))).toMatchObject({ errorCode: "other-account" });
    const own = createProvider({ DEEPCALL_BASE_URL, DEEPCALL_SSID: ssid }, fastRetries);
    expect((await refresh(own, created))?.drift).toBe(false);
  });
});

describe("a refresh of many groups", () => {
  test("makes one list, and one more call for each group that seems gone", async () => {
    const emulator = await emulate();
    const provider = operate(emulator);
    const created = await Promise.all(Array.from({ length: 20 }, (_, n) => create(provider, desired(`Group ${n}a`))));
    for (const { id } of created.slice(0, 3)) emulator.account("7").remove(Number(id));
    emulator.clearCalls();
    const later = operate(emulator);
    const all = await Promise.all(created.map((resource) => refresh(later, resource)));
    expect(all.filter((resource) => resource === undefined)).toHaveLength(3);
    expect(emulator.count()).toBe(4);
  });

  test("does not treat a truncated list as complete", async () => {
    const emulator = await emulate();
    const provider = operate(emulator);
    const created = await Promise.all(["A", "B", "C"].map((name) => create(provider, desired(name))));
    emulator.options.pageLimit = 1;
    for (const resource of created) expect((await refresh(operate(emulator), resource))?.drift).toBe(false);
  });

  test("distinguishes existing from deleted groups even if the server ignores the id filter", async () => {
    const emulator = await emulate({ filterKey: "none" });
    const [a, b] = [await create(operate(emulator), desired("A")), await create(operate(emulator), desired("B"))];
    emulator.account("7").remove(Number(a.id));
    expect(await refresh(operate(emulator), a)).toBeUndefined();
    expect((await refresh(operate(emulator), b))?.drift).toBe(false);
  });
});

describe("DeepcallGroup.get", () => {
  test("reads a group that is managed elsewhere", async () => {
    const emulator = await emulate();
    const { id } = emulator.account("7").add("Theirs", 0);
    const { props } = await operate(emulator).read(String(id), { __provider: "text" });
    expect(props).toMatchObject({ name: "Theirs", requestedName: "Theirs", active: false });
  });

  test.each(["4711", "abc", ""])("an invalid or unknown id (%p) is an error that names it", async (id) => {
    const emulator = await emulate();
    expect((await failure(operate(emulator).read(id, {}))).message).toContain(
      id === "4711" ? "id 4711" : JSON.stringify(id),
    );
  });
});
