import type { GroupInputs, GroupState } from "./state";

/** What the engine passes for a value that is unknown in a preview. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Inputs that may be unknown in a preview. */
export type DesiredInputs = Pick<GroupInputs, "requestedName" | "__ignore" | "__providerName"> & {
  active: boolean | typeof unknownValue;
  deleteWithAgents: boolean | typeof unknownValue;
};

/** Whether the name has to be changed: the program requests another one than before, or the group was renamed manually. */
export function nameDiffers(
  state: Pick<GroupState, "requestedName" | "assignedName" | "name">,
  desired: Pick<DesiredInputs, "requestedName" | "__ignore">,
): boolean {
  if (desired.__ignore.includes("name") || desired.requestedName === state.name) return false;
  const programChanged = desired.requestedName !== state.requestedName;
  const renamedManually = state.name !== state.assignedName;
  return programChanged || renamedManually;
}

export function activeDiffers(
  state: Pick<GroupState, "active">,
  desired: Pick<DesiredInputs, "active" | "__ignore">,
): boolean {
  return !desired.__ignore.includes("active") && desired.active !== state.active;
}

/** Only an update brings the argument into the outputs, which are all that a deletion gets. */
export function deleteWithAgentsDiffers(state: GroupState, desired: DesiredInputs): boolean {
  return desired.deleteWithAgents !== state.deleteWithAgents;
}

/**
 * Whether the program has moved the group to another provider whose credentials may belong to another account. The
 * engine does not report a moved resource, so an update has to check that the account has the group.
 *
 * @param userId - of the current credentials, if known.
 */
export function accountMayDiffer(
  state: Pick<GroupState, "__providerName" | "userId"> & { ownerId?: string | undefined },
  desired: Pick<GroupState, "__providerName">,
  userId: string | undefined,
): boolean {
  const isSameUser = userId !== undefined && [state.userId, state.ownerId].includes(userId);
  return desired.__providerName !== state.__providerName && !isSameUser;
}
