import type { PlannedInputs } from "./group";

interface NamedGroup {
  readonly id: number;
  readonly name: string;
}

/** A resource that wants a name for its group. */
export interface NameRequest extends Pick<PlannedInputs, "requestedName" | "onNameConflict"> {
  /** The group that is renamed; `undefined` for one that is created. */
  readonly id?: number | undefined;
}

export function toRequest({ requestedName, onNameConflict }: PlannedInputs): NameRequest {
  return { requestedName, onNameConflict };
}

/** The groups of an account, and what the same run does to them, as far as it is known. */
export interface NamesInUse<T extends NamedGroup> {
  readonly groups: readonly T[];
  /** False if there may be more groups. */
  readonly complete: boolean;
  /** The renames of this run, by the group's id. */
  readonly renames: ReadonlyMap<number, NameRequest>;
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

export type NameDecision<T> = NameOutcome<T> & {
  /** The groups that have the name, and that the same run renames: they come first. */
  readonly leaving: readonly T[];
};

/**
 * Decides what a requested name leads to. A group that the same run renames does not have its name any more, unless its
 * own rename will be refused.
 */
export function decideName<T extends NamedGroup>(
  request: NameRequest,
  inUse: NamesInUse<T>,
  earlier: readonly (number | undefined)[] = [],
): NameDecision<T> {
  const { id: ownId, requestedName } = request;
  const isLeaving = ({ id }: T): boolean => {
    const rename = inUse.renames.get(id);
    if (!rename || rename.requestedName === requestedName) return false;
    // In a rotation, a group leaves its name through a temporary one.
    if (id === ownId || earlier.includes(id)) return true;
    return !isRefused(decideName(rename, inUse, [...earlier, ownId]));
  };
  const holders = inUse.groups.filter(({ id, name }) => name === requestedName && id !== ownId);
  const leaving = holders.filter(isLeaving);
  const staying = holders.filter((holder) => !leaving.includes(holder));
  return { ...outcomeOf(request, staying, inUse.complete), leaving };
}

function outcomeOf<T>(
  { id, onNameConflict }: NameRequest,
  namesakes: readonly T[],
  isComplete: boolean,
): NameOutcome<T> {
  const [existing, ...others] = namesakes;
  if (!existing) return { kind: isComplete ? "free" : "unknown" };
  if (onNameConflict === "suffix") return { kind: "numbered", other: existing };
  // A rename never adopts, because two groups cannot become one.
  if (onNameConflict === "fail" || id !== undefined) return { kind: "taken", other: existing };
  return others.length > 0 ? { kind: "ambiguous", groups: namesakes } : { kind: "adopt", group: existing };
}

export function isRefused({ kind }: { readonly kind: NameOutcome<unknown>["kind"] }): boolean {
  return kind === "taken" || kind === "ambiguous";
}

/**
 * The groups that exchange their names with a renamed group, itself included, in the order of their ids; empty unless it
 * is part of a rotation. The first one goes through a temporary name.
 */
export function rotationOf<T extends NamedGroup>(request: NameRequest, { groups, renames }: NamesInUse<T>): number[] {
  const path: number[] = [];
  const holderOf = ({ requestedName }: NameRequest): NameRequest | undefined => {
    const holder = groups.find(({ id, name }) => name === requestedName && renames.has(id));
    return holder && renames.get(holder.id);
  };
  let current: NameRequest | undefined = request;
  while (current?.id !== undefined && !path.includes(current.id)) {
    path.push(current.id);
    current = holderOf(current);
  }
  return current?.id === request.id && path.length > 1 ? path.toSorted((a, b) => a - b) : [];
}
