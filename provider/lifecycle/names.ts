/** What the server appends to a name that is taken: a number, however it is set off. */
const appendedNumber = /^[ _-]?\(?\d+\)?$/;

/** Whether `name` is `wish` with a number appended, as the server names duplicates (`Support1`, `Support (1)`, …). */
export function isNumbered(name: string, wish: string): boolean {
  return name.startsWith(wish) && appendedNumber.test(name.slice(wish.length));
}

/**
 * The name to send with an update that is not about the name (Deepcall's update always needs one): the live name
 * where it is the wish, plain or numbered, so that it isn't numbered once more; else the wish, so that a name which
 * the server escapes isn't escaped twice.
 */
export function nameToKeep(live: string, wish: string): string {
  return live === wish || isNumbered(live, wish) ? live : wish;
}

/** Whether the server could take two wishes for duplicates of each other, or what it makes of one for the other. */
export function mayCollide(one: string, other: string): boolean {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  return couldBeAssignedFor(a, b) || couldBeAssignedFor(b, a);
}

/** Whether the server can have made `name` of `wish`: as it is, escaped, or with a number. */
export function couldBeAssignedFor(name: string, wish: string): boolean {
  return plain(name) === plain(wish) || isNumbered(plain(name), plain(wish));
}

const entities: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#34;": '"',
  "&#39;": "'",
  "&#x27;": "'",
  "&apos;": "'",
};

function plain(name: string): string {
  return name.replace(/&(amp|lt|gt|quot|apos|#34|#39|#x27);/gi, (entity) => entities[entity.toLowerCase()] ?? entity);
}

/** What is wrong with a name that a program asks for; `undefined` when nothing is. */
export function nameProblem(name: string): string | undefined {
  if (name === "") return "must not be empty";
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) return "must not hold control characters or line breaks";
  if (name.trim() !== name) return "must not begin or end with a blank";
  if (!name.isWellFormed()) return "must be valid Unicode (it holds half of a surrogate pair)";
  return undefined;
}

/** A group for a message: `group "Support" (id 42)`. */
export function groupLabel(group: { name: string; id?: number | string }): string {
  const id = group.id === undefined ? "" : ` (id ${group.id})`;
  return group.name === "" ? `a group${id}` : `group ${JSON.stringify(group.name)}${id}`;
}
