import { mayCollide } from "../model/names";

/** Runs steps one after the other if the server could treat their names as duplicates. */
export class NameLock {
  readonly #running = new Set<{ readonly name: string; readonly finished: Promise<unknown> }>();

  /** Runs `step` after all earlier steps with such names have finished or failed. */
  async runExclusive<T>(name: string, step: () => Promise<T>): Promise<T> {
    const earlier = [...this.#running].filter((other) => mayCollide(other.name, name));
    const result = Promise.allSettled(earlier.map(({ finished }) => finished)).then(step);
    const entry = { name, finished: result };
    this.#running.add(entry);
    try {
      return await result;
    } finally {
      this.#running.delete(entry);
    }
  }
}
