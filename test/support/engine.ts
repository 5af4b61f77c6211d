import type { Emulator } from "../../emulator";
import { toHoldings } from "../../provider/stack-state";
import { agentsType, groupType } from "../../provider/state-contract";
import type { Step } from "../../cli/preview/steps";
import type { RetryPolicy } from "../../client/retry";
import { createProviders } from "../../provider/dynamic";
import type { DynamicProvider } from "../../provider/dynamic/provider";
import { Run } from "../../provider/lifecycle/run";
import { environment, fastRetries } from "./lifecycle";
import { createPluginProviders } from "./plugin";

const frontEnds = { dynamic: createProviders, plugin: createPluginProviders };
export type FrontEnd = keyof typeof frontEnds;

/** A resource in the program. */
export interface Declaration {
  readonly name: string;
  readonly active?: boolean;
  readonly onNameConflict?: "suffix" | "adopt" | "fail";
  readonly deleteWithAgents?: boolean;
  /** The properties of `ignoreChanges`. */
  readonly ignore?: readonly ("name" | "active")[];
  /** A second resource, which depends on the group. */
  readonly agents?: AgentsDeclaration;
}
export interface AgentsDeclaration {
  readonly list: readonly DeclaredAgent[];
  readonly otherAgents?: "keep" | "remove";
  readonly removeExisting?: boolean;
}
export type DeclaredAgent = string | { readonly id: string; readonly receivesCalls: boolean };
export type Program = Readonly<Record<string, Declaration>>;

/** A resource in the state. */
interface StateEntry {
  id: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
  /** It was created, and a later step failed: the next run updates it. */
  unfinished: boolean;
}
type State = Record<string, StateEntry>;
type Action = () => Promise<void>;

/**
 * Calls the providers as Pulumi's engine does, for tests with thousands of runs: new providers for each run, creates and
 * updates in parallel but after what they depend on, deletes at the end and only if nothing failed. The end-to-end tests
 * prove that the engine does so.
 */
export class Engine {
  /** The groups. */
  state: State = {};
  /** The agents of groups, by the group's resource. */
  agentsState: State = {};
  /** Short only for calls that never get an answer: on a busy machine, a short time-out fails other calls too. */
  timeoutMs = 30_000;
  /** More variables of the environment. */
  more: Record<string, string> = {};

  constructor(
    readonly emulator: Emulator,
    public retryPolicy: RetryPolicy = fastRetries,
    readonly frontEnd: FrontEnd = "dynamic",
  ) {}

  /**
   * Runs `up` and returns the errors.
   *
   * @param options.targets - of other resources, neither `check` nor `diff` is called, and they stay in the state.
   */
  async up(program: Program, options: { refresh?: boolean; targets?: Targets } = {}): Promise<Error[]> {
    const { groups, agents } = this.#startRun();
    const errors = options.refresh ? await settle([...groups.refresh(), ...agents.refresh()]) : [];
    if (errors.length > 0) return errors;
    // `check` and `diff` run one after the other, creates and updates in parallel. After an error, the engine starts no
    // further step and waits for the running ones.
    const steps: Promise<void>[] = [];
    let failed = false;
    const run = async (step: Action): Promise<void> => {
      try {
        await step();
      } catch (error) {
        failed = true;
        throw error;
      }
    };
    for (const [resource, { agents: declaredAgents, ...group }] of Object.entries(program)) {
      if (!isTargeted(resource, options.targets)) continue;
      try {
        const step = await groups.step(resource, groupInputs(resource, group, this.state[resource]));
        const agentsStep: Action = async () => {
          const { id } = this.state[resource] ?? {};
          if (!declaredAgents || id === undefined || failed) return;
          await run(await agents.step(resource, agentsInputs(resource, Number(id), declaredAgents)));
        };
        steps.push(run(step).then(agentsStep));
      } catch (error) {
        errors.push(error as Error);
        failed = true;
        break;
      }
    }
    errors.push(...(await settle(steps)));
    if (errors.length > 0) return errors;
    return this.#delete(groups, agents, program, options.targets);
  }

  /** The steps of \`preview --refresh\`, as the engine reports them. It changes nothing. */
  async preview(program: Program): Promise<Step[]> {
    const copy = new Engine(this.emulator, this.retryPolicy, this.frontEnd);
    copy.state = structuredClone(this.state);
    const before = structuredClone(this.state);
    const { groups } = copy.#startRun();
    await Promise.all(groups.refresh());
    const steps: Step[] = [];
    const report = (
      op: string,
      resource: string,
      old: StateEntry | undefined,
      current: Partial<StateEntry> | undefined,
    ) =>
      steps.push({
        op,
        urn: urnOf(resource),
        type: groupType,
        old: old ? { ...old, initErrors: old.unfinished ? ["unfinished"] : [] } : null,
        new: current ? { id: "", inputs: {}, outputs: {}, ...current } : null,
      });
    for (const [resource, old] of Object.entries(before)) report("refresh", resource, old, copy.state[resource]);
    for (const [resource, declaration] of Object.entries(program)) {
      const kept = copy.state[resource];
      const { op, inputs } = await groups.plan(resource, groupInputs(resource, declaration, kept));
      report(op, resource, kept, { inputs, ...(kept && { id: kept.id, outputs: kept.outputs }) });
    }
    for (const [resource, old] of Object.entries(copy.state))
      if (!(resource in program)) report("delete", resource, old, undefined);
    return steps;
  }

  /** Runs \`refresh\` and returns the errors. */
  async refresh(): Promise<Error[]> {
    const { groups, agents } = this.#startRun();
    return settle([...groups.refresh(), ...agents.refresh()]);
  }

  /** Runs `destroy` and returns the errors. */
  async destroy(targets?: Targets): Promise<Error[]> {
    const { groups, agents } = this.#startRun();
    return this.#delete(groups, agents, {}, targets);
  }

  /** What depends on a group is deleted before it. */
  async #delete(groups: Resources, agents: Resources, program: Program, targets?: Targets): Promise<Error[]> {
    const errors = await settle(
      agents.delete((resource) => isTargeted(resource, targets) && !program[resource]?.agents),
    );
    if (errors.length > 0) return errors;
    return settle(groups.delete((resource) => isTargeted(resource, targets) && !(resource in program)));
  }

  #startRun(): { groups: Resources; agents: Resources } {
    const settings = environment(this.emulator, { DEEPCALL_TIMEOUT_MS: `${this.timeoutMs}`, ...this.more });
    const readStack = () => {
      const exported = (type: string, state: State) =>
        Object.entries(state).map(([resource, { id, outputs }]) => ({ urn: urnOf(resource, type), type, id, outputs }));
      return Promise.resolve(
        toHoldings([...exported(groupType, this.state), ...exported(agentsType, this.agentsState)]),
      );
    };
    const { group, agents } = frontEnds[this.frontEnd](new Run(settings, this.retryPolicy, readStack));
    return { groups: new Resources(group, this.state), agents: new Resources(agents, this.agentsState) };
  }
}

/** The resources that a run is limited to. */
type Targets = ReadonlySet<string>;

function isTargeted(resource: string, targets: Targets | undefined): boolean {
  return !targets || targets.has(resource);
}

function urnOf(resource: string, type = groupType): string {
  return `urn:pulumi:dev::project::${type}::${resource}`;
}

function groupInputs(
  resource: string,
  { name, ignore = [], ...rest }: Declaration,
  kept: StateEntry | undefined,
): Record<string, unknown> {
  return {
    // The agents are another resource.
    ...Object.fromEntries(Object.entries(rest).filter(([key]) => key !== "agents")),
    // The engine replaces an ignored input by the recorded one.
    requestedName: ignore.includes("name") && kept ? kept.inputs["requestedName"] : name,
    ...(ignore.includes("active") && kept && { active: kept.inputs["active"] }),
    ...(ignore.length > 0 && { __ignore: ignore }),
    __resource: resource,
    __provider: "text",
  };
}

function agentsInputs(
  resource: string,
  groupId: number,
  { list, ...rest }: AgentsDeclaration,
): Record<string, unknown> {
  return { ...rest, groupId, requestedAgents: list, __resource: `${resource}-agents`, __provider: "text" };
}

/** The resources of one type in one run. */
class Resources {
  constructor(
    private readonly provider: DynamicProvider,
    private readonly state: State,
  ) {}

  /** Calls `check` and `diff` as a preview does. */
  async plan(
    resource: string,
    news: Record<string, unknown>,
  ): Promise<{ op: string; inputs: Record<string, unknown> }> {
    const kept = this.state[resource];
    const { inputs = {}, failures = [] } = await this.provider.check(kept?.inputs ?? {}, news);
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("\n"));
    if (!kept) return { op: "create", inputs };
    const { changes } = await this.provider.diff(kept.id, kept.outputs, inputs);
    return { op: changes === true || kept.unfinished ? "update" : "same", inputs };
  }

  /** Calls `check` and `diff`, and returns what changes the resource. */
  async step(resource: string, news: Record<string, unknown>): Promise<Action> {
    const kept = this.state[resource];
    const { inputs = {}, failures = [] } = await this.provider.check(kept?.inputs ?? {}, news);
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("\n"));
    if (!kept) return () => this.#create(resource, inputs);
    const { changes, replaces = [] } = await this.provider.diff(kept.id, kept.outputs, inputs);
    if (replaces.length > 0)
      return async () => {
        await this.#delete(resource, kept);
        await this.#create(resource, inputs);
      };
    if (changes === true || kept.unfinished) return () => this.#update(resource, kept, inputs);
    return () => {
      this.state[resource] = { ...kept, inputs };
      return Promise.resolve();
    };
  }

  refresh(): Promise<void>[] {
    return Object.entries(this.state).map(async ([resource, kept]) => {
      const { id, props = {}, inputs = {} } = await this.provider.read(kept.id, kept.outputs);
      if (id === undefined) {
        Reflect.deleteProperty(this.state, resource);
        return;
      }
      await this.provider.diff(id, props, kept.inputs);
      this.state[resource] = {
        ...kept,
        inputs: { ...inputs, __provider: "text" },
        outputs: { ...props, __provider: "text" },
      };
    });
  }

  delete(shouldDelete: (resource: string) => boolean): Promise<void>[] {
    return Object.entries(this.state)
      .filter(([resource]) => shouldDelete(resource))
      .map(([resource, kept]) => this.#delete(resource, kept));
  }

  async #create(resource: string, inputs: Record<string, unknown>): Promise<void> {
    await this.#recordResult(resource, inputs, async () => {
      const { id, outs = {} } = await this.provider.create(inputs);
      return { id, outputs: outs };
    });
  }

  async #update(resource: string, kept: StateEntry, inputs: Record<string, unknown>): Promise<void> {
    await this.#recordResult(resource, inputs, async () => {
      const { outs = {} } = await this.provider.update(kept.id, kept.outputs, inputs);
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

  async #delete(resource: string, kept: StateEntry): Promise<void> {
    await this.provider.delete(kept.id, kept.outputs);
    Reflect.deleteProperty(this.state, resource);
  }
}

/** Waits for all, and returns the errors. */
async function settle(steps: readonly Promise<void>[]): Promise<Error[]> {
  const results = await Promise.allSettled(steps);
  return results.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : []));
}
