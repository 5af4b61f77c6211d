import { z } from "zod";
import type { Group } from "../../client/responses";

/** What to do when a group of exactly the wished name exists already. */
export const conflictRules = ["suffix", "adopt", "fail"] as const;
export type OnNameConflict = (typeof conflictRules)[number];

/** The properties whose changes, in the program or by hand, can be ignored (`ignoreChanges`). */
export const ignorables = ["name", "active"] as const;

/** The inputs of a group as `check` leaves them in the state; keys with `__` are not shown to the user. */
export const inputsSchema = z.object({
  /** The name that the program asks for. Not called `name`: see `DeepcallGroup`. */
  requestedName: z.string(),
  active: z.boolean(),
  onNameConflict: z.enum(conflictRules).default("suffix"),
  /** The resource's own name in the program, for messages. */
  __resource: z.string().default(""),
  /** What the program ignores; the engine tells a dynamic provider nothing about it. */
  __ignore: z.array(z.enum(ignorables)).default([]),
});
export type GroupInputs = z.infer<typeof inputsSchema>;

/** What the state knows of a group. */
export const stateSchema = inputsSchema.extend({
  /** What the server made of `requestedName` when it was last sent. */
  assignedName: z.string(),
  /** What the group is called now. */
  name: z.string(),
  /** The account the group belongs to (`user_id`), where the server tells it. */
  ownerId: z.string().optional(),
  /** The `userId` whose credentials made or adopted the group. */
  userId: z.string().optional(),
  /** Tells two resources apart that mean the same group: made anew for each. */
  __key: z.string().default(""),
});
export type GroupState = z.infer<typeof stateSchema>;

/**
 * The inputs in the form the state keeps: without what is a default.
 * An `undefined` must never reach Pulumi: it ends in an error after the group was made.
 */
export function storedInputs(
  inputs: Omit<GroupInputs, "active" | "onNameConflict"> & { active: unknown; onNameConflict: string },
): Record<string, unknown> {
  return {
    requestedName: inputs.requestedName,
    active: inputs.active,
    ...(inputs.onNameConflict !== "suffix" && { onNameConflict: inputs.onNameConflict }),
    ...(inputs.__resource !== "" && { __resource: inputs.__resource }),
    ...(inputs.__ignore.length > 0 && { __ignore: inputs.__ignore }),
  };
}

/** The outputs in the form the state keeps. */
export function storedState(state: GroupState): Record<string, unknown> {
  return {
    ...storedInputs(state),
    assignedName: state.assignedName,
    name: state.name,
    // For `pulumi-deepcall drift`: where names are secret, it can't compare them.
    ...(state.name !== state.assignedName && { __renamed: true }),
    ...(state.ownerId !== undefined && { ownerId: state.ownerId }),
    ...(state.userId !== undefined && { userId: state.userId }),
    ...(state.__key !== "" && { __key: state.__key }),
  };
}

/** The state after `live` was made, adopted or updated as `inputs` ask. */
export function appliedState(
  inputs: GroupInputs,
  live: Group,
  origin: { userId: string | undefined; key: string },
): GroupState {
  return {
    ...inputs,
    active: live.active ?? inputs.active,
    assignedName: live.name,
    name: live.name,
    ownerId: live.owner,
    userId: origin.userId,
    __key: origin.key,
  };
}

/** The state after a refresh: what was asked and assigned stays, what is now comes from the server. */
export function refreshedState(recorded: GroupState, live: Group): GroupState {
  return {
    ...recorded,
    name: live.name,
    active: live.active ?? recorded.active,
    // A live name that is the wish itself is no drift: it becomes what the group is known by.
    assignedName: live.name === recorded.requestedName ? live.name : recorded.assignedName,
    ownerId: live.owner ?? recorded.ownerId,
  };
}
