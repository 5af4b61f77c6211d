import { unknownValue } from "../../provider/model/resource";
import { compareAgents, idsOf, toAgent } from "../../provider/model/agents";
import { resourceName, providerName } from "../../provider/urn";
import type { AgentsDrift } from "../preview/drift";
import { ignoredProperties, isProtected, toAgents, type Step } from "../preview/steps";
import { toIds, toPlannedName, type Context, type PlannedStep } from "./context";
import type { AgentsChange } from "./report";

/** Describes the change of a `DeepcallGroupAgents`. */
export function planAgents(step: PlannedStep, drift: readonly AgentsDrift[], { steps }: Context): AgentsChange {
  const { old, urn } = step;
  const resource = resourceName(urn);
  const provider = providerName(step);
  const outputs = old?.outputs ?? {};
  const inputs = step.new?.inputs ?? {};
  const groupId = step.new ? inputs["groupId"] : outputs["groupId"];
  const group = steps.find((other) =>
    typeof groupId !== "number"
      ? // The component `DeepcallGroups` names its resources like this.
        `${resourceName(other.urn)}/agents` === resource
      : providerName(other) === provider && [other.old?.id, other.new?.id].includes(String(groupId)),
  );
  const isUpdate = step.op === "update";
  const action = isProtected(step)
    ? "protected"
    : step.op === "delete" && old?.retainOnDelete === true
      ? "retain"
      : step.op;
  const isLeftAlone = action === "protected" || action === "retain";
  // An ignored list is applied only once, even if that takes more than one `up`.
  const isIgnored = isUpdate && ignoredProperties(inputs).includes("agents") && outputs["__unfinished"] !== true;
  const desired = toAgents(isLeftAlone || isIgnored ? [] : inputs["requestedAgents"]);
  const assigned = toAgents(isLeftAlone || isIgnored ? [] : outputs["agents"]);
  const others = isUpdate && !isIgnored ? toIds(outputs["otherAgentIds"]).map(toAgent) : [];
  const removesOthers = inputs["otherAgents"] === "remove";
  // Only an update starts with the agents that are assigned, and ends with those that are listed.
  const [before, after] = isUpdate ? [assigned, desired] : [[], []];
  const { missing, changed: changedIds } = compareAgents(before, desired);
  const added = missing.filter((id) => !idsOf(others).includes(id));
  const removed = compareAgents([...assigned, ...(removesOthers ? others : [])], after).unlisted;
  const changed = desired.filter(
    ({ id, receivesCalls }) => changedIds.includes(id) || (missing.includes(id) && !receivesCalls),
  );
  const isUnknown = step.new && !isLeftAlone && !isIgnored && !Array.isArray(inputs["requestedAgents"]);
  const notes = [
    ...(step.op === "replace" && outputs["groupId"] !== groupId ? [`leaves group ${String(outputs["groupId"])}`] : []),
    ...(isUnknown ? ["the agents are secret, or known only during the update"] : []),
    ...(step.op === "create" && removesOthers ? ["removes all other agents"] : []),
    ...(drift.some(({ kind }) => kind === "gone") ? ["the group was deleted manually"] : []),
  ];
  const isVisible = added.length + removed.length + changed.length + notes.length > 0 || isLeftAlone;
  return {
    resource,
    urn,
    provider,
    action,
    groupId: typeof groupId === "number" ? groupId : null,
    group: toPlannedName(group?.old?.outputs["name"] ?? group?.new?.inputs["requestedName"] ?? unknownValue),
    added,
    removed,
    receivesCalls: {
      now: idsOf(changed.filter(({ receivesCalls }) => receivesCalls)),
      notNow: idsOf(changed.filter(({ receivesCalls }) => !receivesCalls)),
    },
    notes: isVisible ? notes : ["no change in Deepcall"],
    problem: action === "protected" ? "is protected" : null,
    drift,
  };
}

/**
 * How many agents a group has, as far as it is known: now, and after the same `up` has deleted the resource that lists
 * its agents, which comes first.
 */
export function countAgents(
  step: Step,
  { facts, agentsSteps }: Context,
): { count: number; remaining: number } | undefined {
  const own = agentsSteps.filter(
    (other) => other.old?.id === step.old?.id && providerName(other) === providerName(step),
  );
  const refresh = own.find(({ op }) => op === "refresh");
  const outputs = (refresh?.new ?? own[0]?.old)?.outputs;
  const listed = toAgents(outputs?.["agents"]);
  const recorded = outputs && { count: listed.length + toIds(outputs["otherAgentIds"]).length, ids: [] };
  const answer = facts.agents.get(step.urn);
  const agents = typeof answer === "object" ? answer : recorded;
  if (!agents) return undefined;
  const isRemoved = own.some(({ op, old }) => (op === "delete" || op === "replace") && old?.retainOnDelete !== true);
  const removed = !isRemoved
    ? 0
    : agents.ids.length > 0
      ? agents.ids.filter((id) => idsOf(listed).includes(id)).length
      : listed.length;
  return { count: agents.count, remaining: Math.max(0, agents.count - removed) };
}
