import {
  AnswerError,
  ApiError,
  AuthenticationError,
  CallError,
  NotFoundError,
  PermissionError,
} from "../../provider/index";
import { apiError, type ApiOperation } from "../../client/errors";
import { parseListShape, readAnswer, readList, readNewId } from "../../client/responses";
import type { HttpReply } from "../../client/transport";

function reply(value: unknown, httpStatus = 200): HttpReply {
  return { httpStatus, headers: {}, text: JSON.stringify(value), json: { value } };
}

function success(fields: object): HttpReply {
  return reply({ status: "success", code: 200, ...fields });
}

const support = { id: 28, name: "Support", active: true, owner: "7" };
const entry = { name: "Support", user_id: 7, status: 1, create_date: "2020-01-01" };

describe("a list", () => {
  test.each<[string, unknown]>([
    ["an array", [{ id: 28, ...entry }]],
    ["an object keyed by id", { 28: entry }],
    ["an object with the array one level down", { groups: [{ id: 28, ...entry }] }],
    ["the same with a total", { total: 1, groups: [{ id: 28, ...entry }] }],
    ["one group", { id: 28, ...entry }],
    ...["id", "groupId", "groupid", "group_id", "_id", "unique_id"].map((key): [string, unknown] => [
      `the id as ${key}`,
      [{ [key]: 28, ...entry }],
    ]),
    ["ids and statuses as strings", [{ id: "28", ...entry, user_id: "7", status: "1" }]],
    ["ids that say none", [{ id: 0, groupId: "", groupid: "0", _id: null, unique_id: 28, ...entry }]],
    ["an object keyed by id with ids that say none", { 28: { id: 0, groupId: "", unique_id: 0, ...entry } }],
    ["rows that are not marked as deleted", [{ id: 28, ...entry, isDeleted: 0, preDeleted: "0" }]],
    [
      "others that are",
      [
        { id: 28, ...entry, isDeleted: false },
        { id: 29, isDeleted: 1 },
      ],
    ],
    ["a status as a boolean", [{ id: 28, ...entry, status: true }]],
  ])("as %s", (_, response) => {
    expect(readList("list", success({ response }))).toMatchObject({ groups: [support], complete: true });
  });

  test.each<[string, unknown]>([
    ["an empty array", []],
    ["an empty object", {}],
    ["an empty array one level down", { groups: [] }],
  ])("without groups as %s", (_, response) => {
    expect(readList("list", success({ response }))).toMatchObject({ groups: [], complete: true });
  });

  test("under data, with the total beside it", () => {
    const fields = { data: [{ id: 28, ...entry }], currentPage: 1, totalPages: 1, totalRecords: "1" };
    expect(readList("list", success(fields))).toMatchObject({ groups: [support], complete: true, total: 1 });
  });

  test.each([1, "1", true, 2, "yes"])("a row marked as deleted by %j is no group, but counts as a row", (mark) => {
    for (const key of ["isDeleted", "preDeleted"]) {
      const response = [{ id: 28, ...entry, [key]: mark }];
      expect(readList("list", success({ response, totalRecords: 1 }))).toMatchObject({
        groups: [],
        rowIds: [28],
        complete: true,
      });
    }
  });

  test.each([1012, "1012", 1503])("code %j is an empty list", (code) => {
    const answer = reply({ status: "error", message: "No data found", code });
    expect(readList("list", answer)).toMatchObject({ groups: [], complete: true });
  });

  test.each([[Number.MAX_SAFE_INTEGER], ["9007199254740991"]])("the id %j is valid", (id) => {
    const expected = Number.MAX_SAFE_INTEGER;
    expect(readList("list", success({ response: [{ id, ...entry }] })).groups[0]?.id).toBe(expected);
    expect(readNewId("add", success({ groupId: id }))).toBe(expected);
  });

  test.each([[2 ** 53], ["9007199254740992"], ["12345678901234567890"], [-1], [1.5]])("the id %j is not", (id) => {
    const message = "is not a positive whole number up to 9007199254740991";
    expect(() => readList("list", success({ response: [{ id, ...entry }] }))).toThrow(message);
    expect(() => readNewId("add", success({ groupId: id }))).toThrow(message);
  });

  test.each<[string, object]>([
    ["the number of pages", { response: [{ id: 28, ...entry }], currentPage: "1", totalPages: "2" }],
    ["the number of pages, from 0", { response: [{ id: 28, ...entry }], currentPage: 0, totalPages: 2 }],
    ["totalRecords", { response: [{ id: 28, ...entry }], totalRecords: 2 }],
    ["a total in the response", { response: { groups: [{ id: 28, ...entry }], total: "3" } }],
    ["a total beside it", { response: [{ id: 28, ...entry }], total: 3 }],
    ["a next page", { response: { groups: [{ id: 28, ...entry }], nextPage: 2 } }],
    ["more", { response: [{ id: 28, ...entry }], hasMore: true }],
  ])("that says that it is incomplete: %s", (_, fields) => {
    expect(readList("list", success(fields))).toMatchObject({ groups: [support], complete: false });
  });

  test("missing fields are unknown, and only status 1 is active", () => {
    const response = [
      { id: 1, name: "A" },
      { id: 2, name: "B", status: 0 },
      { id: 3, name: 7, status: 2 },
    ];
    expect(readList("list", success({ response })).groups).toEqual([
      { id: 1, name: "A", active: undefined, owner: undefined },
      { id: 2, name: "B", active: false, owner: undefined },
      { id: 3, name: "7", active: false, owner: undefined },
    ]);
  });

  test.each<[unknown, string]>([
    [undefined, "no list of groups (an object with the keys status, code, response)"],
    [null, "no list of groups"],
    ["none", "no list of groups"],
    [{ rows: { a: 1 } }, "an object with the keys rows"],
    [{ a: [], b: [] }, "an object with the keys a, b"],
    [[{ id: "x1", name: "A" }], "a group without a numeric id or without a name (an object with the keys id, name)"],
    [[{ id: 1 }], "without a name"],
    [["Support"], "a list entry that is not a group (a string)"],
    [{ 28: "Support" }, "a list entry that is not a group (a string)"],
    [[{ id: 1, name: "A", status: "on" }], "a group whose status is neither 1 nor 0"],
  ])("in an unknown form (%j): the error describes it", (response, message) => {
    expect(() => readList("list", success({ response }))).toThrow(AnswerError);
    expect(() => readList("list", success({ response }))).toThrow(message);
  });
});

describe("success and failure", () => {
  test.each([
    [200, { status: "success", code: 200 }],
    [201, { status: "success", code: "200" }],
    [200, { status: "success" }],
  ])("HTTP %d with %j is a success", (status, body) => {
    expect(readAnswer("update", reply(body, status))).toMatchObject({ status: "success" });
  });

  test.each<[number, unknown, typeof ApiError, number]>([
    [200, { status: "error", message: "Group not found or not authorized", code: 1503 }, NotFoundError, 1503],
    [404, { status: "error", message: "Group not found or not authorized", code: "1503" }, NotFoundError, 1503],
    [401, { status: "error", message: "x", code: 1014 }, AuthenticationError, 1014],
    [200, { status: "error", code: 1000 }, AuthenticationError, 1000],
    [200, { status: "error", message: { no: "text" }, code: 1015 }, PermissionError, 1015],
    [500, { status: "error", message: "x", code: 4711 }, ApiError, 4711],
  ])("HTTP %d with %j is the error for its code", (status, body, kind, code) => {
    try {
      readAnswer("update", reply(body, status));
    } catch (error) {
      expect(error).toBeInstanceOf(kind);
      expect(error).toMatchObject({ code, outcome: "refused", operation: "update" });
      return;
    }
    throw new Error("the call succeeded");
  });

  test.each<[ApiOperation, number, string]>([
    ["submitAssignGroupToAgent", 1506, "with code 1506 (in the Agent API: group id does not exist)"],
    ["getGroupAgentRelation", 1003, "with code 1003 (in the Agent API: agent id does not exist)"],
    ["submitAssignGroupToAgent", 1503, "with code 1503 (group not found or not authorized)"],
    ["update", 1506, "with code 1506: "],
    ["getGroupAgentRelation", 1012, "with code 1012 (no data found)"],
  ])("%s, code %d: %s", (operation, code, text) => {
    const error = apiError(operation, code, "x");
    expect(error.message).toContain(text);
    // "No data found" does not mean that the group is gone.
    expect(error instanceof NotFoundError).toBe(code === 1503);
  });

  test.each<[ApiOperation, boolean]>([
    ["submitAssignGroupToAgent", true],
    ["getGroupAgentRelation", true],
    ["update", false],
  ])("1015 for %s names the agents' permissions: %j", (operation, names) => {
    expect(apiError(operation, 1015, "x").hint.includes("VIEW_AGENTS, ADD_EMPLOYEE and EDIT_EMPLOYEES")).toBe(names);
  });

  test.each<[number, unknown, string]>([
    [500, { status: "success", code: 200 }, "a success with HTTP status 500"],
    [200, { status: "success", code: 1503 }, "a success with code 1503"],
    [200, { status: "error", message: "x" }, "an error without a code"],
    [502, { error: "bad gateway" }, "an object with the keys error with HTTP status 502"],
    [404, null, "null with HTTP status 404"],
    [200, [], "a list of 0"],
    [200, "ok", "a string"],
  ])("HTTP %d with %j is not understood, and its outcome is open", (status, body, message) => {
    const read = (): unknown => readAnswer("add", reply(body, status));
    expect(read).toThrow(message);
    try {
      read();
    } catch (error) {
      expect((error as CallError).outcome).toBe(status >= 500 ? "unknown" : "answered");
    }
  });

  test("the new id in any form; a missing id is an error", () => {
    expect(readNewId("add", success({ groupId: 12 }))).toBe(12);
    expect(readNewId("add", success({ groupid: "12" }))).toBe(12);
    expect(readNewId("add", success({ data: { unique_id: "12" } }))).toBe(12);
    expect(() => readNewId("add", success({}))).toThrow("a success without the group's id");
  });
});

test.each<[unknown, string | undefined, number]>([
  [[{ id: 1 }], "array", 1],
  [[], "array", 0],
  [{}, undefined, 0],
  [{ 1: { name: "a" } }, "byId", 1],
  [{ data: [{ id: 1 }] }, "nested", 1],
  [{ data: [], count: 3 }, "nestedWithTotal", 0],
  [{ id: 1, name: "a" }, "single", 1],
  [{ rows: { a: 1 } }, "unknown", 0],
  [{ a: [], b: [] }, "unknown", 0],
  ["text", "unknown", 0],
  [undefined, "unknown", 0],
])("the shape of %j is %s", (response, shape, count) => {
  const parsed = parseListShape(response);
  expect([parsed.shape, parsed.entries.length]).toEqual([shape, count]);
});
