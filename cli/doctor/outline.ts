import { idKeys, totals } from "../../client/responses";
import { isFields } from "./shapes";

/** Keys of which it is known that they are no names or ids of groups. */
const knownKeys: ReadonlySet<string> = new Set([
  ...idKeys,
  ...totals,
  ...["status", "message", "code", "response", "name", "user_id", "userId", "create_date", "groups", "data", "list"],
  ...["rows", "items", "results", "records", "groupData", "agentData", "relationData", "receive_call"],
  ...["agent_unique_id", "page", "limit", "hasMore", "next"],
]);

/** A kind of value, or the outlines of what is in it. */
export type Outline = string | readonly Outline[] | { readonly [key: string]: Outline };

/**
 * What a JSON value is made of: kinds and names of keys, never a value. Keys are named in an object that has one which
 * is known; in any other they may be names or ids themselves, and are all `*`.
 */
export function outline(value: unknown): Outline {
  if (Array.isArray(value)) return distinct(value.map(outline));
  if (!isFields(value)) return kindOf(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return {};
  if (!entries.some(([key]) => knownKeys.has(key))) return { "*": distinct(entries.map(([, item]) => outline(item))) };
  const shown = entries.filter(([key]) => isWord(key));
  const others = entries.filter(([key]) => !isWord(key));
  return {
    ...Object.fromEntries(shown.map(([key, item]) => [key, outline(item)])),
    ...(others.length > 0 && { "*": distinct(others.map(([, item]) => outline(item))) }),
  };
}

/** How a programmer calls a field; digits and blanks may be part of an id or a name. */
function isWord(key: string): boolean {
  return knownKeys.has(key) || /^_?[A-Za-z]+([_-][A-Za-z]+)*$/.test(key);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "string") return typeof value;
  if (value === "") return "empty string";
  return /^\d+$/.test(value) ? "string of digits" : "string";
}

function distinct(outlines: readonly Outline[]): readonly Outline[] {
  return [...new Map(outlines.map((item) => [JSON.stringify(item), item])).values()];
}
