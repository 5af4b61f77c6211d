import { NotFoundError } from "../../client/errors";
import { attempt } from "./errors";
import { groupLabel } from "./names";
import type { OperationContext } from "./context";
import type { GroupInputs, GroupState } from "./state";

const unsure = "It may have been deleted; it stays in the state until that is certain.";
const done = {
  "not sent": "It was not deleted.",
  refused: "It was not deleted.",
  answered: unsure,
  unknown: unsure,
};

/**
 * Deletes a group; one that is not there any more counts as deleted. A group that another resource has adopted, or
 * that this resource is about to adopt again, lives on and only leaves the state.
 *
 * @param declared - what the program asks of its resources now. The deletion may be the first half of a replacement, and
 *   the state does not tell of which resource: under an alias it still has an earlier name.
 */
export async function deleteGroup(
  context: OperationContext,
  id: string,
  state: GroupState,
  declared: readonly GroupInputs[],
): Promise<void> {
  const group = { name: state.name, id };
  const successor = context.owners.successor(id, state.__key);
  if (successor) {
    context.inform(
      `${groupLabel(group)} stays in Deepcall: the resource ${JSON.stringify(successor.resource)} has adopted it`,
    );
    return;
  }
  await attempt("delete", group, done, async () => {
    if (await isWanted(context, id, state, declared)) {
      context.inform(`${groupLabel(group)} stays in Deepcall: its replacement adopts it (onNameConflict is "adopt")`);
      return;
    }
    try {
      await context.write(Number(id), (client) => client.delete(Number(id)));
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      await context.assertSameAccount(group, state);
    }
  });
  context.owners.release(id);
}

/**
 * Whether a resource of the program is about to adopt the group again: the deleted one's own replacement. It is known by
 * its name, or under an alias, where the program has no resource of the old name, by having no group yet.
 */
async function isWanted(
  context: OperationContext,
  id: string,
  state: GroupState,
  declared: readonly GroupInputs[],
): Promise<boolean> {
  const isDeclared = declared.some(({ __resource }) => __resource === state.__resource);
  const adopters = declared.filter(
    ({ onNameConflict, __resource: resource, requestedName }) =>
      onNameConflict === "adopt" &&
      (resource === state.__resource || !isDeclared) &&
      !context.owners.hasOther(id, { resource, requestedName }),
  );
  if (adopters.length === 0) return false;
  const live = await context.groups.withId(Number(id));
  return adopters.some(({ requestedName }) => requestedName === live?.name);
}
