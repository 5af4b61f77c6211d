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

/** A `DeepcallGroupAgents`. */
export interface DeclaredAgents {
  /** The resource's name in the program. */
  readonly resource: string;
  readonly urn: string;
  /** The `DeepcallProvider` of its account; `null` for the default account. */
  readonly provider: string | null;
  readonly groupId: number;
  /** Empty if the agents are as declared. */
  readonly drift: readonly AgentsDrift[];
}

export interface DeclaredGroup {
  /** The resource's name in the program. */
  readonly resource: string;
  readonly urn: string;
  /** The `DeepcallProvider` of its account; `null` for the default account. */
  readonly provider: string | null;
  /** Deepcall's id of the group. */
  readonly id: number;
  /** The name that Deepcall assigned at the last `pulumi up`. */
  readonly name: GroupName;
  /** Empty if the group is as declared. */
  readonly drift: readonly Drift[];
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
  const { stack, groups, agents, undeclared, pending } = report;
  const json = { version: jsonVersion, stack, drift: hasDrift(report), groups, agents, undeclared, pending };
  return `${JSON.stringify(json, null, 2)}\n`;
}
