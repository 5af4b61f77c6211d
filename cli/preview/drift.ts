import { compareAgents, idsOf, toAgent } from "../../provider/model/agents";
import { ignoredProperties, toAgents, type Step } from "./steps";

/** A group's name; `null` if the program declares it as a secret. */
export type GroupName = string | null;

export type Status = "active" | "inactive";

/** A difference between a group and its declaration: `from` is the declared value, `to` the value in Deepcall now. */
export type Drift =
  | { readonly kind: "gone" }
  | { readonly kind: "renamed"; readonly from: GroupName; readonly to: GroupName }
  | { readonly kind: "status"; readonly from: Status; readonly to: Status };

/** A difference between a group's agents and their declaration. */
export type AgentsDrift =
  | { readonly kind: "gone" }
  /** Listed agents that are not assigned. */
  | { readonly kind: "missing"; readonly agents: readonly string[] }
  /** Assigned agents that are not listed, with `otherAgents: "remove"`. */
  | { readonly kind: "unlisted"; readonly agents: readonly string[] }
  /** Listed agents whose `receivesCalls` was changed: those that receive calls now, and those that don't. */
  | { readonly kind: "receivesCalls"; readonly now: readonly string[]; readonly notNow: readonly string[] };

/**
 * Separates drift from changes in the program. Drift is a change in Deepcall since the last `up` that the next `up`
 * would revert. A change that the program has adopted or ignores is not drift.
 *
 * @param refresh - the step that read the group.
 * @param plan - what the next `up` does with it.
 */
export function findDrift({ old: recorded, new: current }: Step, plan: readonly Step[]): Drift[] {
  if (!current) return [{ kind: "gone" }];
  if (plan.some(({ op }) => op === "same")) return [];
  const desired = plan.find((step) => step.new)?.new?.inputs ?? {};
  const { name, assignedName, active, __renamed } = current.outputs;
  const [from, to] = [toName(assignedName), toName(name)];
  const ignored = ignoredProperties(desired);
  const wasActive = recorded?.outputs["active"];
  const drift: Drift[] = [];
  // Secret values cannot be compared here, so the provider does it.
  const isRenamed = from === null || to === null ? __renamed === true : from !== to;
  if (isRenamed && !ignored.includes("name") && (to === null || desired["requestedName"] !== to))
    drift.push({ kind: "renamed", from, to });
  if (wasActive !== active && !ignored.includes("active") && desired["active"] !== active)
    drift.push({ kind: "status", from: toStatus(wasActive), to: toStatus(active) });
  return drift;
}

/** Compares by what was requested at the last `up`, so that a change that a refresh wrote to the state is still drift. */
export function findAgentsDrift({ old: recorded, new: current }: Step, plan: readonly Step[]): AgentsDrift[] {
  if (!current) return [{ kind: "gone" }];
  if (plan.some(({ op }) => op === "same")) return [];
  const inputs = plan.find((step) => step.new)?.new?.inputs ?? {};
  if (ignoredProperties(inputs).includes("agents")) return [];
  const requested = toAgents(recorded?.outputs["requestedAgents"]);
  const desired = Array.isArray(inputs["requestedAgents"]) ? toAgents(inputs["requestedAgents"]) : requested;
  const assigned = toAgents(current.outputs["agents"]);
  const listed = requested.filter(({ id }) => idsOf(desired).includes(id));
  const { missing, changed: changedSince } = compareAgents(assigned, listed);
  const notAdopted = compareAgents(assigned, desired).changed;
  const changed = assigned.filter(({ id }) => changedSince.includes(id) && notAdopted.includes(id));
  const others = current.outputs["otherAgentIds"];
  const unlisted =
    inputs["otherAgents"] === "remove" && recorded?.outputs["otherAgents"] === "remove" && Array.isArray(others)
      ? compareAgents(others.map(String).map(toAgent), desired).unlisted
      : [];
  const [now = [], notNow = []] = [true, false].map((calls) =>
    idsOf(changed.filter(({ receivesCalls }) => receivesCalls === calls)),
  );
  const drift: AgentsDrift[] = [];
  if (missing.length > 0) drift.push({ kind: "missing", agents: missing });
  if (unlisted.length > 0) drift.push({ kind: "unlisted", agents: unlisted });
  if (changed.length > 0) drift.push({ kind: "receivesCalls", now, notNow });
  return drift;
}

export function toName(value: unknown): GroupName {
  return typeof value === "string" ? value : null;
}

export function toStatus(active: unknown): Status {
  return active === true ? "active" : "inactive";
}
