import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadReport } from "../../../emulator";
import { environment } from "../../support/lifecycle";
import { doctor, doctorOnTerminal } from "./support";
import { account, contents } from "./trial-support";

const previous = process.cwd();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deepcall-doctor-"));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(previous);
  rmSync(folder, { recursive: true });
});

test("asks on a terminal, and does nothing unless the answer is yes", async () => {
  const emulator = await account();
  const { code, err, out } = await doctorOnTerminal("y", environment(emulator), "--try-changes", "--agent", "1001");
  expect([code, out, emulator.count(), readdirSync(folder)]).toEqual([1, "", 0, []]);
  expect(err).toContain(`in the account at ${emulator.url} and deletes them again.\nIt changes nothing else.`);
  expect(err).toMatch(/ It assigns 1001 to these groups\.\nIf Deepcall removes .* they lose their other groups, too\./);
  expect(err).toMatch(/ It makes about 60 calls. Continue\? yes\/no: Nothing was done/);
});

test.each([
  ["on a terminal, after yes", "yes", ["--try-changes"]],
  ["elsewhere, with --yes", undefined, ["--try-changes", "--yes"]],
])("tries changes %s", async (_, answer, args) => {
  const emulator = await account();
  const before = contents(emulator);
  const { code, out } = await doctorOnTerminal(answer, environment(emulator), ...args);
  expect([code, contents(emulator), readdirSync(folder)]).toEqual([0, before, []]);
  expect(out).toMatch(/^ok +leftovers +none: 7 groups of the trial deleted \(\d+ calls\)$/m);
  expect(out).toMatch(/^ok +suffix +Deepcall appends a number as in Support1 \(tried\)$/m);
});

test.each(["true", "false"])("deletes its groups whatever deleteWithAgents says: %s", async (deleteWithAgents) => {
  const emulator = await account();
  const before = contents(emulator);
  const env = environment(emulator, { DEEPCALL_DELETE_WITH_AGENTS: deleteWithAgents });
  const args = ["--agent", "1001", "--agent", "1002", "--format", "json"];
  const { code, out } = await doctor(env, "--try-changes", "--yes", ...args);
  expect([code, contents(emulator), readdirSync(folder)]).toEqual([0, before, []]);
  expect(JSON.parse(out)).toMatchObject({ leftovers: [], server: { assign: "replace", agentsOnDelete: "keep" } });
});

test("--clean-up says nothing about the server", async () => {
  const emulator = await account();
  emulator.faults.add("delete:error-before:1015x0");
  expect((await doctor(environment(emulator), "--try-changes", "--yes")).code).toBe(1);
  expect(emulator.groups("7").length).toBeGreaterThan(3);
  emulator.faults.clear();
  const { code, out } = await doctor(environment(emulator), "--try-changes", "--clean-up", "--yes");
  const ids = out.split("\n").flatMap((line) => /^ok +(\w+) /.exec(line)?.[1] ?? []);
  expect([code, ids, emulator.groups("7").length]).toEqual([0, ["settings", "leftovers"], 3]);
  expect(out).not.toContain("pulumi-deepcall emulator");
});

test.each([
  [["--try-changes"], /there is no terminal to ask for your agreement. Add --yes. No call was made/],
  [["--yes"], /require --try-changes. No call was made/],
  [["--agent", "1"], /require --try-changes/],
  [["--try-changes", "--yes", "--agent", "1", "--agent", "1"], /every agent only once. No call was made/],
  [["--try-changes", "--yes", "--agent", "1", "--unknown-agent", "1"], /every agent only once/],
  [["--try-changes", "--yes", "--clean-up"], /There is nothing to clean up/],
])("refuses %j before any call", async (args, message) => {
  const emulator = await account();
  const { code, err } = await doctor(environment(emulator), ...args);
  expect([code, emulator.count()]).toEqual([1, 0]);
  expect(err).toMatch(message);
});

test("refuses while a journal lists groups of an earlier trial", async () => {
  const emulator = await account();
  writeFileSync(join(folder, "pulumi-deepcall-trial.jsonl"), "");
  const { code, err } = await doctor(environment(emulator), "--try-changes", "--yes");
  expect([code, emulator.count()]).toEqual([1, 0]);
  expect(err).toMatch(
    /lists groups of an earlier trial. Delete them first with --try-changes --clean-up. No call was made/,
  );
});

test("an emulator starts from the report, and refuses a file that is none", async () => {
  const options = { suffix: "parens", nameLength: 255, idType: "string" } as const;
  const emulator = await account(options);
  await doctor(environment(emulator), "--try-changes", "--yes", "--report", "report.json");
  expect(loadReport("report.json")).toMatchObject(options);
  writeFileSync("other.json", '{"server":{"suffix":"roman"}}');
  expect(() => loadReport("other.json")).toThrow(/^other.json: server: suffix: /);
  writeFileSync("none.json", "[]");
  expect(() => loadReport("none.json")).toThrow(
    'none.json: must be a report of doctor, with the behavior under "server"',
  );
});
