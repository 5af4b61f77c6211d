import type { Group } from "../../client/responses";
import { unknownValue, type MaybeUnknown, type Self } from "./resource";

/** What to do if a group with exactly the requested name already exists; see `onNameConflict` of a group. */
export type OnNameConflict = "suffix" | "adopt" | "fail";

/** What the program declares about a group. */
export interface GroupInputs {
  readonly requestedName: string;
  readonly active: boolean;
  readonly onNameConflict: OnNameConflict;
  readonly deleteWithAgents: boolean;
}

/** What is known about a group after it was created, read or updated, beside what the program declared then. */
export interface GroupState extends GroupInputs {
  /** The name that the server assigned when `requestedName` was last sent. */
  readonly assignedName: string;
  /** The current name. */
  readonly name: string;
  /** The user that the group belongs to, if the server lists it. */
  readonly ownerId: string | undefined;
  /** The `userId` of the credentials that created or adopted the group. */
  readonly userId: string | undefined;
  /** The name of the `DeepcallProvider` at the last update; empty for the default account. */
  readonly account: string;
  /** Distinguishes resources that declare the same group. */
  readonly key: string;
}

/** The inputs of a preview. */
export type PlannedInputs = MaybeUnknown<GroupInputs>;

/** What an update changes. `account` means that the program moved the group to a provider of perhaps another account. */
export type GroupDifference = "name" | "active" | "deleteWithAgents" | "account";

/**
 * What an update would change.
 *
 * @param userId - of the current credentials, if known.
 */
export function groupDifferences(
  state: GroupState,
  desired: PlannedInputs,
  self: Self,
  userId: string | undefined,
): GroupDifference[] {
  return [
    ...(nameDiffers(state, desired, self) ? ["name" as const] : []),
    ...(activeDiffers(state, desired, self) ? ["active" as const] : []),
    // Only an update brings the argument into the state, which is all that a deletion gets.
    ...(desired.deleteWithAgents !== state.deleteWithAgents ? ["deleteWithAgents" as const] : []),
    ...(accountMayDiffer(state, self, userId) ? ["account" as const] : []),
  ];
}

/** Whether the name has to be changed: the program requests another one than before, or the group was renamed manually. */
export function nameDiffers(
  state: Pick<GroupState, "requestedName" | "assignedName" | "name">,
  desired: Pick<PlannedInputs, "requestedName">,
  { ignored }: Pick<Self, "ignored">,
): boolean {
  if (ignored.includes("name") || desired.requestedName === state.name) return false;
  return desired.requestedName !== state.requestedName || isRenamedManually(state);
}

export function isRenamedManually({ name, assignedName }: Pick<GroupState, "name" | "assignedName">): boolean {
  return name !== assignedName;
}

export function activeDiffers(
  state: Pick<GroupState, "active">,
  desired: Pick<PlannedInputs, "active">,
  { ignored }: Pick<Self, "ignored">,
): boolean {
  return !ignored.includes("active") && desired.active !== state.active;
}

/**
 * Whether the program has moved a resource to another provider whose credentials may belong to another account. The
 * engine does not report a moved resource, so an update has to check that the account has the group.
 *
 * @param userId - of the current credentials, if known.
 */
export function accountMayDiffer(
  state: { readonly account: string; readonly userId?: string | undefined; readonly ownerId?: string | undefined },
  { account }: Pick<Self, "account">,
  userId: string | undefined,
): boolean {
  return account !== state.account && !(userId !== undefined && [state.userId, state.ownerId].includes(userId));
}

/** The state after a group was created, adopted or updated. */
export function appliedState(
  inputs: GroupInputs,
  current: Group,
  recorded: Pick<GroupState, "account" | "userId" | "key">,
): GroupState {
  const { account, userId, key } = recorded;
  return {
    ...inputs,
    active: current.active ?? inputs.active,
    assignedName: current.name,
    name: current.name,
    ownerId: current.owner,
    userId,
    account,
    key,
  };
}

/**
 * What a preview shows of a group that will be created or updated: only the server decides about a name that is sent to it.
 *
 * @param state - `undefined` before the group is created.
 */
export function plannedGroup(
  state: GroupState | undefined,
  desired: PlannedInputs,
  self: Self,
): MaybeUnknown<Pick<GroupState, "name" | "requestedName" | "active">> {
  const { requestedName, active } = desired;
  if (!state) return { name: unknownValue, requestedName, active };
  return {
    name: nameDiffers(state, desired, self) ? unknownValue : state.name,
    requestedName,
    active: self.ignored.includes("active") ? state.active : active,
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

/** The inputs that lead to a state: a refresh shows a manual rename, and `ignoreChanges` keeps it. */
export function inputsOf({
  requestedName,
  active,
  onNameConflict,
  deleteWithAgents,
  ...state
}: GroupState): GroupInputs {
  return {
    requestedName: isRenamedManually(state) ? state.name : requestedName,
    active,
    onNameConflict,
    deleteWithAgents,
  };
}

/** The state of a group that is managed elsewhere. */
export function unmanagedState(current: Group, account: string): GroupState {
  const inputs = {
    requestedName: current.name,
    active: true,
    onNameConflict: "suffix",
    deleteWithAgents: false,
  } as const;
  return appliedState(inputs, current, { account, userId: undefined, key: "" });
}
