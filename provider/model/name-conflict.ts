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

/** A request of this run, and the group that results from it. */
export interface NameClaim<T> {
  readonly request: NameRequest;
  readonly group: T;
}

/** The groups of an account, and the names that one run requests, as far as they are known. */
export interface NamesInUse<T extends NamedGroup> {
  readonly groups: readonly T[];
  /** False if there may be more groups. */
  readonly complete: boolean;
  /** In the order of the program: if several resources want a name, the first one gets it. */
  readonly claims: readonly NameClaim<T>[];
}

/** What a requested name leads to. */
export type NameOutcome<T> =
  /** No group has the name, so the server assigns it. */
  | { readonly kind: "free" }
  /** The server appends a number. */
  | { readonly kind: "numbered"; readonly other: T }
  /** The resource manages the group that has the name, unless an earlier resource of the run does. */
  | { readonly kind: "adopt"; readonly group: T; readonly owner?: T | undefined }
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
 * Decides what the requested names of a run lead to. A group that the run renames does not have its name any more, unless
 * its own rename is refused.
 *
 * @param refused - the groups whose renames are known to be refused; all that are refused are added.
 */
export function decideNames<T extends NamedGroup>(
  { groups, complete, claims }: NamesInUse<T>,
  refused = new Set<number>(),
): ReadonlyMap<NameRequest, NameDecision<T>> {
  const holders = Map.groupBy(groups, ({ name }) => name);
  const renames = new Map(claims.map(({ request }) => [request.id, request]));
  for (;;) {
    const given = new Map<string, T>();
    const decisions = new Map<NameRequest, NameDecision<T>>();
    const refusedBefore = refused.size;
    for (const { request, group } of claims) {
      const { id: ownId, requestedName } = request;
      const others = (holders.get(requestedName) ?? []).filter(({ id }) => id !== ownId);
      const leaving = others.filter(
        ({ id }) => !refused.has(id) && (renames.get(id)?.requestedName ?? requestedName) !== requestedName,
      );
      const winner = given.get(requestedName);
      const remaining = others.filter((other) => !leaving.includes(other));
      const staying = remaining.length === 0 && winner ? [winner] : remaining;
      const outcome = { ...outcomeOf(request, staying, complete), owner: winner };
      if (staying.length === 0 || outcome.kind === "adopt") given.set(requestedName, group);
      if (ownId !== undefined && isRefused(outcome)) refused.add(ownId);
      decisions.set(request, { ...outcome, leaving });
    }
    if (refused.size === refusedBefore) return decisions;
  }
}

/** The requests for the same name that come before a request. */
export function earlierClaims<T extends NamedGroup, C extends NameClaim<T>>(
  request: NameRequest,
  claims: readonly C[],
): C[] {
  const own = claims.findIndex((claim) => claim.request === request);
  return claims.slice(0, Math.max(0, own)).filter((claim) => claim.request.requestedName === request.requestedName);
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
export function rotationOf<T extends NamedGroup>(request: NameRequest, { groups, claims }: NamesInUse<T>): number[] {
  const path: number[] = [];
  const holderOf = ({ requestedName }: NameRequest): NameRequest | undefined => {
    const ids = groups.flatMap(({ id, name }) => (name === requestedName ? [id] : []));
    return claims.find(({ request: { id } }) => id !== undefined && ids.includes(id))?.request;
  };
  let current: NameRequest | undefined = request;
  while (current?.id !== undefined && !path.includes(current.id)) {
    path.push(current.id);
    current = holderOf(current);
  }
  return current?.id === request.id && path.length > 1 ? path.toSorted((a, b) => a - b) : [];
}
