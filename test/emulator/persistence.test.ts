import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
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

test("everything is there after a restart, and the seed doesn't come back", async () => {
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
  // The id of the deleted group isn't given out again, and options aren't state.
  await codeOf(second, "add", { name: "By hand" });
  expect(second.groups().at(-1)).toMatchObject({ id: 8, name: "By hand-1" });
  expect(readdirSync(folder)).toEqual(["state.json"]);
});

test("a refused change is no change of the file", async () => {
  const file = join(folder, "state.json");
  const first = await start({ file });
  await codeOf(first, "add", { name: "" });
  await codeOf(first, "delete", { groupId: "1" });
  expect((await start({ file })).groups()).toEqual([]);
});

test.each([
  ["{", /^FILE: not JSON: /],
  ["{}", /^FILE: accounts: /],
  ['{"accounts":[]}', /^FILE: accounts: /],
  ['{"accounts":[{"userId":"1"}]}', /^FILE: accounts\[0\]: give a token, an ssid, or both$/],
  ['{"accounts":[{"userId":"1","ssid":"s","groups":[{"name":5}]}]}', /^FILE: accounts\[0\]\.groups\[0\]\.name: /],
])("a file that holds %s is an error that names file and property", async (content, message) => {
  const file = join(folder, "state.json");
  writeFileSync(file, content);
  const source = new RegExp(message.source.replace("FILE", file.replaceAll(".", "\\.")));
  await expect(start({ file })).rejects.toThrow(source);
});

test("a file that can't be written is an error at the start", async () => {
  const file = join(folder, "missing", "state.json");
  await expect(start({ file })).rejects.toThrow(`${file}: ENOENT`);
});

test.each([
  [
    { accounts: [{ userId: "1", ssid: "s", groups: [{ name: "A", status: 1, active: true }] }] },
    "seed: accounts[0].groups[0]: give either status or active",
  ],
  [
    {
      accounts: [
        { userId: "1", ssid: "s", groups: [{ id: 3, name: "A" }] },
        { userId: "2", ssid: "s", groups: [{ id: 3, name: "B" }] },
      ],
    },
    "seed: accounts[1].ssid: the same as accounts[0].ssid; " +
      "accounts[1].groups[0].id: the same as accounts[0].groups[0].id",
  ],
] as const)("a seed that contradicts itself: %j", async (seed, message) => {
  await expect(start({ seed: structuredClone(seed) as never })).rejects.toThrow(message);
});

test("options that don't exist are an error; those of the seed yield to those given", async () => {
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

test("a port in use is an error that names it", async () => {
  const { url } = await start();
  const port = Number(new URL(url).port);
  await expect(start({ port })).rejects.toThrow(`port ${port} on 127.0.0.1 is in use`);
});
