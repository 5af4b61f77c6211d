import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../cli/program";
import type { Emulator } from "../../../emulator";
import { nameProblem } from "../../../provider/lifecycle/names";
import { emulate, environment, ssid, token } from "../../support/lifecycle";

let folder: string;
let out: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deepcall-export-"));
  out = join(folder, "groups.yaml");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

interface Outcome {
  code: number;
  out: string;
  err: string;
}

async function pulumiDeepcall(env: Record<string, string>, ...argv: string[]): Promise<Outcome> {
  let [out, err] = ["", ""];
  const code = await run(argv, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    untilStopped: () => Promise.resolve(),
    env,
    version: "1.2.3",
  });
  return { code, out, err };
}

async function runExport(emulator: Emulator, ...argv: string[]): Promise<Outcome> {
  return pulumiDeepcall(environment(emulator), "export", ...argv);
}

/** The lines of an export that declare groups. */
function entries(text: string): string[] {
  return text.split("\n").filter((line) => /^ .*onNameConflict/.test(line));
}

const sales = '  sales: { name: "Sales", active: false, onNameConflict: adopt }';
const support = '  support: { name: "Support", onNameConflict: adopt }';

async function withGroups(options = {}): Promise<Emulator> {
  const emulator = await emulate(options);
  emulator.account("7").add("Support");
  emulator.account("7").add("Sales", 0);
  emulator.account("8").add("In another account");
  return emulator;
}

test.each(["array", "byId", "nested", "nestedWithTotal"])(
  "writes to standard output, from a list with shape %s",
  async (listShape) => {
    const emulator = await withGroups({ listShape });
    const { code, out, err } = await runExport(emulator);
    expect([code, err]).toEqual([0, ""]);
    expect(entries(out)).toEqual([sales, support]);
    expect(emulator.calls.map(({ operation }) => operation)).toEqual(["list"]);
  },
);

test("accepts an ssid", async () => {
  const emulator = await withGroups();
  const { code, out } = await pulumiDeepcall({ DEEPCALL_BASE_URL: emulator.url, DEEPCALL_SSID: ssid }, "export");
  expect([code, entries(out)]).toEqual([0, [sales, support]]);
});

test("--format typescript", async () => {
  const { code, out } = await runExport(await withGroups(), "--format", "typescript");
  expect(code).toBe(0);
  expect(out).toContain('    support: { name: "Support", onNameConflict: "adopt" },\n');
});

test("--out writes a file, and overwrites an existing one only with --force", async () => {
  const emulator = await withGroups();
  expect(await runExport(emulator, "--out", out)).toEqual({ code: 0, out: "", err: `Wrote 2 groups to ${out}.\n` });
  const first = readFileSync(out, "utf8");
  expect(entries(first)).toEqual([sales, support]);

  writeFileSync(out, "existing");
  emulator.clearCalls();
  expect(await runExport(emulator, "--out", out)).toEqual({
    code: 1,
    out: "",
    err: `error: Could not write ${out}: it already exists. It was not changed. Overwrite it with --force, or choose another --out.\n`,
  });
  expect([readFileSync(out, "utf8"), emulator.count()]).toEqual(["existing", 0]);
  expect((await runExport(emulator, "--out", out, "--force")).code).toBe(0);
  expect(readFileSync(out, "utf8")).toBe(first);
});

test("--out in a folder that does not exist", async () => {
  const { code, err } = await runExport(await withGroups(), "--out", join(folder, "no", "groups.yaml"));
  expect(code).toBe(1);
  expect(err).toMatch(/^error: Could not write .*groups\.yaml: ENOENT/);
});

test.each(["part", "exact", "none"])(
  "--name matches parts of names in any case, for the name filter %s",
  async (nameFilter) => {
    const emulator = await withGroups({ nameFilter });
    expect(entries((await runExport(emulator, "--name", "PORT")).out)).toEqual([support]);
    const none = await runExport(emulator, "--name", "nobody");
    expect(none).toMatchObject({ code: 0, err: "No matching groups were found in the account.\n" });
    expect(none.out).toContain("\ngroups: {}\n");
  },
);

test("an incomplete list is an error; with --name, the server's complete matches are enough", async () => {
  const emulator = await withGroups({ listShape: "nestedWithTotal", pageLimit: 1 });
  const { code, out: text, err } = await runExport(emulator, "--out", out);
  expect([code, text, existsSync(out)]).toEqual([1, "", false]);
  expect(err).toContain(
    "Could not export the account: Deepcall reported more groups than the 1 it returned. Nothing was written.",
  );
  expect(entries((await runExport(emulator, "--name", "sal")).out)).toEqual([sales]);
});

test("groups that cannot be declared are skipped, with a warning and a comment", async () => {
  const emulator = await withGroups();
  emulator.account("7").add("Support");
  emulator.account("7").add("a\tb");
  const { code, out, err } = await runExport(emulator);
  expect(code).toBe(0);
  expect(entries(out)).toEqual([sales]);
  const lines = [
    'group "Support" (id 1): it has the same name as the group with id 4',
    'group "Support" (id 4): it has the same name as the group with id 1',
    String.raw`group "a\tb" (id 5): its name ${nameProblem("a\tb") ?? ""}`,
  ];
  for (const line of lines) expect(out).toContain(`#   ${line}\n`);
  expect(err).toBe(lines.map((line) => `warning: skipped ${line}\n`).join(""));
});

test("if the server does not report the status, the file and a warning say so", async () => {
  const { code, out, err } = await runExport(await withGroups({ listStatus: false }));
  expect(code).toBe(0);
  expect(entries(out)).toEqual([
    '  sales: { name: "Sales", active: true, onNameConflict: adopt }',
    '  support: { name: "Support", active: true, onNameConflict: adopt }',
  ]);
  expect(err).toContain("warning: Deepcall did not report the status of 2 groups.");
});

test("exit code 3 for refused credentials, 1 for missing settings and invalid flags", async () => {
  const emulator = await withGroups({ echoCredentials: true });
  const refused = await pulumiDeepcall(
    environment(emulator, { DEEPCALL_TOKEN: "wrong-token" }),
    "export",
    "--out",
    out,
  );
  expect([refused.code, refused.out, existsSync(out)]).toEqual([3, "", false]);
  expect(refused.err).toMatch(
    /^error: Deepcall refused list with code 1014 .* Check the settings ssid.*\[deepcall:1014\]$/m,
  );
  expect(refused.err).not.toContain("wrong-token");

  const missing = await pulumiDeepcall({}, "export");
  expect(missing.code).toBe(1);
  expect(missing.err).toContain("DEEPCALL_BASE_URL");
  expect((await runExport(emulator, "--format", "toml")).code).toBe(1);
  expect((await runExport(emulator, "--name", "x", "--out", out)).err).not.toContain(token);
});

test("--help shows examples", async () => {
  const { code, out } = await pulumiDeepcall({}, "export", "--help");
  expect(code).toBe(0);
  expect(out).toContain("$ pulumi-deepcall export --out groups.yaml");
});
