import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describeOptions, parseFault } from "../../emulator";
import { kindSyntax, kindNames, kinds } from "../../emulator/faults/kinds";

import { send, useEmulators } from "./support";

const start = useEmulators();
const page = readFileSync(join(__dirname, "../../docs/emulator.md"), "utf8");

/** The rows of all tables, by their first cell. */
const rows = new Map(
  page.split("\n").flatMap((line) => {
    const [, first, rest] = /^\| `([^`]+)` \| (.*) \|$/.exec(line) ?? [];
    return first === undefined || rest === undefined ? [] : [[first, rest]];
  }),
);

test.each(describeOptions())("docs/emulator.md has the option %s with its values, the default first", (described) => {
  const [key = "", values = ""] = described.split("=");
  const placeholders: Record<string, string> = { "<n>": "a number", "<text>": "a text" };
  const written = values.split("|").map((value) => placeholders[value] ?? `\`${value}\``);
  expect(rows.get(key)?.split(" | ")[0]).toBe(written.join(", "));
});

test.each(kindNames)("docs/emulator.md says whether %s executes the call, and has its example", (name) => {
  const row = rows.get(kindSyntax(name)) ?? "";
  const { meaning, example } = kinds[name];
  expect(row).toContain(`\`${example}\``);
  const execution = meaning.includes("not executed") ? "is not executed" : "is executed";
  expect(row.slice(0, execution.length)).toBe(execution);
});

test("every fault in docs/emulator.md is valid", () => {
  const texts = [...page.matchAll(/--fault ([a-z][^ \n`]+)|"fault":"([^"]+)"/g)].map(([, flag, json]) => flag ?? json);
  expect(texts.length).toBeGreaterThan(2);
  for (const text of texts) expect(parseFault(text ?? "")).toBeDefined();
});

test("the seed file in docs/emulator.md is valid", async () => {
  const [, json = ""] = /```json\n(.*?)```/s.exec(page) ?? [];
  const emulator = await start({ seed: JSON.parse(json) as never });
  expect(emulator.groups()).toHaveLength(2);
  expect(emulator.agents(29)).toEqual([{ id: "1001", receivesCalls: true }]);
});

test("the control requests in docs/emulator.md succeed, in their order", async () => {
  const { url } = await start();
  const statuses: unknown[] = [];
  const requests = [...page.matchAll(/^curl (?:-d '(.*)' |-X (DELETE) )?http:\/\/127\.0\.0\.1:8920(\S+)$/gm)];
  for (const [, body, method = body === undefined ? "GET" : "POST", path = ""] of requests)
    statuses.push([path, (await send(url + path, method, body).outcome).status]);
  const expected = ["state", "faults", "faults", "groups", "groups", "groups", "groups", "groups", "options", "calls"];
  expect(statuses).toEqual(expected.map((path) => [`/_emulator/${path}`, 200]));
});
