import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../cli/program";
import { startEmulator, type Emulator, type EmulatorOptions } from "../../../emulator";
import { nameProblem } from "../../../provider/model/names";
import { emulate, environment, ssid, token } from "../../support/lifecycle";

let folder: string;
let out: string;
let importFile: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deepcall-export-"));
  out = join(folder, "groups.yaml");
  importFile = join(folder, "import.json");
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
  expect(err).toContain("Could not export the account: Deepcall returned 1 of 2 groups. Nothing was written.");
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

describe("--import", () => {
  test("writes an import file next to the program, from one list", async () => {
    const emulator = await withGroups();
    emulator.account("7").add("Support");
    expect(await runExport(emulator, "--out", out, "--import", importFile)).toEqual({
      code: 0,
      out: "",
      err: `Wrote 3 groups to ${out} and ${importFile}.\n`,
    });
    expect(emulator.calls.map(({ operation }) => operation)).toEqual(["list"]);
    expect(readFileSync(out, "utf8")).toContain("#   pulumi import --file import.json --generate-code=false --yes\n");
    const { resources } = JSON.parse(readFileSync(importFile, "utf8")) as {
      resources: { logicalName: string; id?: string; outputs?: { userId?: string; ownerId?: string } }[];
    };
    expect(
      resources.map(({ logicalName, id, outputs }) => [logicalName, id, outputs?.userId, outputs?.ownerId]),
    ).toEqual([
      ["groups", undefined, undefined, undefined],
      ["groups/sales", "2", "7", "7"],
      ["groups/support", "1", "7", "7"],
      ["groups/support-4", "4", "7", "7"],
    ]);
    expect(readFileSync(importFile, "utf8")).not.toContain(token);
  });

  test("the program may go to standard output", async () => {
    const { code, out, err } = await runExport(await withGroups(), "--import", importFile);
    expect([code, err]).toEqual([0, `Wrote 2 groups to ${importFile}.\n`]);
    expect(out).toContain('  support: { name: "Support" }\n');
  });

  test("does not overwrite a file without --force, and needs a file of its own", async () => {
    const emulator = await withGroups();
    writeFileSync(importFile, "existing");
    const exists = await runExport(emulator, "--out", out, "--import", importFile);
    expect([exists.code, exists.err]).toEqual([
      1,
      `error: Could not write ${importFile}: it already exists. It was not changed. Overwrite it with --force, or choose another --import.\n`,
    ]);
    const same = await runExport(emulator, "--out", out, "--import", join(folder, "x", "..", "groups.yaml"));
    expect([same.code, same.err]).toEqual([
      1,
      "error: --out and --import must name different files. Nothing was written.\n",
    ]);
    const shadowing = await runExport(emulator, "--out", join(folder, "import.ts"), "--import", importFile, "--force");
    expect([shadowing.code, shadowing.err]).toEqual([
      1,
      "error: Node.js would load import.json instead of import.ts. Nothing was written. Choose another --import.\n",
    ]);
    expect([readFileSync(importFile, "utf8"), existsSync(out), emulator.count()]).toEqual(["existing", false, 0]);
    expect((await runExport(emulator, "--out", out, "--import", importFile, "--force")).code).toBe(0);
    expect(readFileSync(importFile, "utf8")).toMatch(/^\{\n {2}"resources": \[/);
  });

  test("if the second file cannot be written, the error names the first", async () => {
    const { code, err } = await runExport(
      await withGroups(),
      ...["--out", out, "--import", join(folder, "no", "import.json")],
    );
    expect(code).toBe(1);
    expect(err).toMatch(/^error: Could not write .*import\.json: ENOENT.*\. .*groups\.yaml was written\.$/m);
  });

  test("an incomplete list writes nothing", async () => {
    const emulator = await withGroups({ listShape: "nestedWithTotal", pageLimit: 1 });
    const { code, out: text } = await runExport(emulator, "--out", out, "--import", importFile);
    expect([code, text, existsSync(out), existsSync(importFile)]).toEqual([1, "", false, false]);
  });

  test("reads and names the account of --env-prefix", async () => {
    const emulator = await withGroups();
    const settings = Object.entries(environment(emulator)).map(([key, value]) => [
      key.replace("DEEPCALL_", "DEEPCALL_EMEA_"),
      value,
    ]);
    const env = Object.fromEntries(settings) as Record<string, string>;
    const args = ["--env-prefix", "DEEPCALL_EMEA", "--import", importFile, "--format", "typescript-resources"];
    const { code, out } = await pulumiDeepcall(env, "export", ...args);
    expect(code).toBe(0);
    expect(out).toContain('\nnew DeepcallGroup("emea/support", { name: "Support" }, { provider });\n');
    expect(readFileSync(importFile, "utf8")).toContain('"deepcall:environmentPrefix": "DEEPCALL_EMEA"');
    const invalid = await pulumiDeepcall(env, "export", "--env-prefix", "DEEPCALL_");
    expect(invalid.code).toBe(1);
    expect(invalid.err).toContain("It must be the start of the variables' names, for example DEEPCALL_EMEA.");
  });

  const tooOld = (version: string): string =>
    `warning: the Pulumi CLI ${version} is too old for the import file: \`pulumi import\` would fail and change nothing. ` +
    "Update the CLI to 3.254 or later, or export without --import and adopt the groups.\n";
  test.each([
    ["echo v3.253.9", tooOld("v3.253.9")],
    ["echo v2.300.0", tooOld("v2.300.0")],
    ["echo v3.254.0", ""],
    ["echo v3.1000.0", ""],
    ["echo v4.0.0-alpha.1", ""],
    ["echo unknown", ""],
    ["echo v3.253.0; exit 1", ""],
  ])("with a Pulumi CLI that is `%s`, it warns: %j", async (script, warning) => {
    const emulator = await withGroups();
    const bin = join(folder, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "pulumi"), `#!/bin/sh\n[ "$1" = version ] && ${script}\n`);
    chmodSync(join(bin, "pulumi"), 0o755);
    const env = { ...environment(emulator), PATH: bin };
    const { code, err } = await pulumiDeepcall(env, "export", "--out", out, "--import", importFile);
    expect([code, err]).toEqual([0, `Wrote 2 groups to ${out} and ${importFile}.\n${warning}`]);
    expect((await pulumiDeepcall(env, "export")).err).toBe("");
  });
});

describe("--agents", () => {
  async function withAgents(options: Partial<EmulatorOptions> = {}): Promise<Emulator> {
    const emulator = await withGroups(options);
    const account = emulator.account("7");
    account.add("Night");
    account.setAgents(2, [{ id: "1003" }, { id: "1001", receivesCalls: false }]);
    account.setAgents(4, [{ id: "1002" }]);
    return emulator;
  }
  const withList = [
    '  night: { name: "Night", onNameConflict: adopt, agents: ["1002"] }',
    '  sales: { name: "Sales", active: false, onNameConflict: adopt, agents: [{ id: "1001", receivesCalls: false }, "1003"] }',
    support,
  ];

  test.each<[Partial<EmulatorOptions>]>([
    [{}],
    [{ relationShape: "byId", agentShape: "byId" }],
    [{ agentIdType: "number", agentIdKey: "agentId" }],
    [{ receiveCallType: "boolean", agentData: "account", noAgents: "null" }],
    [{ plainRelation: "none", idType: "string" }],
  ])("lists the agents of each group, with one call for each (%j)", async (options) => {
    const emulator = await withAgents(options);
    const { code, out, err } = await runExport(emulator, "--agents");
    expect([code, err, entries(out)]).toEqual([0, "", withList]);
    expect(out).toContain(
      "# The listed agents are assigned already, so the first `pulumi up` reads them and changes none.",
    );
    const [list, ...calls] = emulator.calls.map(({ operation, body }) => `${operation} ${String(body["groupId"])}`);
    expect([list, ...calls.toSorted()]).toEqual([
      "list undefined",
      ...["1", "2", "4"].map((id) => `getGroupAgentRelation ${id}`),
    ]);
  });

  test("without the flag, no agents are read or written", async () => {
    const emulator = await withAgents();
    expect((await runExport(emulator)).out).not.toContain("agents");
    expect(emulator.count("getGroupAgentRelation")).toBe(0);
  });

  test("reads the agents of the exported groups only", async () => {
    const emulator = await withAgents();
    emulator.account("7").add("a\tb");
    const { code, out: text } = await runExport(emulator, "--agents", "--name", "a");
    expect([code, entries(text)]).toEqual([0, withList.slice(1, 2)]);
    expect(emulator.count("getGroupAgentRelation")).toBe(1);
  });

  test("--format typescript-resources", async () => {
    const { out } = await runExport(await withAgents(), "--agents", "--format", "typescript-resources");
    expect(out).toContain(
      [
        'import { DeepcallGroup, DeepcallGroupAgents } from "pulumi-deepcall";',
        "",
        'new DeepcallGroupAgents("night/agents", {',
        '  groupId: new DeepcallGroup("night", { name: "Night", onNameConflict: "adopt" }).groupId,',
        '  agents: ["1002"],',
        "});",
        "",
      ].join("\n"),
    );
  });

  test("--import writes an entry for each list", async () => {
    const emulator = await withAgents();
    expect(await runExport(emulator, "--agents", "--out", out, "--import", importFile)).toEqual({
      code: 0,
      out: "",
      err: `Wrote 3 groups and the agents of 2 groups to ${out} and ${importFile}.\n`,
    });
    const { resources } = JSON.parse(readFileSync(importFile, "utf8")) as { resources: { logicalName: string }[] };
    expect(resources.map(({ logicalName }) => logicalName)).toEqual([
      "groups",
      ...["groups/night", "groups/sales", "groups/support"],
      ...["groups/night/agents", "groups/sales/agents"],
    ]);
    expect(readFileSync(importFile, "utf8")).not.toContain(token);
  });

  test("contains no names of agents", async () => {
    const emulator = await startEmulator({
      seed: {
        accounts: [
          {
            userId: "7",
            token,
            groups: [{ id: 42, name: "Support", agents: [{ id: "1001" }] }],
            agents: [{ id: "1001", name: "Zoe Example" }],
          },
        ],
      },
    });
    try {
      const { code } = await runExport(emulator, "--agents", "--out", out, "--import", importFile);
      const text = [out, importFile].map((file) => readFileSync(file, "utf8")).join("");
      expect([code, text.includes("1001"), text.includes("Zoe")]).toEqual([0, true, false]);
    } finally {
      await emulator.close();
    }
  });

  const subject = 'error: Could not export the agents of group "Support" (id 1), so nothing was written: ';
  test.each<[string, Partial<EmulatorOptions>, string[], number, RegExp]>([
    [
      "no permission",
      { agentPermission: "none" },
      [],
      1,
      /refused getGroupAgentRelation with code 1015 .*Give this user/,
    ],
    ["an unknown form", { relationShape: "unknown" }, [], 1, /received an agent without an id in relationData .*x/],
    ["no relationData", { noAgents: "absent" }, [], 1, /no relationData in the response/],
    ["a group that is gone", {}, ["getGroupAgentRelation:error-before:1503"], 1, /with code 1503/],
    ["an expired session", {}, ["getGroupAgentRelation:error-before:1014"], 3, /with code 1014/],
    ["an unknown answer", {}, ["getGroupAgentRelation:shape-after"], 1, /Could not understand Deepcall's answer/],
  ])("%s: the error names the group, and nothing is written", async (_, options, faults, exitCode, message) => {
    const emulator = await emulate(options);
    emulator.account("7").add("Support");
    if (options.noAgents === undefined) emulator.account("7").setAgents(1, [{ id: "1001" }]);
    for (const fault of faults) emulator.faults.add(fault);
    const { code, out: text, err } = await runExport(emulator, "--agents", "--out", out, "--import", importFile);
    expect([code, text, existsSync(out), existsSync(importFile)]).toEqual([exitCode, "", false, false]);
    expect(err).toContain(subject);
    expect(err).toMatch(message);
    expect(err).not.toContain("1001");
  });

  test.each([
    [["a b"], "must not be empty or contain spaces"],
    [["1001", "1001"], 'agent "1001" must be listed once, but agents[0] is the same agent'],
  ])("the agents %j, which no program may declare, are an error", async (ids, reason) => {
    const emulator = await withGroups();
    emulator.intercept = ({ operation }) => {
      const relationData = ids.map((id) => ({ agent_unique_id: id, receive_call: 1 }));
      const answer = { status: "success", code: 200, response: { relationData } };
      return operation === "list" ? undefined : Response.json(answer);
    };
    const { code, err } = await runExport(emulator, "--agents", "--out", out, "--name", "Support");
    expect([code, existsSync(out)]).toEqual([1, false]);
    expect(err).toBe(
      `${subject}a program cannot declare the agents in Deepcall's answer (${reason}). Export without --agents, and report this message.\n`,
    );
  });

  test("calls run at maxConcurrency, and none starts after a failure", async () => {
    const emulator = await emulate();
    for (let n = 1; n <= 30; n++) emulator.account("7").add(`Team ${n}`);
    // Answers three calls together, so the export completes only if it makes three at a time.
    let waiting: (() => void)[] = [];
    let most = 0;
    emulator.intercept = async ({ operation }) => {
      if (operation === "list") return undefined;
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        most = Math.max(most, waiting.length);
        if (waiting.length < 3) return;
        for (const proceed of waiting) proceed();
        waiting = [];
      });
      return undefined;
    };
    const env = environment(emulator, { DEEPCALL_MAX_CONCURRENCY: "3" });
    expect((await pulumiDeepcall(env, "export", "--agents")).code).toBe(0);
    expect([emulator.count("getGroupAgentRelation"), most]).toEqual([30, 3]);

    emulator.intercept = undefined;
    emulator.clearCalls();
    emulator.faults.add("getGroupAgentRelation:error-before:1015@2");
    expect((await pulumiDeepcall(env, "export", "--agents")).code).toBe(1);
    expect(emulator.count("getGroupAgentRelation")).toBeLessThan(15);
  });
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

test.each([
  ["next to the file", "", "", "node_modules/pulumi-deepcall/schema/groups.schema.json"],
  ["hoisted", "packages/groups", "", "../../node_modules/pulumi-deepcall/schema/groups.schema.json"],
  ["in both folders", "packages/groups", "packages", "../node_modules/pulumi-deepcall/schema/groups.schema.json"],
])("the first line names the schema where it is installed: %s", async (_, inFolder, installedIn, schema) => {
  for (const parent of new Set(["", installedIn])) {
    const installed = join(folder, parent, "node_modules/pulumi-deepcall/schema");
    mkdirSync(installed, { recursive: true });
    writeFileSync(join(installed, "groups.schema.json"), "{}");
  }
  mkdirSync(join(folder, inFolder), { recursive: true });
  const file = join(folder, inFolder, "groups.yaml");
  expect((await runExport(await emulate(), "--out", file)).code).toBe(0);
  expect(readFileSync(file, "utf8").split("\n", 1)).toEqual([`# yaml-language-server: $schema=${schema}`]);
});
