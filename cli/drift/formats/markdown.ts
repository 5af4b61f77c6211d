import { oneLine } from "../../formatting";
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
  const pending = listPending(report.pending.slice(0, maxPending), codeSpan);
  const morePending = report.pending.length - maxPending;
  const summary = summarize(report);
  const paragraphs = [
    `${marker(report.stack)}\n### ${hasDrift(report) ? "⚠️" : "✅"} Deepcall groups of stack ${codeSpan(report.stack)}`,
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    joinUpToMaxLength(drifted),
    ...undeclared.flatMap((account) => [
      `**${undeclaredHeading(account, report, codeSpan)}**`,
      joinUpToMaxLength(account.groups.map(undeclaredLine), Math.floor(maxListLength / undeclared.length)),
    ]),
    ...undeclaredNotes(report, codeSpan),
    pending === "" ? "" : `${pendingHeading} ${pending}${morePending > 0 ? ` and ${morePending} more` : ""}.`,
    drifted.length > 0 ? revertHint : "",
    undeclared.length > 0 ? declareHint : "",
  ];
  return `${paragraphs.filter((text) => text !== "").join("\n\n")}\n`;
}

function undeclaredLine({ id, name, status }: UndeclaredGroup): string {
  return `- ${codeSpan(name)} (id ${id}${status === "inactive" ? ", inactive" : ""})`;
}

/** Lets a workflow find its earlier comment. */
function marker(stack: string): string {
  return `<!-- pulumi-deepcall drift ${encodeURIComponent(stack).replaceAll("--", "%2D%2D")} -->`;
}

/**
 * Foreign text as a code span, so that it cannot contain a link, a mention or HTML. The delimiters have more backticks
 * than any run of backticks in the text (CommonMark 6.1).
 */
export function codeSpan(text: string): string {
  const line = oneLine(text);
  const runs = line.match(/`+/g) ?? [];
  const delimiter = "`".repeat(1 + Math.max(0, ...runs.map((run) => run.length)));
  // Parsers strip one blank from each side, unless the text is all blanks.
  const padding = /^[ `]|[ `]$/.test(line) && line.trim() !== "" ? " " : "";
  return `${delimiter}${padding}${line === "" ? " " : line}${padding}${delimiter}`;
}

function joinUpToMaxLength(lines: readonly string[], maxLength = maxListLength): string {
  let remaining = maxLength;
  const fitting = lines.filter((line) => (remaining -= line.length + 1) >= 0);
  const omitted = lines.length - fitting.length;
  return [...fitting, ...(omitted > 0 ? [`- … and ${omitted} more; \`--format json\` lists all`] : [])].join("\n");
}
