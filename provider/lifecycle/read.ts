import { forEveryOutcome, attempt, GroupGoneError } from "./errors";
import type { OperationContext } from "./context";
import { refreshedState, stateSchema, storedInputs, storedState, type GroupState } from "./state";
import type { Group } from "../../client/responses";

/** What Pulumi's `read` wants; no id means that the group is gone. */
export interface ReadOutcome {
  id?: string;
  props?: Record<string, unknown>;
  inputs?: Record<string, unknown>;
}

/** Reads a group for a refresh, or for `DeepcallGroup.get`, where there is no state yet. */
export async function readGroup(context: OperationContext, id: string, props: unknown): Promise<ReadOutcome> {
  const recorded = stateSchema.safeParse(props).data;
  const name = recorded?.name ?? "";
  const live = await attempt("read", { name, id }, forEveryOutcome("The state is as before."), () =>
    context.groups.find(Number(id)),
  );
  if (!recorded) {
    if (!live) throw new GroupGoneError(notThere(id));
    return { id, props: storedState(foundState(live)) };
  }
  if (!live) {
    await context.assertSameAccount({ name, id }, recorded);
    return {};
  }
  const state = refreshedState(recorded, live);
  return { id, props: storedState(state), inputs: storedInputs(inputsThatExplain(state)) };
}

/**
 * The inputs that would have led to the state: after a rename by hand, the name given by hand. So a refresh shows
 * what changed, and an `ignoreChanges` leaves it as it is.
 */
function inputsThatExplain(state: GroupState): GroupState {
  return state.name === state.assignedName ? state : { ...state, requestedName: state.name };
}

/** The state of a group that another program, or a person, takes care of. */
function foundState(live: Group): GroupState {
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

function notThere(id: string): string {
  return (
    `Deepcall has no group with the id ${id} for these credentials (code 1503, or an empty list: not found or not authorized). ` +
    "Nothing was changed. Check the id that is given to DeepcallGroup.get, and that the credentials belong to the group's account."
  );
}
