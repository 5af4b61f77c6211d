import type { Group } from "../../client/responses";
import { nameProblem } from "../../provider/lifecycle/names";
import { finding, ok, type Check, type GroupCounts, type NamedGroup } from "./diagnosis";
import { numberedPairs } from "./shapes";

/** How many groups there are, by status. */
export function countGroups(groups: readonly Group[]): GroupCounts {
  const count = (active: boolean | undefined) => groups.filter((group) => group.active === active).length;
  return { total: groups.length, active: count(true), inactive: count(false), unknown: count(undefined) };
}

/** How many groups there are, and names that deserve a look before the first `up`. */
export function checkGroups(groups: readonly Group[]): readonly Check[] {
  const { total, active, inactive, unknown } = countGroups(groups);
  const rest = unknown === 0 ? "" : `, ${unknown} of unknown status`;
  return [
    ok("groups", `${counted(total)}: ${active} active, ${inactive} inactive${rest}`),
    ...duplicates(groups),
    ...numbered(groups),
    ...caseTwins(groups),
    ...undeclarable(groups),
  ];
}

function duplicates(groups: readonly Group[]): readonly Check[] {
  return about(
    "duplicateNames",
    "warning",
    "duplicate-names",
    several(groups, ({ name }) => name),
    "with exactly the name of another one",
    "Rename all but one of each in Deepcall's panel: onNameConflict: \"adopt\" can't tell which is meant.",
  );
}

function numbered(groups: readonly Group[]): readonly Check[] {
  const pairs = new Map(numberedPairs(groups));
  const beside = [...pairs].map(([group, base]) => ({ ...group, beside: base.name }));
  const alone = groups.filter((group) => /\d\)?$/.test(group.name) && !pairs.has(group));
  return [
    ...about(
      "numberedNames",
      "warning",
      "numbered-names",
      beside,
      "with the name of another one and a number, which Deepcall may have appended because the name was taken",
      'Look in the panel whether they are wanted. One that is: declare it by its whole name, e.g. name: "Support1" with onNameConflict: "adopt". One that is not: delete it there, after a look at its agents.',
    ),
    ...about(
      "trailingNumbers",
      "note",
      "trailing-numbers",
      alone,
      "with a name that ends in a number, without a group of the name before it",
      "Nothing to do where the number is meant (Line 2); declare such a group by its whole name.",
    ),
  ];
}

function caseTwins(groups: readonly Group[]): readonly Check[] {
  const twins = several(groups, ({ name }) => name.toLowerCase());
  const exact = new Set(several(groups, ({ name }) => name));
  return about(
    "caseTwins",
    "warning",
    "names-differ-in-case-only",
    twins.filter((group) => !exact.has(group)),
    "with a name that differs from another one in case only",
    "They can be declared side by side; better to rename one in the panel, for people mistake one for the other.",
  );
}

function undeclarable(groups: readonly Group[]): readonly Check[] {
  const refused = groups.filter(({ name }) => nameProblem(name) !== undefined);
  const reasons = new Set(refused.map(({ name }) => `it ${nameProblem(name) ?? ""}`));
  return about(
    "undeclarableNames",
    "warning",
    "undeclarable-names",
    refused,
    `with a name that can't be declared (${[...reasons].join("; ")})`,
    "Rename them in Deepcall's panel before they are adopted.",
  );
}

function about(
  check: string,
  status: "note" | "warning",
  what: string,
  groups: readonly NamedGroup[],
  summary: string,
  advice: string,
): readonly Check[] {
  if (groups.length === 0) return [];
  const named = groups.map(({ id, name, beside }) => ({ id, name, ...(beside !== undefined && { beside }) }));
  return [{ ...finding(check, status, what, `${counted(groups.length)} ${summary}`, advice), groups: named }];
}

function counted(count: number): string {
  return `${count} ${count === 1 ? "group" : "groups"}`;
}

/** The groups that share what `key` makes of them with another one. */
function several(groups: readonly Group[], key: (group: Group) => string): readonly Group[] {
  const counts = new Map<string, number>();
  for (const group of groups) counts.set(key(group), (counts.get(key(group)) ?? 0) + 1);
  return groups.filter((group) => (counts.get(key(group)) ?? 0) > 1);
}
