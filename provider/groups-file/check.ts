import type { z } from "zod";
import { nearest } from "../nearest";
import { entryKeys, fileKeys, groupsSchema, keyForm, keyRule, type GroupEntry } from "./schema";

/** A place in a groups file: the keys that lead there, and whether the key itself is meant or what stands behind it. */
export interface Place {
  readonly path: readonly string[];
  readonly at: "key" | "value";
}

/** Something that is wrong, or worth a warning. */
export interface Problem extends Place {
  readonly message: string;
  /** The other place that it is about, named at the end. */
  readonly other?: Place;
}

/** What was found in a groups file, or in groups that stand in the program. */
export interface CheckedGroups {
  /** Every group by its key; of use only when there are no problems. */
  readonly groups: Readonly<Record<string, GroupEntry>>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * Checks `{ groups: … }`: everything that is wrong, at once.
 *
 * @param isLater - whether a value is known only later: then it is not checked here.
 */
export function checkGroups(value: unknown, isLater: (value: unknown) => boolean = () => false): CheckedGroups {
  const result = groupsSchema.safeParse(without(isLater, value));
  const entries = Object.entries(childOf(value, "groups") ?? {});
  const { problems, warnings } = compareNames(entries);
  const unreadable = entries.flatMap(([key]) => (key === "__proto__" ? [dropped(key)] : []));
  return {
    groups: Object.fromEntries(
      Object.entries(result.data?.groups ?? {}).map(([key, entry]) => [key, (entry ?? {}) as GroupEntry]),
    ),
    problems: [
      ...(result.error?.issues ?? []).flatMap((issue) => problemsOf(issue, value)),
      ...unreadable,
      ...problems,
    ],
    warnings,
  };
}

/** The same without the properties of groups whose values are known only later; of others, the key alone is wrong. */
function without(isLater: (value: unknown) => boolean, value: unknown, depth = 0): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(([key, item]) => depth < 2 || !isEntryKey(key) || !isLater(item));
  return Object.fromEntries(kept.map(([key, item]) => [key, depth < 2 ? without(isLater, item, depth + 1) : item]));
}

function isEntryKey(key: string): boolean {
  return (entryKeys as readonly string[]).includes(key);
}

/** zod leaves this key out of a record without a word. */
function dropped(key: string): Problem {
  return { path: ["groups", key], at: "key", message: keyRule };
}

/** How a place is written in a message: `groups.support.name`. */
export function labelOf(path: readonly string[]): string {
  const [first = "", ...rest] = path;
  return rest.reduce((label, key) => label + (keyForm.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`), first);
}

function problemsOf(issue: z.core.$ZodIssue, value: unknown): Problem[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({ path: [...path, key], at: "key", message: unknownKey(path, key) }));
  if (issue.code === "invalid_key") return [{ path, at: "key", message: issue.issues[0]?.message ?? issue.message }];
  const found = path.reduce(childOf, value);
  if (found === undefined && path.length === 1) return [{ path, at: "key", message: "is missing" }];
  return [{ path, at: "value", message: issue.message + suggestion(issue, path, found) }];
}

function unknownKey(path: readonly string[], key: string): string {
  if (path.length === 0) return `is no property of a groups file (groups is)${didYouMean(nearest(key, fileKeys))}`;
  return `is no property of a group (name, active and onNameConflict are)${didYouMean(nearest(key, entryKeys))}`;
}

function suggestion(issue: z.core.$ZodIssue, path: readonly string[], found: unknown): string {
  if (typeof found !== "string") return Array.isArray(found) ? ", not a list" : "";
  if (path.length === 2) return `; did you mean { name: ${JSON.stringify(found)} }?`;
  if (path[2] === "active")
    return /^(true|yes|on|y)$/i.test(found) ? "; write true" : /^(false|no|off|n)$/i.test(found) ? "; write false" : "";
  return issue.code === "invalid_value" ? didYouMean(nearest(found, issue.values.map(String))) : "";
}

function didYouMean(words: readonly string[]): string {
  return words.length === 0 ? "" : `; did you mean ${words.join(" or ")}?`;
}

/** Names that are there twice: the same is a problem, the same but for case may be one to the server. */
function compareNames(entries: readonly [string, unknown][]): { problems: Problem[]; warnings: Problem[] } {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const exact = new Map<string, Place>();
  const folded = new Map<string, { name: string; place: Place }>();
  for (const [key, entry] of entries) {
    const { name, place } = nameOf(key, entry);
    if (name === undefined) continue;
    const same = exact.get(name);
    const similar = folded.get(name.toLowerCase());
    if (same)
      problems.push({
        ...place,
        message: `the name ${JSON.stringify(name)} is that of ${labelOf(same.path.slice(0, 2))} too, and names are unique`,
        other: same,
      });
    else if (similar)
      warnings.push({
        ...place,
        message:
          `the name ${JSON.stringify(name)} differs from ${JSON.stringify(similar.name)} of ${labelOf(similar.place.path.slice(0, 2))} in case only, ` +
          "and it is not known whether Deepcall minds case",
        other: similar.place,
      });
    if (!same) exact.set(name, place);
    if (!similar) folded.set(name.toLowerCase(), { name, place });
  }
  return { problems, warnings };
}

/** The name that an entry asks for, where it is known and can be one. */
function nameOf(key: string, entry: unknown): { name: string | undefined; place: Place } {
  const isEntry = entry === null || (typeof entry === "object" && !Array.isArray(entry));
  const name = childOf(entry, "name");
  if (isEntry && name === undefined) return { name: key, place: { path: ["groups", key], at: "key" } };
  return { name: typeof name === "string" ? name : undefined, place: { path: ["groups", key, "name"], at: "value" } };
}

function childOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
