import { describeGroups, guessSuffix } from "../../../cli/doctor/groups";
import { toText } from "../../../cli/doctor/output";
import { suffixForms } from "../../support/lifecycle";

const groups = (...names: string[]) => names.map((name, n) => ({ id: n + 1, name, active: true, owner: undefined }));

/** The findings about names, each with the names of its groups. */
function found(...names: string[]): Record<string, string[]> {
  const checks = describeGroups(groups(...names)).checks.filter(({ groups }) => groups !== undefined);
  return Object.fromEntries(
    checks.map(({ findings: [what = ""], groups = [] }) => [what, groups.map(({ name }) => name)]),
  );
}

test.each<[string[], Record<string, string[]>]>([
  [["Support", "Sales"], {}],
  ...suffixForms.map(([, name]): [string[], Record<string, string[]>] => [
    ["Support", name],
    { "numbered-names": [name] },
  ]),
  [["Support1"], { "trailing-numbers": ["Support1"] }],
  [["Line 1", "Line 2", "Line 11"], { "trailing-numbers": ["Line 1", "Line 2", "Line 11"] }],
  [["Support", "support"], { "names-differ-in-case-only": ["Support", "support"] }],
  [["Support", "Support"], { "duplicate-names": ["Support", "Support"] }],
  [
    ["Support", "Support", "support"],
    { "duplicate-names": ["Support", "Support"], "names-differ-in-case-only": ["support"] },
  ],
  [[" Support", "a\nb", ""], { "undeclarable-names": [" Support", "a\nb", ""] }],
  [["007"], { "trailing-numbers": ["007"] }],
])("%j: %j", (names, expected) => {
  expect(found(...names)).toEqual(expected);
});

test("thousands of numbered groups are checked quickly, and the text lists ten of them", () => {
  const names = Array.from({ length: 5000 }, (_, n) => (n === 0 ? "Support" : `Support${n}`));
  const { checks } = describeGroups(groups(...names));
  const text = toText({ checks, healthy: true, emulatorCommand: null } as unknown as Parameters<typeof toText>[0]);
  expect(text).toContain("4999 groups with another group's name and a number");
  expect(text).toContain('"Support10" (id 11) with base name "Support", and 4989 more (--format json has all)');
});

test.each(suffixForms)("guesses the form of the number: %s", (suffix, name) => {
  expect(guessSuffix(groups("Support", name))).toBe(suffix);
  expect(guessSuffix(groups("Support", name, "Sales", "Sales..1"))).toBe(suffix);
});

test.each([[["Support"]], [["Support", "Support1", "Sales", "Sales (1)"]], [["Line 1", "Line 2"]]])(
  "does not guess a form from %j",
  (names) => {
    expect(guessSuffix(groups(...names))).toBeUndefined();
  },
);
