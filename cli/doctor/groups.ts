import type { Group } from "../../client/responses";
import type { EmulatorOptions } from "../../emulator/options";
import { isNumbered, nameProblem } from "../../provider/lifecycle/names";
import { finding, ok, type Check, type FindingCode, type NamedGroup } from "./findings";

interface NameCheck {
  readonly code: FindingCode;
  /** The groups that the finding is about. */
  readonly find: (groups: readonly Group[]) => readonly NamedGroup[];
  /** Continues "3 groups with a name that". */
  readonly rule: (found: readonly NamedGroup[]) => string;
}

/** Names that may cause trouble in the first `up`. */
const nameChecks: readonly NameCheck[] = [
  { code: "duplicate-names", find: (groups) => sharing(groups, exactName), rule: () => "equals that of another group" },
  {
    code: "numbered-names",
    find: (groups) => numberedPairs(groups).map(([{ id, name }, base]) => ({ id, name, baseName: base.name })),
    rule: () => "is that of another group with a number, which Deepcall may have appended because the name was taken",
  },
  {
    code: "trailing-numbers",
    find: (groups) => {
      const numbered = new Map(numberedPairs(groups));
      return groups.filter((group) => /\d\)?$/.test(group.name) && !numbered.has(group));
    },
    rule: () => "ends in a number, although no group has the name without the number",
  },
  {
    code: "names-differ-in-case-only",
    find: (groups) => {
      const duplicates = new Set(sharing(groups, exactName));
      return sharing(groups, ({ name }) => name.toLowerCase()).filter((group) => !duplicates.has(group));
    },
    rule: () => "differs from that of another group only in case",
  },
  {
    code: "undeclarable-names",
    find: (groups) => groups.filter(({ name }) => nameProblem(name) !== undefined),
    rule: (found) => {
      const problems = new Set(found.map(({ name }) => `it ${nameProblem(name) ?? ""}`));
      return `a program cannot declare (${[...problems].join("; ")})`;
    },
  },
];

export type GroupCounts = ReturnType<typeof countGroups>;

export function countGroups(groups: readonly Group[]) {
  const count = (active: boolean | undefined) => groups.filter((group) => group.active === active).length;
  return { total: groups.length, active: count(true), inactive: count(false), unknown: count(undefined) };
}

export function checkGroups(groups: readonly Group[]): readonly Check[] {
  const { total, active, inactive, unknown } = countGroups(groups);
  const counted = (count: number) => `${count} ${count === 1 ? "group" : "groups"}`;
  const others = unknown === 0 ? "" : `, ${unknown} of unknown status`;
  const nameFindings = nameChecks.flatMap(({ code, find, rule }) => {
    const found = find(groups).map(({ id, name, baseName }) => ({
      id,
      name,
      ...(baseName !== undefined && { baseName }),
    }));
    const summary = `${counted(found.length)} with a name that ${rule(found)}`;
    return found.length === 0 ? [] : [{ ...finding(code, summary), groups: found }];
  });
  return [ok("groups", `${counted(total)}: ${active} active, ${inactive} inactive${others}`), ...nameFindings];
}

const exactName = ({ name }: Group): string => name;

/** The groups for which `key` returns the same as for another group. */
function sharing(groups: readonly Group[], key: (group: Group) => string): readonly Group[] {
  const byKey = Map.groupBy(groups, key);
  return groups.filter((group) => (byKey.get(key(group)) ?? []).length > 1);
}

/** Each group whose name is that of another group with a number, and that other group. */
function numberedPairs<G extends NamedGroup>(groups: readonly G[]): readonly (readonly [G, G])[] {
  // A lookup by the name without the number, because comparing all pairs takes too long for thousands of groups.
  const byName = new Map(groups.map((group) => [group.name, group]));
  return groups.flatMap((group) => {
    const base = [/[ _-]?\(?\d+\)?$/, /\(?\d+\)?$/]
      .map((number) => byName.get(group.name.replace(number, "")))
      .find((other) => other !== undefined && other !== group && isNumbered(group.name, other.name));
    return base === undefined ? [] : [[group, base] as const];
  });
}

type Suffix = EmulatorOptions["suffix"];
/** The forms of an appended number. */
export const suffixForms: Readonly<Record<Suffix, string>> = {
  plain: "1",
  space: " 1",
  parens: " (1)",
  dash: "-1",
  underscore: "_1",
};

/** Guesses the form from the names; `undefined` if none show it, or they show several. */
export function guessSuffix(groups: readonly NamedGroup[]): Suffix | undefined {
  const seen = numberedPairs(groups).map(([{ name }, base]) => name.slice(base.name.length).replace(/\d+/, "1"));
  const forms = Object.keys(suffixForms) as Suffix[];
  return seen.length === 0 ? undefined : forms.find((form) => seen.every((suffix) => suffix === suffixForms[form]));
}
