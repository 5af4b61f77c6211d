import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { readInlineGroups } from "../../../provider/groups-file/check";
import { readGroups, readGroupsFile } from "../../../provider/groups-file/read";

function problems(text: string): readonly string[] {
  return readGroups(text, "groups.yaml").problems;
}

/** The text of a file with one entry, which begins at line 2, column 3. */
function entry(text: string): string {
  return `groups:\n  ${text}\n`;
}

test("a file with every feature", () => {
  const text = `# yaml-language-server: $schema=node_modules/pulumi-deepcall/schema/groups.schema.json
groups:
  support: { name: Support }
  night-shift: { name: Night shift, active: false, onNameConflict: adopt, deleteWithAgents: true }
  plain:
  empty: {}
  yes: { name: yes }
  "7": { name: "007" }
  constructor: { name: !!str 42 }
  team: { agents: ["1001", { id: "007", receivesCalls: false }, { id: A-1 }], otherAgents: remove, removeExisting: true }
  nobody: { agents: [], otherAgents: remove }
`;
  expect(readGroups(text, "groups.yaml")).toEqual({
    groups: {
      support: { name: "Support" },
      "night-shift": { name: "Night shift", active: false, onNameConflict: "adopt", deleteWithAgents: true },
      plain: {},
      empty: {},
      yes: { name: "yes" },
      7: { name: "007" },
      constructor: { name: "42" },
      team: {
        agents: ["1001", { id: "007", receivesCalls: false }, { id: "A-1", receivesCalls: true }],
        otherAgents: "remove",
        removeExisting: true,
      },
      nobody: { agents: [], otherAgents: "remove" },
    },
    problems: [],
    warnings: [],
  });
});

test.each([
  ["JSON, with tabs", '{\n\t"$schema": "x",\n\t"groups": {\n\t\t"a": { "name": "A" }\n\t}\n}\n'],
  ["a byte order mark", "\ufeffgroups: { a: { name: A } }"],
  ["CRLF", "groups:\r\n  a:\r\n    name: A\r\n"],
  ["a marked document", "---\ngroups: { a: { name: A } }\n...\n"],
])("%s", (_, text) => {
  expect(readGroups(text, "groups.json")).toEqual({ groups: { a: { name: "A" } }, problems: [], warnings: [] });
});

test("an empty map of groups", () => {
  expect(readGroups("groups: {}", "groups.yaml")).toEqual({ groups: {}, problems: [], warnings: [] });
});

const entryKeyList =
  "name, active, onNameConflict, deleteWithAgents, agents, otherAgents, removeExisting, protect, retainOnDelete and ignoreChanges";

const notAString = (source: string, kind: string): string =>
  `must be a string; without quotes ${source} is ${kind}, so write "${source}"`;

test.each([
  // Names that need quotes.
  [entry("a: { name: 007 }"), `groups.yaml:2:14: groups.a.name: ${notAString("007", "a number")}`],
  [entry("a: { name: 1e3 }"), `groups.yaml:2:14: groups.a.name: ${notAString("1e3", "a number")}`],
  [entry("a: { name: 0x1F }"), `groups.yaml:2:14: groups.a.name: ${notAString("0x1F", "a number")}`],
  [entry("a: { name: true }"), `groups.yaml:2:14: groups.a.name: ${notAString("true", "a boolean")}`],
  [entry("a: { name: null }"), `groups.yaml:2:14: groups.a.name: ${notAString("null", "nothing")}`],
  [entry("a: { name: ~ }"), `groups.yaml:2:14: groups.a.name: ${notAString("~", "nothing")}`],
  [`%YAML 1.1\n---\n${entry("a: { name: no }")}`, `groups.yaml:4:14: groups.a.name: ${notAString("no", "a boolean")}`],
  [
    entry("a: { name: }"),
    "groups.yaml:2:14: groups.a.name: must be a string; leave name out to use the key as the name",
  ],
  [entry("7: {}"), 'groups.yaml:2:3: groups: a key must be text; without quotes 7 is a number, so write "7"'],
  [entry("null: {}"), 'groups.yaml:2:3: groups: a key must be text; without quotes null is nothing, so write "null"'],
  [entry("? [a]\n  : {}"), "groups.yaml:2:5: groups: a key must be text"],
  // Names and keys that are not valid.
  [entry('a: { name: "" }'), "groups.yaml:2:14: groups.a.name: must not be empty"],
  [entry('a: { name: " A" }'), "groups.yaml:2:14: groups.a.name: must not start or end with a space"],
  [entry("a: { name: [A] }"), "groups.yaml:2:14: groups.a.name: must be a string, not a list"],
  [
    entry("night shift: {}"),
    'groups.yaml:2:3: groups["night shift"]: a key must consist of letters a to z, digits, - and _, and start with a letter or digit',
  ],
  [
    entry("__proto__: {}"),
    'groups.yaml:2:3: groups["__proto__"]: a key must consist of letters a to z, digits, - and _, and start with a letter or digit',
  ],
  // Other properties, and likely typos.
  [entry("a: { active: yes }"), "groups.yaml:2:16: groups.a.active: must be true or false; write true"],
  [entry("a: { active: Off }"), "groups.yaml:2:16: groups.a.active: must be true or false; write false"],
  [
    entry("a: { deleteWithAgents: on }"),
    "groups.yaml:2:26: groups.a.deleteWithAgents: must be true or false; write true",
  ],
  [entry("a: { active: 1 }"), "groups.yaml:2:16: groups.a.active: must be true or false"],
  [
    entry("a: { onNameConflict: adpot }"),
    'groups.yaml:2:24: groups.a.onNameConflict: must be one of "suffix", "adopt", "fail"; did you mean adopt?',
  ],
  [
    entry("a: { onNameConflct: adopt }"),
    `groups.yaml:2:8: groups.a.onNameConflct: unknown property; a group has ${entryKeyList}; did you mean onNameConflict?`,
  ],
  [entry("a: { members: [1] }"), `groups.yaml:2:8: groups.a.members: unknown property; a group has ${entryKeyList}`],
  [
    entry("a: Support"),
    `groups.yaml:2:6: groups.a: must be a map with ${entryKeyList}; did you mean { name: "Support" }?`,
  ],
  [entry("a: [Support]"), `groups.yaml:2:6: groups.a: must be a map with ${entryKeyList}, not a list`],
  // Agents.
  [entry("a: { agents: [007] }"), `groups.yaml:2:17: groups.a.agents[0]: ${notAString("007", "a number")}`],
  [
    entry('a:\n    agents:\n      - "1001"\n      - 1002'),
    `groups.yaml:5:9: groups.a.agents[1]: ${notAString("1002", "a number")}`,
  ],
  [entry("a: { agents: [{ id: 1e3 }] }"), `groups.yaml:2:23: groups.a.agents[0].id: ${notAString("1e3", "a number")}`],
  [entry("a: { agents: [null] }"), `groups.yaml:2:17: groups.a.agents[0]: ${notAString("null", "nothing")}`],
  [entry("a:\n    agents:\n      -"), "groups.yaml:4:8: groups.a.agents[0]: must be a string"],
  [entry('a: { agents: [""] }'), "groups.yaml:2:17: groups.a.agents[0]: must not be empty or contain spaces"],
  [entry("a: { agents: [1 2] }"), "groups.yaml:2:17: groups.a.agents[0]: must not be empty or contain spaces"],
  [
    entry("a: { agents: [[x]] }"),
    "groups.yaml:2:17: groups.a.agents[0]: must be an agent's id, or an object with id and receivesCalls, not a list",
  ],
  [entry("a: { agents: [{ receivesCalls: true }] }"), "groups.yaml:2:17: groups.a.agents[0].id: is missing"],
  [
    entry("a: { agents: [{ id: x, recievesCalls: true }] }"),
    "groups.yaml:2:26: groups.a.agents[0].recievesCalls: unknown property; an agent has id and receivesCalls; did you mean receivesCalls?",
  ],
  [
    entry("a: { agents: [{ id: x, receivesCalls: no }] }"),
    "groups.yaml:2:41: groups.a.agents[0].receivesCalls: must be true or false; write false",
  ],
  [
    entry("a: { agents: [{ id: x, id: y }] }"),
    "groups.yaml:2:26: groups.a.agents[0].id: duplicate key (the other one is at 2:19)",
  ],
  [
    entry("a: { agents: [x, y, { id: x }] }"),
    'groups.yaml:2:23: groups.a.agents[2]: agent "x" must be listed once, but agents[0] is the same agent (the other one is at 2:17)',
  ],
  [entry("a: { agents: x }"), 'groups.yaml:2:16: groups.a.agents: must be a list of agents; did you mean ["x"]?'],
  [entry("a: { agents: 7 }"), "groups.yaml:2:16: groups.a.agents: must be a list of agents"],
  [entry("a: { agents: }"), "groups.yaml:2:16: groups.a.agents: must be a list of agents"],
  [
    entry("a: { agent: [x] }"),
    `groups.yaml:2:8: groups.a.agent: unknown property; a group has ${entryKeyList}; did you mean agents?`,
  ],
  [entry("a: { agents: [] }"), 'groups.yaml:2:16: groups.a.agents: must not be empty unless otherAgents is "remove"'],
  [
    entry("a: { agents: [], otherAgents: keep }"),
    'groups.yaml:2:16: groups.a.agents: must not be empty unless otherAgents is "remove"',
  ],
  [entry("a: { otherAgents: remove }"), "groups.yaml:2:8: groups.a.otherAgents: requires agents"],
  [entry("a: { removeExisting: true }"), "groups.yaml:2:8: groups.a.removeExisting: requires agents"],
  [
    entry("a: { agents: [x], otherAgents: remvoe }"),
    'groups.yaml:2:34: groups.a.otherAgents: must be one of "keep", "remove"; did you mean remove?',
  ],
  [
    entry("a: { agents: [x], removeExisting: yes }"),
    "groups.yaml:2:37: groups.a.removeExisting: must be true or false; write true",
  ],
  // Duplicates.
  [entry("a: {}\n  a: { name: B }"), "groups.yaml:3:3: groups.a: duplicate key (the other one is at 2:3)"],
  [entry("a: { name: A, name: B }"), "groups.yaml:2:17: groups.a.name: duplicate key (the other one is at 2:8)"],
  ["groups: {}\ngroups: {}", "groups.yaml:2:1: groups: duplicate key (the other one is at 1:1)"],
  [
    entry("a: { name: X }\n  b: { name: X }"),
    'groups.yaml:3:14: groups.b.name: the name "X" must be unique, but groups.a has the same name (the other one is at 2:14)',
  ],
  [
    entry("a: { name: b }\n  b:"),
    'groups.yaml:3:3: groups.b: the name "b" must be unique, but groups.a has the same name (the other one is at 2:14)',
  ],
  [
    entry("a: { name: X, onNameConflict: suffix }\n  b: { name: X }"),
    'groups.yaml:3:14: groups.b.name: the name "X" must be unique, but groups.a has the same name (the other one is at 2:14)',
  ],
  [
    entry("a: { name: X }\n  b: { name: X, onNameConflict: suffix }"),
    'groups.yaml:3:14: groups.b.name: the name "X" must be unique, but groups.a has the same name (the other one is at 2:14)',
  ],
  // Unsupported YAML.
  [
    entry("a: &x { name: A }\n  b: *x"),
    "groups.yaml:3:6: groups.b: aliases (*) are not supported; write the value out",
  ],
  [
    entry("a: { name: &x A }\n  b: { name: *x }"),
    "groups.yaml:3:14: groups.b.name: aliases (*) are not supported; write the value out",
  ],
  [
    entry("a: { agents: [&x x, *x] }"),
    "groups.yaml:2:23: groups.a.agents[1]: aliases (*) are not supported; write the value out",
  ],
  [
    entry("a: { agents: [{ id: &x x }, { id: *x }] }"),
    "groups.yaml:2:37: groups.a.agents[1].id: aliases (*) are not supported; write the value out",
  ],
  [
    entry("a: { agents: &x [x] }\n  b: { agents: *x, otherAgents: remove }"),
    "groups.yaml:3:16: groups.b.agents: aliases (*) are not supported; write the value out",
  ],
  [entry("a: { <<: { name: A } }"), `groups.yaml:2:8: groups.a["<<"]: unknown property; a group has ${entryKeyList}`],
  ["groups:\n\ta: {}", "groups.yaml:2:1: is not valid YAML: Tabs are not allowed as indentation"],
  [entry("a: !group {}"), "groups.yaml:2:6: is not valid YAML: Unresolved tag: !group"],
  ["groups: {}\n---\ngroups: {}", "groups.yaml:2:1: the file must contain only one YAML document"],
  // The top level.
  ["", "groups.yaml:1:1: must be a map with the key groups"],
  ["# nothing yet\n", "groups.yaml:1:1: must be a map with the key groups"],
  ["- a\n", "groups.yaml:1:1: must be a map with the key groups, not a list"],
  ["{}", "groups.yaml:1:1: groups: is missing"],
  ["groups:\n", "groups.yaml:1:8: groups: must be a map from keys to groups"],
  ["groups: [a]", "groups.yaml:1:9: groups: must be a map from keys to groups, not a list"],
  ["groups: {}\nversion: 1", "groups.yaml:2:1: version: unknown property; a groups file has groups"],
])("%j", (text, problem) => {
  expect(problems(text)).toEqual([problem]);
});

test("every problem at once, in the order of the file", () => {
  const text = `group: {}
groups:
  a: { name: 007, activ: true }
  a: {}
  b: { onNameConflict: take, agents: [7, x, x, y z] }
  c: { agents: [], otherAgents: [] }
`;
  expect(problems(text).map((line) => line.split(" ", 2).join(" "))).toEqual([
    "groups.yaml:1:1: group:",
    "groups.yaml:3:14: groups.a.name:",
    "groups.yaml:3:19: groups.a.activ:",
    "groups.yaml:4:3: groups.a:",
    "groups.yaml:5:24: groups.b.onNameConflict:",
    "groups.yaml:5:39: groups.b.agents[0]:",
    "groups.yaml:5:45: groups.b.agents[2]:",
    "groups.yaml:5:48: groups.b.agents[3]:",
    "groups.yaml:6:16: groups.c.agents:",
    "groups.yaml:6:33: groups.c.otherAgents:",
  ]);
});

test("names that differ only in case are a warning", () => {
  const { problems, warnings } = readGroups(entry("a: { name: Support }\n  b: { name: SUPPORT }"), "groups.yaml");
  expect(problems).toEqual([]);
  expect(warnings).toEqual([
    'groups.yaml:3:14: groups.b.name: the name "SUPPORT" differs only in case from "Support" of groups.a; it is not known whether names are case-sensitive in Deepcall (the other one is at 2:14)',
  ]);
});

test("groups may have the same name if all of them have onNameConflict: suffix", () => {
  const twin = (key: string): string => `${key}: { name: Support, onNameConflict: suffix }`;
  const { groups, problems, warnings } = readGroups(entry([twin("a"), twin("b"), twin("c")].join("\n  ")), "g.yaml");
  expect([Object.keys(groups), problems, warnings]).toEqual([["a", "b", "c"], [], []]);
});

describe("files", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "deepcall-groups-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test("a missing file", () => {
    const file = join(folder, "groups.yaml");
    expect(readGroupsFile(file).problems).toEqual([expect.stringMatching(/groups\.yaml: could not be read: ENOENT/)]);
    // A relative path depends on who runs the program, so the message shows where it leads.
    expect(readGroupsFile("no/groups.yaml").problems).toEqual([
      `no/groups.yaml: could not be read: ENOENT: no such file or directory, open '${resolve("no/groups.yaml")}'; a relative path starts at the working directory of the program`,
    ]);
  });

  test("a file in UTF-16, as PowerShell writes it", () => {
    const file = join(folder, "groups.yaml");
    writeFileSync(file, Buffer.from("\ufeffgroups: {}", "utf16le"));
    expect(readGroupsFile(file).problems).toEqual([expect.stringContaining("groups.yaml: must be UTF-8; ")]);
  });
});

describe("in the program", () => {
  const later = Symbol("later");
  const read = (groups: unknown) => readInlineGroups(groups, (value) => value === later);

  test("values that are known only later are not checked or compared", () => {
    const { problems, warnings } = read({
      a: { name: later, active: later, onNameConflict: later, deleteWithAgents: later },
      later: { name: "a" },
      c: { name: undefined, agents: undefined },
      d: { agents: later, otherAgents: later, removeExisting: later },
      e: { agents: [], otherAgents: later },
      f: { agents: ["1", later, later, { id: later }, { id: "2", receivesCalls: later }] },
    });
    expect([problems, warnings]).toEqual([[], []]);
  });

  test("problems of agents, beside values that are known only later", () => {
    const agents = [
      later,
      7,
      "1",
      "1",
      { id: later, receivesCalls: "no" },
      { id: "2", calls: later },
      { id: 8, receivesCalls: 1 },
      null,
    ];
    expect(read({ a: { agents }, b: { agents: [] }, c: { removeExisting: later }, d: { agents: 7 } }).problems).toEqual(
      [
        'groups.a.agents[1]: must be a string; write "7"',
        "groups.a.agents[4].receivesCalls: must be true or false; write false",
        "groups.a.agents[5].calls: unknown property; an agent has id and receivesCalls",
        'groups.a.agents[6].id: must be a string; write "8"',
        "groups.a.agents[6].receivesCalls: must be true or false",
        "groups.a.agents[7]: must be a string",
        'groups.a.agents[3]: agent "1" must be listed once, but agents[2] is the same agent',
        "groups.d.agents: must be a list of agents",
        'groups.b.agents: must not be empty unless otherAgents is "remove"',
        "groups.c.removeExisting: requires agents",
      ],
    );
  });

  test("problems name the key and the property", () => {
    expect(
      read({ a: { nam: later, active: "yes" }, "b c": {}, d: { name: 7 }, e: null, f: { name: "e" } }).problems,
    ).toEqual([
      "groups.a.active: must be true or false; write true",
      `groups.a.nam: unknown property; a group has ${entryKeyList}; did you mean name?`,
      'groups["b c"]: a key must consist of letters a to z, digits, - and _, and start with a letter or digit',
      "groups.d.name: must be a string",
      'groups.f.name: the name "e" must be unique, but groups.e has the same name',
    ]);
  });
});

test("names that look alike are a warning that says where they differ", () => {
  const text = 'groups:\n  a: { name: Night shift }\n  b: { name: "Night\u00a0shift" }\n  c: { name: NIGHT SHIFT }\n';
  expect(readGroups(text, "groups.yaml")).toMatchObject({
    problems: [],
    warnings: [
      'groups.yaml:3:14: groups.b.name: the name "Night\u00a0shift" differs only in the kind of blank from "Night shift" of groups.a: character 6 is U+00A0, not U+0020; for Deepcall, these are two groups (the other one is at 2:14)',
      'groups.yaml:4:14: groups.c.name: the name "NIGHT SHIFT" differs only in case from "Night shift" of groups.a; it is not known whether names are case-sensitive in Deepcall (the other one is at 2:14)',
    ],
  });
});

test.each([
  ["protect: 1", "groups.a.protect: must be true or false"],
  ["protect: 'yes'", "groups.a.protect: must be true or false; write true"],
  ["retainOnDelete: null", "groups.a.retainOnDelete: must be true or false"],
  ["ignoreChanges: name", 'groups.a.ignoreChanges: must be a list of properties; did you mean ["name"]?'],
  ["ignoreChanges: [nme]", 'groups.a.ignoreChanges[0]: must be one of "name", "active", "agents"; did you mean name?'],
  ["ignoreChanges: [name, agents]", "groups.a.ignoreChanges[1]: requires the property agents"],
  ["ignoreChanges: [name, 1]", 'groups.a.ignoreChanges[1]: must be one of "name", "active", "agents"'],
])("options of an entry: %j", (option, problem) => {
  const lines = problems(entry(`a: { ${option} }`)).map((line) => line.replace(/^groups\.yaml:2:\d+: /, ""));
  expect(lines).toEqual([problem]);
});
