import type { z } from "zod";
import { assignedAgentsSchema } from "./seed";
import type { Group, Status, Store } from "./store";

/** A group as tests see it. */
export type GroupSnapshot = Pick<Group, "id" | "name" | "status" | "userId">;

/** An agent to assign; `receivesCalls` is true by default. */
export type AgentAssignment = z.input<typeof assignedAgentsSchema>[number];

/** Edits an account without calls, as a user does in Deepcall's panel. Names and agents are stored exactly as given. */
export interface AccountEditor {
  add(name: string, status?: Status): GroupSnapshot;
  /** Renames a group, even to a name that is taken. */
  rename(id: number, name: string): void;
  setStatus(id: number, status: Status): void;
  /** Replaces the agents of a group, even by agents that the account does not have. */
  setAgents(id: number, agents: readonly AgentAssignment[]): void;
  remove(id: number): void;
}

export function createAccountEditor(store: Store, userId: string): AccountEditor {
  if (!store.accounts.some((account) => account.userId === userId)) {
    throw new Error(`unknown account ${JSON.stringify(userId)}`);
  }
  return {
    add: (name, status = 1) => toSnapshot(store.insert(userId, name, status)),
    rename: (id, name) => {
      store.change(userId, id, { name });
    },
    setStatus: (id, status) => {
      store.change(userId, id, { status });
    },
    setAgents: (id, agents) => {
      store.change(userId, id, { agents: assignedAgentsSchema.parse(agents) });
    },
    remove: (id) => {
      store.remove(userId, String(id));
    },
  };
}

export function toSnapshot({ id, name, status, userId }: Group): GroupSnapshot {
  return { id, name, status, userId };
}
