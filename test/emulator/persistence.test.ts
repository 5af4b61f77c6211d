import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { codeOf, list, post, useEmulators } from "./support";

const start = useEmulators();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deepcall-emulator-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test("a restart restores everything and ignores the groups of the seed", async () => {
  const file = join(folder, "state.json");
  const seed = { accounts: [{ userId: "demo", ssid: "demo-ssid", groups: [{ id: 5, name: "Seeded" }] }] };
  const first = await start({ file, seed });
  await codeOf(first, "add", { name: "Support" });
  await codeOf(first, "add", { name: "Gone" });
  await codeOf(first, "update", { groupId: "5", name: "Renamed", status: 0 });
  await codeOf(first, "submitAssignGroupToAgent", { groupId: "5", agent_unique_id: ["1"], receive_call: ["1"] });
  await codeOf(first, "delete", { groupId: "7" });
  first.account("demo").rename(6, "By hand");
  const [groups, listed] = [first.groups(), await list(first)];
  await first.close();

  const second = await start({ file, seed: { ...seed, options: { suffix: "dash" } } });
  expect(second.groups()).toEqual(groups);
  expect(await list(second)).toEqual(listed);
  const relation = await post(second, "getGroupAgentRelation", { ssid: "demo-ssid", groupId: 5 });
  expect(relation.body).toMatchObject({ response: { relationData: [{ agent_unique_id: "1", receive_call: 1 }] } });
  // The id of a deleted group is not used again, and options are not part of the state.
  await codeOf(second, "add", { name: "By hand" });
  expect(second.groups().at(-1)).toMatchObject({ id: 8, name: "By hand-1" });
  expect(readdirSync(folder)).toEqual(["state.json"]);
});

test("a restart restores groups that are only marked as deleted", async () => {
  const file = join(folder, "state.json");
  const first = await start({ file, options: { deletion: "isDeleted" } });
  await codeOf(first, "add", { name: "Gone" });
  await codeOf(first, "delete", { groupId: 1 });
  await first.close();
  const second = await start({ file, options: { deletion: "isDeleted" } });
  expect(second.groups()).toEqual([]);
  expect(await list(second)).toMatchObject([{ name: "Gone", isDeleted: 1 }]);
});

test("a restart restores agents, with and without a list of them in the seed", async () => {
  const file = join(folder, "state.json");
  const agents = [{ id: "1001", name: "Ada" }, { id: "1002" }];
  const groups = [{ id: 5, name: "Support", agents: [{ id: "1001" }] }];
  const seed = {
    accounts: [
      { userId: "demo", ssid: "demo-ssid", agents, groups },
      { userId: "2", ssid: "two", agents: [] },
      { userId: "3", ssid: "three", groups: [{ id: 7, name: "Any" }] },
    ],
  };
  const first = await start({ file, seed });
  first.account("demo").setAgents(5, [{ id: "9" }, { id: "1001", receivesCalls: false }]);
  await first.close();
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({
    accounts: [
      { agents, groups: [{ agents: [{ id: "9" }, { id: "1001" }] }] },
      { agents: [] },
      { groups: [{ agents: [] }] },
    ],
  });

  const second = await start({ file, options: { agentData: "account" } });
  expect(second.accounts.map((account) => account.agents)).toEqual([agents, [], undefined]);
  expect(second.agents(5)).toEqual([
    { id: "1001", receivesCalls: false },
    { id: "9", receivesCalls: true },
  ]);
  const { body } = await post(second, "getGroupAgentRelation", { ssid: "demo-ssid", groupId: 5 });
  expect(body).toMatchObject({
    response: {
      agentData: [{ agent_unique_id: "1001", name: "Ada" }, { agent_unique_id: "1002" }, { agent_unique_id: "9" }],
    },
  });
  // Which agents the account has decides about unknown ones.
  const assignTo = async (ssid: string, groupId: number) =>
    (await post(second, "submitAssignGroupToAgent", { ssid, groupId, agent_unique_id: ["9"] })).body["code"];
  const inAccount2 = second.account("2").add("None").id;
  expect([await assignTo("demo-ssid", 5), await assignTo("two", inAccount2), await assignTo("three", 7)]).toEqual([
    1047, 1047, 200,
  ]);
});

test("a rejected change does not change the file", async () => {
  const file = join(folder, "state.json");
  const first = await start({ file });
  await codeOf(first, "add", { name: "" });
  await codeOf(first, "delete", { groupId: "1" });
  expect((await start({ file })).groups()).toEqual([]);
});

test.each([
  ["{", /^FILE: must be valid JSON: /],
  ["{}", /^FILE: accounts: /],
  ['{"accounts":[]}', /^FILE: accounts: /],
  ['{"accounts":[{"userId":"1"}]}', /^FILE: accounts\[0\]: must have a token, an ssid, or both$/],
  ['{"accounts":[{"userId":"1","ssid":"s","groups":[{"name":5}]}]}', /^FILE: accounts\[0\]\.groups\[0\]\.name: /],
])("the file content %s is rejected, with the file and the property in the message", async (content, message) => {
  const file = join(folder, "state.json");
  writeFileSync(file, content);
  const source = new RegExp(message.source.replace("FILE", file.replaceAll(".", "\\.")));
  await expect(start({ file })).rejects.toThrow(source);
});

test("a file that cannot be written is an error at the start", async () => {
  const file = join(folder, "missing", "state.json");
  await expect(start({ file })).rejects.toThrow(`${file}: ENOENT`);
});

test.each([
  [
    { accounts: [{ userId: "1", ssid: "s", groups: [{ name: "A", status: 1, active: true }] }] },
    "seed: accounts[0].groups[0]: must not have both status and active",
  ],
  [
    {
      accounts: [
        { userId: "1", ssid: "s", groups: [{ id: 3, name: "A" }] },
        { userId: "2", ssid: "s", groups: [{ id: 3, name: "B" }] },
      ],
    },
    "seed: accounts[1].ssid: must be unique, but accounts[0].ssid has the same value; " +
      "accounts[1].groups[0].id: must be unique, but accounts[0].groups[0].id has the same value",
  ],
  [
    {
      accounts: [
        {
          userId: "1",
          ssid: "s",
          agents: [{ id: "1001" }, { id: "1002", name: "Ada" }, { id: "1001", name: "Bob" }],
          groups: [{ name: "A", agents: [{ id: "1" }, { id: "1", receivesCalls: false }] }],
        },
      ],
    },
    'seed: accounts[0].agents[2].id: must be unique, but another agent in the list has the id "1001"; ' +
      'accounts[0].groups[0].agents[1].id: must be unique, but another agent in the list has the id "1"',
  ],
  [
    {
      accounts: [{ userId: "1", ssid: "s", agents: ["1001", { id: "" }, { name: "Ada" }, { id: "1", email: "a@b" }] }],
    },
    "seed: accounts[0].agents[0]: Invalid input: expected object, received string; " +
      "accounts[0].agents[1].id: Too small: expected string to have >=1 characters; " +
      "accounts[0].agents[2].id: Invalid input: expected string, received undefined; " +
      'accounts[0].agents[3]: Unrecognized key: "email"',
  ],
] as const)("an inconsistent seed is rejected: %j", async (seed, message) => {
  await expect(start({ seed: structuredClone(seed) as never })).rejects.toThrow(message);
});

test("different accounts may have agents with the same id", async () => {
  const account = { agents: [{ id: "1" }], groups: [{ name: "A", agents: [{ id: "1" }] }] };
  const accounts = ["1", "2"].map((userId) => ({ userId, ssid: userId, ...account }));
  const emulator = await start({ seed: { accounts } });
  expect([emulator.agents(1), emulator.agents(2)]).toEqual([[{ id: "1", receivesCalls: true }], emulator.agents(1)]);
});

test("unknown options are rejected; options take precedence over those of the seed", async () => {
  await expect(start({ options: { suffix: "comma" as never } })).rejects.toThrow(
    'options: suffix: Invalid option: expected one of "plain"|"space"|"parens"|"dash"|"underscore"',
  );
  const seed = {
    accounts: [{ userId: "1", ssid: "s" }],
    options: { suffix: "dash", idKey: "_id" },
  } as const;
  const emulator = await start({ seed: structuredClone(seed) as never, options: { suffix: "space" } });
  expect(emulator.options).toMatchObject({ suffix: "space", idKey: "_id", idType: "number" });
});

test("a port that is in use is an error", async () => {
  const { url } = await start();
  const port = Number(new URL(url).port);
  await expect(start({ port })).rejects.toThrow(`Could not listen on 127.0.0.1:${port}: the port is already in use`);
});
