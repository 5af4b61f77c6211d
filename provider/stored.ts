import { z } from "zod";
import { GroupError } from "./model/errors";
import { toAgent, writeAgents, type AgentsInputs, type AgentsState, type PlannedAgents } from "./model/agents";
import { isRenamedManually, type GroupInputs, type GroupState, type PlannedInputs } from "./model/group";
import { conflictRules } from "./model/group-arguments";
import { ignoredProperties, unknownValue, type Self } from "./model/resource";
import type { StoredAgentsInputs, StoredAgentsState, StoredInputs, StoredState } from "./state-contract";

/*
 * How the front ends store inputs and states: defaults are left out. What a provider has to know about the resource is stored
 * under keys with `__`, because the engine does not pass it to dynamic providers. The plugin, which gets it from the engine,
 * stores the same outputs, so that it reads the states of the dynamic provider.
 */

type Stored = Readonly<Record<string, unknown>>;

const selfKeys = {
  __resource: z.string().default(""),
  __parent: z.string().default(""),
  __providerName: z.string().default(""),
  __ignore: z.array(z.enum(ignoredProperties)).default([]),
};
const recordedKeys = { userId: z.string().optional(), __key: z.string().default("") };

const groupInputs = z.object({
  requestedName: z.string(),
  active: z.boolean(),
  onNameConflict: z.enum(conflictRules).default("suffix"),
  deleteWithAgents: z.boolean().default(false),
  ...selfKeys,
}) satisfies z.ZodType<unknown, StoredInputs>;

const groupState = groupInputs.extend({
  assignedName: z.string(),
  name: z.string(),
  ownerId: z.string().optional(),
  ...recordedKeys,
}) satisfies z.ZodType<unknown, StoredState>;

const unknown = z.literal(unknownValue);
const plannedInputs = groupInputs.extend({
  active: z.union([z.boolean(), unknown]),
  onNameConflict: z.union([z.enum(conflictRules), unknown]).default("suffix"),
  deleteWithAgents: z.union([z.boolean(), unknown]).default(false),
});

const agent = z.union([z.string(), z.object({ id: z.string(), receivesCalls: z.boolean() })]).transform(toAgent);
const agentsInputs = z.object({
  groupId: z.number(),
  requestedAgents: z.array(agent),
  otherAgents: z.enum(["keep", "remove"]).default("keep"),
  removeExisting: z.boolean().default(false),
  ...selfKeys,
}) satisfies z.ZodType<unknown, StoredAgentsInputs>;
const agentsState = agentsInputs.extend({
  agents: z.array(agent),
  otherAgentIds: z.array(z.string()),
  ...recordedKeys,
  __unfinished: z.literal(true).optional(),
}) satisfies z.ZodType<unknown, StoredAgentsState>;

/** A resource as it is stored. */
export interface StoredSelf extends Self {
  /** Tells resources apart that have one name and different parents; empty without a parent. */
  readonly parent: string;
}

/** The resource that stored properties belong to. */
export function storedSelf(stored: Stored): StoredSelf {
  const { __resource, __parent, __providerName, __ignore } = z.object(selfKeys).parse(stored);
  const identity = __parent === "" ? __resource : `${__parent} ${__resource}`;
  return { resource: __resource, parent: __parent, identity, account: __providerName, ignored: __ignore };
}

/** How one type of resource is stored. */
export interface StoredForm<Inputs, State, Planned> {
  /** The resource with an id, for errors. */
  readonly subject: (id: string) => string;
  /** The arguments in the program, under the names of the program's properties. */
  readonly given: (stored: Stored) => Stored;
  readonly readInputs: (stored: Stored) => Inputs;
  /** @returns `undefined` if they were edited. */
  readonly readPlanned: (stored: Stored) => Planned | undefined;
  readonly state: z.ZodType<State>;
  /** Whether Deepcall alone has the state: it does not know which agents the program lists. */
  readonly isReadable: boolean;
  /** @param stored - what the program passed, where something is unknown. */
  readonly writePlanned: (planned: Planned, self: StoredSelf, stored: Stored) => Stored;
  readonly writeInputs: (inputs: Inputs, self: StoredSelf) => Stored;
  readonly writeState: (state: State, self: StoredSelf) => Stored;
}

/** @throws GroupError if the properties are not those of a state. */
export function readState<State>(
  { state: schema, subject }: Pick<StoredForm<unknown, State, unknown>, "state" | "subject">,
  id: string,
  stored: Stored,
): State {
  const state = schema.safeParse(stored);
  if (state.success) return state.data;
  const keys = state.error.issues.map(({ path }) => path.join(".")).join(", ");
  throw new GroupError("invalid-state", {
    failure: `Could not read the state of ${subject(id)}`,
    reason: `these properties are missing or not valid: ${keys}`,
    done: "No call was made.",
    next:
      "The state or an import file was edited, or another version or provider wrote the state. `pulumi refresh` reads a group again from Deepcall. " +
      "node_modules/pulumi-deepcall/docs/errors.md lists each cause and its way out.",
  });
}

/** The name and the agents have other keys than in the program, because previews would show an input for the output of its name. */
export function rename(stored: Stored, key: string, name: string): Stored {
  const { [key]: value, ...given } = stored;
  return value === undefined ? given : { ...given, [name]: value };
}

function withoutSelf(stored: Stored): Stored {
  return Object.fromEntries(Object.entries(stored).filter(([key]) => !(key in selfKeys) && key !== "__provider"));
}

function writeSelf({ resource, parent, account, ignored }: StoredSelf) {
  return {
    __resource: resource === "" ? undefined : resource,
    __parent: parent === "" ? undefined : parent,
    __providerName: account === "" ? undefined : account,
    __ignore: ignored.length === 0 ? undefined : ignored,
  };
}

function writeRecorded({ userId, key }: Pick<GroupState, "userId" | "key">) {
  return { userId, __key: key === "" ? undefined : key };
}

/** Leaves out defaults. An `undefined` must never reach Pulumi: the error comes after the group was created. */
function withoutUndefined(stored: Stored): Stored {
  return Object.fromEntries(Object.entries(stored).filter(([, value]) => value !== undefined));
}

const writeGroupInputs = (inputs: PlannedInputs, self: StoredSelf): Stored => {
  const { requestedName, active, onNameConflict, deleteWithAgents } = inputs;
  return withoutUndefined({
    requestedName,
    active,
    onNameConflict: onNameConflict === "suffix" ? undefined : onNameConflict,
    deleteWithAgents: deleteWithAgents === false ? undefined : deleteWithAgents,
    ...writeSelf(self),
  });
};

export const storedGroup: StoredForm<GroupInputs, GroupState, PlannedInputs> = {
  subject: (id) => `the group with id ${id}`,
  given: (stored) => rename(withoutSelf(stored), "requestedName", "name"),
  readInputs: (stored) => groupInputs.parse(stored),
  readPlanned: (stored) => plannedInputs.safeParse(stored).data,
  isReadable: true,
  state: groupState.transform(({ __key, __providerName, ...state }) => ({
    ...state,
    ownerId: state.ownerId,
    userId: state.userId,
    account: __providerName,
    key: __key,
  })),
  writePlanned: writeGroupInputs,
  writeInputs: writeGroupInputs,
  writeState: (state, self) =>
    withoutUndefined({
      ...writeGroupInputs(state, { ...self, account: state.account }),
      assignedName: state.assignedName,
      name: state.name,
      __renamed: isRenamedManually(state) ? true : undefined,
      ownerId: state.ownerId,
      ...writeRecorded(state),
    }),
};

const writeAgentsInputs = (inputs: AgentsInputs, self: StoredSelf): Stored => {
  const { groupId, requestedAgents, otherAgents, removeExisting } = inputs;
  return withoutUndefined({
    groupId,
    requestedAgents: writeAgents(requestedAgents),
    otherAgents: otherAgents === "keep" ? undefined : otherAgents,
    removeExisting: removeExisting ? true : undefined,
    ...writeSelf(self),
  });
};

export const storedAgents: StoredForm<AgentsInputs, AgentsState, PlannedAgents> = {
  subject: (id) => `the agents of group ${id}`,
  given: (stored) => rename(withoutSelf(stored), "requestedAgents", "agents"),
  readInputs: (stored) => agentsInputs.parse(stored),
  readPlanned: (stored) => ({
    groupId: stored["groupId"] as PlannedAgents["groupId"],
    known: agentsInputs.safeParse(stored).data,
  }),
  isReadable: false,
  state: agentsState.transform(({ __key, __providerName, __unfinished, ...state }) => ({
    ...state,
    userId: state.userId,
    account: __providerName,
    key: __key,
    unfinished: __unfinished === true,
  })),
  writePlanned: ({ known }, self, stored) =>
    known ? writeAgentsInputs(known, self) : withoutUndefined({ ...stored, ...writeSelf(self) }),
  writeInputs: writeAgentsInputs,
  writeState: (state, self) =>
    withoutUndefined({
      ...writeAgentsInputs(state, { ...self, account: state.account }),
      agents: writeAgents(state.agents),
      otherAgentIds: state.otherAgentIds.toSorted(),
      ...writeRecorded(state),
      __unfinished: state.unfinished ? true : undefined,
    }),
};
