import { GroupError, LookupError } from "../../../provider";
import { LookupAccount } from "../../../provider/lookups/account";
import { environmentSource, readSettings, requireSettings } from "../../../client/settings";
import type { Emulator, EmulatorOptions } from "../../../emulator";
import { emulate, environment, failure, fastRetries, token } from "../../support/lifecycle";

/** Account 7 with these groups, whose ids are 1, 2, …, and lookups of it. */
async function open(names: string[], options: Partial<EmulatorOptions> = {}) {
  const emulator = await emulate(options);
  for (const name of names) emulator.account("7").add(name);
  const variables = environment(emulator);
  const settings = requireSettings(readSettings([environmentSource(variables)], variables));
  return { emulator, account: new LookupAccount(settings, fastRetries) };
}

/** The calls in order, with the name or id that they ask for. */
function calls(emulator: Emulator): string[] {
  return emulator.calls.map(({ operation, body }) => {
    const filter = body["name"] ?? body["groupid"];
    return typeof filter === "string" ? `${operation} ${filter}` : operation;
  });
}

/** A list that says that it has more groups than it contains. */
const truncated = { pageLimit: 2, listShape: "nestedWithTotal" } as const;

test("100 lookups by name and id, and of all groups, make one call", async () => {
  const { emulator, account } = await open(["Support", "Sales"]);
  const lookups = Array.from({ length: 50 }, () => [account.group({ name: "Support" }), account.group({ id: 2 })]);
  const groups = await Promise.all(lookups.flat());
  expect(groups.filter(({ id, name }) => id === 1 && name === "Support")).toHaveLength(50);
  expect(groups.filter(({ id, name }) => id === 2 && name === "Sales")).toHaveLength(50);
  expect(await account.groups({})).toHaveLength(2);
  expect(calls(emulator)).toEqual(["list"]);
});

test.each([
  // The first list has it, or a list by its name or id.
  ["Support", {}, ["list"]],
  [1, {}, ["list"]],
  // The second list asks for the second page, which this server does not have.
  ["Support", truncated, ["list", "list", "list Support"]],
  ["Late", truncated, ["list", "list", "list Late"]],
  [3, truncated, ["list", "list", "list 3"]],
  ["Late", { pageSize: 1 }, ["list", "list", "list"]],
  // The server says nothing about a truncated list.
  ["Late", { pageLimit: 2 }, ["list", "list Late"]],
  [3, { pageLimit: 2 }, ["list", "list 3"]],
] as const)("found: %j with %j, by the calls %j", async (nameOrId, options, expected) => {
  const { emulator, account } = await open(["Support", "Sales", "Late"], options);
  const query = typeof nameOrId === "string" ? { name: nameOrId } : { id: nameOrId };
  expect(await account.group(query)).toMatchObject(query);
  expect(calls(emulator)).toEqual(expected);
});

test.each([
  [
    "support",
    {},
    "group-not-found",
    'Could not look up group "support": no group that these credentials can see has exactly this name (closest: "Support", "Twin").',
  ],
  ["Twin", {}, "ambiguous-name", '"Twin": 2 groups have exactly this name (ids 2, 3).'],
  ["Twin", {}, "ambiguous-name", "for example getGroup({ id: 2 })."],
  // The second one is only in the list by name.
  ["Twin", truncated, "ambiguous-name", "(ids 2, 3)"],
  [99, {}, "group-not-found", "Could not look up the group with id 99: Deepcall has no such group"],
  [99, truncated, "group-not-found", "no such group"],
  // Neither the list nor the one by name says that it is complete.
  ["Support", { ...truncated, nameFilter: "none" }, "incomplete-list", "returned 2 of 3 groups"],
  ["None", { ...truncated, nameFilter: "none" }, "incomplete-list", "with getGroup({ id })"],
] as const)("not exactly one: %j with %j is the error %s", async (nameOrId, options, errorCode, message) => {
  const { account } = await open(["Support", "Twin", "Twin"], options);
  const query = typeof nameOrId === "string" ? { name: nameOrId } : { id: nameOrId };
  const error = await failure(account.group(query));
  expect(error).toBeInstanceOf(LookupError);
  expect(error).toMatchObject({ errorCode });
  expect(error.message).toContain(message);
  expect(error.message).toContain("The lookup changed nothing.");
});

test("an account without groups", async () => {
  const { account } = await open([]);
  expect((await failure(account.group({ name: "Support" }))).message).toContain("(they see no group at all)");
  expect(await account.groups({})).toEqual([]);
});

test("a group that is newer than the list is found", async () => {
  const { emulator, account } = await open(["Support"]);
  await account.group({ name: "Support" });
  emulator.account("7").add("New");
  expect(await account.group({ name: "New" })).toMatchObject({ id: 2 });
  expect(await account.group({ id: 2 })).toMatchObject({ name: "New" });
});

test.each([
  [{}, [1, 2, 3]],
  [{ nameContains: "UPP" }, [1, 3]],
  [{ active: false }, [3]],
  [{ active: true }, [1, 2]],
  [{ nameContains: "support", active: true }, [1]],
  [{ nameContains: "none" }, []],
])("the groups with %j: %j", async (query, ids) => {
  const { emulator, account } = await open(["Support", "Sales", "support 2"]);
  emulator.account("7").setStatus(3, 0);
  // Whatever the server's order is.
  emulator.intercept = async (_, proceed) => {
    const answer = (await (await proceed()).json()) as { response: unknown[] };
    return Response.json({ ...answer, response: answer.response.toReversed() });
  };
  expect((await account.groups(query)).map(({ id }) => id)).toEqual(ids);
});

test.each([
  [truncated, {}, "incomplete-list", "returned 2 of 3 groups, so some would be missing"],
  [{ listStatus: false }, { active: true }, "status-not-listed", "Deepcall's list does not include the status"],
] as const)("the groups with the server's options %j and %j: the error %s", async (options, query, code, message) => {
  const { account } = await open(["Support", "Sales", "Late"], options);
  const error = await failure(account.groups(query));
  expect(error).toMatchObject({ errorCode: code, name: "LookupError" });
  expect(error.message).toContain(message);
});

test("without the status in lists, active is undefined, and only a condition on it fails", async () => {
  const { account } = await open(["Support"], { listStatus: false });
  expect(await account.group({ id: 1 })).toMatchObject({ active: undefined });
  expect(await account.groups({ nameContains: "Supp" })).toMatchObject([{ id: 1, active: undefined }]);
  expect(await account.groups({ nameContains: "none", active: true })).toEqual([]);
});

test("a failed list is one error for all waiting lookups; the next lookup lists again", async () => {
  const { emulator, account } = await open(["Support"], { echoCredentials: true });
  emulator.faults.add("list:error-before:1015");
  const lookups = [account.group({ name: "Support" }), account.group({ id: 1 }), account.groups({})];
  const [error, ...others] = await Promise.all(lookups.map((lookup) => failure(lookup)));
  expect(error).toBeInstanceOf(GroupError);
  expect(others.every((other) => other === error)).toBe(true);
  expect(error?.message).toMatch(
    /^Could not list the groups of the account for getGroup and getGroups\. .*code 1015.* The lookup changed nothing\. Give this user .*\[deepcall:1015\]$/,
  );
  expect(error?.message).not.toContain(token);
  expect(await account.group({ name: "Support" })).toMatchObject({ id: 1 });
  expect(calls(emulator)).toEqual(["list", "list"]);
});

test("transient failures are retried", async () => {
  const { emulator, account } = await open(["Support"]);
  emulator.faults.add("list:reset-before");
  expect(await account.group({ name: "Support" })).toMatchObject({ id: 1 });
  expect(calls(emulator)).toEqual(["list", "list"]);
});

test("a failed read of one group names the group", async () => {
  const { emulator, account } = await open(["Support"]);
  await account.group({ id: 1 });
  for (const [query, start] of [
    [{ name: "Hush" }, 'Could not look up group "Hush". '],
    [{ id: 99 }, "Could not look up the group with id 99. "],
  ] as const) {
    emulator.faults.add("list:error-before:1015");
    const { message } = await failure(account.group(query));
    expect(message).toContain(start);
    expect(message).toContain("[deepcall:1015]");
  }
});

test("a secret name or id is not in errors", async () => {
  const { emulator, account } = await open(["hush", "Twin", "Twin"]);
  const messages: string[] = [];
  for (const query of [{ name: "Hush" }, { name: "Twin" }, { id: 99 }])
    messages.push((await failure(account.group(query, true))).message);
  emulator.faults.add("list:error-before:1015");
  messages.push((await failure(account.group({ name: "Hush" }, true))).message);
  for (const message of messages) {
    expect(message).toMatch(/^Could not look up (the group with id|group) \[secret\]/);
    expect(message).not.toMatch(/hush|twin|99/i);
  }
});
