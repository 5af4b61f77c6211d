import { formatAgentData, formatRelationData } from "./agents";
import { ApiError } from "./errors";
import { type EmulatorOptions, optionsSchema } from "./options";
import { fieldSchemas, type JsonObject, omit, type OperationName, readFields } from "./requests";
import { encodeNumber, extraFields } from "./responses";
import type { Group, Store } from "./store";

const groupIdKeys = optionsSchema.shape.idKey.unwrap().options;

/** An authenticated call. */
interface AuthenticatedCall {
  readonly userId: string;
  readonly body: JsonObject;
  readonly store: Store;
  readonly options: EmulatorOptions;
}

/** Executes a call. Returns the fields of the successful response, or throws an {@link ApiError}. */
type Handler = (call: AuthenticatedCall) => JsonObject;

/** The operations, by the last part of their path. */
export const operations = {
  add: ({ userId, body, store, options }) => {
    const { name } = readFields(fieldSchemas.add, body);
    return { groupId: encodeNumber(store.add(userId, name).id, options.idType) };
  },

  update: ({ userId, body, store }) => {
    const { groupId, name, status } = readFields(fieldSchemas.update, body);
    store.update(userId, groupId, name, status);
    return { message: "Group updated successfully" };
  },

  delete: ({ userId, body, store }) => {
    const { groupId } = readFields(fieldSchemas.delete, body);
    store.remove(userId, groupId);
    return { message: "Group deleted successfully" };
  },

  list: ({ userId, body, store, options }) => {
    const fields = omit(body, ignoredIdFilters[options.filterKey]);
    const { groupid, groupId, name, quick, page, limit } = readFields(fieldSchemas.list, fields);
    const ids = [groupid, groupId].filter((id) => id !== undefined && id !== "");
    const groups = store
      .listed(userId)
      .filter((group) => ids.every((id) => String(group.id) === id))
      .filter((group) => name === "" || nameFilters[options.nameFilter](group.name, name));
    const isById = ids.length > 0;
    if (groups.length === 0 && options.missing === "noData") throw new ApiError(1012);
    if (isById && groups.length === 0 && options.missing === "1503") throw new ApiError(1503);
    const { rows, info } = pageOf(groups, page, limit, options);
    return { [options.payloadKey]: formatList(rows, isById, quick, options), ...info };
  },

  getGroupAgentRelation: ({ userId, body, store, options }) => {
    if (options.agentPermission === "none") throw new ApiError(1015);
    const { groupId, quick } = readFields(fieldSchemas.getGroupAgentRelation, body);
    const group = findForRelation(store, userId, groupId, options);
    const relationData = formatRelationData(group, quick ? options.quickRelation : options.plainRelation, options);
    const response: JsonObject = {
      groupData: formatGroup(group, quick, options),
      agentData: formatAgentData(options.agentData === "group" ? store.agentsOf(group) : store.agents(userId), options),
      ...(relationData !== undefined && { relationData }),
    };
    return { [options.payloadKey]: response };
  },

  submitAssignGroupToAgent: ({ userId, body, store, options }) => {
    if (options.agentPermission !== "all") throw new ApiError(1015);
    const fields = readFields(fieldSchemas.submitAssignGroupToAgent, body);
    const { groupId, agent_unique_id: agents, receive_call: receivers = [] } = fields;
    store.assign(
      userId,
      groupId,
      agents?.map((id) => ({ id, receivesCalls: receivers.includes(id) })),
    );
    return { message: "Group assigned to agents successfully" };
  },
} satisfies Record<OperationName, Handler>;

const ignoredIdFilters: Record<EmulatorOptions["filterKey"], readonly string[]> = {
  both: [],
  groupid: ["groupId"],
  groupId: ["groupid"],
  none: ["groupid", "groupId"],
};

const nameFilters: Record<EmulatorOptions["nameFilter"], (name: string, filter: string) => boolean> = {
  part: (name, filter) => name.toLowerCase().includes(filter.toLowerCase()),
  exact: (name, filter) => name.toLowerCase() === filter.toLowerCase(),
  none: () => true,
};

function findForRelation(store: Store, userId: string, groupId: string, { missingRelation }: EmulatorOptions): Group {
  try {
    return store.findListed(userId, groupId);
  } catch (error) {
    throw missingRelation === "noData" ? new ApiError(1012) : error;
  }
}

/** A page of a list, and what the response says about the pages. */
function pageOf(
  groups: readonly Group[],
  page: number,
  limit: number | undefined,
  { pageSize, pageField }: EmulatorOptions,
): { rows: readonly Group[]; info: JsonObject } {
  if (pageSize === 0) return { rows: groups, info: {} };
  const size = Math.min(limit ?? pageSize, pageSize);
  const currentPage = pageField === "used" ? page : 1;
  const totalPages = Math.max(1, Math.ceil(groups.length / size));
  return {
    rows: groups.slice((currentPage - 1) * size, currentPage * size),
    info: { currentPage, totalPages, totalRecords: groups.length, limit: size },
  };
}

function formatList(groups: readonly Group[], isById: boolean, quick: boolean, options: EmulatorOptions): unknown {
  const page = options.pageLimit === 0 ? groups : groups.slice(0, options.pageLimit);
  const entries = page.map((group) => formatGroup(group, quick, options));
  switch (options.listShape) {
    case "array":
      return entries;
    case "byId":
      return Object.fromEntries(page.map(({ id }, n) => [id, omit(entries[n] ?? {}, [options.idKey])]));
    case "nested":
      return { groups: entries };
    case "nestedWithTotal":
      return { groups: entries, total: groups.length };
    case "single":
      return isById ? (entries[0] ?? {}) : entries;
    case "unknown":
      return { rows: { a: 1 } };
  }
}

/** A group in a list or a relation; `quick` omits the date. */
function formatGroup(group: Group, quick: boolean, options: EmulatorOptions): JsonObject {
  return {
    [options.idKey]: encodeNumber(group.id, options.idType),
    name: group.name,
    ...(options.listStatus && { status: encodeNumber(group.status, options.statusType) }),
    ...(options.listOwner && { user_id: group.userId }),
    ...(!quick && { create_date: group.createDate }),
    ...(options.deletion !== "permanent" && { [options.deletion]: Number(group.isDeleted) }),
    ...extraFields(options, groupIdKeys, options.idKey),
  };
}
