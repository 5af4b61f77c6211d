import type { PlannedInputs } from "./group";

/** A group that the program declares. */
export interface DeclaredGroup extends Pick<PlannedInputs, "requestedName" | "onNameConflict"> {
  /** Distinguishes the resource from all others of the stack. */
  readonly identity: string;
  /** The id of the group that the resource has, or has created or adopted in this run; `undefined` if it has none yet. */
  readonly id: string | undefined;
}

/**
 * The resources that keep the group of a deleted one, which is then only removed from the state: those that will adopt it
 * if it has the name that they request. It is the deleted resource's own replacement; or, because the program has renamed
 * the resource, one that has no group yet.
 */
export function possibleKeepers<T extends DeclaredGroup>(
  deleted: { readonly id: string; readonly identity: string },
  program: readonly T[],
): T[] {
  const isDeclared = program.some(({ identity }) => identity === deleted.identity);
  return program.filter(
    ({ onNameConflict, identity, id }) =>
      onNameConflict === "adopt" &&
      (identity === deleted.identity || !isDeclared) &&
      (id === undefined || id === deleted.id),
  );
}
