import { EventEmitter, once } from "node:events";

/** Calls to execute after their connection was closed. */
export class LateCommits {
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #events = new EventEmitter();
  #cancelled = false;

  /** @param onChange called when one was scheduled or executed */
  constructor(private readonly onChange: () => void) {}

  /** How many are pending. */
  get size(): number {
    return this.#timers.size;
  }

  /** Runs `commit` after a delay, unless `cancelAll` comes first. */
  schedule(ms: number, commit: () => void): void {
    if (this.#cancelled) return;
    const timer = setTimeout(() => {
      try {
        commit();
      } catch (error) {
        console.error(error);
      }
      this.#timers.delete(timer);
      this.onChange();
      if (this.#timers.size === 0) this.#events.emit("empty");
    }, ms);
    this.#timers.add(timer);
    this.onChange();
  }

  /** Resolves when none is pending. */
  async wait(): Promise<void> {
    if (this.#timers.size > 0) await once(this.#events, "empty");
  }

  /** Cancels the pending ones and all that are scheduled later. */
  cancelAll(): void {
    this.#cancelled = true;
    this.#timers.forEach(clearTimeout);
    this.#timers.clear();
    this.#events.emit("empty");
  }
}
