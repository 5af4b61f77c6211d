import type { Emulator, EmulatorOptions } from "../../emulator";
import { bySsid, codeOf, list, post, useEmulators } from "./support";

const start = useEmulators();

async function startWithTwo(options: Partial<EmulatorOptions> = {}): Promise<Emulator> {
  const emulator = await start({ options });
  emulator.account("demo").add("Support");
  emulator.account("demo").add("Old support", 0);
  return emulator;
}

const support = { id: 1, name: "Support", status: 1, user_id: "demo" };
const old = { id: 2, name: "Old support", status: 0, user_id: "demo" };
const quick = { quick: true };

test("quick omits only the date", async () => {
  const emulator = await startWithTwo();
  const create_date = expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string;
  expect(await list(emulator, quick)).toEqual([support, old]);
  expect(await list(emulator)).toEqual([
    { ...support, create_date },
    { ...old, create_date },
  ]);
});

test.each<[Partial<EmulatorOptions>, object, unknown]>([
  [{ listShape: "array" }, {}, [support, old]],
  [
    { listShape: "byId" },
    {},
    { 1: { name: "Support", status: 1, user_id: "demo" }, 2: { name: "Old support", status: 0, user_id: "demo" } },
  ],
  [{ listShape: "nested" }, {}, { groups: [support, old] }],
  [{ listShape: "nestedWithTotal" }, {}, { groups: [support, old], total: 2 }],
  [{ listShape: "single" }, {}, [support, old]],
  [{ listShape: "single" }, { groupId: "2" }, old],
  [{ listShape: "unknown" }, {}, { rows: { a: 1 } }],
  [{ idKey: "group_id", listShape: "byId" }, { groupId: 1 }, { 1: { name: "Support", status: 1, user_id: "demo" } }],
  [{ idKey: "groupId" }, { groupId: 1 }, [{ groupId: 1, name: "Support", status: 1, user_id: "demo" }]],
  [{ idKey: "groupid" }, { groupId: 1 }, [{ groupid: 1, name: "Support", status: 1, user_id: "demo" }]],
  [{ idKey: "group_id" }, { groupId: 1 }, [{ group_id: 1, name: "Support", status: 1, user_id: "demo" }]],
  [{ idKey: "_id" }, { groupId: 1 }, [{ _id: 1, name: "Support", status: 1, user_id: "demo" }]],
  [{ idType: "string" }, { groupId: 1 }, [{ ...support, id: "1" }]],
  [{ statusType: "string" }, { groupId: 1 }, [{ ...support, status: "1" }]],
  [{ listStatus: false }, { groupId: 1 }, [{ id: 1, name: "Support", user_id: "demo" }]],
  [{ listOwner: false }, { groupId: 1 }, [{ id: 1, name: "Support", status: 1 }]],
  [{ filterKey: "both" }, { groupId: "2" }, [old]],
  [{ filterKey: "both" }, { groupid: 2 }, [old]],
  [{ filterKey: "groupid" }, { groupid: "2" }, [old]],
  [{ filterKey: "groupid" }, { groupId: "2" }, [support, old]],
  [{ filterKey: "groupId" }, { groupId: "2" }, [old]],
  [{ filterKey: "groupId" }, { groupid: "2" }, [support, old]],
  [{ filterKey: "none" }, { groupId: "2", groupid: "9" }, [support, old]],
  [{ nameFilter: "part" }, { name: "SUPP" }, [support, old]],
  [{ nameFilter: "exact" }, { name: "SUPPORT" }, [support]],
  [{ nameFilter: "none" }, { name: "nothing" }, [support, old]],
  [{ pageLimit: 1 }, {}, [support]],
  [{ pageLimit: 1, listShape: "nestedWithTotal" }, {}, { groups: [support], total: 2 }],
  [{ missing: "empty" }, { groupId: "9" }, []],
  [{ missing: "empty", listShape: "byId" }, { groupId: "9" }, {}],
  [{ missing: "empty", listShape: "nested" }, { groupId: "9" }, { groups: [] }],
  [{ missing: "empty", listShape: "single" }, { groupId: "9" }, {}],
])("%j, request %j", async (options, request, expected) => {
  const emulator = await startWithTwo(options);
  expect(await list(emulator, { ...quick, ...request })).toEqual(expected);
});

test("a list by id without a match is error 1503; a list by name is empty", async () => {
  const emulator = await startWithTwo();
  expect(await codeOf(emulator, "list", { groupId: "9" })).toBe(1503);
  expect(await codeOf(emulator, "list", { groupid: 1, name: "old" })).toBe(1503);
  expect(await list(emulator, { name: "nothing" })).toEqual([]);
});

test("codes and ids as strings, in successes and errors", async () => {
  const emulator = await start({ options: { codeType: "string", idType: "string" } });
  expect((await post(emulator, "add", { ...bySsid, name: "X" })).body).toEqual({
    status: "success",
    groupId: "1",
    code: "200",
  });
  expect(await codeOf(emulator, "delete", { groupId: "9" })).toBe("1503");
  expect(emulator.calls.map(({ code }) => code)).toEqual([200, 1503]);
});
