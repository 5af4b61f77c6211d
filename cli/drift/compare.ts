import type { GroupList } from "../../client/responses";
import { groupType } from "../../provider/state-contract";
import type { DeclaredGroup, Drift, GroupName, PendingChange, Report, Status, UndeclaredGroup } from "./report";

/** One step of a preview, from the engine's `resOutputsEvent`. */
export interface Step {
  /** `refresh` reads the current state; then `same`, `create`, `update`, `delete`, `read`, … is what the next `up` does. */
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly old?: Snapshot | null;
  readonly new?: Snapshot | null;
}

type Properties = Readonly<Record<string, unknown>>;

/** A resource before or after a step. The engine replaces secret values by an object. */
interface Snapshot {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

/**
 * Separates drift from changes in the program. Drift is a change in Deepcall since the last `up` that the next `up`
 * would revert. A change that the program has adopted or ignores is not drift.
 *
 * @param steps - of `preview --refresh --run-program`, which does not refresh groups that were removed from the program.
 * @param account - all groups of the account, to report undeclared groups.
 */
export function compare(stack: string, steps: readonly Step[], account?: GroupList): Report {
  const groupSteps = steps.filter(({ type }) => type === groupType);
  const resources = [...Map.groupBy(groupSteps, ({ urn }) => urn)]
    .map(([urn, all]) => ({
      urn,
      resource: resourceName(urn),
      refresh: all.find(({ op }) => op === "refresh"),
      plan: all.filter(({ op }) => op !== "refresh"),
    }))
    .toSorted((a, b) => compareText(a.resource, b.resource) || compareText(a.urn, b.urn));

  const groups = resources.flatMap(({ urn, resource, refresh, plan }): DeclaredGroup[] => {
    if (!refresh?.old) return [];
    const { outputs } = refresh.new ?? refresh.old;
    const id = Number(refresh.old.id);
    return [{ resource, urn, id, name: toName(outputs["assignedName"]), drift: findDrift(refresh, plan) }];
  });
  const drifted = new Set(groups.filter(({ drift }) => drift.length > 0).map(({ urn }) => urn));
  const pending = resources.flatMap(({ urn, resource, plan }): PendingChange[] => {
    const change = drifted.has(urn) ? undefined : plannedChange(plan);
    return change === undefined ? [] : [{ resource, urn, change }];
  });
  return {
    stack,
    groups,
    undeclared: account ? { groups: findUndeclared(groupSteps, account), complete: account.complete } : null,
    pending,
  };
}

function findDrift({ old: recorded, new: current }: Step, plan: readonly Step[]): Drift[] {
  if (!current) return [{ kind: "gone" }];
  if (plan.some(({ op }) => op === "same")) return [];
  const desired = plan.find((step) => step.new)?.new?.inputs ?? {};
  const { name, assignedName, active, __renamed } = current.outputs;
  const [from, to] = [toName(assignedName), toName(name)];
  const wasActive = recorded?.outputs["active"];
  const drift: Drift[] = [];
  // Secret values cannot be compared here, so the provider does it.
  const isRenamed = from === null || to === null ? __renamed === true : from !== to;
  if (isRenamed && !isIgnored(desired, "name") && (to === null || desired["requestedName"] !== to))
    drift.push({ kind: "renamed", from, to });
  if (wasActive !== active && !isIgnored(desired, "active") && desired["active"] !== active)
    drift.push({ kind: "status", from: toStatus(wasActive), to: toStatus(active) });
  return drift;
}

function isIgnored(inputs: Properties, property: string): boolean {
  const ignored = inputs["__ignore"];
  return Array.isArray(ignored) && ignored.includes(property);
}

function plannedChange(plan: readonly Step[]): PendingChange["change"] | undefined {
  const ops = plan.map(({ op }) => op);
  if (ops.some((op) => op.includes("replace"))) return "replace";
  return (["create", "update", "delete"] as const).find((change) => ops.includes(change));
}

function findUndeclared(steps: readonly Step[], { groups }: GroupList): UndeclaredGroup[] {
  const declaredIds = new Set(steps.flatMap((step) => [step.old?.id, step.new?.id]));
  const namesToAdopt = new Set(
    steps
      .filter(({ op, new: created }) => op === "create" && created?.inputs["onNameConflict"] === "adopt")
      .map(({ new: created }) => created?.inputs["requestedName"]),
  );
  return groups
    .filter(({ id, name }) => !declaredIds.has(String(id)) && !namesToAdopt.has(name))
    .map(({ id, name, active }) => ({ id, name, status: active === undefined ? null : toStatus(active) }))
    .toSorted((a, b) => a.id - b.id);
}

/** The last part of `urn:pulumi:stack::project::types::name`. A name may contain `::` too. */
function resourceName(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

function toName(value: unknown): GroupName {
  return typeof value === "string" ? value : null;
}

function toStatus(active: unknown): Status {
  return active === true ? "active" : "inactive";
}

/** Unlike `localeCompare`, gives the same order on every machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
