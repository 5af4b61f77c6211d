import { distance } from "fastest-levenshtein";
import type { z } from "zod";
import { groupArgumentList } from "../lifecycle/state";
import { entryKeys, fileKeys, groupsSchema, keyPattern, keyRule, type GroupEntry } from "./schema";

/** A place in a groups file: a path of keys, and whether the last key itself or its value is meant. */
export interface Place {
  readonly path: readonly string[];
  readonly at: "key" | "value";
}

export interface Problem extends Place {
  readonly message: string;
  /** A second place that the message is about. */
  readonly other?: Place;
}

/** The groups of a file or of the program. In a file, problems are lines like `groups.yaml:12:5: groups.support.nme: …`. */
export interface GroupsFile<Message = string> {
  /** Every group by key; only valid without problems. */
  readonly groups: Readonly<Record<string, GroupEntry>>;
  readonly problems: readonly Message[];
  readonly warnings: readonly Message[];
}

/**
 * Checks `{ groups: … }` and reports every problem at once.
 *
 * @param isOutput - whether a value is known only later, and so not checked here.
 */
export function checkGroups(value: unknown, isOutput: (value: unknown) => boolean = () => false): GroupsFile<Problem> {
  const result = groupsSchema.safeParse(withoutOutputs(isOutput, value));
  const entries = Object.entries(childOf(value, "groups") ?? {});
  const { problems, warnings } = compareNames(entries);
  const prototypeKeys = entries.flatMap(([key]) => (key === "__proto__" ? [invalidKey(key)] : []));
  return {
    groups: Object.fromEntries(
      Object.entries(result.data?.groups ?? {}).map(([key, entry]) => [key, (entry ?? {}) as GroupEntry]),
    ),
    problems: [
      ...(result.error?.issues ?? []).flatMap((issue) => problemsIn(issue, value)),
      ...prototypeKeys,
      ...problems,
    ],
    warnings,
  };
}

/** Leaves out the properties of groups that are known only later. Unknown properties stay, because the key itself is wrong. */
function withoutOutputs(isOutput: (value: unknown) => boolean, value: unknown, depth = 0): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(([key, item]) => depth < 2 || !isEntryKey(key) || !isOutput(item));
  return Object.fromEntries(
    kept.map(([key, item]) => [key, depth < 2 ? withoutOutputs(isOutput, item, depth + 1) : item]),
  );
}

function isEntryKey(key: string): boolean {
  return (entryKeys as readonly string[]).includes(key);
}

/** zod silently drops the key `__proto__` from a record. */
function invalidKey(key: string): Problem {
  return { path: ["groups", key], at: "key", message: keyRule };
}

/**
 * Reads the groups of a program.
 *
 * @param isOutput - whether a value is known only later, and so not checked here.
 */
export function readInlineGroups(groups: unknown, isOutput: (value: unknown) => boolean): GroupsFile {
  const { problems, warnings, ...checked } = checkGroups({ groups }, isOutput);
  const format = ({ path, message }: Problem): string => `${formatPath(path)}: ${message}`;
  return { ...checked, problems: problems.map(format), warnings: warnings.map(format) };
}

/** The form of a path in messages: `groups.support.name`. */
export function formatPath(path: readonly string[]): string {
  const [first = "", ...rest] = path;
  return rest.reduce((label, key) => label + (keyPattern.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`), first);
}

function problemsIn(issue: z.core.$ZodIssue, value: unknown): Problem[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({ path: [...path, key], at: "key", message: unknownKey(path, key) }));
  if (issue.code === "invalid_key") return [{ path, at: "key", message: issue.issues[0]?.message ?? issue.message }];
  const invalid = path.reduce(childOf, value);
  if (invalid === undefined && path.length === 1) return [{ path, at: "key", message: "is missing" }];
  return [{ path, at: "value", message: issue.message + hint(issue, path, invalid) }];
}

function unknownKey(path: readonly string[], key: string): string {
  if (path.length === 0) return `unknown property; a groups file has groups${didYouMean(key, fileKeys)}`;
  return `unknown property; a group has ${groupArgumentList}${didYouMean(key, entryKeys)}`;
}

function hint(issue: z.core.$ZodIssue, path: readonly string[], invalid: unknown): string {
  if (typeof invalid !== "string") return Array.isArray(invalid) ? ", not a list" : "";
  if (path.length === 2) return `; did you mean { name: ${JSON.stringify(invalid)} }?`;
  if (path[2] === "active" || path[2] === "deleteWithAgents")
    return /^(true|yes|on|y)$/i.test(invalid)
      ? "; write true"
      : /^(false|no|off|n)$/i.test(invalid)
        ? "; write false"
        : "";
  return issue.code === "invalid_value" ? didYouMean(invalid, issue.values.map(String)) : "";
}

function didYouMean(word: string, candidates: readonly string[]): string {
  const suggestions = suggest(word, candidates);
  return suggestions.length === 0 ? "" : `; did you mean ${suggestions.join(" or ")}?`;
}

/** The candidates that start with a mistyped word, or else the closest ones, up to two edits away. */
function suggest(word: string, candidates: readonly string[]): string[] {
  const typed = word.toLowerCase();
  const completions = candidates.filter((candidate) => candidate.toLowerCase().startsWith(typed));
  if (typed.length >= 2 && completions.length > 0) return completions;
  const distances = candidates.map((candidate) => distance(typed, candidate.toLowerCase()));
  return candidates.filter((_, n) => distances[n] === Math.min(2, ...distances));
}

/**
 * Equal names are a problem, unless all their entries say `suffix`: imported groups may have the same name. Names that
 * differ only in case may be a problem for the server.
 */
function compareNames(entries: readonly [string, unknown][]): { problems: Problem[]; warnings: Problem[] } {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const firstOfName = new Map<string, { place: Place; mayRepeat: boolean }>();
  const firstIgnoringCase = new Map<string, { name: string; place: Place }>();
  for (const [key, entry] of entries) {
    const { name, place } = requestedNameOf(key, entry);
    if (name === undefined) continue;
    const same = firstOfName.get(name);
    const mayRepeat = childOf(entry, "onNameConflict") === "suffix";
    const similar = firstIgnoringCase.get(name.toLowerCase());
    if (same && !(same.mayRepeat && mayRepeat))
      problems.push({
        ...place,
        message: `the name ${JSON.stringify(name)} must be unique, but ${formatPath(same.place.path.slice(0, 2))} has the same name`,
        other: same.place,
      });
    else if (similar && !same)
      warnings.push({
        ...place,
        message:
          `the name ${JSON.stringify(name)} differs only in case from ${JSON.stringify(similar.name)} of ${formatPath(similar.place.path.slice(0, 2))}; ` +
          "it is not known whether names are case-sensitive in Deepcall",
        other: similar.place,
      });
    if (!same) firstOfName.set(name, { place, mayRepeat });
    if (!similar) firstIgnoringCase.set(name.toLowerCase(), { name, place });
  }
  return { problems, warnings };
}

/** The requested name of an entry; `undefined` if it is unknown or not valid. */
function requestedNameOf(key: string, entry: unknown): { name: string | undefined; place: Place } {
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
