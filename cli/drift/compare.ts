import type { GroupList } from "../../client/responses";
import { groupType } from "../../provider/type";
import type { DeclaredGroup, Drift, Name, Pending, Report, Status, UndeclaredGroup } from "./report";

/** One step of a preview, as the engine's events tell it (`resOutputsEvent`). */
export interface Step {
  /** `refresh` for what is there now; then what the next `up` would do: `same`, `create`, `update`, `delete`, `read`, … */
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly old?: Snapshot | null;
  readonly new?: Snapshot | null;
}

interface Snapshot {
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Of secrets, the engine tells only that they are. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/**
 * Tells drift from what the program changed. Drift is what was changed in Deepcall since the last `up`, as far as the
 * next `up` would change it back: where the program has caught up with it, or ignores it, there is none.
 *
 * @param steps - those of `preview --refresh --run-program`; groups that the program dropped are not refreshed there.
 * @param account - all groups of the account, where those are wanted that nothing declares.
 */
export function compare(stack: string, steps: readonly Step[], account?: GroupList): Report {
  const ofGroups = steps.filter(({ type }) => type === groupType);
  const resources = [...Map.groupBy(ofGroups, ({ urn }) => urn)]
    .map(([urn, all]) => ({ urn, resource: nameIn(urn), ...split(all) }))
    .toSorted((a, b) => compareText(a.resource, b.resource) || compareText(a.urn, b.urn));

  const groups = resources.flatMap(({ urn, resource, refresh, plan }): DeclaredGroup[] => {
    if (!refresh?.old) return [];
    const { outputs } = refresh.new ?? refresh.old;
    const id = Number(refresh.old.id);
    return [{ resource, urn, id, name: nameOf(outputs["assignedName"]), drift: driftOf(refresh, plan) }];
  });
  const differing = new Set(groups.filter(({ drift }) => drift.length > 0).map(({ urn }) => urn));
  const pending = resources.flatMap(({ urn, resource, plan }): Pending[] => {
    const change = differing.has(urn) ? undefined : changeOf(plan);
    return change === undefined ? [] : [{ resource, urn, change }];
  });
  return {
    stack,
    groups,
    undeclared: account ? { groups: undeclared(ofGroups, account), complete: account.complete } : null,
    pending,
  };
}

function split(steps: readonly Step[]): { refresh: Step | undefined; plan: readonly Step[] } {
  return { refresh: steps.find(({ op }) => op === "refresh"), plan: steps.filter(({ op }) => op !== "refresh") };
}

function driftOf({ old: recorded, new: live }: Step, plan: readonly Step[]): Drift[] {
  if (!live) return [{ kind: "gone" }];
  if (plan.some(({ op }) => op === "same")) return [];
  const wish = plan.find((step) => step.new)?.new?.inputs ?? {};
  const { name, assignedName, active, __renamed } = live.outputs;
  const wasActive = recorded?.outputs["active"];
  const drift: Drift[] = [];
  // Whether a secret name differs can't be seen from here: the provider tells.
  const isRenamed = nameOf(name) === null || nameOf(assignedName) === null ? __renamed === true : name !== assignedName;
  if (isRenamed && !isIgnored(wish, "name") && (nameOf(name) === null || wish["requestedName"] !== name))
    drift.push({ kind: "renamed", from: nameOf(assignedName), to: nameOf(name) });
  if (wasActive !== active && !isIgnored(wish, "active") && wish["active"] !== active)
    drift.push({ kind: "status", from: statusOf(wasActive), to: statusOf(active) });
  return drift;
}

function isIgnored(wish: Readonly<Record<string, unknown>>, property: string): boolean {
  const ignored = wish["__ignore"];
  return Array.isArray(ignored) && ignored.includes(property);
}

function changeOf(plan: readonly Step[]): Pending["change"] | undefined {
  const ops = plan.map(({ op }) => op);
  if (ops.some((op) => op.includes("replace"))) return "replace";
  return (["create", "update", "delete"] as const).find((change) => ops.includes(change));
}

function undeclared(steps: readonly Step[], { groups }: GroupList): UndeclaredGroup[] {
  const ids = new Set(steps.flatMap((step) => [step.old?.id, step.new?.id]));
  // What the next `up` takes over is declared.
  const adopted = new Set(
    steps.flatMap(({ op, new: wish }) =>
      op === "create" && wish?.inputs["onNameConflict"] === "adopt" ? wish.inputs["requestedName"] : [],
    ),
  );
  return groups
    .filter(({ id, name }) => !ids.has(String(id)) && !adopted.has(name))
    .map(({ id, name, active }) => ({ id, name, status: active === undefined ? null : statusOf(active) }))
    .toSorted((a, b) => a.id - b.id);
}

/** `urn:pulumi:stack::project::types::name`; a name may hold colons too. */
function nameIn(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

function nameOf(value: unknown): Name {
  return typeof value === "string" ? value : null;
}

function statusOf(active: unknown): Status {
  return active === true ? "active" : "inactive";
}

/** The same order everywhere, whatever the machine's language. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
