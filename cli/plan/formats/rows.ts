import { pluralize } from "../../formatting";
import {
  describeAction,
  isRevert,
  type Action,
  type AgentsChange,
  type GroupChange,
  type Plan,
  type PlannedName,
} from "../report";

/** One change, ready to be aligned in columns. */
export interface Row {
  readonly symbol: string;
  readonly action: string;
  readonly subject: string;
  readonly details: readonly string[];
  readonly isRefused: boolean;
  readonly isRevert: boolean;
}

/** How a format writes foreign text. */
export interface Style {
  readonly name: (name: string) => string;
  /** A detail, which may contain a resource's name. */
  readonly detail: (text: string) => string;
}

const symbols: Readonly<Record<Action, string>> = {
  create: "+",
  adopt: "+",
  import: "+",
  update: "~",
  replace: "±",
  retain: "-",
  delete: "-",
  protected: "!",
};

/** One row per change, the groups first. */
export function toRows({ groups, agents }: Plan, style: Style): Row[] {
  return [...groups.map((change) => groupRow(change, style)), ...agents.map((change) => agentsRow(change, style))];
}

function groupRow(change: GroupChange, { name: format, detail }: Style): Row {
  const { id, name, agents, newStatus, problem } = change;
  const hasAgents = agents !== null && agents > 0 && !problem?.startsWith("has ");
  const details = [
    ...(id === null ? [] : [`id ${id}`]),
    ...(change.action !== "update" && newStatus !== null ? [newStatus] : []),
    ...(hasAgents ? [pluralize(agents, "agent")] : []),
    ...commonDetails(change),
  ];
  return {
    symbol: symbols[change.action],
    action: describeAction(change),
    subject: formatName(name, format) + ("newName" in change ? ` → ${formatName(change.newName, format)}` : ""),
    details: details.map(detail),
    isRefused: change.problem !== null,
    isRevert: isRevert(change),
  };
}

function agentsRow(change: AgentsChange, { name: format, detail }: Style): Row {
  const { group, groupId, resource, added, removed, receivesCalls, action } = change;
  const label =
    group !== undefined
      ? formatName(group, format)
      : groupId !== null
        ? `group ${groupId}`
        : `resource ${format(resource)}`;
  const list = (ids: readonly string[]): string => ids.map(format).join(", ");
  const changes = [
    ...(added.length > 0 ? [list(added)] : []),
    ...(removed.length > 0 ? [added.length > 0 ? `(− ${list(removed)})` : `− ${list(removed)}`] : []),
  ].join(" ");
  const details = [
    ...(groupId === null || group === undefined ? [] : [`id ${groupId}`]),
    ...(receivesCalls.now.length > 0 ? [`receives calls: ${receivesCalls.now.join(", ")}`] : []),
    ...(receivesCalls.notNow.length > 0 ? [`receives no calls: ${receivesCalls.notNow.join(", ")}`] : []),
    ...(action === "retain" ? ["stay assigned, without a resource"] : []),
    ...commonDetails(change),
  ];
  return {
    symbol: symbols[action],
    action: "agents",
    subject: changes === "" ? label : `${label}: ${changes}`,
    details: details.map(detail),
    isRefused: change.problem !== null,
    isRevert: isRevert(change),
  };
}

function commonDetails(change: GroupChange | AgentsChange): string[] {
  const { provider, notes, problem } = change;
  return [
    ...(provider === null ? [] : [`account of ${provider}`]),
    ...notes,
    ...(change.drift.length > 0 && !isRevert(change) ? ["also reverts a manual change"] : []),
    ...(problem === null ? [] : [`${problem}: will be refused`]),
  ];
}

function formatName(name: PlannedName, format: (name: string) => string): string {
  return name === undefined ? "[known after the update]" : name === null ? "[secret]" : format(name);
}

/** The plan as one clause, without a period. */
export function summarize({ groups, agents, unchanged, other }: Plan): string {
  const changes = groups.filter((change) => !isRevert(change));
  const reverts = [...groups, ...agents].filter(isRevert).length;
  const changedAgents = agents.filter((change) => !isRevert(change)).length;
  const counts = [...Map.groupBy(changes, describeAction)].map(([action, { length }], index) => {
    const subject = index === 0 ? pluralize(length, "group") : String(length);
    return action === "protected" ? `${subject} protected from deletion` : `${subject} to ${action}`;
  });
  const parts = [
    ...counts,
    ...(changedAgents === 0 ? [] : [`the agents of ${pluralize(changedAgents, "group")} to change`]),
    ...(reverts === 0 ? [] : [`${pluralize(reverts, "manual change")} to revert`]),
  ];
  if (parts.length > 0) return `${parts.join(", ")}; ${unchanged} unchanged`;
  const nothing = Object.keys(other).length === 0 ? "nothing to do" : "no change of a group";
  return `${nothing}; ${pluralize(unchanged, "group")} unchanged`;
}

/** For example `2 to create, 1 to update`; empty if no other resource changes. */
export function summarizeOther({ other }: Plan): string {
  return Object.entries(other)
    .map(([op, count]) => `${count} to ${op}`)
    .join(", ");
}

export const revertHeading = "Reverts manual changes:";

/** What follows from refused changes, and from what a plan without `--refresh` cannot know. */
export function hints({ groups, agents, refresh }: Plan): string[] {
  const refused = [...groups, ...agents].filter(({ problem }) => problem !== null);
  const unknown = groups.filter((change) => change.action === "delete" && change.agents === null);
  return [
    ...(refused.some(({ action }) => action === "protected")
      ? ["Pulumi changes nothing while the program removes a protected resource. Unprotect it first, or keep it."]
      : refused.length > 0
        ? ["`pulumi up` will report what is refused, and do the rest."]
        : []),
    ...(unknown.length === 0
      ? []
      : [
          `A group that has agents will not be deleted. ${
            refresh
              ? "This command could not ask for all of them, because it lacks the credentials of their accounts."
              : "With `--refresh`, the plan says which groups have some."
          }`,
        ]),
  ];
}
