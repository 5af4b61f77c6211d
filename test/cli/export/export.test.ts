import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../cli/program";
import type { Emulator } from "../../../emulator";
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

async function exported(emulator: Emulator, ...argv: string[]): Promise<Outcome> {
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
  emulator.account("8").add("Of somebody else");
  return emulator;
}

test.each(["array", "byId", "nested", "nestedWithTotal"])(
  "standard output, from a list in the shape %s",
  async (listShape) => {
    const emulator = await withGroups({ listShape });
    const { code, out, err } = await exported(emulator);
    expect([code, err]).toEqual([0, ""]);
    expect(entries(out)).toEqual([sales, support]);
    expect(emulator.calls.map(({ operation }) => operation)).toEqual(["list"]);
  },
);

test("with an ssid", async () => {
  const emulator = await withGroups();
  const { code, out } = await pulumiDeepcall({ DEEPCALL_BASE_URL: emulator.url, DEEPCALL_SSID: ssid }, "export");
  expect([code, entries(out)]).toEqual([0, [sales, support]]);
});

test("--format typescript", async () => {
  const { code, out } = await exported(await withGroups(), "--format", "typescript");
  expect(code).toBe(0);
  expect(out).toContain('    support: { name: "Support", onNameConflict: "adopt" },\n');
});

test("--out writes a file, never over one that is there, unless --force", async () => {
  const emulator = await withGroups();
  expect(await exported(emulator, "--out", out)).toEqual({ code: 0, out: "", err: `Wrote 2 groups to ${out}.\n` });
  const first = readFileSync(out, "utf8");
  expect(entries(first)).toEqual([sales, support]);

  writeFileSync(out, "mine");
  emulator.clearCalls();
  expect(await exported(emulator, "--out", out)).toEqual({
    code: 1,
    out: "",
    err: `error: ${out} exists already, and was left as it is. Give --force to overwrite it, or another --out.\n`,
  });
  expect([readFileSync(out, "utf8"), emulator.count()]).toEqual(["mine", 0]);
  expect((await exported(emulator, "--out", out, "--force")).code).toBe(0);
  expect(readFileSync(out, "utf8")).toBe(first);
});

test("--out into a folder that is not there", async () => {
  const { code, err } = await exported(await withGroups(), "--out", join(folder, "no", "groups.yaml"));
  expect(code).toBe(1);
  expect(err).toMatch(/^error: .*groups\.yaml could not be written: ENOENT/);
});

test.each(["part", "exact", "none"])(
  "--name takes parts of names in any case, however the server filters (%s)",
  async (nameFilter) => {
    const emulator = await withGroups({ nameFilter });
    expect(entries((await exported(emulator, "--name", "PORT")).out)).toEqual([support]);
    const none = await exported(emulator, "--name", "nobody");
    expect(none).toMatchObject({ code: 0, err: "There is no such group in the account.\n" });
    expect(none.out).toContain("\ngroups: {}\n");
  },
);

test("a list that is cut off is an error; with --name, what the server finds is enough", async () => {
  const emulator = await withGroups({ listShape: "nestedWithTotal", pageLimit: 1 });
  const { code, out: text, err } = await exported(emulator, "--out", out);
  expect([code, text, existsSync(out)]).toEqual([1, "", false]);
  expect(err).toContain(
    "Deepcall says that its list is cut off: there are more groups than the 1 that it told. Nothing was written.",
  );
  expect(entries((await exported(emulator, "--name", "sal")).out)).toEqual([sales]);
});

test("what can't be declared is told on stderr, and stands in the export as a comment", async () => {
  const emulator = await withGroups();
  emulator.account("7").add("Support");
  emulator.account("7").add("a\tb");
  const { code, out, err } = await exported(emulator);
  expect(code).toBe(0);
  expect(entries(out)).toEqual([sales]);
  const lines = [
    '"Support" (id 1): its name is that of the group with id 4 too',
    '"Support" (id 4): its name is that of the group with id 1 too',
    String.raw`"a\tb" (id 5): a name must not hold control characters or line breaks`,
  ];
  for (const line of lines) expect(out).toContain(`#   ${line}\n`);
  expect(err).toBe(lines.map((line) => `warning: left out ${line}\n`).join(""));
});

test("a server that does not tell the status: said at the top and on stderr", async () => {
  const { code, out, err } = await exported(await withGroups({ listStatus: false }));
  expect(code).toBe(0);
  expect(entries(out)).toEqual([
    '  sales: { name: "Sales", active: true, onNameConflict: adopt }',
    '  support: { name: "Support", active: true, onNameConflict: adopt }',
  ]);
  expect(err).toContain("warning: Deepcall does not tell whether 2 groups are active.");
});

test("credentials that are refused: 3; settings that are missing, a server that is not there, a wrong flag: 1", async () => {
  const emulator = await withGroups({ echoCredentials: true });
  const refused = await pulumiDeepcall(
    environment(emulator, { DEEPCALL_TOKEN: "wrong-token" }),
    "export",
    "--out",
    out,
  );
  expect([refused.code, refused.out, existsSync(out)]).toEqual([3, "", false]);
  expect(refused.err).toContain("Deepcall refused list with code 1014");
  expect(refused.err).not.toContain("wrong-token");

  const missing = await pulumiDeepcall({}, "export");
  expect(missing.code).toBe(1);
  expect(missing.err).toContain("DEEPCALL_BASE_URL");
  expect((await exported(emulator, "--format", "toml")).code).toBe(1);
  expect((await exported(emulator, "--name", "x", "--out", out)).err).not.toContain(token);
});

test("--help shows examples", async () => {
  const { code, out } = await pulumiDeepcall({}, "export", "--help");
  expect(code).toBe(0);
  expect(out).toContain("$ pulumi-deepcall export --out groups.yaml");
});
