import type { Emulator } from "../../emulator";
import type { RetryPolicy } from "../../client/retry";
import { createProvider, type GroupProvider } from "../../provider/lifecycle";
import { environment, fastRetries } from "./lifecycle";

/** A resource in the program. */
export interface Declaration {
  readonly name: string;
  readonly active?: boolean;
  readonly onNameConflict?: "suffix" | "adopt" | "fail";
  readonly deleteWithAgents?: boolean;
  /** The properties of `ignoreChanges`. */
  readonly ignore?: readonly ("name" | "active")[];
}
export type Program = Readonly<Record<string, Declaration>>;

/** A resource in the state. */
interface StateEntry {
  id: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
  /** It was created, and a later step failed: the next run updates it. */
  unfinished: boolean;
}

/**
 * Calls the provider as Pulumi's engine does, for tests with thousands of runs: one provider for each run, creates and
 * updates in parallel, deletes at the end and only if nothing failed. The end-to-end tests prove that the engine does so.
 */
export class Engine {
  state: Record<string, StateEntry> = {};
  /** Short only for calls that never get an answer: on a busy machine, a short time-out fails other calls too. */
  timeoutMs = 30_000;

  constructor(
    readonly emulator: Emulator,
    public retryPolicy: RetryPolicy = fastRetries,
  ) {}

  /** Runs `up` and returns the errors. */
  async up(program: Program, options: { refresh?: boolean } = {}): Promise<Error[]> {
    const provider = this.#startRun();
    const errors = options.refresh ? await this.#refresh(provider) : [];
    if (errors.length > 0) return errors;
    // `check` and `diff` run one after the other, creates and updates in parallel.
    const steps: Promise<void>[] = [];
    for (const [resource, declaration] of Object.entries(program)) {
      try {
        const step = await this.#step(provider, resource, declaration);
        steps.push(step());
      } catch (error) {
        // The engine starts no further step and waits for the running ones.
        errors.push(error as Error);
        break;
      }
    }
    for (const result of await Promise.allSettled(steps))
      if (result.status === "rejected") errors.push(result.reason as Error);
    if (errors.length > 0) return errors;
    return this.#delete(provider, (resource) => !(resource in program));
  }

  /** Runs `refresh` and returns the errors. */
  async refresh(): Promise<Error[]> {
    return this.#refresh(this.#startRun());
  }

  /** Runs `destroy` and returns the errors. */
  async destroy(): Promise<Error[]> {
    return this.#delete(this.#startRun(), () => true);
  }

  #startRun(): GroupProvider {
    return createProvider(environment(this.emulator, { DEEPCALL_TIMEOUT_MS: `${this.timeoutMs}` }), this.retryPolicy);
  }

  async #step(provider: GroupProvider, resource: string, declaration: Declaration): Promise<() => Promise<void>> {
    const { name, ignore = [], ...rest } = declaration;
    const kept = this.state[resource];
    const news = {
      ...rest,
      // The engine replaces an ignored input by the recorded one.
      requestedName: ignore.includes("name") && kept ? kept.inputs["requestedName"] : name,
      ...(ignore.includes("active") && kept && { active: kept.inputs["active"] }),
      ...(ignore.length > 0 && { __ignore: ignore }),
      __resource: resource,
      __provider: "text",
    };
    const { inputs = {}, failures = [] } = await provider.check(kept?.inputs ?? {}, news);
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("\n"));
    if (!kept) return () => this.#create(provider, resource, inputs);
    const { changes } = await provider.diff(kept.id, kept.outputs, inputs);
    if (changes === true || kept.unfinished) return () => this.#update(provider, resource, kept, inputs);
    return () => {
      this.state[resource] = { ...kept, inputs };
      return Promise.resolve();
    };
  }

  async #create(provider: GroupProvider, resource: string, inputs: Record<string, unknown>): Promise<void> {
    await this.#recordResult(resource, inputs, async () => {
      const { id, outs = {} } = await provider.create(inputs);
      return { id, outputs: outs };
    });
  }

  async #update(
    provider: GroupProvider,
    resource: string,
    kept: StateEntry,
    inputs: Record<string, unknown>,
  ): Promise<void> {
    await this.#recordResult(resource, inputs, async () => {
      const { outs = {} } = await provider.update(kept.id, kept.outputs, inputs);
      return { id: kept.id, outputs: outs };
    });
  }

  /** An error that carries an id leaves the resource in the state as unfinished. */
  async #recordResult(
    resource: string,
    inputs: Record<string, unknown>,
    step: () => Promise<{ id: string; outputs: Record<string, unknown> }>,
  ): Promise<void> {
    try {
      const { id, outputs } = await step();
      this.state[resource] = { id, inputs, outputs: { ...outputs, __provider: "text" }, unfinished: false };
    } catch (error) {
      const { id, properties } = error as { id?: string; properties?: Record<string, unknown> };
      if (id !== undefined) this.state[resource] = { id, inputs, outputs: properties ?? {}, unfinished: true };
      throw error;
    }
  }

  async #refresh(provider: GroupProvider): Promise<Error[]> {
    return this.#each(async (resource, kept) => {
      const { id, props = {}, inputs = {} } = await provider.read(kept.id, kept.outputs);
      if (id === undefined) {
        Reflect.deleteProperty(this.state, resource);
        return;
      }
      await provider.diff(id, props, kept.inputs);
      this.state[resource] = {
        ...kept,
        inputs: { ...inputs, __provider: "text" },
        outputs: { ...props, __provider: "text" },
      };
    });
  }

  async #delete(provider: GroupProvider, shouldDelete: (resource: string) => boolean): Promise<Error[]> {
    return this.#each(async (resource, kept) => {
      if (!shouldDelete(resource)) return;
      await provider.delete(kept.id, kept.outputs);
      Reflect.deleteProperty(this.state, resource);
    });
  }

  async #each(step: (resource: string, kept: StateEntry) => Promise<void>): Promise<Error[]> {
    const results = await Promise.allSettled(
      Object.entries(this.state).map(([resource, kept]) => step(resource, kept)),
    );
    return results.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : []));
  }
}
