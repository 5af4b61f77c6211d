import { NotFoundError } from "../../client/errors";
import type { AgentCount } from "../../client/relations";
import type { OperationContext } from "./context";
import { forEveryOutcome, GroupError, GroupHasAgentsError, withGroupError, type OutcomeText } from "./errors";
import { groupLabel } from "./names";
import type { GroupInputs, GroupState } from "./state";

const uncertain = "It may have been deleted; it stays in the state until that is certain.";
const outcomeText: OutcomeText = {
  "not sent": "It was not deleted.",
  refused: "It was not deleted.",
  answered: uncertain,
  unknown: uncertain,
};

/**
 * Deletes a group; one that does not exist any more counts as deleted. A group that another resource has adopted, or
 * that this resource's replacement will adopt, is only removed from the state. A group that has agents, or may have some,
 * is not deleted unless the resource or the settings say so.
 *
 * @param declared - the inputs of the program's resources. The deletion may be the first half of a replacement, and the
 *   state does not say of which resource: under an alias it still has the earlier name.
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
      `${groupLabel(group)} stays in Deepcall because the resource ${JSON.stringify(successor.resource)} has adopted it`,
    );
    return;
  }
  await withGroupError("delete", group, outcomeText, async () => {
    if (await willBeAdoptedAgain(context, id, state, declared)) {
      context.inform(
        `${groupLabel(group)} stays in Deepcall because its replacement adopts it (onNameConflict is "adopt")`,
      );
      return;
    }
    try {
      if (!state.deleteWithAgents && !context.deleteWithAgents) await assertNoAgents(context, group);
      await context.write(Number(id), (client) => client.delete(Number(id)));
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      await context.assertSameAccount(group, state);
    }
  });
  context.owners.release(id);
}

const notDeleted = "The group was not deleted.";

/**
 * Ensures that a deletion removes no agents.
 *
 * @throws GroupHasAgentsError if the group has agents; GroupError if that is unclear; NotFoundError if the group is gone.
 */
async function assertNoAgents(context: OperationContext, group: { name: string; id: string }): Promise<void> {
  const override =
    "set deleteWithAgents: true on the resource and run `pulumi up` before you delete it, " +
    `or ${context.howToEnable("deleteWithAgents")}.`;
  let agents: AgentCount;
  try {
    agents = await withGroupError("check the agents of", group, forEveryOutcome(notDeleted), () =>
      context.client.countAgents(Number(group.id)),
    );
  } catch (error) {
    if (!(error instanceof GroupError)) throw error;
    if (error.cause instanceof NotFoundError) throw error.cause;
    const description = `${error.description} To delete the group without this check, ${override}`;
    throw new GroupError(error.errorCode, description, { cause: error.cause });
  }
  if (agents.count === 0) return;
  throw new GroupHasAgentsError(
    `Could not delete ${groupLabel(group)}: it has ${describeAgents(agents)}. ${notDeleted} ` +
      `Remove the agents from the group in Deepcall's panel first. To delete it with its agents, ${override}`,
  );
}

const shownIds = 3;

function describeAgents({ count, ids }: AgentCount): string {
  const agents = count === 1 ? "1 agent" : `${count} agents`;
  if (ids.length === 0) return `${agents} (ids not recognized)`;
  const more = count > Math.min(ids.length, shownIds) ? ", …" : "";
  return `${agents} (${ids.slice(0, shownIds).join(", ")}${more})`;
}

/**
 * Whether the deleted resource's own replacement will adopt the group. The replacement has the same resource name; or,
 * under an alias, another one, if the program has no resource with the old name and the new one has no group yet.
 */
async function willBeAdoptedAgain(
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
  const current = await context.groups.readById(Number(id));
  return adopters.some(({ requestedName }) => requestedName === current?.name);
}
