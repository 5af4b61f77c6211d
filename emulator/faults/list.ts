import type { ActiveFault, Fault, Faults } from "./fault";
import { checkFault, formatFault, readFault } from "./read";

/** What a call meets: the fault that hits it, and the faults that can still hit after it. */
export interface Encounter {
  readonly hit: ActiveFault | undefined;
  readonly left: readonly ActiveFault[];
}

/** Counts a call of this operation with every fault that waits for it; the first one that is due hits. */
export function meet(faults: readonly ActiveFault[], operation: string): Encounter {
  const counted = faults.map((fault) => (concerns(fault, operation) ? { ...fault, seen: fault.seen + 1 } : fault));
  return {
    // How often it may hit is no question here: a fault that has done so is no longer among them.
    hit: counted.find((fault) => concerns(fault, operation) && isDue(fault)),
    left: counted.filter((fault) => !isSpent(fault)),
  };
}

/** A fault that was just set. */
export function activate(fault: Fault | string): ActiveFault {
  const checked = typeof fault === "string" ? readFault(fault) : checkFault(fault, JSON.stringify(fault));
  return { ...checked, text: formatFault(checked), seen: 0 };
}

/** The faults of one emulator. */
export class FaultList implements Faults {
  #active: readonly ActiveFault[];

  constructor(faults: readonly (Fault | string)[]) {
    this.#active = faults.map(activate);
  }

  add(fault: Fault | string): void {
    this.#active = [...this.#active, activate(fault)];
  }

  clear(): void {
    this.#active = [];
  }

  list(): readonly ActiveFault[] {
    return this.#active;
  }

  /** Counts a call that arrived; gives the fault that hits it. */
  meet(operation: string): ActiveFault | undefined {
    const { hit, left } = meet(this.#active, operation);
    this.#active = left;
    return hit;
  }
}

function concerns(fault: ActiveFault, operation: string): boolean {
  return fault.operation === "any" || fault.operation === operation;
}

function isDue({ seen, nth }: ActiveFault): boolean {
  return seen >= nth;
}

function isSpent({ seen, nth, times }: ActiveFault): boolean {
  return times !== 0 && seen >= nth + times - 1;
}
