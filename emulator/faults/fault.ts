import type { OperationName } from "../operations";

/** What a fault waits for: one operation, or any of them. */
export type FaultOperation = OperationName | "any";

type When = "before" | "after";

/** How a call goes wrong: the name of a kind, and its parameters; `kinds` in kinds.ts says what each does. */
export type FaultKind =
  | `${"reset" | "hang"}-${When}`
  | "cut-after"
  | `${"late-commit" | "slow"}${"" | `:${number}`}`
  | `error-${When}:${number}`
  | `http-${When}:${number}${"" | `:${number}`}`
  | `${"html" | "shape" | "empty"}-after`
  | "redirect";

/** A fault to set. Every call of its operation counts from then on, in the order of arrival, authenticated or not. */
export interface Fault {
  readonly operation: FaultOperation;
  readonly kind: FaultKind;
  /** The first call that it hits; default 1. */
  readonly nth?: number | undefined;
  /** How many calls in a row it hits from there; 0 for good; default 1. */
  readonly times?: number | undefined;
}

/** A fault that can still hit. */
export interface ActiveFault {
  readonly operation: FaultOperation;
  readonly kind: FaultKind;
  readonly nth: number;
  readonly times: number;
  /** The fault as text, e.g. `add:error-before:1009@2x3`. */
  readonly text: string;
  /** How many calls of its operation there were since it was set. */
  readonly seen: number;
}

/** The faults of an emulator. Where several would hit the same call, the one that was set first does. */
export interface Faults {
  /** Sets a fault, as an object or as text; one that can't be read is a SetupError. */
  add(fault: Fault | string): void;
  /** Takes all faults away. Late commits that are under way still happen. */
  clear(): void;
  /** The faults that can still hit, in the order in which they were set. */
  list(): readonly ActiveFault[];
}
