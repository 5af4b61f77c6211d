import { randomBytes } from "node:crypto";
import type { AssignedAgent } from "../../../client/relations";
import type { OperationContext } from "../context";
import { accountMayDiffer } from "../diff";
import { forEveryOutcome, GroupGoneError, ResourceError, UnfinishedGroupError } from "../errors";
import { parseState } from "../parse";
import { createLifecycleProvider, type LifecycleProvider, type Run } from "../run";
import { agentsLabel, AfterSubmitError, applyAgents, readAgents } from "./apply";
import { checkAgentsInputs } from "./check";
import { agentsDiffer } from "./membership";
import {
  agentsInputsSchema,
  agentsState,
  agentsStateSchema,
  storedAgentsInputs,
  storedAgentsState,
  type AgentsInputs,
  type AgentsState,
} from "./state";

const parse = (id: string, props: unknown): AgentsState =>
  parseState(agentsStateSchema, `the agents of group ${id}`, props);

/** Creates a provider of `DeepcallGroupAgents` for one run. Its Pulumi id is the group's id. */
export function createAgentsProvider(run: Run): LifecycleProvider {
  const declared = new Set<unknown>();
  const createdIds: CreatedIds = new Map();

  return createLifecycleProvider(run, {
    check(news) {
      declared.add(news["__resource"]);
      return checkAgentsInputs(news, run.providerName);
    },

    diff(id, olds, news) {
      const state = parse(id, olds);
      // For another group, they are other agents: those of this group are removed.
      if (news["groupId"] !== state.groupId) return { changes: true, replaces: ["groupId"], deleteBeforeReplace: true };
      // A refresh calls this too, also for resources that are not in the program any more.
      const { __resource: resource } = news;
      if (typeof resource === "string" && declared.has(resource))
        run.agentsOwners.declare(id, { resource, key: state.__key, requestedName: `group ${id}` });
      const desired = agentsInputsSchema.safeParse(news).data;
      return { changes: !desired || agentsDiffer(state, desired) || accountMayDiffer(state, desired, run.userId) };
    },

    create: async (news) => createAgents(run, createdIds, agentsInputsSchema.parse(news)),

    async read(id, props) {
      const state = parse(id, props);
      const assigned = await readAgents(run.context, state, forEveryOutcome("The state was not changed."));
      if (!assigned) {
        await run.context.assertSameAccount(groupOf(state), state);
        return {};
      }
      return {
        id,
        props: storedAgentsState(agentsState(state, assigned, state)),
        inputs: storedAgentsInputs(state),
      };
    },

    update: async (id, olds, news) => updateAgents(run.context, parse(id, olds), agentsInputsSchema.parse(news)),

    delete: async (id, props) => deleteAgents(run, createdIds, parse(id, props)),
  });
}

/** The ids that the resources created in this run list, by group. */
type CreatedIds = Map<string, readonly string[]>;

async function createAgents(run: Run, createdIds: CreatedIds, inputs: AgentsInputs) {
  const { context } = run;
  const id = String(inputs.groupId);
  const __key = randomBytes(4).toString("hex");
  run.agentsOwners.acquire(id, { resource: inputs.__resource, key: __key, requestedName: `group ${id}` });
  createdIds.set(id, idsOf(inputs));
  const assigned = await readAgents(context, inputs);
  if (!assigned) throw groupGone(inputs);
  assertMayRemove(inputs, assigned, []);
  const outs = await apply(context, inputs, assigned, [], { userId: context.userId, __key, otherAgents: "keep" });
  return { id, outs };
}

async function updateAgents(context: OperationContext, recorded: AgentsState, inputs: AgentsInputs) {
  const assigned = await readAgents(context, inputs);
  if (!assigned) {
    await context.assertSameAccount(groupOf(recorded), recorded);
    throw groupGone(inputs);
  }
  const previousIds = idsOf(recorded);
  const userId = context.userId ?? recorded.userId;
  // Not `otherAgents` either: if it becomes "remove", the first apply after that must not remove agents unasked.
  if (inputs.__ignore.includes("agents") && !recorded.__unfinished)
    return storedAgentsState(
      agentsState({ ...inputs, otherAgents: recorded.otherAgents }, assigned, { userId, __key: recorded.__key }),
    );
  if (recorded.otherAgents !== "remove") assertMayRemove(inputs, assigned, previousIds);
  return apply(context, inputs, assigned, previousIds, { ...recorded, userId });
}

/**
 * Removes only the agents that the resource listed. If a resource created in this run has the group now, because the
 * program renamed the resource or gave it another group, the agents that both list stay assigned.
 */
async function deleteAgents(run: Run, createdIds: CreatedIds, state: AgentsState): Promise<void> {
  const { context } = run;
  const id = String(state.groupId);
  const successor = run.agentsOwners.successor(id, state.__key);
  const keptIds = successor ? (createdIds.get(id) ?? []) : [];
  const droppedIds = idsOf(state).filter((agent) => !keptIds.includes(agent));
  if (successor && droppedIds.length === 0) return;
  const assigned = await readAgents(context, state, forEveryOutcome("No agent was removed from the group."));
  if (!assigned) return context.assertSameAccount(groupOf(state), state);
  await applyAgents(context, { ...state, requestedAgents: [], otherAgents: "keep" }, assigned, droppedIds);
  if (!successor) run.agentsOwners.release(id);
}

async function apply(
  context: OperationContext,
  inputs: AgentsInputs,
  assigned: readonly AssignedAgent[],
  previousIds: readonly string[],
  recorded: Pick<AgentsState, "userId" | "__key"> & { readonly otherAgents: AgentsInputs["otherAgents"] },
) {
  try {
    const { userId, __key } = recorded;
    const applied = await applyAgents(context, inputs, assigned, previousIds);
    return storedAgentsState(agentsState(inputs, applied, { userId, __key }));
  } catch (error) {
    if (!(error instanceof AfterSubmitError)) throw error;
    const properties = storedAgentsState({
      ...agentsState(inputs, error.assigned, { ...recorded, __unfinished: true }),
      // So that the next update, or a deletion, still removes them.
      requestedAgents: [
        ...inputs.requestedAgents,
        ...error.notRemoved.map((agentId) => ({ id: agentId, receivesCalls: true })),
      ],
      // The first apply with "remove" is not done.
      otherAgents: recorded.otherAgents === "remove" ? inputs.otherAgents : "keep",
    });
    throw new UnfinishedGroupError(error, String(inputs.groupId), properties, { cause: error }, "The resource");
  }
}

/** The first apply must not remove agents that nobody knew of. */
function assertMayRemove(
  inputs: AgentsInputs,
  assigned: readonly AssignedAgent[],
  previousIds: readonly string[],
): void {
  const known = new Set([...previousIds, ...inputs.requestedAgents.map((agent) => agent.id)]);
  const unlisted = assigned.map((agent) => agent.id).filter((agent) => !known.has(agent));
  if (inputs.otherAgents !== "remove" || inputs.removeExisting || unlisted.length === 0) return;
  throw new ResourceError(
    `Could not update ${agentsLabel(inputs)}: the group has agents that the program does not list (${unlisted.join(", ")}), and otherAgents is "remove". ` +
      "Nothing was changed. Add them to agents, or set removeExisting: true to remove them.",
    "other-agents",
  );
}

const idsOf = ({ requestedAgents }: AgentsInputs): string[] => requestedAgents.map((agent) => agent.id);

const groupOf = ({ groupId }: AgentsInputs) => ({ name: "", id: String(groupId) });

function groupGone(inputs: AgentsInputs): GroupGoneError {
  return new GroupGoneError(
    `Could not update ${agentsLabel(inputs)}: Deepcall has no such group for these credentials (code 1503: not found or not authorized). ` +
      "Nothing was changed. Run `pulumi up --refresh` if the group was deleted, and check the credentials otherwise.",
  );
}
