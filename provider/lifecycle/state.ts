import { z } from "zod";
import type { Group } from "../../client/responses";
import type { StoredInputs, StoredState } from "../state-contract";
import { nameProblem } from "./names";

export const conflictRules = ["suffix", "adopt", "fail"] as const;
export const conflictRuleProblem = `must be one of ${conflictRules.map((rule) => JSON.stringify(rule)).join(", ")}`;

/** The arguments of a group. */
export const groupArguments = ["name", "active", "onNameConflict", "deleteWithAgents"] as const;
/** The arguments of a group, for messages. */
export const groupArgumentList = "name, active, onNameConflict and deleteWithAgents";

/** A name that a program may request. */
export const nameSchema = z.string({ error: "must be a string" }).superRefine((name, context) => {
  const message = nameProblem(name);
  if (message !== undefined) context.addIssue({ code: "custom", message });
});

/** The inputs of a group with their defaults; {@link StoredInputs} describes them. */
export const inputsSchema = z.object({
  requestedName: z.string(),
  active: z.boolean(),
  onNameConflict: z.enum(conflictRules).default("suffix"),
  deleteWithAgents: z.boolean().default(false),
  __resource: z.string().default(""),
  __providerName: z.string().default(""),
  __ignore: z.array(z.enum(["name", "active"])).default([]),
}) satisfies z.ZodType<Required<StoredInputs>, StoredInputs>;
export type GroupInputs = z.infer<typeof inputsSchema>;

/** The state of a group with its defaults; {@link StoredState} describes it. */
export const stateSchema = inputsSchema.extend({
  assignedName: z.string(),
  name: z.string(),
  ownerId: z.string().optional(),
  userId: z.string().optional(),
  __key: z.string().default(""),
}) satisfies z.ZodType<unknown, StoredState>;
export type GroupState = z.infer<typeof stateSchema>;

/** Leaves out the defaults. An `undefined` must never reach Pulumi: the error comes after the group was created. */
export function storedInputs<Active, Rule, DeleteWithAgents>({
  requestedName,
  active,
  onNameConflict,
  deleteWithAgents,
  __resource,
  __providerName,
  __ignore,
}: Omit<GroupInputs, "active" | "onNameConflict" | "deleteWithAgents"> & {
  active: Active;
  onNameConflict: Rule;
  deleteWithAgents: DeleteWithAgents;
}) {
  return {
    requestedName,
    active,
    ...(onNameConflict !== "suffix" && { onNameConflict }),
    ...(deleteWithAgents !== false && { deleteWithAgents }),
    ...(__resource !== "" && { __resource }),
    ...(__providerName !== "" && { __providerName }),
    ...(__ignore.length > 0 && { __ignore }),
  };
}

export function storedState(state: GroupState) {
  const { assignedName, name, ownerId, userId, __key } = state;
  return {
    ...storedInputs(state),
    assignedName,
    name,
    ...(name !== assignedName && { __renamed: true as const }),
    ...(ownerId !== undefined && { ownerId }),
    ...(userId !== undefined && { userId }),
    ...(__key !== "" && { __key }),
  } satisfies StoredState;
}

/** The state after a group was created, adopted or updated. */
export function appliedState(
  inputs: GroupInputs,
  current: Group,
  { userId, key }: { userId: string | undefined; key: string },
): GroupState {
  return {
    ...inputs,
    active: current.active ?? inputs.active,
    assignedName: current.name,
    name: current.name,
    ownerId: current.owner,
    userId,
    __key: key,
  };
}

/** The state after a refresh. */
export function refreshedState(recorded: GroupState, current: Group): GroupState {
  return {
    ...recorded,
    name: current.name,
    active: current.active ?? recorded.active,
    // A manual rename to the requested name is not drift.
    assignedName: current.name === recorded.requestedName ? current.name : recorded.assignedName,
    ownerId: current.owner ?? recorded.ownerId,
  };
}
