import type { Checked } from "../model/group-arguments";
import type { Self } from "../model/resource";
import type { Created } from "./create";

/** What the program gives a resource, under the names of the program's properties. */
type Arguments = Readonly<Record<string, unknown>>;

/**
 * What one type of resource does, for any front end. `check` and `diff` make no call: previews work without a network and
 * without credentials. A `GroupError` says in `kept` what must stay in the state although a method failed.
 *
 * `Planned` are the inputs of a preview, in which values may be unknown.
 */
export interface Lifecycle<Inputs, State, Planned> {
  check(given: Arguments, self: Self): Checked<Planned>;
  /** The properties that an update would change. */
  diff(id: string, state: State, inputs: Planned, self: Self): Difference;
  create(inputs: Inputs, self: Self): Promise<Created<State>>;
  /**
   * Reads the resource. Without a state, it is read for the first time.
   *
   * @returns `undefined` if it is gone.
   */
  read(
    id: string,
    state: State | undefined,
    self: Self,
  ): Promise<{ readonly state: State; readonly inputs: Inputs } | undefined>;
  update(id: string, state: State, inputs: Inputs, self: Self): Promise<State>;
  /** @param self - as recorded in the state. */
  delete(id: string, state: State, self: Self): Promise<void>;
}

/** What an update would change, or that only a replacement can do it. */
interface Difference {
  readonly properties: readonly string[];
  readonly replaces?: readonly string[];
}
