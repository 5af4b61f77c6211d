import { mayCollide } from "./names";

interface Turn {
  readonly name: string;
  readonly over: Promise<unknown>;
}

/** Lets steps run one after the other where the server could take their names for duplicates of each other. */
export class NameLock {
  readonly #turns = new Set<Turn>();

  /** Runs after all earlier steps for such names have ended, however they ended. */
  async runExclusive<T>(name: string, step: () => Promise<T>): Promise<T> {
    const earlier = [...this.#turns].filter((turn) => mayCollide(turn.name, name)).map(({ over }) => over);
    const result = Promise.allSettled(earlier).then(step);
    const turn = { name, over: result };
    this.#turns.add(turn);
    try {
      return await result;
    } finally {
      this.#turns.delete(turn);
    }
  }
}
