import { randomBytes } from "node:crypto";
import type { AssignedAgent } from "../../client/relations";
import {
  agentsDifferences,
  agentsState,
  idsOf,
  unknownAgents,
  type AgentsInputs,
  type AgentsState,
  type PlannedAgents,
} from "../model/agents";
import { checkAgentsArguments } from "../model/agent-arguments";
import { forEveryOutcome, GroupError } from "../model/errors";
import type { Self } from "../model/resource";
import { agentsLabel, applyAgents, readAgents, type AgentsProgress } from "./apply-agents";
import type { Created } from "./create";
import type { Lifecycle } from "./lifecycle";
import type { Run } from "./run";

/** What a `DeepcallGroupAgents` does in one run. Its Pulumi id is the group's id. */
export function agentsLifecycle(run: Run): Lifecycle<AgentsInputs, AgentsState, PlannedAgents> {
  /** Of this run, by the resource's identity. */
  const deletions = new Map<string, Promise<void>>();
  return {
    check(given, self) {
      const checked = checkAgentsArguments(given);
      if (checked.inputs) run.agents.declare(self, checked.inputs);
      return checked;
    },
    diff(id, state, inputs, self) {
      // For another group, they are other agents: those of this group are removed.
      if (inputs.groupId !== state.groupId) return { properties: ["groupId"], replaces: ["groupId"] };
      run.agents.hold(id, self, state.key, inputs);
      return { properties: inputs.known ? agentsDifferences(state, inputs.known, self, run.userId) : ["agents"] };
    },
    async create(inputs, self) {
      // The engine may create a replacement before the deletion has ended. If it also ends first, the checkpoint is invalid.
      await deletions.get(self.identity)?.catch(() => undefined);
      return createAgents(run, inputs, self);
    },
    async read(id, state, self) {
      const groupId = Number(id);
      const unchanged = forEveryOutcome("The state was not changed.");
      const assigned = await readAgents(run.context, { groupId }, self, unchanged);
      if (assigned) {
        // Read for the first time, the resource lists all agents.
        const inputs = state ?? { groupId, requestedAgents: assigned, otherAgents: "keep", removeExisting: false };
        const recorded = state ?? { userId: run.userId, account: self.account, key: "" };
        return { state: agentsState(inputs, assigned, recorded), inputs };
      }
      if (!state) throw groupGone({ groupId }, self);
      await run.context.assertSameAccount(groupOf(state), state);
      return undefined;
    },
    update: async (_id, state, inputs, self) => updateAgents(run, state, inputs, self),
    delete(id, state, self) {
      const deletion = deleteAgents(run, id, state, self);
      deletions.set(self.identity, deletion);
      return deletion;
    },
  };
}

async function createAgents(run: Run, inputs: AgentsInputs, self: Self): Promise<Created<AgentsState>> {
  const { context } = run;
  const id = String(inputs.groupId);
  const key = randomBytes(4).toString("hex");
  run.agents.acquire(id, self, key, { groupId: inputs.groupId, known: inputs });
  const assigned = await readAgents(context, inputs, self);
  if (!assigned) throw groupGone(inputs, self);
  assertMayRemove(inputs, assigned, [], self);
  const recorded = { userId: context.userId, account: self.account, key, otherAgents: "keep" as const };
  return { id, state: await apply(run, inputs, assigned, [], recorded, self) };
}

async function updateAgents(run: Run, recorded: AgentsState, inputs: AgentsInputs, self: Self): Promise<AgentsState> {
  const { context } = run;
  const assigned = await readAgents(context, inputs, self);
  if (!assigned) {
    await context.assertSameAccount(groupOf(recorded), recorded);
    throw groupGone(inputs, self);
  }
  const previousIds = idsOf(recorded.requestedAgents);
  const { key, otherAgents } = recorded;
  const next = { key, otherAgents, account: self.account, userId: context.userId ?? recorded.userId };
  // Not `otherAgents` either: if it becomes "remove", the first apply after that must not remove agents unasked.
  if (self.ignored.includes("agents") && !recorded.unfinished)
    return agentsState({ ...inputs, otherAgents }, assigned, next);
  if (otherAgents !== "remove") assertMayRemove(inputs, assigned, previousIds, self);
  return apply(run, inputs, assigned, previousIds, next, self);
}

/**
 * Removes only the agents that the resource listed. If another resource has the group now, because the program renamed the
 * resource or gave it another group, the agents that both list stay assigned.
 */
async function deleteAgents(run: Run, id: string, state: AgentsState, self: Self): Promise<void> {
  const { context } = run;
  const listedIds = idsOf(state.requestedAgents);
  const successor = run.agents.successor(id, state.key);
  const others = successor
    ? [{ agents: idsOf(successor.inputs.known?.requestedAgents ?? []) }]
    : await run.stack.release(`delete ${agentsLabel(state, self)}`, { kind: "agents", id, key: state.key });
  const keptIds = others.flatMap(({ agents = listedIds }) => agents);
  const droppedIds = listedIds.filter((agent) => !keptIds.includes(agent));
  if (others.length > 0 && droppedIds.length === 0) return;
  const assigned = await readAgents(context, state, self, forEveryOutcome("No agent was removed from the group."));
  if (!assigned) return context.assertSameAccount(groupOf(state), state);
  const progress: AgentsProgress = { assigned, notRemoved: [], isChanged: false };
  await applyAgents(context, { ...state, requestedAgents: [], otherAgents: "keep" }, droppedIds, progress, self);
  if (!successor) run.agents.release(id);
}

async function apply(
  run: Run,
  inputs: AgentsInputs,
  assigned: readonly AssignedAgent[],
  previousIds: readonly string[],
  recorded: Pick<AgentsState, "userId" | "account" | "key" | "otherAgents">,
  self: Self,
): Promise<AgentsState> {
  const progress: AgentsProgress = { assigned, notRemoved: [], isChanged: false };
  try {
    await applyAgents(run.context, inputs, previousIds, progress, self);
  } catch (error) {
    if (!(error instanceof GroupError && progress.isChanged)) throw error;
    const kept: AgentsState = {
      ...agentsState(inputs, progress.assigned, recorded),
      // So that the next update, or a deletion, still removes them.
      requestedAgents: [...inputs.requestedAgents, ...progress.notRemoved.map((id) => ({ id, receivesCalls: true }))],
      // The first apply with "remove" is not done.
      otherAgents: recorded.otherAgents === "remove" ? inputs.otherAgents : "keep",
      unfinished: true,
    };
    throw error.keep(String(inputs.groupId), kept, "The resource");
  }
  return agentsState(inputs, progress.assigned, recorded);
}

/** The first apply must not remove agents that nobody knew of. */
function assertMayRemove(
  inputs: AgentsInputs,
  assigned: readonly AssignedAgent[],
  previousIds: readonly string[],
  self: Self,
): void {
  const unlisted = unknownAgents(assigned, inputs, previousIds);
  if (unlisted.length === 0) return;
  throw new GroupError("other-agents", {
    failure: `Could not update ${agentsLabel(inputs, self)}`,
    reason: `the group has agents that the program does not list (${unlisted.join(", ")}), and otherAgents is "remove"`,
    done: "Nothing was changed.",
    next: "Add them to agents, or set removeExisting: true to remove them.",
  });
}

const groupOf = ({ groupId }: AgentsInputs) => ({ name: "", id: String(groupId) });

function groupGone(inputs: Pick<AgentsInputs, "groupId">, self: Self): GroupError {
  return new GroupError("group-gone", {
    failure: `Could not update ${agentsLabel(inputs, self)}`,
    reason: "Deepcall has no such group for these credentials (code 1503: not found or not authorized)",
    done: "Nothing was changed.",
    next: "Run `pulumi up --refresh` if the group was deleted, and check the credentials otherwise.",
  });
}
