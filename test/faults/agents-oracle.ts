import type { AgentAssignment, Emulator } from "../../emulator";
import type { AgentsDeclaration, DeclaredAgent, Engine, Program } from "../support/engine";

/** Whether an agent receives calls, by its id. */
type Agents = ReadonlyMap<string, boolean>;

/**
 * Knows, without looking at what the provider does, which agents of an account the program never listed ("strangers"),
 * and checks the promises about agents after each run.
 */
export class AgentsOracle {
  readonly #emulator: Emulator;
  /** The agents of each group before the run. */
  #before = new Map<number, Agents>();
  /** The resources of agents before the run, with their groups. */
  #resourcesBefore = new Map<string, number>();
  /** The ids that a program has ever listed for a group. */
  readonly #everListed = new Map<number, Set<string>>();
  readonly #strangers = new Map<number, ReadonlySet<string>>();
  /** The groups that had exactly the listed agents after an apply. */
  readonly #exact = new Set<number>();
  /** Groups for which a `delete` was sent although they had agents. */
  #deletedWithAgents: number[] = [];

  constructor(readonly engine: Engine) {
    const { emulator } = engine;
    this.#emulator = emulator;
    emulator.intercept = ({ operation, body }) => {
      const id = Number(body["groupId"]);
      if (operation === "delete" && this.#agents(id).size > 0 && !this.#mayDelete(id)) this.#deletedWithAgents.push(id);
      return undefined;
    };
  }

  /** The agents of a group that the program never listed. */
  strangers(groupId: number): ReadonlySet<string> {
    return this.#strangers.get(groupId) ?? new Set();
  }

  /** Assigns exactly these agents to a group without a call, as a user does in Deepcall's panel. */
  setAgents(groupId: number, agents: readonly AgentAssignment[]): void {
    this.#emulator.account("7").setAgents(groupId, agents);
    this.#findStrangers(groupId, [...this.#agents(groupId).keys()]);
  }

  /** Begins a run. */
  start(): void {
    this.#before = new Map(this.#emulator.groups("7").map(({ id }) => [id, this.#agents(id)]));
    this.#resourcesBefore = this.#resources();
    this.#deletedWithAgents = [];
  }

  /** Returns the broken promises after a run, as sentences. */
  finish(program: Program): string[] {
    const broken = this.#deletedWithAgents.map((id) => `delete was sent for group ${id}, which has agents`);
    for (const { id } of this.#emulator.groups("7")) {
      const declared = declaredFor(this.engine, program, id);
      const everListed = this.#everListed.get(id) ?? new Set();
      for (const { list } of declared) for (const agent of list) everListed.add(idOf(agent));
      this.#everListed.set(id, everListed);
      broken.push(...this.#brokenFor(id, declared).map((what) => `group ${id}: ${what}`));
      const now = [...this.#agents(id).keys()];
      // A successor decides about the agents, but does not know which of them its predecessor listed.
      if (this.#hasSuccessor(id)) this.#strangers.set(id, new Set(now.filter((agent) => !this.#isOurs(id, agent))));
      else
        this.#findStrangers(
          id,
          [...this.strangers(id)].filter((agent) => now.includes(agent)),
        );
    }
    this.#rememberExact();
    return broken;
  }

  #brokenFor(id: number, declared: readonly AgentsDeclaration[]): string[] {
    const before = this.#before.get(id) ?? new Map<string, boolean>();
    const now = this.#agents(id);
    const strangers = this.strangers(id);
    const listed = declared.flatMap(({ list }) => list.map(idOf));
    const mayRemove = declared.some(
      ({ otherAgents, removeExisting }) => otherAgents === "remove" && (removeExisting === true || this.#exact.has(id)),
    );
    const untouched = [...strangers].filter((agent) => !listed.includes(agent));
    return [
      ...(mayRemove ? [] : untouched.filter((agent) => !now.has(agent))).map(
        (agent) => `agent ${agent}, whom the program never listed, was removed`,
      ),
      ...untouched
        .filter((agent) => now.has(agent) && now.get(agent) !== before.get(agent))
        .map((agent) => `agent ${agent}, whom the program never listed, was changed`),
      ...listed
        // Two resources for one group are an error; until then, each may remove the other's agents.
        .filter((agent) => declared.length === 1 && before.has(agent) && !now.has(agent))
        .map((agent) => `the listed agent ${agent} was lost`),
      ...[...now.keys()]
        .filter((agent) => !strangers.has(agent) && !this.#isOurs(id, agent) && !this.#hasSuccessor(id))
        .map((agent) => `agent ${agent} was left behind: no resource in the state lists it`),
    ];
  }

  /** Returns the differences from the program after a run without faults. */
  differences(program: Program): string[] {
    const { state, agentsState } = this.engine;
    const declared = Object.entries(program).flatMap(([resource, { agents }]) =>
      agents ? [{ resource, agents }] : [],
    );
    return [
      ...Object.keys(agentsState)
        .filter((resource) => !declared.some((one) => one.resource === resource))
        .map((resource) => `the agents of ${resource} are still in the state`),
      ...declared.flatMap(({ resource, agents: { list, otherAgents } }) => {
        const kept = agentsState[resource];
        if (kept?.id !== state[resource]?.id || kept?.unfinished !== false) return [`${resource} has no agents`];
        const id = Number(kept.id);
        const others = otherAgents === "remove" ? [] : [...this.strangers(id)].filter((agent) => !ids(list).has(agent));
        const expected = {
          listed: list.map(textOf).toSorted(),
          assigned: [...ids(list), ...others].toSorted(),
          others: others.toSorted(),
        };
        const now = this.#agents(id);
        const actual = {
          listed: (kept.outputs["agents"] as DeclaredAgent[]).map(textOf).toSorted(),
          assigned: [...now.keys()].toSorted(),
          others: kept.outputs["otherAgentIds"],
        };
        const isAsListed = list.every((agent) => now.get(idOf(agent)) === receivesCalls(agent));
        return isAsListed && JSON.stringify(actual) === JSON.stringify(expected)
          ? []
          : [`the agents of ${resource} are ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`];
      }),
    ];
  }

  #agents(id: number): Agents {
    if (!this.#emulator.groups("7").some((group) => group.id === id)) return new Map();
    return new Map(this.#emulator.agents(id).map((agent) => [agent.id, agent.receivesCalls]));
  }

  #mayDelete(id: number): boolean {
    const owners = Object.values(this.engine.state).filter((kept) => kept.id === String(id));
    return owners.some(({ outputs }) => outputs["deleteWithAgents"] === true);
  }

  #resources(): Map<string, number> {
    return new Map(Object.entries(this.engine.agentsState).map(([resource, { id }]) => [resource, Number(id)]));
  }

  /** Whether a resource listed these agents before the run, and another one does now. */
  #hasSuccessor(id: number): boolean {
    const now = this.#resources();
    const isLeft = [...this.#resourcesBefore].some(([resource, group]) => group === id && now.get(resource) !== id);
    return isLeft && [...now.values()].includes(id);
  }

  /** Whether the program has listed an agent, and the state says so. */
  #isOurs(id: number, agent: string): boolean {
    const recorded = Object.values(this.engine.agentsState).filter((kept) => kept.id === String(id));
    return (
      this.#everListed.get(id)?.has(agent) === true &&
      recorded.some(({ outputs }) => ids(outputs["requestedAgents"] as DeclaredAgent[]).has(agent))
    );
  }

  #findStrangers(id: number, candidates: readonly string[]): void {
    this.#strangers.set(id, new Set(candidates.filter((agent) => !this.#isOurs(id, agent))));
  }

  #rememberExact(): void {
    const kept = Object.values(this.engine.agentsState);
    for (const id of this.#exact) if (!kept.some((entry) => entry.id === String(id))) this.#exact.delete(id);
    for (const { id, inputs, unfinished } of kept) {
      if (unfinished) continue;
      if (inputs["otherAgents"] === "remove") this.#exact.add(Number(id));
      else this.#exact.delete(Number(id));
    }
  }
}

/** What a program declares for the agents of a group. */
function declaredFor({ state }: Engine, program: Program, id: number): AgentsDeclaration[] {
  return Object.entries(program).flatMap(([resource, { agents }]) =>
    agents && state[resource]?.id === String(id) ? [agents] : [],
  );
}

const idOf = (agent: DeclaredAgent): string => (typeof agent === "string" ? agent : agent.id);
const receivesCalls = (agent: DeclaredAgent): boolean => typeof agent === "string" || agent.receivesCalls;
const textOf = (agent: DeclaredAgent): string => `${idOf(agent)}${receivesCalls(agent) ? "" : "-"}`;
const ids = (agents: readonly DeclaredAgent[]): Set<string> => new Set(agents.map(idOf));
