import type { OperationName } from "../requests";

export type FaultOperation = OperationName | "any";

type When = "before" | "after";

/** The name of a kind and its parameters; see the table in kinds.ts. */
export type FaultKind =
  | `${"reset" | "hang"}-${When}`
  | "cut-after"
  | `${"late-commit" | "slow"}${"" | `:${number}`}`
  | `error-${When}:${number}`
  | `http-${When}:${number}${"" | `:${number}`}`
  | `${"html" | "shape" | "empty"}-after`
  | "redirect";

/** A fault to add. From then on every call of its operation counts, in order of arrival, authenticated or not. */
export interface Fault {
  readonly operation: FaultOperation;
  readonly kind: FaultKind;
  /** The first call that it applies to; default 1. */
  readonly nth?: number | undefined;
  /** How many consecutive calls it applies to; 0 for every call from then on; default 1. */
  readonly times?: number | undefined;
}

/** A fault with its defaults filled in. */
export type CheckedFault = Required<{ [Key in keyof Fault]: NonNullable<Fault[Key]> }>;

/** A fault that can still apply to a call. */
export interface ActiveFault extends CheckedFault {
  /** The fault as text, for example `add:error-before:1009@2x3`. */
  readonly text: string;
  /** How many calls of its operation arrived since it was added. */
  readonly seen: number;
}
