import { bySsid, codeOf, list, names, post, useEmulators } from "./support";

const start = useEmulators();

const twoAccounts = {
  accounts: [
    { userId: "1", ssid: "one", groups: [{ id: 28, name: "Support" }] },
    { userId: "2", ssid: "two", groups: [{ name: "Support", active: false }] },
  ],
};

test("a group is added, renamed, deactivated and deleted", async () => {
  const emulator = await start();
  expect((await post(emulator, "add", { ...bySsid, name: "Support" })).body).toEqual({
    status: "success",
    groupId: 1,
    code: 200,
  });
  expect(emulator.groups()).toEqual([{ id: 1, name: "Support", status: 1, userId: "demo" }]);
  await codeOf(emulator, "update", { groupId: "1", name: "Sales", status: 0 });
  expect(emulator.groups("demo")).toEqual([{ id: 1, name: "Sales", status: 0, userId: "demo" }]);
  await codeOf(emulator, "delete", { groupId: "1" });
  expect(emulator.groups()).toEqual([]);
});

test("an update without a status activates the group", async () => {
  const emulator = await start();
  emulator.account("demo").add("Support", 0);
  await codeOf(emulator, "update", { groupId: "1", name: "Support" });
  expect(emulator.groups()).toMatchObject([{ status: 1 }]);
});

test("new ids are above the highest of all accounts and are never used again", async () => {
  const emulator = await start({ seed: twoAccounts });
  expect(emulator.groups().map(({ id }) => id)).toEqual([28, 29]);
  await post(emulator, "delete", { ssid: "two", groupId: "29" });
  expect((await post(emulator, "add", { ssid: "one", name: "New" })).body["groupId"]).toBe(30);
});

describe("accounts are separate", () => {
  test.each([
    ["update", { groupId: "28", name: "Mine" }],
    ["delete", { groupId: "28" }],
    ["list", { groupId: "28" }],
    ["getGroupAgentRelation", { groupId: "28" }],
    ["submitAssignGroupToAgent", { groupId: "28", agent_unique_id: ["1"] }],
  ])("%s of another account's group → 1503", async (operation, fields) => {
    const emulator = await start({ seed: twoAccounts });
    const before = emulator.groups();
    const { body } = await post(emulator, operation, { ssid: "two", ...fields });
    expect(body).toEqual({ status: "error", message: "Group not found or not authorized", code: 1503 });
    expect(emulator.groups()).toEqual(before);
  });

  test("a list has only the account's own groups; names are unique per account", async () => {
    const emulator = await start({ seed: twoAccounts });
    const { body } = await post(emulator, "list", { ssid: "two", quick: true });
    expect(body["response"]).toEqual([{ id: 29, name: "Support", status: 0, user_id: "2" }]);
    await post(emulator, "update", { ssid: "two", groupId: "29", name: "Sales" });
    await post(emulator, "add", { ssid: "one", name: "Sales" });
    expect(names(emulator)).toEqual(["Support", "Sales", "Sales"]);
  });
});

describe("suffix", () => {
  test.each([
    ["plain", "Support1", "Support2"],
    ["space", "Support 1", "Support 2"],
    ["parens", "Support (1)", "Support (2)"],
    ["dash", "Support-1", "Support-2"],
    ["underscore", "Support_1", "Support_2"],
  ] as const)("%s, for add and update", async (suffix, first, second) => {
    const emulator = await start({ options: { suffix } });
    await codeOf(emulator, "add", { name: "Support" });
    await codeOf(emulator, "add", { name: "Support" });
    await codeOf(emulator, "add", { name: "Sales" });
    await codeOf(emulator, "update", { groupId: "3", name: "Support" });
    expect(names(emulator)).toEqual(["Support", first, second]);
  });

  test("the lowest free number is used", async () => {
    const emulator = await start();
    for (const name of ["Support", "Support1", "Support3"]) emulator.account("demo").add(name);
    await codeOf(emulator, "add", { name: "Support" });
    expect(names(emulator)).toContain("Support2");
  });
});

describe("an update to a name that", () => {
  test.each([
    ["suffix", 200, "Support1"],
    ["allow", 200, "Support"],
    ["reject", 1000, "Sales"],
  ] as const)("another group has, updateDuplicate %s", async (updateDuplicate, code, name) => {
    const emulator = await start({ options: { updateDuplicate } });
    emulator.account("demo").add("Support");
    emulator.account("demo").add("Sales", 0);
    expect(await codeOf(emulator, "update", { groupId: "2", name: "Support" })).toBe(code);
    expect(emulator.groups()[1]).toMatchObject({ name, status: code === 200 ? 1 : 0 });
  });

  test.each([
    [false, "suffix", 200, "Support"],
    [true, "suffix", 200, "Support1"],
    [true, "allow", 200, "Support"],
    [false, "reject", 200, "Support"],
    [true, "reject", 1000, "Support"],
  ] as const)(
    "the group already has, ownNameTaken %p, updateDuplicate %s",
    async (ownNameTaken, updateDuplicate, code, name) => {
      const emulator = await start({ options: { ownNameTaken, updateDuplicate } });
      emulator.account("demo").add("Support");
      expect(await codeOf(emulator, "update", { groupId: "1", name: "Support" })).toBe(code);
      expect(names(emulator)).toEqual([name]);
    },
  );
});

test.each([
  [false, ["Support", "SUPPORT"]],
  [true, ["Support", "SUPPORT1"]],
])("caseInsensitive %p", async (caseInsensitive, expected) => {
  const emulator = await start({ options: { caseInsensitive } });
  await codeOf(emulator, "add", { name: "Support" });
  await codeOf(emulator, "add", { name: "SUPPORT" });
  expect(names(emulator)).toEqual(expected);
});

describe("nameTransform", () => {
  test.each([
    ["none", " A & B ", " A & B ", " A & B 1"],
    ["trim", " A & B ", "A & B", "A & B1"],
    ["escape", `&<>"'`, "&amp;&lt;&gt;&quot;&#39;", "&amp;&lt;&gt;&quot;&#39;1"],
    ["cut", "abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrst", "abcdefghijklmnopqrst1"],
  ] as const)("%s, before the name is compared", async (nameTransform, name, first, second) => {
    const emulator = await start({ options: { nameTransform } });
    await codeOf(emulator, "add", { name });
    await codeOf(emulator, "add", { name: "other" });
    await codeOf(emulator, "update", { groupId: "2", name });
    expect(names(emulator)).toEqual([first, second]);
  });

  test("a name that becomes empty counts as missing", async () => {
    const emulator = await start({ options: { nameTransform: "trim" } });
    expect(await codeOf(emulator, "add", { name: "  " })).toBe(1501);
  });
});

test("edits store names as given and are not calls", async () => {
  const emulator = await start({ options: { nameTransform: "trim" } });
  const editor = emulator.account("demo");
  expect(editor.add("Support")).toEqual({ id: 1, name: "Support", status: 1, userId: "demo" });
  editor.add("Sales", 0);
  editor.add("Old");
  editor.rename(2, "Support");
  editor.setStatus(1, 0);
  editor.remove(3);
  expect(emulator.groups()).toEqual([
    { id: 1, name: "Support", status: 0, userId: "demo" },
    { id: 2, name: "Support", status: 0, userId: "demo" },
  ]);
  expect(emulator.count()).toBe(0);
  expect(() => emulator.account("nobody")).toThrow('unknown account "nobody"');
});

test("options can be changed while it runs", async () => {
  const emulator = await start();
  emulator.account("demo").add("Support");
  expect(await list(emulator, { quick: true })).toEqual([{ id: 1, name: "Support", status: 1, user_id: "demo" }]);
  emulator.options.idKey = "_id";
  emulator.options.suffix = "dash";
  await codeOf(emulator, "add", { name: "Support" });
  expect(await list(emulator, { quick: true, name: "-1" })).toEqual([
    { _id: 2, name: "Support-1", status: 1, user_id: "demo" },
  ]);
});
