import { groupEntry, listResponse, wireId } from "./answers";
import type { EmulatorOptions } from "./options";
import { Refusal } from "./refusal";
import {
  addFields,
  assignFields,
  type Body,
  deleteFields,
  listFields,
  readFields,
  relationFields,
  updateFields,
} from "./requests";
import type { Group, Store } from "./store";

/** An authenticated call. */
export interface OperationCall {
  readonly userId: string;
  readonly body: Body;
  readonly store: Store;
  readonly options: EmulatorOptions;
}

/** Carries a call out; gives the fields of the success, or throws a {@link Refusal}. */
type Operation = (call: OperationCall) => Record<string, unknown>;

const idFilters = {
  both: ["groupid", "groupId"],
  groupid: ["groupid"],
  groupId: ["groupId"],
  none: [],
} as const satisfies Record<EmulatorOptions["filterKey"], readonly (keyof Body)[]>;

const nameFilters: Record<EmulatorOptions["nameFilter"], (name: string, wanted: string) => boolean> = {
  part: (name, wanted) => name.toLowerCase().includes(wanted.toLowerCase()),
  exact: (name, wanted) => name.toLowerCase() === wanted.toLowerCase(),
  none: () => true,
};

/** The six operations by the last part of their path. */
export const operations = {
  add: ({ userId, body, store, options }) => {
    const { name } = readFields(addFields, body);
    return { groupId: wireId(store.add(userId, name).id, options) };
  },

  update: ({ userId, body, store }) => {
    const { groupId, name, status } = readFields(updateFields, body);
    store.update(userId, groupId, name, status);
    return { message: "Group updated successfully" };
  },

  delete: ({ userId, body, store }) => {
    const { groupId } = readFields(deleteFields, body);
    store.remove(userId, groupId);
    return { message: "Group deleted successfully" };
  },

  list: ({ userId, body, store, options }) => {
    const known: readonly string[] = idFilters[options.filterKey];
    const heard = Object.entries(body).filter(([key]) => known.includes(key) || !isIdFilter(key));
    const { groupid, groupId, name, quick } = readFields(listFields, Object.fromEntries(heard));
    const ids = [groupid, groupId].filter((id) => id !== undefined && id !== "");
    const found = store
      .groups(userId)
      .filter((group) => ids.every((id) => String(group.id) === id))
      .filter((group) => name === "" || nameFilters[options.nameFilter](group.name, name));
    const byId = ids.length > 0;
    if (byId && found.length === 0 && options.missing === "1503") throw new Refusal(1503);
    return { response: listResponse(found, { quick, byId }, options) };
  },

  getGroupAgentRelation: ({ userId, body, store, options }) => {
    const { groupId, quick } = readFields(relationFields, body);
    return { response: relation(store.find(userId, groupId), quick, options) };
  },

  submitAssignGroupToAgent: ({ userId, body, store }) => {
    const { groupId, agent_unique_id: agents, receive_call: receivers } = readFields(assignFields, body);
    store.change(userId, store.find(userId, groupId).id, {
      agents: agents.map((id) => ({ id, receivesCalls: receivers.includes(id) })),
    });
    return { message: "Group assigned to agents successfully" };
  },
} as const satisfies Record<string, Operation>;

/** The last part of an operation's path. */
export type OperationName = keyof typeof operations;

/** The name of every operation. */
export const operationNames = Object.keys(operations) as OperationName[];

function isIdFilter(key: string): boolean {
  return idFilters.both.some((filter) => filter === key);
}

function relation(group: Group, quick: boolean, options: EmulatorOptions): Record<string, unknown> {
  return {
    groupData: groupEntry(group, quick, options),
    agentData: group.agents.map(({ id }) => ({ agent_unique_id: id })),
    relationData: group.agents.map(({ id, receivesCalls }) => ({
      groupId: wireId(group.id, options),
      agent_unique_id: id,
      receive_call: receivesCalls ? 1 : 0,
    })),
  };
}
