import type { GroupList } from "../../client/responses";
import { groupType } from "../../provider/state-contract";
import { providerName } from "../../provider/urn";
import { toName, toStatus, type AgentsDrift, type Drift, type GroupName, type Status } from "../preview/drift";
import { findStateProblems, stateProblemsJson, type StateProblems } from "../preview/state-problems";
import { byResource, type AccountLists, type Preview } from "../preview/preview";
import type { Step } from "../preview/steps";

interface Declared<D> {
  /** The resource's name in the program. */
  readonly resource: string;
  readonly urn: string;
  /** The `DeepcallProvider` of its account; `null` for the default account. */
  readonly provider: string | null;
  /** Empty if it is as declared. */
  readonly drift: readonly D[];
}

/** A `DeepcallGroupAgents`. */
export interface DeclaredAgents extends Declared<AgentsDrift> {
  readonly groupId: number;
}

export interface DeclaredGroup extends Declared<Drift> {
  /** Deepcall's id of the group. */
  readonly id: number;
  /** The name that Deepcall assigned at the last `pulumi up`. */
  readonly name: GroupName;
}

/** A group in the account that no resource in the stack declares. */
export interface UndeclaredGroup {
  readonly id: number;
  readonly name: string;
  /** `null` if Deepcall did not report the status. */
  readonly status: Status | null;
}

/** The undeclared groups of one account. */
export interface UndeclaredGroups {
  /** The `DeepcallProvider` of the account; `null` for the default account. */
  readonly provider: string | null;
  /** False if the command could not list the account, because the credentials are stored in the state. */
  readonly listed: boolean;
  /** False if Deepcall reported that its list of groups is incomplete. */
  readonly complete: boolean;
  /** How many groups an incomplete list has. */
  readonly returned?: number;
  /** How many groups there are according to an incomplete list; `null` if it does not say so. */
  readonly total?: number | null;
  readonly groups: readonly UndeclaredGroup[];
}

/** A change in the program that the next `pulumi up` applies. It is not drift. */
export interface PendingChange {
  readonly resource: string;
  readonly urn: string;
  readonly change: "create" | "update" | "replace" | "delete";
}

/** How the groups in Deepcall differ from those that a stack declares. */
export interface Report {
  readonly stack: string;
  /** Every group that is both in the program and in the state, sorted by resource. */
  readonly groups: readonly DeclaredGroup[];
  /** Every `DeepcallGroupAgents` that is both in the program and in the state, sorted by resource. */
  readonly agents: readonly DeclaredAgents[];
  /** `null` if not requested. */
  readonly undeclared: readonly UndeclaredGroups[] | null;
  readonly pending: readonly PendingChange[];
  readonly stateProblems: StateProblems;
}

/**
 * @param preview - with a refresh. It does not refresh groups that were removed from the program.
 * @param lists - all groups of the accounts, as far as they were listed.
 */
export function createReport(preview: Preview, lists: AccountLists = new Map(), searchesUndeclared = false): Report {
  const { stack, accounts, groups, agents, steps } = preview;
  const groupSteps = steps.filter(({ type }) => type === groupType);
  const pending = [...groups, ...agents].filter(({ drift }) => drift.length === 0).toSorted(byResource);
  return {
    stack,
    groups: groups.flatMap(({ urn, resource, refresh, drift }): DeclaredGroup[] => {
      if (!refresh?.old) return [];
      const name = toName((refresh.new ?? refresh.old).outputs["assignedName"]);
      return [{ resource, urn, provider: providerName(refresh), id: Number(refresh.old.id), name, drift }];
    }),
    agents: agents.flatMap(({ urn, resource, refresh, drift }): DeclaredAgents[] => {
      if (!refresh?.old) return [];
      return [{ resource, urn, provider: providerName(refresh), groupId: Number(refresh.old.id), drift }];
    }),
    undeclared: !searchesUndeclared
      ? null
      : accounts.map(({ provider }) => findUndeclared(groupSteps, provider, lists.get(provider))),
    pending: pending.flatMap(({ urn, resource, plan }): PendingChange[] => {
      const change = plannedChange(plan);
      return change === undefined ? [] : [{ resource, urn, change }];
    }),
    stateProblems: findStateProblems(preview, lists),
  };
}

function plannedChange(plan: readonly Step[]): PendingChange["change"] | undefined {
  const ops = plan.map(({ op }) => op);
  if (ops.some((op) => op.includes("replace"))) return "replace";
  return (["create", "update", "delete"] as const).find((change) => ops.includes(change));
}

/** @param steps - of the groups of all accounts, because two providers may have the same account. */
function findUndeclared(
  steps: readonly Step[],
  provider: string | null,
  list: GroupList | undefined,
): UndeclaredGroups {
  if (!list) return { provider, listed: false, complete: false, groups: [] };
  const declaredIds = new Set(steps.flatMap((step) => [step.old?.id, step.new?.id]));
  const namesToAdopt = new Set(
    steps
      .filter((step) => step.op === "create" && providerName(step) === provider)
      .filter(({ new: created }) => created?.inputs["onNameConflict"] === "adopt")
      .map(({ new: created }) => created?.inputs["requestedName"]),
  );
  const groups = list.groups
    .filter(({ id, name }) => !declaredIds.has(String(id)) && !namesToAdopt.has(name))
    .map(({ id, name, active }) => ({ id, name, status: active === undefined ? null : toStatus(active) }))
    .toSorted((a, b) => a.id - b.id);
  const counts = list.complete ? {} : { returned: list.groups.length, total: list.total ?? null };
  return { provider, listed: true, complete: list.complete, ...counts, groups };
}

export function driftedGroups(report: Report): DeclaredGroup[] {
  return report.groups.filter(({ drift }) => drift.length > 0);
}

export function driftedAgents(report: Report): DeclaredAgents[] {
  return report.agents.filter(({ drift }) => drift.length > 0);
}

export function countUndeclared({ undeclared }: Report): number {
  return (undeclared ?? []).reduce((sum, { groups }) => sum + groups.length, 0);
}

/** Whether anything differs, undeclared groups included. It decides the exit code. */
export function hasDrift(report: Report): boolean {
  return driftedGroups(report).length + driftedAgents(report).length + countUndeclared(report) > 0;
}

/** The version of the public JSON format. It increases when a field is removed or changes its meaning. */
const jsonVersion = 1;

export function renderJson(report: Report): string {
  const { stack, groups, agents, undeclared, pending, stateProblems } = report;
  const json = { version: jsonVersion, stack, drift: hasDrift(report), groups, agents, undeclared, pending };
  return `${JSON.stringify({ ...json, ...stateProblemsJson(stateProblems) }, null, 2)}\n`;
}
