import fc from "fast-check";
import { containsIgnoringCase } from "../../../cli/export/command";
import { toTypeScript, toTypeScriptResources, toYaml } from "../../../cli/export/formats";
import { assignKeys, planExport, type Plan, type PlanOptions } from "../../../cli/export/plan";
import { quote } from "../../../cli/formatting";
import type { Group } from "../../../client/responses";
import { keyPattern } from "../../../provider/groups-file/schema";
import { readGroups } from "../../../provider/groups-file/read";
import { nameProblem } from "../../../provider/model/names";

function groups(...names: string[]): Group[] {
  return names.map((name, n) => ({ id: n + 1, name, active: true, owner: undefined }));
}

function keysOf(...names: string[]): string[] {
  return [...assignKeys(groups(...names)).values()];
}

test.each([
  ["Support", "support"],
  ["Night shift", "night-shift"],
  ["R & D", "r-d"],
  ["Überlauf / Büro", "uberlauf-buro"],
  ["  Front-Desk!  ", "front-desk"],
  ["24/7 Support", "group-24-7-support"],
  ["007", "group-007"],
  ["yes", "group-yes"],
  ["Null", "group-null"],
  ["🎧", "group-1"],
  ["תמיכה", "group-1"],
  ["__proto__", "proto"],
  ["constructor", "constructor"],
])("the key of %j is %s", (name, key) => {
  expect(keysOf(name)).toEqual([key]);
});

test("if names lead to the same key, the lowest id gets it and the others append their ids", () => {
  expect(keysOf("Support", "SUPPORT", "support!", "Support 2", "Support-3")).toEqual([
    "support",
    "support-2",
    "support-3",
    "support-2-4",
    "support-3-5",
  ]);
});

const name = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1 }),
  fc.string({ unit: "binary", minLength: 1 }),
  fc.constantFrom("Support", "support", "SUPPORT 1", "support-1", "🎧", "group-2", "yes", "- a: b # c", "'\"\\"),
);

test("keys are unique and valid, and a new group changes none of them", () => {
  fc.assert(
    fc.property(fc.array(name), name, (names, another) => {
      const keys = keysOf(...names);
      expect(new Set(keys).size).toBe(keys.length);
      for (const key of keys) expect(key).toMatch(keyPattern);
      expect(keysOf(...names, another).slice(0, -1)).toEqual(keys);
    }),
  );
});

test("any names survive writing and reading the YAML", () => {
  fc.assert(
    fc.property(fc.uniqueArray(name), (names) => {
      const allowed = names.filter((one) => nameProblem(one) === undefined);
      const plan = planExport(groups(...names));
      const read = readGroups(toYaml(plan), "groups.yaml");
      expect(read.problems).toEqual([]);
      expect(
        Object.values(read.groups)
          .map((group) => group.name)
          .toSorted(),
      ).toEqual(allowed.toSorted());
      expect(plan.skipped).toHaveLength(names.length - allowed.length);
    }),
  );
});

const account: Group[] = [
  { id: 4, name: "Support", active: true, owner: undefined },
  { id: 3, name: 'Night: "shift"', active: false, owner: undefined },
  { id: 9, name: "Desk", active: undefined, owner: undefined },
  { id: 5, name: " edge", active: true, owner: undefined },
  { id: 6, name: "a\u2028b", active: true, owner: undefined },
  { id: 7, name: "Twin", active: true, owner: undefined },
  { id: 8, name: "Twin", active: true, owner: undefined },
];

const header = [
  "The first `pulumi up` adopts every group (onNameConflict: adopt) and changes nothing in Deepcall. From then on, the",
  "program owns the groups: removing an entry deletes its group in Deepcall, unless the component has retainOnDelete or",
  "protect. A key identifies its group: change names, not keys.",
  "Deepcall did not report the status of 1 group. The export declares active: true, and the first `pulumi up` sets that.",
  "Before you run it, set active: false for every group that must stay inactive.",
  "Skipped, because they cannot be declared as they are. Rename them in Deepcall's panel and export again:",
  `  group " edge" (id 5): its name ${nameProblem(" edge") ?? ""}`,
  String.raw`  group "a\u2028b" (id 6): its name ${nameProblem("a\u2028b") ?? ""}`,
  '  group "Twin" (id 7): it has the same name as the group with id 8',
  '  group "Twin" (id 8): it has the same name as the group with id 7',
];

test("the YAML of an account", () => {
  expect(toYaml(planExport(account)).split("\n")).toEqual([
    "# yaml-language-server: $schema=node_modules/pulumi-deepcall/schema/groups.schema.json",
    "# The groups of a Deepcall account, written by `pulumi-deepcall export`.",
    '# Declare them in a Pulumi program: new DeepcallGroups("groups", { file: "groups.yaml" });',
    ...header.map((line) => `# ${line}`),
    "groups:",
    '  desk: { name: "Desk", active: true, onNameConflict: adopt }',
    String.raw`  night-shift: { name: "Night: \"shift\"", active: false, onNameConflict: adopt }`,
    '  support: { name: "Support", onNameConflict: adopt }',
    "",
  ]);
});

test("the TypeScript of an account", () => {
  expect(toTypeScript(planExport(account)).split("\n")).toEqual([
    "// The groups of a Deepcall account, written by `pulumi-deepcall export`.",
    "// This is a complete Pulumi program: use it as a project's index.ts, or as a module.",
    ...header.map((line) => `// ${line}`),
    'import { DeepcallGroups } from "pulumi-deepcall";',
    "",
    'export const groups = new DeepcallGroups("groups", {',
    "  groups: {",
    '    desk: { name: "Desk", active: true, onNameConflict: "adopt" },',
    String.raw`    "night-shift": { name: "Night: \"shift\"", active: false, onNameConflict: "adopt" },`,
    '    support: { name: "Support", onNameConflict: "adopt" },',
    "  },",
    "}).outputs;",
    "",
  ]);
});

test("the resources of an account", () => {
  expect(toTypeScriptResources(planExport(account, { inComponent: false })).split("\n")).toEqual([
    "// The groups of a Deepcall account, written by `pulumi-deepcall export`.",
    "// This is a complete Pulumi program: use it as a project's index.ts, or as a module.",
    `// ${header[0] ?? ""}`,
    "// program owns the groups: removing a resource deletes its group in Deepcall, unless it has retainOnDelete or protect.",
    "// A resource's own name identifies its group: change the property `name`, not the resource's name.",
    ...header.slice(3).map((line) => `// ${line}`),
    'import { DeepcallGroup } from "pulumi-deepcall";',
    "",
    'new DeepcallGroup("desk", { name: "Desk", active: true, onNameConflict: "adopt" });',
    String.raw`new DeepcallGroup("night-shift", { name: "Night: \"shift\"", active: false, onNameConflict: "adopt" });`,
    'new DeepcallGroup("support", { name: "Support", onNameConflict: "adopt" });',
    "",
  ]);
});

const byId = { importFile: "import.json" };

const importHeader = [
  "These commands import every group by its id (Pulumi CLI 3.254 or later), and show that nothing remains to be done:",
  "  pulumi import --file import.json --generate-code=false --yes",
  "  pulumi preview --expect-no-changes",
  "They change nothing in Deepcall. `pulumi up` before the import would create every group again. After the import, the",
  "program owns the groups: removing an entry deletes its group in Deepcall, unless the component has retainOnDelete or",
  "protect. A key identifies its group: change names, not keys.",
  "Entries with the same name need onNameConflict: suffix, which is the default for all others.",
  "Deepcall did not report the status of 1 group. The export and the import assume active: true and set nothing.",
  "If a group is inactive, declare active: false: the next `pulumi up` then sets that.",
  "Skipped, because they cannot be declared as they are. Rename them in Deepcall's panel and export again:",
  `  group " edge" (id 5): its name ${nameProblem(" edge") ?? ""}`,
  String.raw`  group "a\u2028b" (id 6): its name ${nameProblem("a\u2028b") ?? ""}`,
];

test("with an import file, groups with the same name are declared, and no group is adopted", () => {
  expect(toYaml(planExport(account, byId)).split("\n")).toEqual([
    "# yaml-language-server: $schema=node_modules/pulumi-deepcall/schema/groups.schema.json",
    "# The groups of a Deepcall account, written by `pulumi-deepcall export`.",
    '# Declare them in a Pulumi program: new DeepcallGroups("groups", { file: "groups.yaml" });',
    ...importHeader.map((line) => `# ${line}`),
    "groups:",
    '  desk: { name: "Desk", active: true }',
    String.raw`  night-shift: { name: "Night: \"shift\"", active: false }`,
    '  support: { name: "Support" }',
    '  twin: { name: "Twin", onNameConflict: suffix }',
    '  twin-8: { name: "Twin", onNameConflict: suffix }',
    "",
  ]);
  const program = toTypeScript(planExport(account, byId));
  expect(program).toContain('    "twin-8": { name: "Twin", onNameConflict: "suffix" },\n');
  expect(program).toContain(importHeader.map((line) => `// ${line}\n`).join(""));
  const resources = toTypeScriptResources(planExport(account, { ...byId, inComponent: false }));
  expect(resources).toContain('new DeepcallGroup("twin-8", { name: "Twin" });\n');
  expect(resources).not.toContain("onNameConflict");
});

describe("with agents", () => {
  const withAgents = (options: PlanOptions = {}): Plan => {
    const agents = new Map([
      [
        1,
        [
          { id: "1001", receivesCalls: true },
          { id: 'A"2', receivesCalls: false },
        ],
      ],
      [3, []],
    ]);
    const list = groups("Support", "delete", "Sales");
    const plan = planExport(list, options);
    const entries = plan.entries.map((entry) => ({ ...entry, agents: agents.get(entry.group.id) ?? [] }));
    return { ...plan, entries };
  };
  const code = (text: string): string[] => text.split("\n").filter((line) => !/^(\/\/|#|$)/.test(line));
  const list = String.raw`agents: ["1001", { id: "A\"2", receivesCalls: false }]`;

  test.each([
    ["adopted", {}, ", onNameConflict: adopt"],
    ["imported", byId, ""],
  ])("%s groups that have agents list them", (_, options, rule) => {
    expect(code(toYaml(withAgents(options)))).toEqual([
      "groups:",
      `  delete: { name: "delete"${rule} }`,
      `  sales: { name: "Sales"${rule} }`,
      `  support: { name: "Support"${rule}, ${list} }`,
    ]);
    const quoted = rule.replace("adopt", '"adopt"');
    expect(code(toTypeScript(withAgents(options)))).toEqual([
      'import { DeepcallGroups } from "pulumi-deepcall";',
      'export const groups = new DeepcallGroups("groups", {',
      "  groups: {",
      `    delete: { name: "delete"${quoted} },`,
      `    sales: { name: "Sales"${quoted} },`,
      `    support: { name: "Support"${quoted}, ${list} },`,
      "  },",
      "}).outputs;",
    ]);
    expect(code(toTypeScriptResources(withAgents({ ...options, inComponent: false })))).toEqual([
      'import { DeepcallGroup, DeepcallGroupAgents } from "pulumi-deepcall";',
      `new DeepcallGroup("delete", { name: "delete"${quoted} });`,
      `new DeepcallGroup("sales", { name: "Sales"${quoted} });`,
      'new DeepcallGroupAgents("support/agents", {',
      `  groupId: new DeepcallGroup("support", { name: "Support"${quoted} }).groupId,`,
      `  ${list},`,
      "});",
    ]);
  });

  test("the groups file can be read", () => {
    const { groups, problems } = readGroups(toYaml(withAgents()), "groups.yaml");
    expect(problems).toEqual([]);
    expect(groups["support"]?.agents).toEqual(["1001", { id: 'A"2', receivesCalls: false }]);
  });

  test("the resources of another account have its provider", () => {
    const options = { environmentPrefix: "DEEPCALL_EMEA", inComponent: false };
    expect(code(toTypeScriptResources(withAgents(options))).slice(4)).toEqual([
      'new DeepcallGroupAgents("emea/support/agents", {',
      '  groupId: new DeepcallGroup("emea/support", { name: "Support", onNameConflict: "adopt" }, { provider }).groupId,',
      `  ${list},`,
      "}, { provider });",
    ]);
  });

  test.each([
    [
      {},
      [
        "The listed agents are assigned already, so the first `pulumi up` reads them and changes none. From then on, removing an",
        "agent from a list removes it from its group in Deepcall. Agents that somebody assigns in Deepcall later stay assigned.",
      ],
    ],
    [
      byId,
      [
        "The listed agents are imported, too: they are assigned already. After the import, removing an",
        "agent from a list removes it from its group in Deepcall. Agents that somebody assigns in Deepcall later stay assigned.",
      ],
    ],
  ])("the comment says what that means for the agents (%j)", (options, lines) => {
    expect(toYaml(withAgents(options))).toContain(lines.map((line) => `# ${line}\n`).join(""));
    expect(toTypeScript(withAgents(options))).toContain(lines.map((line) => `// ${line}\n`).join(""));
    expect(toYaml(planExport(account, options))).not.toContain("agent");
  });
});

test("the programs of another account have a provider, and names that no other account's program has", () => {
  const [first] = account;
  const groups = first ? [first] : [];
  const options = { environmentPrefix: "DEEPCALL_EMEA_2" };
  const provider = 'const provider = new DeepcallProvider("emea-2", { environmentPrefix: "DEEPCALL_EMEA_2" });';
  expect(toYaml(planExport(groups, options), "emea.yaml").split("\n").slice(2, 5)).toEqual([
    "# Declare them in a Pulumi program:",
    `#   ${provider}`,
    '#   new DeepcallGroups("emea-2-groups", { file: "emea.yaml" }, { provider });',
  ]);
  const code = (text: string): string[] => text.split("\n").filter((line) => !/^(\/\/|$)/.test(line));
  expect(code(toTypeScript(planExport(groups, options)))).toEqual([
    'import { DeepcallGroups, DeepcallProvider } from "pulumi-deepcall";',
    provider,
    'export const groups = new DeepcallGroups("emea-2-groups", {',
    "  groups: {",
    '    support: { name: "Support", onNameConflict: "adopt" },',
    "  },",
    "}, { provider }).outputs;",
  ]);
  expect(code(toTypeScriptResources(planExport(groups, { ...options, inComponent: false })))).toEqual([
    'import { DeepcallGroup, DeepcallProvider } from "pulumi-deepcall";',
    provider,
    'new DeepcallGroup("emea-2/support", { name: "Support", onNameConflict: "adopt" }, { provider });',
  ]);
});

test.each([
  ["DEEPCALL_EMEA", "emea"],
  ["DEEPCALL_EMEA_2", "emea-2"],
  ["ACME_DEEPCALL_X", "acme-deepcall-x"],
])("the provider of the prefix %s is called %s", (environmentPrefix, name) => {
  expect(planExport([], { environmentPrefix }).provider).toEqual({ name, environmentPrefix });
});

test("the resources of an empty account import nothing", () => {
  const program = toTypeScriptResources(planExport([], { inComponent: false }));
  expect(program.split("\n").filter((line) => !line.startsWith("//"))).toEqual(["export {};", ""]);
});

test("names of files stay in the comment", () => {
  const importFile = "it's\n} evil.json";
  const plan = planExport([], { importFile });
  expect(toTypeScript(plan)).toContain(
    String.raw`//   pulumi import --file 'it'\''s\u000a} evil.json' --generate-code=false`,
  );
  expect(toYaml(plan, "a\nb.yaml")).toContain(String.raw`{ file: "a\nb.yaml" }`);
});

test("a part of an account has the keys of the whole", () => {
  const { entries } = planExport(groups("R & D", "R-D", "Sales"), { include: ({ name }) => name.startsWith("R-") });
  expect(entries.map(({ key }) => key)).toEqual(["r-d-2"]);
});

test("the order of the list does not matter", () => {
  expect(toYaml(planExport(account.toReversed()))).toBe(toYaml(planExport(account)));
});

test("the file of an empty account can be read", () => {
  expect(readGroups(toYaml(planExport([])), "groups.yaml")).toEqual({ groups: {}, problems: [], warnings: [] });
});

test.each([
  ["Support", "sup", true],
  ["Support", "PORT", true],
  ["Support", "", true],
  ["Support", "sales", false],
])("%j contains %j: %p", (name, text, expected) => {
  expect(containsIgnoringCase(name, text)).toBe(expected);
});

test("a quoted name stays on one line", () => {
  expect(quote('a"\n\u0085\u2029\u007f\u202e')).toBe(String.raw`"a\"\n\u0085\u2029\u007f\u202e"`);
});
