import { ApiError } from "./errors";
import { freeName, sameName, transformName } from "./names";
import type { EmulatorOptions } from "./options";
import type { CheckedSeed, Seed } from "./seed";

/** An agent of an account. */
export interface Agent {
  readonly id: string;
  readonly name?: string | undefined;
}

/** An account and its credentials. */
export interface Account {
  readonly userId: string;
  readonly token?: string | undefined;
  readonly ssid?: string | undefined;
  /** Absent if the seed does not list them: every agent is then known. */
  readonly agents?: readonly Agent[] | undefined;
}

/** An agent as assigned to a group. */
export interface AssignedAgent {
  readonly id: string;
  readonly receivesCalls: boolean;
}

/** 1 active, 0 inactive. */
export type Status = 0 | 1;

/** Immutable: a change creates a new object. */
export interface Group {
  readonly id: number;
  readonly userId: string;
  readonly name: string;
  readonly status: Status;
  /** ISO 8601. */
  readonly createDate: string;
  readonly agents: readonly AssignedAgent[];
  /** Whether it was deleted and is only kept for the option `deletion`. */
  readonly isDeleted: boolean;
}

/**
 * The accounts, their agents and their groups. `add`, `update` and `assign` apply the options; `insert` and `change`
 * store names and agents as given.
 */
export class Store {
  readonly accounts: readonly Account[];
  readonly #groups = new Map<number, Group>();
  /** By account and id. An account whose agents the seed does not list is missing. */
  readonly #knownAgents: ReadonlyMap<string, ReadonlyMap<string, Agent>>;
  #nextId: number;
  /** The groups before the changes that no list has shown yet, with the option `staleLists`. */
  #stale: ReadonlyMap<number, Group> | undefined;

  /**
   * @param options may change at any time
   * @param onChange called after every change
   */
  constructor(
    seed: CheckedSeed,
    private readonly options: EmulatorOptions,
    private readonly onChange: () => void,
  ) {
    this.accounts = seed.accounts.map(({ userId, token, ssid, agents }) => ({ userId, token, ssid, agents }));
    this.#knownAgents = new Map(
      seed.accounts.flatMap(({ userId, agents }) =>
        agents === undefined ? [] : [[userId, new Map(agents.map((agent) => [agent.id, agent]))]],
      ),
    );
    const seeded = seed.accounts.flatMap(({ userId, groups }) => groups.map((group) => ({ userId, ...group })));
    this.#nextId = Math.max(seed.nextId ?? 1, ...seeded.map(({ id = 0 }) => id + 1));
    for (const { id, userId, name, status, active, createDate, agents, isDeleted } of seeded) {
      this.#put({
        id: id ?? this.#takeId(),
        userId,
        name,
        status: status ?? (active === false ? 0 : 1),
        createDate: createDate ?? now(),
        agents: agents ?? [],
        isDeleted: isDeleted ?? false,
      });
    }
    this.#stale = undefined;
  }

  /** The groups of one account, or of all, sorted by id. */
  groups(userId?: string): Group[] {
    return this.#sorted(userId).filter(({ isDeleted }) => !isDeleted);
  }

  /** The groups of an account that the next list contains, sorted by id: with the option `deletion`, deleted ones too. */
  listed(userId: string): Group[] {
    const groups = this.#sorted(userId, this.#stale);
    this.#stale = undefined;
    return groups.filter(({ isDeleted }) => this.options.deletion !== "permanent" || !isDeleted);
  }

  /** The group with this id, of any account. */
  get(id: number): Group | undefined {
    const group = this.#groups.get(id);
    return group?.isDeleted === true ? undefined : group;
  }

  /** The group with this id, if it belongs to the account; otherwise error 1503. */
  find(userId: string, id: string): Group {
    return assertFound(this.get(Number(id)), userId, id);
  }

  /** Like `find`, but with the option `deletion` also a deleted group. */
  findListed(userId: string, id: string): Group {
    return this.options.deletion === "permanent"
      ? this.find(userId, id)
      : assertFound(this.#groups.get(Number(id)), userId, id);
  }

  /** The agents of an account: those of the seed, and those that are assigned to its groups. */
  agents(userId: string): Agent[] {
    const known = this.#knownAgents.get(userId)?.values() ?? [];
    const agents = [...known, ...this.groups(userId).flatMap((group) => this.agentsOf(group))];
    return [...new Map(agents.map((agent) => [agent.id, agent])).values()];
  }

  /** The agents that are assigned to a group, with their names if the account knows them. */
  agentsOf({ userId, agents }: Group): Agent[] {
    return agents.map(({ id }) => this.#knownAgents.get(userId)?.get(id) ?? { id });
  }

  /** Creates an active group; a number is appended to its name if the name is taken. */
  add(userId: string, requestedName: string): Group {
    const name = this.#transformed(requestedName);
    return this.insert(userId, freeName(name, this.#names(userId), this.options), 1);
  }

  /** Renames a group and sets its status. */
  update(userId: string, id: string, requestedName: string, requestedStatus: Status | undefined): void {
    const group = this.find(userId, id);
    const { inactiveStatus, missingStatus } = this.options;
    if (requestedStatus === 0 && inactiveStatus === "reject") throw new ApiError(1000);
    const isIgnored = requestedStatus === 0 ? inactiveStatus === "ignore" : missingStatus === "keep";
    const status = requestedStatus === 1 || !isIgnored ? (requestedStatus ?? 1) : group.status;
    const name = this.#transformed(requestedName);
    const taken = this.#names(userId, this.options.ownNameTaken ? undefined : group.id);
    this.change(userId, group.id, { name: this.#nameForUpdate(name, taken), status });
  }

  /**
   * Assigns agents to a group.
   * @param given undefined if the call has no list
   */
  assign(userId: string, id: string, given: readonly AssignedAgent[] | undefined): void {
    const group = this.find(userId, id);
    const requested = given ?? [];
    if (requested.length === 0) {
      const { emptyAgents, missingAgents } = this.options;
      const effect = given === undefined && missingAgents !== "asEmpty" ? missingAgents : emptyAgents;
      if (effect === "reject") throw new ApiError(1047);
      if (effect === "ignore") return;
    }
    const previous = this.options.assign === "add" ? group.agents : [];
    const agents = [...previous, ...this.#acceptedAgents(userId, requested)];
    // If an agent is in the list more than once, the last entry applies.
    this.change(userId, group.id, { agents: [...new Map(agents.map((agent) => [agent.id, agent])).values()] });
  }

  insert(userId: string, name: string, status: Status): Group {
    const group: Group = { id: this.#takeId(), userId, name, status, createDate: now(), agents: [], isDeleted: false };
    this.#put(group);
    this.onChange();
    return group;
  }

  change(userId: string, id: number, change: Partial<Pick<Group, "name" | "status" | "agents">>): void {
    this.#put({ ...this.find(userId, String(id)), ...change });
    this.onChange();
  }

  /** Deletes a group. Its id is never used again. */
  remove(userId: string, id: string): void {
    const { secondDelete, agentsOnDelete, deletion } = this.options;
    if (secondDelete === "success" && this.get(Number(id)) === undefined) return;
    const group = this.find(userId, id);
    this.#beforeChange();
    if (deletion === "permanent") this.#groups.delete(group.id);
    else this.#put({ ...group, agents: [], isDeleted: true });
    const removed = new Set(agentsOnDelete === "remove" ? group.agents.map((agent) => agent.id) : []);
    for (const other of removed.size > 0 ? this.groups(userId) : [])
      this.#put({ ...other, agents: other.agents.filter((agent) => !removed.has(agent.id)) });
    this.onChange();
  }

  /** The seed from which another store continues. */
  toSeed(): Seed {
    const accounts = this.accounts.map(({ agents: known, ...account }) => ({
      ...account,
      agents: known && [...known],
      groups: this.#sorted(account.userId).map(({ id, name, status, createDate, agents, isDeleted }) => ({
        id,
        name,
        status,
        createDate,
        agents: [...agents],
        ...(isDeleted && { isDeleted }),
      })),
    }));
    return { accounts, nextId: this.#nextId };
  }

  #nameForUpdate(name: string, taken: readonly string[]): string {
    if (this.options.updateDuplicate === "suffix") return freeName(name, taken, this.options);
    const isTaken = taken.some((other) => sameName(name, other, this.options));
    if (isTaken && this.options.updateDuplicate === "reject") throw new ApiError(1000);
    return name;
  }

  #acceptedAgents(userId: string, requested: readonly AssignedAgent[]): readonly AssignedAgent[] {
    const known = this.#knownAgents.get(userId);
    if (known === undefined || this.options.unknownAgent === "accept") return requested;
    const accepted = requested.filter(({ id }) => known.has(id));
    if (accepted.length < requested.length && this.options.unknownAgent === "reject") {
      throw new ApiError(this.options.unknownAgentCode);
    }
    return accepted;
  }

  #transformed(requestedName: string): string {
    const name = transformName(requestedName, this.options);
    if (name === "") throw new ApiError(1501);
    return name;
  }

  #names(userId: string, except?: number): string[] {
    return this.groups(userId)
      .filter(({ id }) => id !== except)
      .map(({ name }) => name);
  }

  #takeId(): number {
    const id = this.#nextId;
    this.#nextId += 1;
    if (this.options.idOrder === "growing") return id;
    return id % 2 === 0 ? 10 * id - 9 : 10 * id + 9;
  }

  #sorted(userId?: string, groups: ReadonlyMap<number, Group> = this.#groups): Group[] {
    return [...groups.values()]
      .filter((group) => userId === undefined || group.userId === userId)
      .sort((one, other) => one.id - other.id);
  }

  #put(group: Group): void {
    this.#beforeChange();
    this.#groups.set(group.id, group);
  }

  #beforeChange(): void {
    if (this.options.staleLists) this.#stale ??= new Map(this.#groups);
  }
}

function assertFound(group: Group | undefined, userId: string, id: string): Group {
  if (group === undefined || String(group.id) !== id) throw new ApiError(1503);
  if (group.userId !== userId) throw new ApiError(1503, 403);
  return group;
}

function now(): string {
  return new Date().toISOString();
}
