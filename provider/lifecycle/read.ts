import type { dynamic } from "@pulumi/pulumi";
import type { Group } from "../../client/responses";
import type { OperationContext } from "./context";
import { withGroupError, forEveryOutcome, GroupGoneError } from "./errors";
import { refreshedState, stateSchema, storedInputs, storedState, type GroupState } from "./state";

/** Reads a group for a refresh, or for `DeepcallGroup.get`, which has no state yet. Without an id in the result, it is gone. */
export async function readGroup(
  context: OperationContext,
  id: string,
  props: unknown,
): Promise<dynamic.ReadResult<Record<string, unknown>>> {
  const recorded = stateSchema.safeParse(props).data;
  const group = { name: recorded?.name ?? "", id };
  const current = await withGroupError("read", group, forEveryOutcome("The state was not changed."), () =>
    context.groups.find(Number(id)),
  );
  if (!recorded) {
    if (!current) throw goneError(id);
    return { id, props: storedState(unmanagedState(current)) };
  }
  if (!current) {
    await context.assertSameAccount(group, recorded);
    return {};
  }
  const state = refreshedState(recorded, current);
  // The inputs that lead to this state: a refresh shows a manual rename, and `ignoreChanges` keeps it.
  const requestedName = state.name === state.assignedName ? state.requestedName : state.name;
  return { id, props: storedState(state), inputs: storedInputs({ ...state, requestedName }) };
}

/** The state of a group that is managed elsewhere. */
function unmanagedState(current: Group): GroupState {
  return {
    requestedName: current.name,
    assignedName: current.name,
    name: current.name,
    active: current.active ?? true,
    onNameConflict: "suffix",
    deleteWithAgents: false,
    ownerId: current.owner,
    userId: undefined,
    __resource: "",
    __providerName: "",
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
