/** Commits that happen after their call is over. */
export class LateCommits {
  readonly #pending = new Set<NodeJS.Timeout>();
  #waiting: (() => void)[] = [];
  #ended = false;

  /** How many are under way. */
  get size(): number {
    return this.#pending.size;
  }

  /** Has `commit` happen that many milliseconds later, unless the end comes first. */
  schedule(ms: number, commit: () => void): void {
    if (this.#ended) return;
    const timer = setTimeout(() => {
      try {
        commit();
      } catch (error) {
        console.error(error);
      }
      this.#pending.delete(timer);
      this.#tell();
    }, ms);
    this.#pending.add(timer);
  }

  /** Resolves when none is under way. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#tell();
    });
  }

  /** Cancels all that are under way; from now on none is begun. */
  end(): void {
    this.#ended = true;
    this.#pending.forEach(clearTimeout);
    this.#pending.clear();
    this.#tell();
  }

  #tell(): void {
    if (this.#pending.size > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
