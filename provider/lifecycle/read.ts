import type { Group } from "../../client/responses";
import type { OperationContext } from "./context";
import { attempt, forEveryOutcome, GroupGoneError } from "./errors";
import { refreshedState, stateSchema, storedInputs, storedState, type GroupState } from "./state";

/** The result of Pulumi's `read`; without an id, the group is gone. */
export interface ReadResult {
  id?: string;
  props?: Record<string, unknown>;
  inputs?: Record<string, unknown>;
}

/** Reads a group for a refresh, or for `DeepcallGroup.get`, which has no state yet. */
export async function readGroup(context: OperationContext, id: string, props: unknown): Promise<ReadResult> {
  const recorded = stateSchema.safeParse(props).data;
  const group = { name: recorded?.name ?? "", id };
  const live = await attempt("read", group, forEveryOutcome("The state was not changed."), () =>
    context.groups.find(Number(id)),
  );
  if (!recorded) {
    if (!live) throw goneError(id);
    return { id, props: storedState(unmanagedState(live)) };
  }
  if (!live) {
    await context.assertSameAccount(group, recorded);
    return {};
  }
  const state = refreshedState(recorded, live);
  // The inputs that lead to this state: a refresh shows a manual rename, and `ignoreChanges` keeps it.
  const requestedName = state.name === state.assignedName ? state.requestedName : state.name;
  return { id, props: storedState(state), inputs: storedInputs({ ...state, requestedName }) };
}

/** The state of a group that is managed elsewhere. */
function unmanagedState(live: Group): GroupState {
  return {
    requestedName: live.name,
    assignedName: live.name,
    name: live.name,
    active: live.active ?? true,
    onNameConflict: "suffix",
    ownerId: live.owner,
    userId: undefined,
    __resource: "",
    __ignore: [],
    __key: "",
  };
}

function goneError(id: string): GroupGoneError {
  return new GroupGoneError(
    `Could not read the group with id ${id}: Deepcall has no such group for these credentials (code 1503 or an empty list: not found or not authorized). ` +
      "Nothing was changed. Check the id that you pass to DeepcallGroup.get, and that the credentials belong to the group's account.",
  );
}
