import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findings } from "../../../cli/doctor/findings";
import { emulate, environment } from "../../support/lifecycle";
import { diagnose } from "./support";

const page = readFileSync(join(__dirname, "../../../docs/doctor.md"), "utf8");

/** The names in the first cell of each row of the tables, and the names in its second cell. */
function rowsOf(text: string): { names: string[]; codes: string[] }[] {
  return [...text.matchAll(/^\| (`.*?`) \| (.*) \|$/gm)].map(([, first = "", second = ""]) => ({
    names: [...first.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name),
    codes: [...second.matchAll(/`([a-z]+(?:-[a-z]+)*)`/g)].map(([, code = ""]) => code),
  }));
}

test("docs/doctor.md lists each finding with the check that reports it, and no other", () => {
  const [, table = ""] = /^\| check \| findings \|$([^]*?)\n\n/m.exec(page) ?? [];
  const documented = rowsOf(table).flatMap(({ names, codes }) => codes.map((code) => `${names.join()}: ${code}`));
  const actual = Object.entries(findings).map(([code, { check }]) => `${check}: ${code}`);
  expect(documented.toSorted()).toEqual(actual.toSorted());
});

test("docs/doctor.md has every check and every field of the JSON", async () => {
  const emulator = await emulate({ echoCredentials: true });
  for (const name of ["Support", "Support1", "support", "Line 1", " x"]) emulator.account("7").add(name);
  emulator.account("7").setAgents(2, [{ id: "1001" }]);
  const { code, ...diagnosis } = await diagnose(environment(emulator));
  expect(code).toBe(0);
  const documented = new Set(rowsOf(page).flatMap(({ names }) => names));
  const shown = [...diagnosis.checks.map(({ id }) => id), ...Object.keys(diagnosis)];
  expect(shown.filter((name) => !documented.has(name))).toEqual([]);
});
