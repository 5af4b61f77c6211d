import fc from "fast-check";
import { containsIgnoringCase } from "../../../cli/export/command";
import { toTypeScript, toYaml } from "../../../cli/export/formats";
import { assignKeys, planExport } from "../../../cli/export/plan";
import { quote } from "../../../cli/formatting";
import type { Group } from "../../../client/responses";
import { keyPattern } from "../../../provider/groups-file/schema";
import { readGroups } from "../../../provider/groups-file/read";
import { nameProblem } from "../../../provider/lifecycle/names";

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
