import type { OnNameConflict } from "./group";

interface NamedGroup {
  readonly id: number;
  readonly name: string;
}

/** The other groups that have exactly the requested name, as far as they are known. */
export interface Namesakes<T> {
  readonly groups: readonly T[];
  /** False if there may be more. */
  readonly complete: boolean;
}

/** What a requested name leads to. */
export type NameOutcome<T> =
  /** No group has the name, so the server assigns it. */
  | { readonly kind: "free" }
  /** The server appends a number. */
  | { readonly kind: "numbered"; readonly other: T }
  /** The resource manages the group that has the name. */
  | { readonly kind: "adopt"; readonly group: T }
  /** Refused: a group has the name, and `onNameConflict` does not allow another one. */
  | { readonly kind: "taken"; readonly other: T }
  /** Refused: several groups have the name, so it is unclear which one to adopt. */
  | { readonly kind: "ambiguous"; readonly groups: readonly T[] }
  /** It is not known whether a group has the name. */
  | { readonly kind: "unknown" };

/** What happens if a group is created under a name. */
export function createUnderName<T extends NamedGroup>(
  { groups, complete }: Namesakes<T>,
  onNameConflict: OnNameConflict,
): NameOutcome<T> {
  const [existing, ...others] = groups;
  if (!existing) return { kind: complete ? "free" : "unknown" };
  if (onNameConflict === "suffix") return { kind: "numbered", other: existing };
  if (onNameConflict === "fail") return { kind: "taken", other: existing };
  if (others.length > 0) return { kind: "ambiguous", groups };
  return complete ? { kind: "adopt", group: existing } : { kind: "unknown" };
}

/** What happens if a group is renamed. A rename never adopts, because two groups cannot become one. */
export function renameTo<T extends NamedGroup>(
  { groups, complete }: Namesakes<T>,
  onNameConflict: OnNameConflict,
): NameOutcome<T> {
  const [other] = groups;
  if (!other) return { kind: complete ? "free" : "unknown" };
  return { kind: onNameConflict === "suffix" ? "numbered" : "taken", other };
}
