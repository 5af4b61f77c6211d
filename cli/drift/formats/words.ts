import type { Drift, Name, Pending, Report } from "../report";
import { drifted } from "../report";
import { oneLine } from "../../one-line";

/** A name in quotation marks, on one line. */
export function quoted(name: Name): string {
  return name === null ? "(a secret)" : oneLine(JSON.stringify(name));
}

/** `1 group`, `2 groups`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** A difference in words, each name as `show` writes it. */
export function describe(drift: Drift, show: (name: Name) => string): string {
  switch (drift.kind) {
    case "gone":
      return "is gone";
    case "renamed":
      return drift.from === null && drift.to === null
        ? "was renamed (both names are secret)"
        : `was renamed: ${show(drift.from)} → ${show(drift.to)}`;
    case "status":
      return drift.to === "active" ? "was activated" : "was deactivated";
  }
}

/** The result in one sentence, without a full stop. */
export function summary(report: Report): string {
  const differing = drifted(report).length;
  const all = count(report.groups.length, "group");
  const undeclared = report.undeclared?.groups.length ?? 0;
  if (differing + undeclared === 0) return `no drift; ${all} as declared`;
  const declared = differing === 0 ? `${all} as declared` : `${differing} of ${all} drifted`;
  return undeclared === 0 ? declared : `${declared}; ${count(undeclared, "undeclared group")} in the account`;
}

/** What is pending, in words: `create added; update support, night`. Empty where nothing is. */
export function pendingWords(pending: readonly Pending[], show: (resource: string) => string): string {
  return [...Map.groupBy(pending, ({ change }) => change)]
    .map(([change, all]) => `${change} ${all.map(({ resource }) => show(resource)).join(", ")}`)
    .join("; ");
}

/** What to do about groups that differ. */
export const repair =
  "To change the groups back: `pulumi up --refresh --run-program`. To keep what was done by hand: write it into the program.";

/** What to do about undeclared groups. */
export const declare =
  'To manage one, declare it with its exact name and `onNameConflict: "adopt"`; `pulumi-deepcall export` writes that.';

/** Said where Deepcall cut its list off. */
export const incomplete =
  "Deepcall's list of groups says itself that it is not complete: there may be more undeclared groups.";
