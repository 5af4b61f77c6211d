import type { Group, Status, Store } from "./store";

/** A group as tests see it. */
export type GroupSnapshot = Pick<Group, "id" | "name" | "status" | "userId">;

/** Edits without a call, behind Pulumi's back, as somebody makes them in Deepcall's panel. Names are taken as they are. */
export interface AccountEditor {
  /** Makes a group. */
  add(name: string, status?: Status): GroupSnapshot;
  /** Renames a group; a name that is taken is no hindrance. */
  rename(id: number, name: string): void;
  /** Sets a group active (1) or inactive (0). */
  setStatus(id: number, status: Status): void;
  /** Deletes a group. */
  remove(id: number): void;
}

/** The editor of one account. */
export function editor(store: Store, userId: string): AccountEditor {
  if (!store.accounts.some((account) => account.userId === userId)) throw new Error(`no account ${userId}`);
  return {
    add: (name, status = 1) => snapshot(store.insert(userId, name, status)),
    rename: (id, name) => {
      store.change(userId, id, { name });
    },
    setStatus: (id, status) => {
      store.change(userId, id, { status });
    },
    remove: (id) => {
      store.remove(userId, String(id));
    },
  };
}

/** What tests see of a group. */
export function snapshot({ id, name, status, userId }: Group): GroupSnapshot {
  return { id, name, status, userId };
}
