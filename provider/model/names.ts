/** What the server appends to a name that is taken: a number, with or without a separator. */
const appendedNumber = /^[ _-]?\(?\d+\)?$/;

/** Whether `name` is `requestedName` with an appended number (`Support1`, `Support (1)`, …). */
export function isNumbered(name: string, requestedName: string): boolean {
  return name.startsWith(requestedName) && appendedNumber.test(name.slice(requestedName.length));
}

/**
 * The name to send with an update of the status (Deepcall requires one): the current name if it is the requested name,
 * plain or numbered, so that it isn't numbered again; otherwise the requested name, so that a name that the server
 * escapes isn't escaped twice.
 */
export function nameToKeep(currentName: string, requestedName: string): string {
  return currentName === requestedName || isNumbered(currentName, requestedName) ? currentName : requestedName;
}

/** Whether the server could treat two requested names, or the names that it assigns for them, as duplicates. */
export function mayCollide(one: string, other: string): boolean {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  return couldBeAssignedFor(a, b) || couldBeAssignedFor(b, a);
}

/** Whether the server may have assigned `name` for `requestedName`: the same, escaped or numbered. */
export function couldBeAssignedFor(name: string, requestedName: string): boolean {
  return (
    unescapeHtml(name) === unescapeHtml(requestedName) || isNumbered(unescapeHtml(name), unescapeHtml(requestedName))
  );
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

function unescapeHtml(name: string): string {
  return name.replace(/&(amp|lt|gt|quot|apos|#34|#39|#x27);/gi, (entity) => entities[entity.toLowerCase()] ?? entity);
}

/** Why a program cannot request a name; `undefined` if it can. */
export function nameProblem(name: string): string | undefined {
  if (name === "") return "must not be empty";
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) return "must not contain control characters or line breaks";
  if (name.trim() !== name) return "must not start or end with a space";
  if (!name.isWellFormed()) return "must be valid Unicode (it contains half of a surrogate pair)";
  return undefined;
}

/** A group for messages; its name is empty if it is not known. */
export interface NamedGroup {
  readonly name: string;
  readonly id?: number | string;
}

/** A group in a message: `group "Support" (id 42)`. */
export function groupLabel({ name, id }: NamedGroup): string {
  const suffix = id === undefined ? "" : ` (id ${id})`;
  return name === "" ? `a group${suffix}` : `group ${JSON.stringify(name)}${suffix}`;
}

/** A `DeepcallProvider` in a message: `DeepcallProvider "emea"`. */
export function providerLabel(name: string): string {
  return `DeepcallProvider ${JSON.stringify(name)}`;
}

/** Why a name cannot be had, as a clause. */
export function takenReason({ id, resource }: { readonly id: number; readonly resource?: string | undefined }): string {
  return resource === undefined
    ? `a group with this name already exists (id ${id})`
    : `the resource ${JSON.stringify(resource)} gets this name in the same run`;
}
