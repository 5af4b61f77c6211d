import { distance } from "fastest-levenshtein";
import type { z } from "zod";
import {
  agentIssues,
  agentKeyList,
  agentKeys,
  emptyListProblem,
  idHint,
  withoutUnknownAgents,
} from "../model/agent-arguments";
import { describeDifference, escapeInvisible, skeleton } from "../model/similar-names";
import {
  entryKeyList,
  entryKeys,
  entryOptions,
  fileKeys,
  groupsSchema,
  keyPattern,
  keyRule,
  type GroupEntry,
} from "./schema";

/** The keys of maps and the indexes of lists that lead to a value. */
export type Path = readonly (string | number)[];

/** A place in a groups file, and whether the last key itself or its value is meant. */
export interface Place {
  readonly path: Path;
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
      ...(result.error?.issues ?? []).flatMap(agentIssues).flatMap((issue) => problemsIn(issue, value)),
      ...prototypeKeys,
      ...entries.flatMap(([key, entry]) => agentProblems(key, entry, isOutput)),
      ...problems,
    ],
    warnings,
  };
}

/** Leaves out what is known only later. Unknown properties stay, because the key itself is wrong. */
function withoutOutputs(isOutput: (value: unknown) => boolean, value: unknown, depth = 0): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(([key, item]) => depth < 2 || !isArgument(key) || !isOutput(item));
  const read = (key: string, item: unknown): unknown => {
    if (depth < 2) return withoutOutputs(isOutput, item, depth + 1);
    return key === "agents" ? withoutUnknownAgents(item, isOutput) : item;
  };
  return Object.fromEntries(kept.map(([key, item]) => [key, read(key, item)]));
}

function isArgument(key: string): boolean {
  return (entryKeys as readonly string[]).includes(key) && !(entryOptions as readonly string[]).includes(key);
}

/** zod silently drops the key `__proto__` from a record. */
function invalidKey(key: string): Problem {
  return { path: ["groups", key], at: "key", message: keyRule };
}

/** What is wrong with an entry's agents as a whole. */
function agentProblems(key: string, entry: unknown, isOutput: (value: unknown) => boolean): Problem[] {
  const path = ["groups", key];
  const [agents, otherAgents] = [childOf(entry, "agents"), childOf(entry, "otherAgents")];
  if (agents === undefined) {
    const ignored = childOf(entry, "ignoreChanges");
    const index = Array.isArray(ignored) ? ignored.indexOf("agents") : -1;
    return [
      ...["otherAgents", "removeExisting"]
        .filter((property) => childOf(entry, property) !== undefined)
        .map((property): Problem => ({ path: [...path, property], at: "key", message: "requires agents" })),
      ...(index === -1
        ? []
        : [{ path: [...path, "ignoreChanges", index], at: "value" as const, message: "requires the property agents" }]),
    ];
  }
  if (!Array.isArray(agents) || isOutput(otherAgents)) return [];
  const message = emptyListProblem(agents, otherAgents);
  return message === undefined ? [] : [{ path: [...path, "agents"], at: "value", message }];
}

/**
 * Reads the groups of a program.
 *
 * @param isOutput - whether a value is known only later, and so not checked here.
 */
export function readInlineGroups(groups: unknown, isOutput: (value: unknown) => boolean): GroupsFile {
  const { problems, warnings, ...checked } = checkGroups({ groups }, isOutput);
  const format = ({ path, message }: Problem): string => {
    const hint = path[2] === "agents" ? idHint(path.at(-1), path.reduce<unknown>(childOf, { groups })) : "";
    return `${formatPath(path)}: ${message}${hint}`;
  };
  return { ...checked, problems: problems.map(format), warnings: warnings.map(format) };
}

/** The form of a path in messages: `groups.support.agents[0].id`. */
export function formatPath(path: Path): string {
  const [first = "", ...rest] = path;
  const isPlain = (key: string | number): boolean => typeof key === "string" && keyPattern.test(key);
  return rest.reduce<string>(
    (label, key) => label + (isPlain(key) ? `.${key}` : `[${escapeInvisible(JSON.stringify(key))}]`),
    escapeInvisible(String(first)),
  );
}

function problemsIn(issue: z.core.$ZodIssue, value: unknown): Problem[] {
  const path = issue.path.map((key) => (typeof key === "number" ? key : String(key)));
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({ path: [...path, key], at: "key", message: unknownKey(path, key) }));
  if (issue.code === "invalid_key") return [{ path, at: "key", message: issue.issues[0]?.message ?? issue.message }];
  const invalid = path.reduce(childOf, value);
  const isRequired = path.length === 1 || path[4] === "id";
  if (invalid === undefined && isRequired) return [{ path, at: "key", message: "is missing" }];
  const problem: Problem = { path, at: "value", message: issue.message + hint(issue, path, invalid) };
  const first: unknown = issue.code === "custom" ? issue.params?.["first"] : undefined;
  if (typeof first !== "number") return [problem];
  return [{ ...problem, other: { path: [...path.slice(0, -1), first], at: "value" } }];
}

function unknownKey(path: Path, key: string): string {
  if (path.length === 0) return `unknown property; a groups file has groups${didYouMean(key, fileKeys)}`;
  if (path.length > 2) return `unknown property; an agent has ${agentKeyList}${didYouMean(key, agentKeys)}`;
  return `unknown property; a group has ${entryKeyList}${didYouMean(key, entryKeys)}`;
}

function hint(issue: z.core.$ZodIssue, path: Path, invalid: unknown): string {
  if (typeof invalid !== "string") return Array.isArray(invalid) && issue.code === "invalid_type" ? ", not a list" : "";
  if (path.length === 2) return `; did you mean { name: ${JSON.stringify(invalid)} }?`;
  if (path.length === 3 && (path[2] === "agents" || path[2] === "ignoreChanges"))
    return `; did you mean [${JSON.stringify(invalid)}]?`;
  if (booleanKeys.has(path.at(-1)))
    return /^(true|yes|on|y)$/i.test(invalid)
      ? "; write true"
      : /^(false|no|off|n)$/i.test(invalid)
        ? "; write false"
        : "";
  return issue.code === "invalid_value" ? didYouMean(invalid, issue.values.map(String)) : "";
}

const booleanKeys = new Set<unknown>([
  "active",
  "deleteWithAgents",
  "removeExisting",
  "receivesCalls",
  "protect",
  "retainOnDelete",
]);

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
  return candidates.filter((candidate, n) => distances[n] === Math.min(2, candidate.length - 1, ...distances));
}

/**
 * Equal names are a problem, unless all their entries say `suffix`: imported groups may have the same name. Names that
 * differ only in case may be a problem for the server, and names that look alike for people.
 */
function compareNames(entries: readonly [string, unknown][]): { problems: Problem[]; warnings: Problem[] } {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const firstOfName = new Map<string, { place: Place; mayRepeat: boolean }>();
  const firstSimilar = new Map<string, { name: string; place: Place }>();
  for (const [key, entry] of entries) {
    const { name, place } = requestedNameOf(key, entry);
    if (name === undefined) continue;
    const same = firstOfName.get(name);
    const mayRepeat = childOf(entry, "onNameConflict") === "suffix";
    const similar = firstSimilar.get(skeleton(name));
    if (same && !(same.mayRepeat && mayRepeat))
      problems.push({
        ...place,
        message: `the name ${JSON.stringify(name)} must be unique, but ${formatPath(same.place.path.slice(0, 2))} has the same name`,
        other: same.place,
      });
    else if (similar && !same)
      warnings.push({
        ...place,
        message: similarMessage(name, similar.name, formatPath(similar.place.path.slice(0, 2))),
        other: similar.place,
      });
    if (!same) firstOfName.set(name, { place, mayRepeat });
    if (!similar) firstSimilar.set(skeleton(name), { name, place });
  }
  return { problems, warnings };
}

function similarMessage(name: string, similar: string, entry: string): string {
  const { how = "in case", where } = describeDifference(name, similar) ?? {};
  return (
    `the name ${JSON.stringify(name)} differs only ${how} from ${JSON.stringify(similar)} of ${entry}` +
    (where === undefined
      ? "; it is not known whether names are case-sensitive in Deepcall"
      : `: ${where}; for Deepcall, these are two groups`)
  );
}

/** The requested name of an entry; `undefined` if it is unknown or not valid. */
function requestedNameOf(key: string, entry: unknown): { name: string | undefined; place: Place } {
  const isEntry = entry === null || (typeof entry === "object" && !Array.isArray(entry));
  const name = childOf(entry, "name");
  if (isEntry && name === undefined) return { name: key, place: { path: ["groups", key], at: "key" } };
  return { name: typeof name === "string" ? name : undefined, place: { path: ["groups", key, "name"], at: "value" } };
}

function childOf(value: unknown, key: string | number): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string | number, unknown>>)[key]
    : undefined;
}
