import { EventEmitter, once } from "node:events";

/** Tells event streams that something changed: groups, calls, faults, pending late commits or options. */
export class Changes {
  // One listener for each open page.
  readonly #events = new EventEmitter().setMaxListeners(0);
  #count = 0;

  /** The number of changes so far. */
  get count(): number {
    return this.#count;
  }

  /** How many are waiting for the next change. */
  get waiting(): number {
    return this.#events.listenerCount("change");
  }

  notify(): void {
    this.#count += 1;
    this.#events.emit("change");
  }

  /** Resolves when there were more changes than `count`; rejects if the signal is aborted first. */
  async moreThan(count: number, signal: AbortSignal): Promise<void> {
    if (this.#count === count) await once(this.#events, "change", { signal });
  }
}
