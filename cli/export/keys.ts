import type { Group } from "../../client/responses";

/** Words that YAML readers of some versions take for something else than text. */
const words = new Set(["true", "false", "null", "yes", "no", "on", "off", "y", "n"]);

/**
 * A key for each group, made from its name; by id. Where names come to the same key, the oldest group (by its id) has
 * it, and the others add their ids: so a new group never changes the key of one that was there.
 */
export function keysFor(groups: readonly Group[]): ReadonlyMap<number, string> {
  const keys = new Map<number, string>();
  const taken = new Set<string>();
  for (const { id, name } of groups.toSorted((one, other) => one.id - other.id)) {
    let key = slug(name) ?? `group-${id}`;
    while (taken.has(key)) key = `${key}-${id}`;
    taken.add(key);
    keys.set(id, key);
  }
  return keys;
}

/** The name in letters from a to z, digits and hyphens, beginning with a letter; `undefined` when nothing is left. */
function slug(name: string): string | undefined {
  const plain = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  if (plain === "") return undefined;
  return /^[a-z]/.test(plain) && !words.has(plain) ? plain : `group-${plain}`;
}
