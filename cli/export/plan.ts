import type { Group } from "../../client/responses";
import { nameProblem } from "../../provider/lifecycle/names";

/** A group that the export declares. */
export interface Entry {
  readonly key: string;
  readonly name: string;
  /** `undefined` if Deepcall did not report the status. */
  readonly active: boolean | undefined;
}

/** A group that cannot be declared, and why. */
export interface SkippedGroup {
  readonly group: Group;
  /** Completes a sentence that begins with the group. */
  readonly reason: string;
}

export interface Plan {
  /** Sorted by key. */
  readonly entries: readonly Entry[];
  /** Sorted by id. */
  readonly skipped: readonly SkippedGroup[];
}

/** Decides which groups of an account the export declares, and under which keys. */
export function planExport(groups: readonly Group[]): Plan {
  const keys = assignKeys(groups);
  const entries: Entry[] = [];
  const skipped: SkippedGroup[] = [];
  for (const group of sortById(groups)) {
    const { id, name, active } = group;
    const reason = reasonToSkip(group, groups);
    if (reason === undefined) entries.push({ key: keys.get(id) ?? "", name, active });
    else skipped.push({ group, reason });
  }
  return { entries: entries.toSorted((a, b) => (a.key < b.key ? -1 : 1)), skipped };
}

function reasonToSkip(group: Group, all: readonly Group[]): string | undefined {
  const problem = nameProblem(group.name);
  if (problem !== undefined) return `its name ${problem}`;
  const duplicates = sortById(all).filter(({ id, name }) => id !== group.id && name === group.name);
  if (duplicates.length === 0) return undefined;
  const ids = duplicates.map(({ id }) => id).join(", ");
  return `it has the same name as the ${duplicates.length === 1 ? "group with id" : "groups with ids"} ${ids}`;
}

/** Plain words that some YAML parsers do not read as strings. */
const yamlKeywords = new Set(["true", "false", "null", "yes", "no", "on", "off", "y", "n"]);

/**
 * Derives a unique key from each group's name. If names lead to the same key, the group with the lowest id gets it and
 * the others append their ids, so that a new group never changes the key of an existing one.
 *
 * @returns the keys by group id.
 */
export function assignKeys(groups: readonly Group[]): ReadonlyMap<number, string> {
  const keys = new Map<number, string>();
  const usedKeys = new Set<string>();
  for (const { id, name } of sortById(groups)) {
    let key = slug(name) ?? `group-${id}`;
    while (usedKeys.has(key)) key = `${key}-${id}`;
    usedKeys.add(key);
    keys.set(id, key);
  }
  return keys;
}

/** The name as a-z, 0-9 and hyphens, starting with a letter; `undefined` if none of its characters can be kept. */
function slug(name: string): string | undefined {
  const plain = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  if (plain === "") return undefined;
  return /^[a-z]/.test(plain) && !yamlKeywords.has(plain) ? plain : `group-${plain}`;
}

function sortById(groups: readonly Group[]): Group[] {
  return groups.toSorted((a, b) => a.id - b.id);
}
