import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { emulate, environment } from "../../support/lifecycle";
import { diagnose } from "./support";

const root = join(__dirname, "../../..");
const page = readFileSync(join(root, "docs/doctor.md"), "utf8");
const folder = join(root, "cli/doctor");
const source = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));

/** The words of the first two cells of each row. */
const rows = [...page.matchAll(/^\| (`.*?`) \| (.*) \|$/gm)].map(([, first = "", rest = ""]) => ({
  names: [...first.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name),
  findings: [...rest.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)].map(([, what = ""]) => what),
}));

test("docs/doctor.md has every finding of the source, and no other", () => {
  // Findings are the only literals of that form.
  const literals = source.flatMap((text) => [...text.matchAll(/"([a-z]+(?:-[a-z]+)+)"/g)].map(([, what = ""]) => what));
  const inSource = new Set(literals.filter((text) => text !== "content-type" && text !== "pulumi-deepcall"));
  expect(new Set(rows.flatMap(({ findings }) => findings))).toEqual(inSource);
});

test("docs/doctor.md has every check and every field of the JSON", async () => {
  const emulator = await emulate({ echoCredentials: true });
  for (const name of ["Support", "Support1", "support", "Line 1", " x"]) emulator.account("7").add(name);
  const { code, ...diagnosis } = await diagnose(environment(emulator));
  expect(code).toBe(0);
  const documented = new Set(rows.flatMap(({ names }) => names));
  const shown = [...diagnosis.checks.map(({ id }) => id), ...Object.keys(diagnosis)];
  expect(shown.filter((name) => !documented.has(name))).toEqual([]);
});
