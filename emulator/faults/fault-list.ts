import type { ActiveFault, Fault } from "./fault";
import { type FaultContext, type FaultHandler, kinds } from "./kinds";
import { checkFault, formatFault, parseFault, parseKind } from "./parse";

/** The faults of an emulator. If several are due for the same call, the one that was added first is applied. */
export class FaultList {
  #faults: readonly ActiveFault[];

  /** @param onChange called after every change, except that a call was counted */
  constructor(
    faults: readonly (Fault | string)[],
    private readonly onChange: () => void = () => undefined,
  ) {
    this.#faults = faults.map(activate);
  }

  /** Adds a fault, as an object or as text. Throws a SetupError if it is invalid. */
  add(fault: Fault | string): void {
    this.#faults = [...this.#faults, activate(fault)];
    this.onChange();
  }

  /** Removes all faults. Pending late commits still happen. */
  clear(): void {
    this.#faults = [];
    this.onChange();
  }

  /** The faults that can still apply, in the order in which they were added. */
  list(): readonly ActiveFault[] {
    return this.#faults;
  }

  /** Counts a call with every fault of its operation, and returns the fault to apply to it. */
  countCall(operation: string): ActiveFault | undefined {
    const matches = (fault: ActiveFault): boolean => fault.operation === "any" || fault.operation === operation;
    const counted = this.#faults.map((fault) => (matches(fault) ? { ...fault, seen: fault.seen + 1 } : fault));
    this.#faults = counted.filter(({ seen, nth, times }) => times === 0 || seen < nth + times - 1);
    return counted.find((fault) => matches(fault) && fault.seen >= fault.nth);
  }
}

function activate(fault: Fault | string): ActiveFault {
  const checked = typeof fault === "string" ? parseFault(fault) : checkFault(fault, JSON.stringify(fault));
  return { ...checked, text: formatFault(checked), seen: 0 };
}

/** Responds to a call as the fault specifies, or not at all. */
export function applyFault({ kind, text }: ActiveFault, context: FaultContext): Response | Promise<Response> {
  context.c.var.call.fault = text;
  const { name, parameters } = parseKind(kind, text);
  const handler: FaultHandler = kinds[name].handler;
  return handler(context, ...parameters);
}
