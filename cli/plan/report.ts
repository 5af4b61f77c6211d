import type { AgentsDrift, Drift, GroupName, Status } from "../preview/drift";
import { stateProblemsJson, type StateProblems } from "../preview/state-problems";

/** A name that a preview knows; `undefined` if it is known only after `pulumi up`. */
export type PlannedName = GroupName | undefined;

/** What `pulumi up` does with a resource. `protected` means that Pulumi refuses to delete or replace it. */
export type Action = "create" | "adopt" | "import" | "update" | "replace" | "delete" | "retain" | "protected";

interface Change {
  /** The resource's name in the program. */
  readonly resource: string;
  readonly urn: string;
  /** The `DeepcallProvider` of its account; `null` for the default account. */
  readonly provider: string | null;
  readonly action: Action;
  /** What else there is to say about the change, each as a clause. */
  readonly notes: readonly string[];
  /** Why `pulumi up` will fail at this change, as a clause; `null` if no reason is known. */
  readonly problem: string | null;
}

/** A change of a `DeepcallGroup`. */
export interface GroupChange extends Change {
  /** Deepcall's id of the group; `null` if the group does not exist yet. */
  readonly id: number | null;
  /** The current name; of a group that does not exist yet, the requested one. */
  readonly name: PlannedName;
  /** The name that a rename requests; absent if the group is not renamed. */
  readonly newName?: PlannedName;
  /** The status that the group gets; `null` if it does not change. */
  readonly newStatus: Status | null;
  /** How many agents the group has; `null` if that is not known. */
  readonly agents: number | null;
  /** The manual changes that this change reverts. */
  readonly drift: readonly Drift[];
}

/** A change of a `DeepcallGroupAgents`. */
export interface AgentsChange extends Change {
  /** The id of the group; `null` if the group does not exist yet. */
  readonly groupId: number | null;
  /** The name of the group, if a resource of the stack has it. */
  readonly group: PlannedName;
  /** The ids of the agents that are assigned, that are removed, and whose `receivesCalls` changes. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly receivesCalls: { readonly now: readonly string[]; readonly notNow: readonly string[] };
  readonly drift: readonly AgentsDrift[];
}

/** What the next `pulumi up` does. */
export interface Plan {
  readonly stack: string;
  /** Whether the plan is one for `pulumi up --refresh`, which compares the state with Deepcall first. */
  readonly refresh: boolean;
  /** Sorted by action and name. */
  readonly groups: readonly GroupChange[];
  /** Sorted by group. */
  readonly agents: readonly AgentsChange[];
  /** How many groups do not change. */
  readonly unchanged: number;
  /** How many resources of other types change, by Pulumi's operation. */
  readonly other: Readonly<Record<string, number>>;
  readonly stateProblems: StateProblems;
}

export function hasChanges({ groups, agents, other }: Plan): boolean {
  return groups.length + agents.length + Object.keys(other).length > 0;
}

/** What happens to a group: a verb or two, in the order in which a plan lists them. */
export const actionWords = [
  ...(["create", "adopt", "import"] as const),
  ...(["rename", "rename and activate", "rename and deactivate", "activate", "deactivate", "update"] as const),
  ...(["replace", "retain", "delete", "protected"] as const),
] as const;
export type ActionWord = (typeof actionWords)[number];

export function describeAction(change: GroupChange): ActionWord {
  if (change.action !== "update") return change.action;
  const status = change.newStatus === null ? null : change.newStatus === "active" ? "activate" : "deactivate";
  if (!("newName" in change)) return status ?? "update";
  return status === null ? "rename" : `rename and ${status}`;
}

/** Whether a change only reverts manual changes. */
export function isRevert(change: GroupChange | AgentsChange): boolean {
  return change.drift.length > 0 && ("groupId" in change ? onlyRevertsAgents(change) : onlyRevertsGroup(change));
}

function onlyRevertsGroup({ action, drift, newStatus, ...change }: GroupChange): boolean {
  const kinds = drift.map(({ kind }) => kind);
  if (action !== "update") return kinds.includes("gone");
  return (!("newName" in change) || kinds.includes("renamed")) && (newStatus === null || kinds.includes("status"));
}

function onlyRevertsAgents({ drift, added, removed, receivesCalls: { now, notNow } }: AgentsChange): boolean {
  const reverted = new Set(
    drift.flatMap((one) => {
      switch (one.kind) {
        case "gone":
          return added;
        case "receivesCalls":
          return [...one.now, ...one.notNow];
        default:
          return one.agents;
      }
    }),
  );
  return [...added, ...removed, ...now, ...notNow].every((id) => reverted.has(id));
}

/** The version of the public JSON format. It increases when a field is removed or changes its meaning. */
const jsonVersion = 1;

export function renderJson(plan: Plan): string {
  const { stack, refresh, groups, agents, unchanged, other, stateProblems } = plan;
  const json = { version: jsonVersion, stack, refresh, changes: hasChanges(plan), groups, agents, unchanged, other };
  return `${JSON.stringify({ ...json, ...stateProblemsJson(stateProblems) }, null, 2)}\n`;
}
