import type { GroupInputs, GroupState } from "./state";

/** What the engine hands over for a value that is not known before another resource is made. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Inputs in which a preview may not know everything yet. */
export type DesiredInputs = Pick<GroupInputs, "requestedName" | "__ignore"> & { active: boolean | typeof unknownValue };

/**
 * Whether the name has to be changed: the program asks for another one than before, or somebody renamed the group.
 * A group that is called as the program asks needs nothing, however it came to that name.
 */
export function nameDiffers(state: GroupState, asked: DesiredInputs): boolean {
  if (asked.__ignore.includes("name") || asked.requestedName === state.name) return false;
  const programChanged = asked.requestedName !== state.requestedName;
  const renamedByHand = state.name !== state.assignedName;
  return programChanged || renamedByHand;
}

/** Whether the status has to be changed. */
export function activeDiffers(state: GroupState, asked: DesiredInputs): boolean {
  return !asked.__ignore.includes("active") && asked.active !== state.active;
}
