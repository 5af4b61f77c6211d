import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describeOptions, readFault } from "../../emulator";
import { formOf, kindNames, kinds } from "../../emulator/faults/kinds";

const page = readFileSync(join(__dirname, "../../docs/emulator.md"), "utf8");

/** The first cells of the rows of all tables, with the rest of their row. */
const rows = new Map(
  page.split("\n").flatMap((line) => {
    const [, first, rest] = /^\| `([^`]+)` \| (.*) \|$/.exec(line) ?? [];
    return first === undefined || rest === undefined ? [] : [[first, rest]];
  }),
);

test.each(describeOptions())("docs/emulator.md has the option %s with its values, the default first", (described) => {
  const [key = "", values = ""] = described.split("=");
  const written = values.split("|").map((value) => (value === "<n>" ? "a number" : `\`${value}\``));
  expect(rows.get(key)?.split(" | ")[0]).toBe(written.join(", "));
});

test.each(kindNames)("docs/emulator.md has the kind %s with what is done and an example", (name) => {
  const row = rows.get(formOf(name)) ?? "";
  const { meaning, example } = kinds[name];
  expect(row).toContain(`\`${example}\``);
  const done = meaning.includes("nothing done") ? "is not carried out" : "is carried out";
  expect(row.slice(0, done.length)).toBe(done);
});

test("what docs/emulator.md sets as a fault can be read", () => {
  const texts = [...page.matchAll(/--fault ([a-z][^ \n`]+)|"fault":"([^"]+)"/g)].map(([, flag, json]) => flag ?? json);
  expect(texts.length).toBeGreaterThan(2);
  for (const text of texts) expect(readFault(text ?? "")).toBeDefined();
});
