import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readInlineGroups } from "../../../provider/groups-file/inline";
import { readGroups, readGroupsFile } from "../../../provider/groups-file/read";

function problems(text: string): readonly string[] {
  return readGroups(text, "groups.yaml").problems;
}

/** The text of a file with one entry, which begins at line 2, column 3. */
function entry(text: string): string {
  return `groups:\n  ${text}\n`;
}

test("a file with everything that may be there", () => {
  const text = `# yaml-language-server: $schema=node_modules/pulumi-deepcall/schema/groups.schema.json
groups:
  support: { name: Support }
  night-shift: { name: Night shift, active: false, onNameConflict: adopt }
  plain:
  empty: {}
  yes: { name: yes }
  "7": { name: "007" }
  constructor: { name: !!str 42 }
`;
  expect(readGroups(text, "groups.yaml")).toEqual({
    groups: {
      support: { name: "Support" },
      "night-shift": { name: "Night shift", active: false, onNameConflict: "adopt" },
      plain: {},
      empty: {},
      yes: { name: "yes" },
      7: { name: "007" },
      constructor: { name: "42" },
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

test("no groups, said so", () => {
  expect(readGroups("groups: {}", "groups.yaml")).toEqual({ groups: {}, problems: [], warnings: [] });
});

const noText = (source: string, kind: string): string =>
  `must be a string; without quotes ${source} is ${kind}, so write "${source}"`;

test.each([
  // What names are not text for want of quotes.
  [entry("a: { name: 007 }"), `groups.yaml:2:14: groups.a.name: ${noText("007", "a number")}`],
  [entry("a: { name: 1e3 }"), `groups.yaml:2:14: groups.a.name: ${noText("1e3", "a number")}`],
  [entry("a: { name: 0x1F }"), `groups.yaml:2:14: groups.a.name: ${noText("0x1F", "a number")}`],
  [entry("a: { name: true }"), `groups.yaml:2:14: groups.a.name: ${noText("true", "a boolean")}`],
  [entry("a: { name: null }"), `groups.yaml:2:14: groups.a.name: ${noText("null", "nothing")}`],
  [entry("a: { name: ~ }"), `groups.yaml:2:14: groups.a.name: ${noText("~", "nothing")}`],
  [`%YAML 1.1\n---\n${entry("a: { name: no }")}`, `groups.yaml:4:14: groups.a.name: ${noText("no", "a boolean")}`],
  [
    entry("a: { name: }"),
    "groups.yaml:2:14: groups.a.name: must be a string; leave name out to call the group like its key",
  ],
  [entry("7: {}"), 'groups.yaml:2:3: groups: a key must be text; without quotes 7 is a number, so write "7"'],
  [entry("null: {}"), 'groups.yaml:2:3: groups: a key must be text; without quotes null is nothing, so write "null"'],
  [entry("? [a]\n  : {}"), "groups.yaml:2:5: groups: a key must be text"],
  // Names and keys that can't be.
  [entry('a: { name: "" }'), "groups.yaml:2:14: groups.a.name: must not be empty"],
  [entry('a: { name: " A" }'), "groups.yaml:2:14: groups.a.name: must not begin or end with a blank"],
  [entry("a: { name: [A] }"), "groups.yaml:2:14: groups.a.name: must be a string, not a list"],
  [
    entry("night shift: {}"),
    'groups.yaml:2:3: groups["night shift"]: a key holds letters from a to z, digits, - and _, and begins with a letter or digit',
  ],
  [
    entry("__proto__: {}"),
    'groups.yaml:2:3: groups["__proto__"]: a key holds letters from a to z, digits, - and _, and begins with a letter or digit',
  ],
  // The other properties, and likely misspellings.
  [entry("a: { active: yes }"), "groups.yaml:2:16: groups.a.active: must be true or false; write true"],
  [entry("a: { active: Off }"), "groups.yaml:2:16: groups.a.active: must be true or false; write false"],
  [entry("a: { active: 1 }"), "groups.yaml:2:16: groups.a.active: must be true or false"],
  [
    entry("a: { onNameConflict: adpot }"),
    'groups.yaml:2:24: groups.a.onNameConflict: must be one of "suffix", "adopt", "fail"; did you mean adopt?',
  ],
  [
    entry("a: { onNameConflct: adopt }"),
    "groups.yaml:2:8: groups.a.onNameConflct: is no property of a group (name, active and onNameConflict are); did you mean onNameConflict?",
  ],
  [
    entry("a: { members: [1] }"),
    "groups.yaml:2:8: groups.a.members: is no property of a group (name, active and onNameConflict are)",
  ],
  [
    entry("a: Support"),
    'groups.yaml:2:6: groups.a: must be a map of name, active and onNameConflict; did you mean { name: "Support" }?',
  ],
  [entry("a: [Support]"), "groups.yaml:2:6: groups.a: must be a map of name, active and onNameConflict, not a list"],
  // What is there twice.
  [entry("a: {}\n  a: { name: B }"), "groups.yaml:3:3: groups.a: this key is there twice (the other one is at 2:3)"],
  [
    entry("a: { name: A, name: B }"),
    "groups.yaml:2:17: groups.a.name: this key is there twice (the other one is at 2:8)",
  ],
  ["groups: {}\ngroups: {}", "groups.yaml:2:1: groups: this key is there twice (the other one is at 1:1)"],
  [
    entry("a: { name: X }\n  b: { name: X }"),
    'groups.yaml:3:14: groups.b.name: the name "X" is that of groups.a too, and names are unique (the other one is at 2:14)',
  ],
  [
    entry("a: { name: b }\n  b:"),
    'groups.yaml:3:3: groups.b: the name "b" is that of groups.a too, and names are unique (the other one is at 2:14)',
  ],
  // YAML's own troubles.
  [entry("a: &x { name: A }\n  b: *x"), "groups.yaml:3:6: groups.b: aliases (*) are not read here; write it out"],
  [
    entry("a: { <<: { name: A } }"),
    'groups.yaml:2:8: groups.a["<<"]: is no property of a group (name, active and onNameConflict are)',
  ],
  ["groups:\n\ta: {}", "groups.yaml:2:1: is no valid YAML: Tabs are not allowed as indentation"],
  [entry("a: !group {}"), "groups.yaml:2:6: is no valid YAML: Unresolved tag: !group"],
  ["groups: {}\n---\ngroups: {}", "groups.yaml:2:1: a second document begins; only one is read"],
  // What stands around the groups.
  ["", "groups.yaml:1:1: must be a map with the key groups"],
  ["# nothing yet\n", "groups.yaml:1:1: must be a map with the key groups"],
  ["- a\n", "groups.yaml:1:1: must be a map with the key groups, not a list"],
  ["{}", "groups.yaml:1:1: groups: is missing"],
  ["groups:\n", "groups.yaml:1:8: groups: must be a map from keys to groups"],
  ["groups: [a]", "groups.yaml:1:9: groups: must be a map from keys to groups, not a list"],
  ["groups: {}\nversion: 1", "groups.yaml:2:1: version: is no property of a groups file (groups is)"],
])("%j", (text, problem) => {
  expect(problems(text)).toEqual([problem]);
});

test("everything that is wrong at once, in the order of the file", () => {
  const text = `group: {}
groups:
  a: { name: 007, activ: true }
  a: {}
  b: { onNameConflict: take }
`;
  expect(problems(text).map((line) => line.split(" ", 2).join(" "))).toEqual([
    "groups.yaml:1:1: group:",
    "groups.yaml:3:14: groups.a.name:",
    "groups.yaml:3:19: groups.a.activ:",
    "groups.yaml:4:3: groups.a:",
    "groups.yaml:5:24: groups.b.onNameConflict:",
  ]);
});

test("names that differ in case only are a warning", () => {
  const { problems, warnings } = readGroups(entry("a: { name: Support }\n  b: { name: SUPPORT }"), "groups.yaml");
  expect(problems).toEqual([]);
  expect(warnings).toEqual([
    'groups.yaml:3:14: groups.b.name: the name "SUPPORT" differs from "Support" of groups.a in case only, and it is not known whether Deepcall minds case (the other one is at 2:14)',
  ]);
});

describe("files", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "deepcall-groups-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test("one that is not there", () => {
    const file = join(folder, "groups.yaml");
    expect(readGroupsFile(file).problems).toEqual([expect.stringMatching(/groups\.yaml: can't be read: ENOENT/)]);
  });

  test("one in UTF-16, as PowerShell writes it", () => {
    const file = join(folder, "groups.yaml");
    writeFileSync(file, Buffer.from("\ufeffgroups: {}", "utf16le"));
    expect(readGroupsFile(file).problems).toEqual([expect.stringContaining("groups.yaml: is not UTF-8; ")]);
  });
});

describe("in the program", () => {
  const later = Symbol("later");
  const read = (groups: unknown) => readInlineGroups(groups, (value) => value === later);

  test("what is known only later is not checked, and no name to compare", () => {
    const { problems, warnings } = read({
      a: { name: later, active: later, onNameConflict: later },
      later: { name: "a" },
      c: { name: undefined },
    });
    expect([problems, warnings]).toEqual([[], []]);
  });

  test("problems name the key and the property", () => {
    expect(
      read({ a: { nam: later, active: "yes" }, "b c": {}, d: { name: 7 }, e: null, f: { name: "e" } }).problems,
    ).toEqual([
      "groups.a.active: must be true or false; write true",
      "groups.a.nam: is no property of a group (name, active and onNameConflict are); did you mean name?",
      'groups["b c"]: a key holds letters from a to z, digits, - and _, and begins with a letter or digit',
      "groups.d.name: must be a string",
      'groups.f.name: the name "e" is that of groups.e too, and names are unique',
    ]);
  });
});
