import fc from "fast-check";
import { keysFor } from "../../../cli/export/keys";
import { contains, planExport, quoted } from "../../../cli/export/plan";
import { toTypeScript } from "../../../cli/export/typescript";
import { toYaml } from "../../../cli/export/yaml";
import type { Group } from "../../../client/responses";
import { keyPattern } from "../../../provider/groups-file/schema";
import { readGroups } from "../../../provider/groups-file/read";
import { nameProblem } from "../../../provider/lifecycle/names";

function groups(...names: string[]): Group[] {
  return names.map((name, n) => ({ id: n + 1, name, active: true, owner: undefined }));
}

function keysOf(...names: string[]): string[] {
  return [...keysFor(groups(...names)).values()];
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

test("names that come to one key: the oldest has it, the others add their ids", () => {
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

test("keys are unique, are keys, and a new group changes none", () => {
  fc.assert(
    fc.property(fc.array(name), name, (names, another) => {
      const keys = keysOf(...names);
      expect(new Set(keys).size).toBe(keys.length);
      for (const key of keys) expect(key).toMatch(keyPattern);
      expect(keysOf(...names, another).slice(0, -1)).toEqual(keys);
    }),
  );
});

test("what is written as YAML reads as the same names, whatever they are", () => {
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
      expect(plan.leftOut).toHaveLength(names.length - allowed.length);
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

const notes = [
  "The first `pulumi up` takes each of them over (onNameConflict: adopt) and changes nothing. From then on a group belongs to",
  "the program: removing its entry deletes it in Deepcall, unless the component has retainOnDelete or protect.",
  "A key stands for its group: change names, not keys.",
  "Deepcall does not tell whether 1 group is active. They stand here as active: true, and the first `pulumi up` will make them so:",
  "write active: false at those that are not, before.",
  "Left out, for they can't be declared as they are; rename them in Deepcall's panel and export again:",
  '  " edge" (id 5): a name must not begin or end with a blank',
  String.raw`  "a\u2028b" (id 6): a name must not hold control characters or line breaks`,
  '  "Twin" (id 7): its name is that of the group with id 8 too',
  '  "Twin" (id 8): its name is that of the group with id 7 too',
];

test("the YAML of an account", () => {
  expect(toYaml(planExport(account)).split("\n")).toEqual([
    "# yaml-language-server: $schema=node_modules/pulumi-deepcall/schema/groups.schema.json",
    "# The groups of a Deepcall account, as `pulumi-deepcall export` found them.",
    '# Declare them in a Pulumi program: new DeepcallGroups("groups", { file: "groups.yaml" });',
    ...notes.map((note) => `# ${note}`),
    "groups:",
    '  desk: { name: "Desk", active: true, onNameConflict: adopt }',
    String.raw`  night-shift: { name: "Night: \"shift\"", active: false, onNameConflict: adopt }`,
    '  support: { name: "Support", onNameConflict: adopt }',
    "",
  ]);
});

test("the TypeScript of an account", () => {
  expect(toTypeScript(planExport(account)).split("\n")).toEqual([
    "// The groups of a Deepcall account, as `pulumi-deepcall export` found them.",
    "// This is a whole Pulumi program: index.ts of a project, or a module of one.",
    ...notes.map((note) => `// ${note}`),
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

test("an empty account is a file that can be read", () => {
  expect(readGroups(toYaml(planExport([])), "groups.yaml")).toEqual({ groups: {}, problems: [], warnings: [] });
});

test.each([
  ["Support", "sup", true],
  ["Support", "PORT", true],
  ["Support", "", true],
  ["Support", "sales", false],
])("%j contains %j: %p", (whole, text, is) => {
  expect(contains(whole, text)).toBe(is);
});

test("a name in a message ends no line", () => {
  expect(quoted('a"\n\u0085\u2029\u007f')).toBe(String.raw`"a\"\n\u0085\u2029\u007f"`);
});
