import { ApiError } from "./errors";
import { freeName, sameName, transformName } from "./names";
import type { EmulatorOptions } from "./options";
import type { CheckedSeed, Seed } from "./seed";

/** An account and its credentials. */
export interface Account {
  readonly userId: string;
  readonly token?: string | undefined;
  readonly ssid?: string | undefined;
}

/** An agent as assigned to a group. */
interface AssignedAgent {
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
}

/** The accounts and their groups. `add` and `update` apply the options; `insert` and `change` store names as given. */
export class Store {
  readonly accounts: readonly Account[];
  readonly #groups = new Map<number, Group>();
  #nextId: number;

  /**
   * @param options may change at any time
   * @param onChange called after every change
   */
  constructor(
    seed: CheckedSeed,
    private readonly options: EmulatorOptions,
    private readonly onChange: () => void,
  ) {
    this.accounts = seed.accounts.map(({ userId, token, ssid }) => ({ userId, token, ssid }));
    const seeded = seed.accounts.flatMap(({ userId, groups }) => groups.map((group) => ({ userId, ...group })));
    this.#nextId = Math.max(seed.nextId ?? 1, ...seeded.map(({ id = 0 }) => id + 1));
    for (const { id, userId, name, status, active, createDate, agents } of seeded) {
      this.#put({
        id: id ?? this.#takeId(),
        userId,
        name,
        status: status ?? (active === false ? 0 : 1),
        createDate: createDate ?? now(),
        agents: agents ?? [],
      });
    }
  }

  /** The groups of one account, or of all, sorted by id. */
  groups(userId?: string): Group[] {
    return [...this.#groups.values()]
      .filter((group) => userId === undefined || group.userId === userId)
      .sort((one, other) => one.id - other.id);
  }

  /** The group with this id, if it belongs to the account; otherwise error 1503. */
  find(userId: string, id: string): Group {
    const group = this.#groups.get(Number(id));
    if (group === undefined || String(group.id) !== id) throw new ApiError(1503);
    if (group.userId !== userId) throw new ApiError(1503, 403);
    return group;
  }

  /** Creates an active group; a number is appended to its name if the name is taken. */
  add(userId: string, requestedName: string): Group {
    const name = this.#transformed(requestedName);
    return this.insert(userId, freeName(name, this.#names(userId), this.options), 1);
  }

  /** Renames a group and sets its status. */
  update(userId: string, id: string, requestedName: string, status: Status): void {
    const group = this.find(userId, id);
    const name = this.#transformed(requestedName);
    const taken = this.#names(userId, this.options.ownNameTaken ? undefined : group.id);
    this.change(userId, group.id, { name: this.#nameForUpdate(name, taken), status });
  }

  insert(userId: string, name: string, status: Status): Group {
    const group: Group = { id: this.#takeId(), userId, name, status, createDate: now(), agents: [] };
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
    this.#groups.delete(this.find(userId, id).id);
    this.onChange();
  }

  /** The seed from which another store continues. */
  toSeed(): Seed {
    const accounts = this.accounts.map((account) => ({
      ...account,
      groups: this.groups(account.userId).map(({ id, name, status, createDate, agents }) => ({
        id,
        name,
        status,
        createDate,
        agents: [...agents],
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
    return id;
  }

  #put(group: Group): void {
    this.#groups.set(group.id, group);
  }
}

function now(): string {
  return new Date().toISOString();
}
