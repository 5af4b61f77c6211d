import { pluralize } from "../../formatting";
import type { AgentsDrift, Drift, GroupName } from "../../preview/drift";
import { countUndeclared, driftedAgents, driftedGroups } from "../report";
import type { PendingChange, Report, UndeclaredGroups } from "../report";

/** A name as `format` writes it, unless it is a secret. */
export function formatName(name: GroupName, format: (name: string) => string): string {
  return name === null ? "[secret]" : format(name);
}

/** A predicate for a sentence about a group. */
export function describeDrift(drift: Drift, format: (name: string) => string): string {
  switch (drift.kind) {
    case "gone":
      return "is gone";
    case "renamed":
      return drift.from === null && drift.to === null
        ? "was renamed (both names are secret)"
        : `was renamed: ${formatName(drift.from, format)} → ${formatName(drift.to, format)}`;
    case "status":
      return drift.to === "active" ? "was activated" : "was deactivated";
  }
}

/** A predicate for a sentence about a group's agents. */
export function describeAgentsDrift(drift: AgentsDrift, format: (id: string) => string): string {
  const list = (ids: readonly string[]): string => ids.map(format).join(", ");
  switch (drift.kind) {
    case "gone":
      return "is gone with its group";
    case "missing":
      return `lost ${list(drift.agents)}`;
    case "unlisted":
      return `got ${list(drift.agents)}, not listed`;
    case "receivesCalls":
      return [
        ...(drift.now.length > 0 ? [`receives calls now: ${list(drift.now)}`] : []),
        ...(drift.notNow.length > 0 ? [`receives no calls any more: ${list(drift.notNow)}`] : []),
      ].join(", ");
  }
}

/** The result as one clause, without a period. */
export function summarize(report: Report): string {
  const drifted = driftedGroups(report).length;
  const undeclared = countUndeclared(report);
  const total = pluralize(report.groups.length, "group");
  const agents = report.agents.length;
  const agentsDrifted = driftedAgents(report).length;
  const asDeclared = `${total}${agents === 0 ? "" : ` and the agents of ${agents}`} as declared`;
  if (drifted + agentsDrifted + undeclared === 0) return `no drift; ${asDeclared}`;
  const groupsDrifted = drifted === 0 ? `${total} as declared` : `${drifted} of ${total} drifted`;
  const declared =
    agentsDrifted > 0
      ? `${groupsDrifted}; the agents of ${agentsDrifted} of ${pluralize(agents, "group")} drifted`
      : drifted > 0
        ? groupsDrifted
        : asDeclared;
  const accounts = (report.undeclared ?? []).filter(({ groups }) => groups.length > 0).length;
  const place = accounts === 1 ? "the account" : `${accounts} accounts`;
  return undeclared === 0 ? declared : `${declared}; ${pluralize(undeclared, "undeclared group")} in ${place}`;
}

type Format = (name: string) => string;

function accountLabel(provider: string | null, format: Format): string {
  return provider === null ? "the default account" : `the account of DeepcallProvider ${format(provider)}`;
}

export function undeclaredHeading(
  { provider, groups }: UndeclaredGroups,
  { undeclared }: Report,
  format: Format,
): string {
  const account = undeclared?.length === 1 && provider === null ? "the account" : accountLabel(provider, format);
  return `${pluralize(groups.length, "group")} in ${account} that no resource in the stack declares:`;
}

/** What the search for undeclared groups did not cover, each as a sentence. */
export function undeclaredNotes({ undeclared }: Report, format: Format): string[] {
  const accounts = undeclared ?? [];
  const join = (some: readonly UndeclaredGroups[]): string =>
    some.map((one) => `${accountLabel(one.provider, format)}${countsOf(one)}`).join(", ");
  const [listed, others] = [accounts.filter((one) => one.listed), accounts.filter((one) => !one.listed)];
  const incomplete = listed.filter(({ complete }) => !complete);
  const searched = listed.length > 1 || others.length > 0 ? join(listed) || "no account" : "";
  return [
    ...(incomplete.length === 0
      ? []
      : [
          `Deepcall reported that its list of groups is incomplete${accounts.length > 1 ? ` for ${join(incomplete)}` : incomplete.map(countsOf).join("")}, so there may be more undeclared groups.`,
        ]),
    ...(searched === "" ? [] : [`Searched for undeclared groups: ${searched}.`]),
    ...(others.length === 0
      ? []
      : [
          `Not searched: ${join(others)}, because the credentials are stored in the state. With environmentPrefix, the command can use them.`,
        ]),
  ];
}

function countsOf({ returned, total }: UndeclaredGroups): string {
  return returned === undefined || total === undefined || total === null ? "" : ` (${returned} of ${total} groups)`;
}

/** For example `create added; update support, night`. */
export function listPending(pending: readonly PendingChange[], format: (resource: string) => string): string {
  return [...Map.groupBy(pending, ({ change }) => change)]
    .map(([change, all]) => `${change} ${all.map(({ resource }) => format(resource)).join(", ")}`)
    .join("; ");
}

export const pendingHeading = "Program changes that are not applied yet (not drift):";

export const revertHint =
  "To revert the manual changes, run `pulumi up --refresh --run-program`. To keep them, change the program to match.";

export const declareHint =
  'To manage an undeclared group, declare it with its exact name and `onNameConflict: "adopt"`; `pulumi-deepcall export` writes such entries.';
