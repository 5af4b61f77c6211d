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
  ssid,
  suffixForms,
} from "../../support/lifecycle";
import { NameTakenError, OtherAccountError, SharedGroupError } from "../../../provider";
import { CutConnection } from "../../../emulator";
import { createProvider } from "../../../provider/lifecycle";

describe("making a group", () => {
  test("that is active takes a list, an add and a read back", async () => {
    const emulator = await emulate();
    const { id, outputs } = await create(operate(emulator), desired("Support"));
    expect(outputs).toMatchObject({ requestedName: "Support", assignedName: "Support", name: "Support", active: true });
    expect(emulator.groups("7")).toEqual([{ id: Number(id), name: "Support", status: 1, userId: "7" }]);
    expect(emulator.calls.map(({ operation }) => operation)).toEqual(["list", "add", "list"]);
  });

  test("that is inactive sets the status and keeps the name", async () => {
    const emulator = await emulate();
    const { outputs } = await create(operate(emulator), desired("Night", { active: false }));
    expect(outputs).toMatchObject({ name: "Night", active: false });
    expect(emulator.groups("7")).toMatchObject([{ name: "Night", status: 0 }]);
  });

  test.each(suffixForms)("of a name that is taken, suffix form %s", async (suffix, name) => {
    const emulator = await emulate({ suffix });
    emulator.account("7").add("Support");
    const provider = operate(emulator);
    const made = await create(provider, desired("Support", { active: false }));
    expect(made.outputs).toMatchObject({ requestedName: "Support", assignedName: name, name, active: false });
    expect((await change(operate(emulator), made, desired("Support", { active: false }))).changed).toBe(false);
    expect((await refresh(operate(emulator), made))?.drift).toBe(false);
    expect(emulator.groups("7").map((group) => group.name)).toEqual(["Support", name]);
  });

  test.each(["escape", "trim", "cut"] as const)(
    "whose name the server changes (%s) is no drift",
    async (nameTransform) => {
      const emulator = await emulate({ nameTransform });
      const wish = "Sales & <Marketing> for everybody";
      const made = await create(operate(emulator), desired(wish, { active: false }));
      const after = await refresh(operate(emulator), made);
      expect(after?.drift).toBe(false);
      expect(after?.outputs).toEqual({ ...made.outputs, __provider: undefined });
      emulator.clearCalls();
      const activated = await change(operate(emulator), made, desired(wish));
      expect(activated.outputs).toMatchObject({ name: made.outputs["name"], active: true });
    },
  );

  test("that is inactive keeps its number, even where a group's own name counts as taken", async () => {
    const emulator = await emulate({ ownNameTaken: true });
    emulator.account("7").add("Support");
    const { outputs } = await create(operate(emulator), desired("Support", { active: false }));
    expect(outputs).toMatchObject({ assignedName: "Support1", name: "Support1", active: false });
    const [update] = emulator.calls.filter(({ operation }) => operation === "update");
    expect(update?.body).toMatchObject({ name: "Support1", status: 0 });
  });

  test("with onNameConflict fail makes nothing and names the group in the way", async () => {
    const emulator = await emulate();
    const { id } = emulator.account("7").add("Support");
    const error = await failure(create(operate(emulator), desired("Support", { onNameConflict: "fail" })));
    expect(error).toBeInstanceOf(NameTakenError);
    expect(error.message).toContain(`group "Support": a group with this name already exists (id ${id})`);
    expect(emulator.count("add")).toBe(0);
  });

  test("with onNameConflict fail gives way to a group made at the same moment", async () => {
    const emulator = await emulate();
    emulator.intercept = ({ operation }) => {
      if (operation === "add") emulator.account("7").add("Support");
      return undefined;
    };
    const error = await failure(create(operate(emulator), desired("Support", { onNameConflict: "fail" })));
    expect(error).toBeInstanceOf(NameTakenError);
    expect(emulator.groups("7").map(({ name }) => name)).toEqual(["Support"]);
  });

  test("with onNameConflict adopt takes over, and sets the status only where it differs", async () => {
    const emulator = await emulate();
    const { id } = emulator.account("7").add("Support");
    const same = await create(operate(emulator), desired("Support", { onNameConflict: "adopt" }));
    expect(same.id).toBe(String(id));
    expect(emulator.count("update") + emulator.count("add")).toBe(0);
    const inactive = await create(operate(emulator), desired("Support", { onNameConflict: "adopt", active: false }));
    expect(inactive.outputs).toMatchObject({ name: "Support", active: false });
    expect(emulator.groups("7")).toEqual([{ id, name: "Support", status: 0, userId: "7" }]);
  });

  test("with onNameConflict adopt takes over the group that was made at the same moment", async () => {
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

  test("makes siblings of one name one after the other", async () => {
    const emulator = await emulate({ latencyMs: 5 });
    const provider = operate(emulator);
    const made = await Promise.all(
      ["a", "b", "c"].map((resource) => create(provider, desired("Support", { __resource: resource }))),
    );
    expect(made.map(({ outputs }) => outputs["name"])).toEqual(["Support", "Support1", "Support2"]);
  });

  test("whose id already belonged to another group is an error, and not taken into the state", async () => {
    const emulator = await emulate();
    const { id } = emulator.account("7").add("Support");
    emulator.intercept = ({ operation }) =>
      operation === "add" ? Response.json({ status: "success", code: 200, groupId: id }) : undefined;
    const error = await failure(create(operate(emulator), desired("Support")));
    expect(error.message).toContain("existed before");
    expect(error.id).toBeUndefined();
  });
});

describe("what fails after the id is known keeps the group in the state", () => {
  test.each(["read back", "status"])("%s", async (step) => {
    const emulator = await emulate();
    let broken = true;
    emulator.intercept = ({ operation, index }) => {
      if (broken && ((step === "read back" && operation === "list" && index > 1) || operation === "update"))
        throw new CutConnection();
      return undefined;
    };
    const news = desired("Night", { active: false });
    const error = await failure(create(operate(emulator), news));
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
  test("of the name is seen, shown in the inputs, and repaired", async () => {
    const emulator = await emulate();
    const made = await create(operate(emulator), desired("Support"));
    emulator.account("7").rename(Number(made.id), "Helpdesk");
    const after = await refresh(operate(emulator), made);
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

  test("of the status is seen and repaired without a change of the name", async () => {
    const emulator = await emulate();
    emulator.account("7").add("Support");
    const made = await create(operate(emulator), desired("Support"));
    emulator.account("7").setStatus(Number(made.id), 0);
    const after = await refresh(operate(emulator), made);
    expect(after).toMatchObject({ drift: true, outputs: { active: false }, inputs: { active: false } });
    if (!after) throw new Error("gone");
    expect((await change(operate(emulator), after, desired("Support"))).outputs).toMatchObject({
      name: "Support1",
      active: true,
    });
  });

  test("to the wished name itself is none", async () => {
    const emulator = await emulate();
    const other = emulator.account("7").add("Support");
    const made = await create(operate(emulator), desired("Support"));
    emulator.account("7").remove(other.id);
    emulator.account("7").rename(Number(made.id), "Support");
    const after = await refresh(operate(emulator), made);
    expect(after).toMatchObject({ drift: false, outputs: { name: "Support", assignedName: "Support" } });
  });

  test.each(["1503", "empty"] as const)("of existence: a missing id answered with %s is gone", async (missing) => {
    const emulator = await emulate({ missing });
    const made = await create(operate(emulator), desired("Support"));
    emulator.account("7").remove(Number(made.id));
    expect(await refresh(operate(emulator), made)).toBeUndefined();
  });

  test("ignored: name and status stay as they were set by hand, also when something else is updated", async () => {
    const emulator = await emulate();
    const made = await create(operate(emulator), desired("Support", { __ignore: ["name"] }));
    emulator.account("7").rename(Number(made.id), "Helpdesk");
    expect((await refresh(operate(emulator), made))?.drift).toBe(false);
    const inactive = await change(operate(emulator), made, desired("Support", { active: false, __ignore: ["name"] }));
    expect(inactive.outputs).toMatchObject({ name: "Helpdesk", active: false });
    emulator.account("7").setStatus(Number(made.id), 1);
    const renamed = await change(operate(emulator), inactive, desired("Care", { active: false, __ignore: ["active"] }));
    expect(renamed.outputs).toMatchObject({ name: "Care", active: true });
  });

  test("is none where the server stops telling the owner, whom the state remembers", async () => {
    const emulator = await emulate();
    const made = await create(operate(emulator), desired("Support"));
    emulator.options.listOwner = false;
    const after = await refresh(operate(emulator), made);
    expect(after?.drift).toBe(false);
    expect(after?.outputs).toMatchObject({ ownerId: "7" });
  });

  test("is not looked for where the server does not tell the status", async () => {
    const emulator = await emulate({ listStatus: false });
    const made = await create(operate(emulator), desired("Night", { active: false }));
    expect(made.outputs).toMatchObject({ active: false });
    expect(emulator.groups("7")).toMatchObject([{ status: 0 }]);
    expect((await refresh(operate(emulator), made))?.drift).toBe(false);
  });
});

describe("updating", () => {
  test("a rename leaves an inactive group inactive", async () => {
    const emulator = await emulate();
    const made = await create(operate(emulator), desired("Night", { active: false }));
    const renamed = await change(operate(emulator), made, desired("Night shift", { active: false }));
    expect(renamed.outputs).toMatchObject({ name: "Night shift", active: false });
    expect(emulator.groups("7")).toMatchObject([{ name: "Night shift", status: 0 }]);
  });

  test.each(["adopt", "fail"])("a rename to a taken name fails with %s and changes nothing", async (onNameConflict) => {
    const emulator = await emulate();
    emulator.account("7").add("Sales");
    const made = await create(operate(emulator), desired("Support", { onNameConflict }));
    const error = await failure(change(operate(emulator), made, desired("Sales", { onNameConflict })));
    expect(error).toBeInstanceOf(NameTakenError);
    expect(emulator.count("update")).toBe(0);
  });

  test("a rename to a taken name takes the server's number with suffix", async () => {
    const emulator = await emulate();
    emulator.account("7").add("Sales");
    const made = await create(operate(emulator), desired("Support"));
    const renamed = await change(operate(emulator), made, desired("Sales"));
    expect(renamed.outputs).toMatchObject({ requestedName: "Sales", name: "Sales1" });
    expect((await change(operate(emulator), renamed, desired("Sales"))).changed).toBe(false);
  });

  test("a status change does not number the name, even where a group's own name counts as taken", async () => {
    const emulator = await emulate({ ownNameTaken: true });
    const made = await create(operate(emulator), desired("Support"));
    const inactive = await change(operate(emulator), made, desired("Support", { active: false }));
    expect(inactive.outputs).toMatchObject({ name: "Support", active: false });
  });

  test("a rename whose answer was lost is not sent again", async () => {
    const emulator = await emulate();
    emulator.account("7").add("Sales");
    const made = await create(operate(emulator), desired("Support"));
    emulator.intercept = async ({ operation }, proceed) => {
      const answer = await proceed();
      if (operation === "update") throw new CutConnection();
      return answer;
    };
    const again = await change(operate(emulator), made, desired("Sales"));
    expect(again.outputs).toMatchObject({ requestedName: "Sales", assignedName: "Sales1", name: "Sales1" });
    expect(emulator.count("update")).toBe(1);
  });

  test("an update whose read back fails is in the state, which does not go back to before it", async () => {
    const emulator = await emulate();
    const made = await create(operate(emulator), desired("Support"));
    emulator.faults.add("list:error-before:1015@2x0");
    const error = await failure(change(operate(emulator), made, desired("Care")));
    expect(error.message).toContain("Deepcall confirmed the change");
    expect(error).toMatchObject({ id: made.id, properties: { requestedName: "Care", name: "Care" } });
  });

  test("a group that vanished is an error that says what mends it", async () => {
    const emulator = await emulate();
    const made = await create(operate(emulator), desired("Support"));
    emulator.account("7").remove(Number(made.id));
    const error = await failure(change(operate(emulator), made, desired("Sales")));
    expect(error.message).toMatch(/group "Support" \(id \d+\).*pulumi up --refresh/);
  });

  test("a status that the server does not keep is an error, and the state tells the truth", async () => {
    const emulator = await emulate();
    const made = await create(operate(emulator), desired("Support"));
    emulator.intercept = ({ operation }) =>
      operation === "update" ? Response.json({ status: "success", code: 200, message: "ok" }) : undefined;
    const error = await failure(change(operate(emulator), made, desired("Support", { active: false })));
    expect(error).toMatchObject({ id: made.id, properties: { active: true } });
  });
});

describe("deleting", () => {
  test("takes the group away; one that is gone already counts as deleted", async () => {
    const emulator = await emulate();
    const made = await create(operate(emulator), desired("Support"));
    await operate(emulator).delete(made.id, made.outputs);
    expect(emulator.groups()).toEqual([]);
    await operate(emulator).delete(made.id, made.outputs);
  });

  test("a failure keeps it in the state", async () => {
    const emulator = await emulate();
    const made = await create(operate(emulator), desired("Support"));
    emulator.intercept = () => new Response("<html>", { status: 502, headers: { "content-type": "text/html" } });
    const error = await failure(operate(emulator).delete(made.id, made.outputs));
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
    expect(error).toBeInstanceOf(SharedGroupError);
    expect(error.message).toMatch(/"first" and "second"/);
  });

  test("declared twice over two operations: named too, whichever comes first", async () => {
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

  test("the successor under another name adopts; deleting the predecessor leaves the group alive", async () => {
    const emulator = await emulate();
    const old = await create(operate(emulator), desired("Support", { onNameConflict: "adopt", __resource: "old" }));
    const provider = operate(emulator);
    const next = await create(provider, desired("Support", { onNameConflict: "adopt", __resource: "new" }));
    await provider.delete(old.id, old.outputs);
    expect(emulator.groups("7").map(({ id }) => String(id))).toEqual([next.id]);
  });

  test("so too when the deletion only comes with the next operation", async () => {
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

  test("a destroy deletes it once, and counts it as deleted for both", async () => {
    const emulator = await emulate();
    const old = await create(operate(emulator), desired("Support", { onNameConflict: "adopt", __resource: "old" }));
    const next = await create(operate(emulator), desired("Support", { onNameConflict: "adopt", __resource: "new" }));
    const provider = operate(emulator);
    await provider.delete(old.id, old.outputs);
    await provider.delete(next.id, next.outputs);
    expect(emulator.groups("7")).toEqual([]);
  });

  test("a replacement deletes and makes anew, or keeps the group where it adopts", async () => {
    const emulator = await emulate();
    for (const onNameConflict of ["suffix", "adopt"]) {
      const news = desired(onNameConflict, { onNameConflict });
      const made = await create(operate(emulator), news);
      const provider = operate(emulator);
      await provider.check({}, news);
      await provider.delete(made.id, made.outputs);
      const again = await create(provider, news);
      expect(again.outputs["name"]).toBe(onNameConflict);
      expect(again.id === made.id).toBe(onNameConflict === "adopt");
    }
    expect(emulator.groups("7").map(({ name }) => name)).toEqual(["suffix", "adopt"]);
  });

  test("a replacement keeps the group that it adopts, whatever the resource was called, and whoever else is called so", async () => {
    const emulator = await emulate();
    const made = await create(operate(emulator), desired("Support", { onNameConflict: "adopt", __resource: "before" }));
    const provider = operate(emulator);
    // Under an alias the state still has the earlier name; another resource has the same name under another parent.
    await provider.check({}, desired("Support", { onNameConflict: "adopt", __resource: "groups/support" }));
    await provider.check({}, desired("Sales", { onNameConflict: "adopt", __resource: "groups/support" }));
    await provider.delete(made.id, made.outputs);
    expect(emulator.groups()).toMatchObject([{ id: Number(made.id), name: "Support" }]);
  });

  test("a resource that is removed takes its group along, although others adopt", async () => {
    const emulator = await emulate();
    const made = await create(operate(emulator), desired("Support", { onNameConflict: "adopt" }));
    const provider = operate(emulator);
    await provider.check({}, desired("Sales", { onNameConflict: "adopt" }));
    await provider.check({}, desired("Support", { onNameConflict: "suffix", __resource: "other" }));
    await provider.delete(made.id, made.outputs);
    expect(emulator.groups()).toEqual([]);
  });

  test("a replaced resource that does not adopt deletes its group, although another one would adopt it", async () => {
    const emulator = await emulate();
    const made = await create(operate(emulator), desired("Support"));
    const provider = operate(emulator);
    await provider.check({}, desired("Support"));
    await provider.check({}, desired("Support", { onNameConflict: "adopt", __resource: "other" }));
    await provider.delete(made.id, made.outputs);
    expect(emulator.groups()).toEqual([]);
  });

  test("a replacement that is made first and adopts does not lose the group to the deletion", async () => {
    const emulator = await emulate();
    const news = desired("Support", { onNameConflict: "adopt" });
    const made = await create(operate(emulator), news);
    const provider = operate(emulator);
    await change(provider, made, news);
    const again = await create(provider, news);
    await provider.delete(made.id, made.outputs);
    expect(emulator.groups("7").map(({ id }) => String(id))).toEqual([again.id]);
  });
});

describe("another account's credentials", () => {
  test.each(["1503", "empty"] as const)("drop nothing from the state (%s)", async (missing) => {
    const emulator = await emulate({ missing });
    const made = await create(operate(emulator), desired("Support"));
    for (const attempt of [
      () => refresh(operate(emulator, otherUser), made),
      () => operate(emulator, otherUser).delete(made.id, made.outputs),
      () => change(operate(emulator, otherUser), made, desired("Sales")),
    ]) {
      const error = await failure(attempt());
      expect(error).toBeInstanceOf(OtherAccountError);
      expect(error.message).toMatch(/group "Support" \(id \d+\).*user 7.*user 8/);
    }
    expect(emulator.groups("7")).toHaveLength(1);
  });

  test("are recognised behind an ssid, by the groups that it sees", async () => {
    const emulator = await emulate();
    const made = await create(operate(emulator), desired("Support"));
    emulator.account("8").add("Theirs");
    const DEEPCALL_BASE_URL = emulator.url;
    const other = createProvider({ DEEPCALL_BASE_URL, DEEPCALL_SSID: "other-ssid-16180" }, fastRetries);
    expect(await failure(other.delete(made.id, made.outputs))).toBeInstanceOf(OtherAccountError);
    expect(await failure(refresh(other, made))).toBeInstanceOf(OtherAccountError);
    const own = createProvider({ DEEPCALL_BASE_URL, DEEPCALL_SSID: ssid }, fastRetries);
    expect((await refresh(own, made))?.drift).toBe(false);
  });
});

describe("a refresh of many", () => {
  test("makes one list, and one more for each group that seems gone", async () => {
    const emulator = await emulate();
    const provider = operate(emulator);
    const made = await Promise.all(Array.from({ length: 20 }, (_, n) => create(provider, desired(`Group ${n}a`))));
    for (const { id } of made.slice(0, 3)) emulator.account("7").remove(Number(id));
    emulator.clearCalls();
    const later = operate(emulator);
    const all = await Promise.all(made.map((resource) => refresh(later, resource)));
    expect(all.filter((resource) => resource === undefined)).toHaveLength(3);
    expect(emulator.count()).toBe(4);
  });

  test("does not take a list that was cut off for the whole", async () => {
    const emulator = await emulate();
    const provider = operate(emulator);
    const made = await Promise.all(["A", "B", "C"].map((name) => create(provider, desired(name))));
    emulator.options.pageLimit = 1;
    for (const resource of made) expect((await refresh(operate(emulator), resource))?.drift).toBe(false);
  });

  test("tells gone from there even where the server ignores every filter by id", async () => {
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

  test.each(["4711", "abc", ""])("of an id that is none (%p) is an error that names it", async (id) => {
    const emulator = await emulate();
    expect((await failure(operate(emulator).read(id, {}))).message).toContain(
      id === "4711" ? "id 4711" : JSON.stringify(id),
    );
  });
});
