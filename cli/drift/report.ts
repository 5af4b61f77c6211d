/** A group's name; `null` where the program says that it is a secret. */
export type Name = string | null;

export type Status = "active" | "inactive";

/** One way in which a group differs from what was declared; `from` is what was declared, `to` what Deepcall has now. */
export type Drift =
  | { readonly kind: "gone" }
  | { readonly kind: "renamed"; readonly from: Name; readonly to: Name }
  | { readonly kind: "status"; readonly from: Status; readonly to: Status };

/** A resource that declares a group, and how the group differs from it. */
export interface DeclaredGroup {
  /** The resource's name in the program. */
  readonly resource: string;
  readonly urn: string;
  /** Deepcall's id of the group. */
  readonly id: number;
  /** The name that the group got when the program was last applied. */
  readonly name: Name;
  /** Empty where everything is as declared. */
  readonly drift: readonly Drift[];
}

/** A group of the account that no resource of the stack declares. */
export interface UndeclaredGroup {
  readonly id: number;
  readonly name: string;
  /** `null` where Deepcall doesn't tell the status. */
  readonly status: Status | null;
}

/** What the next `pulumi up` does because the program changed: no drift. */
export interface Pending {
  readonly resource: string;
  readonly urn: string;
  readonly change: "create" | "update" | "replace" | "delete";
}

/** How the groups of an account differ from those that a stack declares. */
export interface Report {
  readonly stack: string;
  /** Every group that both the program and the state declare, sorted by resource. */
  readonly groups: readonly DeclaredGroup[];
  /** `null` where it was not asked for. */
  readonly undeclared: {
    readonly groups: readonly UndeclaredGroup[];
    /** False where Deepcall's list itself says that there are more groups than it holds. */
    readonly complete: boolean;
  } | null;
  readonly pending: readonly Pending[];
}

/** The groups that differ. */
export function drifted(report: Report): DeclaredGroup[] {
  return report.groups.filter(({ drift }) => drift.length > 0);
}

/** Whether anything differs: what the exit code tells. */
export function hasDrift(report: Report): boolean {
  return drifted(report).length > 0 || (report.undeclared?.groups.length ?? 0) > 0;
}
