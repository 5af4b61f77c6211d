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

test.each<[Partial<EmulatorOptions>, object, object, unknown]>([
  [{ pageSize: 1 }, {}, { currentPage: 1, totalPages: 2, totalRecords: 2, limit: 1 }, [support]],
  [{ pageSize: 1 }, { page: 2 }, { currentPage: 2, totalPages: 2 }, [old]],
  [{ pageSize: 1 }, { page: "3" }, { currentPage: 3, totalPages: 2 }, []],
  [{ pageSize: 2 }, {}, { currentPage: 1, totalPages: 1, totalRecords: 2, limit: 2 }, [support, old]],
  [{ pageSize: 2 }, { page: 2, limit: 1 }, { currentPage: 2, totalPages: 2, limit: 1 }, [old]],
  [{ pageSize: 1 }, { groupId: 2 }, { currentPage: 1, totalPages: 1, totalRecords: 1 }, [old]],
  [{ pageSize: 1, pageField: "ignored" }, { page: 2 }, { currentPage: 1, totalPages: 2 }, [support]],
])("%j, request %j: %j", async (options, request, info, rows) => {
  const emulator = await startWithTwo(options);
  const { body } = await post(emulator, "list", { ...bySsid, ...quick, ...request });
  expect(body).toMatchObject({ ...info, response: rows });
});

test.each(["isDeleted", "preDeleted"] as const)("deletion %s: a deleted group is only marked", async (deletion) => {
  const emulator = await startWithTwo({ deletion });
  emulator.account("demo").setAgents(2, [{ id: "1001" }]);
  expect(await codeOf(emulator, "delete", { groupId: 2 })).toBe(200);
  expect(await list(emulator, quick)).toEqual([
    { ...support, [deletion]: 0 },
    { ...old, [deletion]: 1 },
  ]);
  const { body } = await post(emulator, "getGroupAgentRelation", { ...bySsid, groupId: 2 });
  expect(body["response"]).toMatchObject({ groupData: { [deletion]: 1 }, agentData: [], relationData: [] });
  // It cannot be changed, and its name is free.
  expect(await codeOf(emulator, "update", { groupId: 2, name: "X" })).toBe(1503);
  expect(await codeOf(emulator, "delete", { groupId: 2 })).toBe(1503);
  await codeOf(emulator, "add", { name: "Old support" });
  expect(emulator.groups().map(({ id, name }) => [id, name])).toEqual([
    [1, "Support"],
    [3, "Old support"],
  ]);
});

test("missing noData: the response to every list without groups", async () => {
  const emulator = await startWithTwo({ missing: "noData" });
  expect(await codeOf(emulator, "list", { groupId: "9" })).toBe(1012);
  expect(await codeOf(emulator, "list", { name: "nothing" })).toBe(1012);
  expect(await codeOf(emulator, "getGroupAgentRelation", { groupId: "9" })).toBe(1503);
});

test("the payload under data, ids that say none, and secrets", async () => {
  const emulator = await startWithTwo({ payloadKey: "data", emptyIds: true, passwordFields: true, idKey: "unique_id" });
  const { body } = await post(emulator, "list", { ...bySsid, ...quick, groupId: 1 });
  expect(body).toEqual({
    status: "success",
    data: [
      {
        ...{ id: 0, groupId: "", groupid: 0, group_id: "", _id: 0, unique_id: 1 },
        ...{
          name: "Support",
          status: 1,
          user_id: "demo",
          password: "emulator-password",
          call_pass: "emulator-call-pass",
        },
      },
    ],
    code: 200,
  });
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
