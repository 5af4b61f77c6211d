import type { EmulatorOptions } from "../../emulator";
import { idKeys, totals, type JsonObject } from "../../client/responses";
import { isNumbered } from "../../provider/lifecycle/names";
import type { NamedGroup, Observed } from "./diagnosis";

/** A `response`, taken apart. */
export interface Dissected {
  /** `undefined` where an empty answer leaves it open. */
  readonly shape: EmulatorOptions["listShape"] | undefined;
  /** The groups in it as they came. */
  readonly entries: readonly JsonObject[];
}

/** Which shape the `response` of a list has, and what is in it. */
export function dissect(response: unknown): Dissected {
  if (Array.isArray(response)) return { shape: "array", entries: response.filter(isFields) };
  if (!isFields(response)) return { shape: "unknown", entries: [] };
  const keys = Object.keys(response);
  const values = Object.values(response);
  if (keys.length === 0) return { shape: undefined, entries: [] };
  if (keys.every((key) => /^\d+$/.test(key))) return { shape: "byId", entries: values.filter(isFields) };
  if ("name" in response && idKeyOf(response) !== undefined) return { shape: "single", entries: [response] };
  const [entries, ...others] = values.filter((value) => Array.isArray(value));
  if (entries === undefined || others.length > 0) return { shape: "unknown", entries: [] };
  return {
    shape: totals.some((total) => total in response) ? "nestedWithTotal" : "nested",
    entries: entries.filter(isFields),
  };
}

/** What the groups of a list tell of ids, status and owner. */
export function observeEntries(entries: readonly JsonObject[]): Observed {
  const [first] = entries;
  if (!first) return {};
  const has = (...keys: string[]): boolean => entries.some((entry) => keys.some((key) => known(entry[key])));
  const statusType = entries.map((entry) => wireType(entry["status"])).find((type) => type !== undefined);
  return {
    ...observeId(first),
    listStatus: has("status"),
    ...(statusType && { statusType }),
    listOwner: has("user_id", "userId"),
  };
}

/** What one group tells of its id. */
export function observeId(entry: JsonObject): Observed {
  const idKey = idKeyOf(entry);
  const idType = idKey && wireType(entry[idKey]);
  return { ...(idKey && { idKey }), ...(idType && { idType }) };
}

/** Which id filters are obeyed; `undefined` for one where it can't be told. */
export function filterKeyOf(
  groupid: boolean | undefined,
  groupId: boolean | undefined,
): EmulatorOptions["filterKey"] | undefined {
  if (groupid === undefined || groupId === undefined) return undefined;
  if (groupid && groupId) return "both";
  return groupid ? "groupid" : groupId ? "groupId" : "none";
}

/** How names filter: whether text that is in no name finds groups, and whether a part of a name finds that group. */
export function nameFilterOf(nonsenseFinds: boolean, partFinds: boolean): EmulatorOptions["nameFilter"] {
  if (nonsenseFinds) return "none";
  return partFinds ? "part" : "exact";
}

const suffixForms: readonly (readonly [EmulatorOptions["suffix"], RegExp])[] = [
  ["plain", /^\d+$/],
  ["space", /^ \d+$/],
  ["parens", /^ \(\d+\)$/],
  ["dash", /^-\d+$/],
  ["underscore", /^_\d+$/],
];

/** Pairs of groups of which one has the other's name and a number. */
export function numberedPairs<G extends NamedGroup>(groups: readonly G[]): readonly (readonly [G, G])[] {
  // Looked up by what is left without the number: comparing all with all is too slow for thousands.
  const byName = new Map(groups.map((group) => [group.name, group]));
  return groups.flatMap((group) => {
    const base = [/[ _-]?\(?\d+\)?$/, /\(?\d+\)?$/]
      .map((number) => byName.get(group.name.replace(number, "")))
      .find((other) => other !== undefined && other !== group && isNumbered(group.name, other.name));
    return base === undefined ? [] : [[group, base] as const];
  });
}

/** The form of the numbers that names have beside the same name without one, where it is one form. A guess. */
export function suffixOf(groups: readonly NamedGroup[]): EmulatorOptions["suffix"] | undefined {
  const rests = numberedPairs(groups).map(([numbered, base]) => numbered.name.slice(base.name.length));
  if (rests.length === 0) return undefined;
  return suffixForms.find(([, form]) => rests.every((rest) => form.test(rest)))?.[0];
}

/** The JSON type of a number on the wire. */
export function wireType(value: unknown): "number" | "string" | undefined {
  if (typeof value === "number") return "number";
  return typeof value === "string" ? "string" : undefined;
}

/** Whether a parsed value is an object. */
export function isFields(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function idKeyOf(entry: JsonObject): EmulatorOptions["idKey"] | undefined {
  return idKeys.find((key) => known(entry[key]));
}

function known(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}
