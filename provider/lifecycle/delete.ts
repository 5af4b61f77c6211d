import { NotFoundError } from "../../client/errors";
import type { AgentCount } from "../../client/relations";
import { mayDelete } from "../model/deletion";
import { attempt, forEveryOutcome, GroupError, type OutcomeText } from "../model/errors";
import type { GroupState, PlannedInputs } from "../model/group";
import { possibleKeepers } from "../model/keepers";
import { groupLabel, type NamedGroup } from "../model/names";
import type { Self } from "../model/resource";
import type { OperationContext } from "./context";
import type { Owners } from "./owners";
import type { Run } from "./run";

const uncertain = "It may have been deleted; it stays in the state until that is certain.";
const outcomeText: OutcomeText = {
  "not sent": "It was not deleted.",
  refused: "It was not deleted.",
  answered: uncertain,
  unknown: uncertain,
};

/**
 * Deletes a group; one that does not exist any more counts as deleted. A group that another resource has adopted, in this run
 * or in an earlier one, or that this resource's replacement will adopt, is only removed from the state. A group that has agents, or may have some,
 * is not deleted unless the resource or the settings say so.
 */
export async function deleteGroup(
  context: OperationContext,
  { groups: owners, stack }: Pick<Run, "groups" | "stack">,
  id: string,
  state: GroupState,
  self: Self,
): Promise<void> {
  const group = { name: state.name, id };
  const what = `delete ${groupLabel(group)}`;
  const successor = owners.successor(id, state.key);
  const others = successor ? [successor.self] : await stack.release(what, { kind: "group", id, key: state.key });
  const other = others.at(0);
  if (other) {
    context.inform(
      `${groupLabel(group)} stays in Deepcall because the resource ${JSON.stringify(other.resource)} has adopted it`,
    );
    return;
  }
  await attempt(what, outcomeText, async () => {
    if (await willBeAdoptedAgain(context, owners, id, self)) {
      context.inform(
        `${groupLabel(group)} stays in Deepcall because its replacement adopts it (onNameConflict is "adopt")`,
      );
      return;
    }
    try {
      await assertMayDelete(context, group, state);
      await context.delete(Number(id));
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      await context.groups.assertGone(Number(id), error);
      await context.assertSameAccount(group, state);
    }
  });
  owners.release(id);
}

const notDeleted = "The group was not deleted.";

/**
 * Ensures that a deletion removes no agents unless it may.
 *
 * @throws GroupError if the group has agents, or if that is unclear; NotFoundError if the group is gone.
 */
async function assertMayDelete(context: OperationContext, group: NamedGroup, state: GroupState): Promise<void> {
  const allowsAgents = state.deleteWithAgents || context.deleteWithAgents;
  if (mayDelete(allowsAgents) === "allowed") return;
  const override =
    "set deleteWithAgents: true on the resource and run `pulumi up` before you delete it, " +
    `or ${context.howToEnable("deleteWithAgents")}.`;
  let agents: AgentCount;
  try {
    agents = await attempt(`check the agents of ${groupLabel(group)}`, forEveryOutcome(notDeleted), () =>
      context.client.countAgents(Number(group.id)),
    );
  } catch (error) {
    if (!(error instanceof GroupError)) throw error;
    if (error.cause instanceof NotFoundError) throw error.cause;
    error.append(`To delete the group without this check, ${override}`);
    throw error;
  }
  if (mayDelete(allowsAgents, agents) === "allowed") return;
  throw new GroupError("has-agents", {
    failure: `Could not delete ${groupLabel(group)}`,
    reason: `it has ${describeAgents(agents)}`,
    done: notDeleted,
    next: `Remove the agents from the group in Deepcall's panel first. To delete it with its agents, ${override}`,
  });
}

const shownIds = 3;

function describeAgents({ count, ids }: AgentCount): string {
  const agents = count === 1 ? "1 agent" : `${count} agents`;
  if (ids.length === 0) return `${agents} (ids not recognized)`;
  const more = count > Math.min(ids.length, shownIds) ? ", …" : "";
  return `${agents} (${ids.slice(0, shownIds).join(", ")}${more})`;
}

/** The deletion may be the first half of a replacement that adopts the group, or precede the one that a renamed resource does. */
async function willBeAdoptedAgain(
  context: OperationContext,
  owners: Owners<PlannedInputs>,
  id: string,
  { identity }: Self,
): Promise<boolean> {
  const program = owners.declared.map(({ self, inputs: { requestedName, onNameConflict } }) => {
    const ids = owners.idsOf(self);
    return { identity: self.identity, requestedName, onNameConflict, id: ids.find((other) => other !== id) ?? ids[0] };
  });
  const keepers = possibleKeepers({ id, identity }, program);
  if (keepers.length === 0) return false;
  const current = await context.groups.readById(Number(id));
  return keepers.some(({ requestedName }) => requestedName === current?.name);
}
