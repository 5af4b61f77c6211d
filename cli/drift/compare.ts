import type { GroupList } from "../../client/responses";
import { agentsType, groupType } from "../../provider/state-contract";
import { groupByResource, ignoredProperties, ignoresAgents, providerName, toAgents, type Step } from "../preview/steps";
import type {
  AgentsDrift,
  DeclaredAgents,
  DeclaredGroup,
  Drift,
  GroupName,
  PendingChange,
  Report,
  Status,
  UndeclaredGroup,
  UndeclaredGroups,
} from "./report";

/** An account and its groups; `undefined` if it was not listed. */
export interface ListedAccount {
  readonly provider: string | null;
  readonly list: GroupList | undefined;
}

/**
 * Separates drift from changes in the program. Drift is a change in Deepcall since the last `up` that the next `up`
 * would revert. A change that the program has adopted or ignores is not drift.
 *
 * @param steps - of `preview --refresh --run-program`, which does not refresh groups that were removed from the program.
 * @param accounts - all groups of the accounts, to report undeclared groups.
 */
export function compare(stack: string, steps: readonly Step[], accounts?: readonly ListedAccount[]): Report {
  const resources = groupByResource(steps);
  const groups = resources.flatMap(({ urn, type, resource, refresh, plan }): DeclaredGroup[] => {
    if (type !== groupType || !refresh?.old) return [];
    const { outputs } = refresh.new ?? refresh.old;
    const id = Number(refresh.old.id);
    const name = toName(outputs["assignedName"]);
    return [{ resource, urn, provider: providerName(refresh), id, name, drift: findDrift(refresh, plan) }];
  });
  const agents = resources.flatMap(({ urn, type, resource, refresh, plan }): DeclaredAgents[] => {
    if (type !== agentsType || !refresh?.old) return [];
    const groupId = Number(refresh.old.id);
    return [{ resource, urn, provider: providerName(refresh), groupId, drift: findAgentsDrift(refresh, plan) }];
  });
  const drifted = new Set([...groups, ...agents].filter(({ drift }) => drift.length > 0).map(({ urn }) => urn));
  const pending = resources.flatMap(({ urn, resource, plan }): PendingChange[] => {
    const change = drifted.has(urn) ? undefined : plannedChange(plan);
    return change === undefined ? [] : [{ resource, urn, change }];
  });
  return {
    stack,
    groups,
    agents,
    undeclared: accounts?.map((account) => findUndeclared(steps, account)) ?? null,
    pending,
  };
}

function findDrift({ old: recorded, new: current }: Step, plan: readonly Step[]): Drift[] {
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
function findAgentsDrift({ old: recorded, new: current }: Step, plan: readonly Step[]): AgentsDrift[] {
  if (!current) return [{ kind: "gone" }];
  if (plan.some(({ op }) => op === "same")) return [];
  const inputs = plan.find((step) => step.new)?.new?.inputs ?? {};
  if (ignoresAgents(inputs)) return [];
  const requested = toAgents(recorded?.outputs["requestedAgents"]);
  const desired = Array.isArray(inputs["requestedAgents"]) ? toAgents(inputs["requestedAgents"]) : requested;
  const assigned = toAgents(current.outputs["agents"]);
  const listed = [...requested.keys()].filter((id) => desired.has(id));
  const missing = listed.filter((id) => !assigned.has(id));
  const changed = listed.filter(
    (id) => assigned.has(id) && assigned.get(id) !== requested.get(id) && assigned.get(id) !== desired.get(id),
  );
  const others = current.outputs["otherAgentIds"];
  const unlisted =
    inputs["otherAgents"] === "remove" && recorded?.outputs["otherAgents"] === "remove" && Array.isArray(others)
      ? others.map(String).filter((id) => !desired.has(id))
      : [];
  const [now, notNow] = [true, false].map((calls) => changed.filter((id) => assigned.get(id) === calls));
  return [
    ...(missing.length > 0 ? [{ kind: "missing" as const, agents: missing }] : []),
    ...(unlisted.length > 0 ? [{ kind: "unlisted" as const, agents: unlisted }] : []),
    ...(changed.length > 0 ? [{ kind: "receivesCalls" as const, now: now ?? [], notNow: notNow ?? [] }] : []),
  ];
}

function plannedChange(plan: readonly Step[]): PendingChange["change"] | undefined {
  const ops = plan.map(({ op }) => op);
  if (ops.some((op) => op.includes("replace"))) return "replace";
  return (["create", "update", "delete"] as const).find((change) => ops.includes(change));
}

function findUndeclared(allSteps: readonly Step[], { provider, list }: ListedAccount): UndeclaredGroups {
  if (!list) return { provider, listed: false, complete: false, groups: [] };
  const steps = allSteps.filter(({ type }) => type === groupType);
  // Of all steps, because two providers may have the same account.
  const declaredIds = new Set(steps.flatMap((step) => [step.old?.id, step.new?.id]));
  const namesToAdopt = new Set(
    steps
      .filter((step) => providerName(step) === provider && step.op === "create")
      .filter(({ new: created }) => created?.inputs["onNameConflict"] === "adopt")
      .map(({ new: created }) => created?.inputs["requestedName"]),
  );
  const groups = list.groups
    .filter(({ id, name }) => !declaredIds.has(String(id)) && !namesToAdopt.has(name))
    .map(({ id, name, active }): UndeclaredGroup => ({
      id,
      name,
      status: active === undefined ? null : toStatus(active),
    }))
    .toSorted((a, b) => a.id - b.id);
  return { provider, listed: true, complete: list.complete, groups };
}

function toName(value: unknown): GroupName {
  return typeof value === "string" ? value : null;
}

function toStatus(active: unknown): Status {
  return active === true ? "active" : "inactive";
}
