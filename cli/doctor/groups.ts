import type { Group } from "../../client/responses";
import { suffixes, type EmulatorOptions } from "../../emulator/options";
import { isNumbered, nameProblem } from "../../provider/model/names";
import { pluralize } from "../formatting";
import { finding, ok, type FindingCode, type NamedGroup } from "./findings";

interface NameCheck {
  readonly code: FindingCode;
  readonly find: (groups: readonly NamedGroup[], numbered: NumberedGroups) => readonly NamedGroup[];
  /** Completes a sentence that begins with "3 groups". */
  readonly summary: (names: readonly string[]) => string;
}

/** Names that may cause trouble in the first `up`. */
const nameChecks: readonly NameCheck[] = [
  { code: "duplicate-names", find: (groups) => duplicates(groups), summary: () => "with the same name" },
  {
    code: "numbered-names",
    find: (_, numbered) => [...numbered].map(([group, { name }]) => ({ ...group, baseName: name })),
    summary: () => "with another group's name and a number, perhaps appended by Deepcall because the name was taken",
  },
  {
    code: "trailing-numbers",
    find: (groups, numbered) => groups.filter((group) => /\d\)?$/.test(group.name) && !numbered.has(group)),
    summary: () => "with a name that ends in a number, although no group has the name without the number",
  },
  {
    code: "names-differ-in-case-only",
    find: (groups) => {
      const sameName = new Set(duplicates(groups));
      return duplicates(groups, (name) => name.toLowerCase()).filter((group) => !sameName.has(group));
    },
    summary: () => "with a name that differs from the name of another group only in case",
  },
  {
    code: "undeclarable-names",
    find: (groups) => groups.filter(({ name }) => nameProblem(name) !== undefined),
    summary: (names) => `with an invalid name: it ${[...new Set(names.map(nameProblem))].join("; it ")}`,
  },
];

/** Counts the groups by status and checks their names. */
export function describeGroups(groups: readonly Group[]) {
  const count = (active?: boolean) => groups.filter((group) => group.active === active).length;
  const counts = { total: groups.length, active: count(true), inactive: count(false), unknown: count() };
  const ofUnknownStatus = counts.unknown === 0 ? "" : `, ${counts.unknown} of unknown status`;
  const total = `${pluralize(groups.length, "group")}: ${counts.active} active, ${counts.inactive} inactive${ofUnknownStatus}`;
  const names = groups.map(({ id, name }) => ({ id, name }));
  const numbered = findNumbered(names);
  const nameFindings = nameChecks.flatMap(({ code, find, summary }) => {
    const found = find(names, numbered);
    if (found.length === 0) return [];
    const text = `${pluralize(found.length, "group")} ${summary(found.map(({ name }) => name))}`;
    return { ...finding(code, text), groups: found };
  });
  return { counts, checks: [ok("groups", total), ...nameFindings] };
}

/** The groups for which `key` returns the same as for another group. */
function duplicates(groups: readonly NamedGroup[], key = (name: string) => name): readonly NamedGroup[] {
  return [...Map.groupBy(groups, ({ name }) => key(name)).values()].filter(({ length }) => length > 1).flat();
}

/** Each group whose name is another group's name with a number, and that other group. */
type NumberedGroups = ReadonlyMap<NamedGroup, NamedGroup>;

function findNumbered(groups: readonly NamedGroup[]): NumberedGroups {
  // A lookup by the name without the number, because comparing all pairs takes too long for thousands of groups.
  const byName = new Map(groups.map((group) => [group.name, group]));
  const pairs = groups.map((group) => {
    const bases = [/[ _-]?\(?\d+\)?$/, /\(?\d+\)?$/].map((number) => byName.get(group.name.replace(number, "")));
    return [group, bases.find((base) => base && base !== group && isNumbered(group.name, base.name))] as const;
  });
  return new Map(pairs.flatMap(([group, base]) => (base ? [[group, base]] : [])));
}

export const suffixForms = Object.keys(suffixes) as EmulatorOptions["suffix"][];

/** Guesses the form of the appended number from the names; `undefined` if they show none or several. */
export function guessSuffix(groups: readonly NamedGroup[]) {
  const seen = [...findNumbered(groups)].map(([{ name }, base]) => name.slice(base.name.length).replace(/\d+/, "1"));
  return seen.length === 0 ? undefined : suffixForms.find((form) => seen.every((one) => one === suffixes[form](1)));
}
