import { pluralize } from "../../formatting";
import { driftedGroups, type Drift, type GroupName, type PendingChange, type Report } from "../report";

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

/** The result as one clause, without a period. */
export function summarize(report: Report): string {
  const drifted = driftedGroups(report).length;
  const undeclared = report.undeclared?.groups.length ?? 0;
  const total = pluralize(report.groups.length, "group");
  if (drifted + undeclared === 0) return `no drift; ${total} as declared`;
  const declared = drifted === 0 ? `${total} as declared` : `${drifted} of ${total} drifted`;
  return undeclared === 0 ? declared : `${declared}; ${pluralize(undeclared, "undeclared group")} in the account`;
}

export function undeclaredHeading(count: number): string {
  return `${pluralize(count, "group")} in the account that no resource in the stack declares:`;
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

export const incompleteListNote =
  "Deepcall reported that its list of groups is incomplete, so there may be more undeclared groups.";
