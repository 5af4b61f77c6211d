import { describeStateProblems } from "../../preview/state-problems";
import { codeSpan, joinUpToMaxLength, marker } from "../../markdown";
import { driftedAgents, driftedGroups, hasDrift, type Report, type UndeclaredGroup } from "../report";
import {
  declareHint,
  describeAgentsDrift,
  describeDrift,
  listPending,
  pendingHeading,
  revertHint,
  formatName,
  summarize,
  undeclaredHeading,
  undeclaredNotes,
} from "./messages";

/** The maximum length of one list in characters, because GitHub rejects comments of more than 65,536. */
const maxListLength = 20_000;
const maxPending = 50;
const maxPendingLength = 10_000;

/** The report for a job summary or a comment. The first line is an invisible marker, the same for every run. */
export function renderMarkdown(report: Report): string {
  const groups = driftedGroups(report).map(
    ({ resource, id, name, drift }) =>
      `- ${codeSpan(resource)} (${drift.some(({ kind }) => kind === "renamed") ? "" : `${formatName(name, codeSpan)}, `}id ${id}) ` +
      drift.map((one) => describeDrift(one, codeSpan)).join(" and "),
  );
  const agents = driftedAgents(report).map(
    ({ resource, groupId, drift }) =>
      `- ${codeSpan(resource)} (agents of group ${groupId}) ${drift.map((one) => describeAgentsDrift(one, codeSpan)).join("; ")}`,
  );
  const drifted = [...groups, ...agents];
  const undeclared = (report.undeclared ?? []).filter(({ groups }) => groups.length > 0);
  let remaining = maxPendingLength;
  const shown = report.pending
    .slice(0, maxPending)
    .filter(({ resource }) => (remaining -= codeSpan(resource).length) >= 0);
  const pending = listPending(shown, codeSpan);
  const morePending = report.pending.length - shown.length;
  const summary = summarize(report);
  const paragraphs = [
    `${marker("drift", report.stack)}\n### ${hasDrift(report) ? "⚠️" : "✅"} Deepcall groups of stack ${codeSpan(report.stack)}`,
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    joinLines(drifted),
    ...undeclared.flatMap((account) => [
      `**${undeclaredHeading(account, report, codeSpan)}**`,
      joinLines(account.groups.map(undeclaredLine), Math.floor(maxListLength / undeclared.length)),
    ]),
    ...undeclaredNotes(report, codeSpan),
    ...describeStateProblems(report.stateProblems, codeSpan),
    pending === "" ? "" : `${pendingHeading} ${pending}${morePending > 0 ? ` and ${morePending} more` : ""}.`,
    drifted.length > 0 ? revertHint : "",
    undeclared.length > 0 ? declareHint : "",
  ];
  return `${paragraphs.filter((text) => text !== "").join("\n\n")}\n`;
}

function undeclaredLine({ id, name, status }: UndeclaredGroup): string {
  return `- ${codeSpan(name)} (id ${id}${status === "inactive" ? ", inactive" : ""})`;
}

function joinLines(lines: readonly string[], maxLength = maxListLength): string {
  return joinUpToMaxLength(lines, maxLength, (omitted) => `- ${omitted}`);
}
