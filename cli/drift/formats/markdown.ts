import { drifted, hasDrift, type Name, type Report } from "../report";
import { oneLine } from "../../one-line";
import { count, declare, describe, incomplete, pendingWords, repair, summary } from "./words";

/** The longest part that a list may take, in characters: GitHub refuses comments of more than 65536. */
const longest = 20_000;

/** The report for a job summary or a comment. The first line is invisible and always the same for a stack. */
export function renderMarkdown(report: Report): string {
  const groups = drifted(report).map(
    ({ resource, id, name, drift }) =>
      `- ${code(resource)} (${drift.some(({ kind }) => kind === "renamed") ? "" : `${codeName(name)}, `}id ${id}) ` +
      drift.map((one) => describe(one, codeName)).join(" and "),
  );
  const undeclared = (report.undeclared?.groups ?? []).map(
    ({ id, name, status }) => `- ${code(name)} (id ${id}${status === "inactive" ? ", inactive" : ""})`,
  );
  const pending = pendingWords(report.pending.slice(0, 50), code);
  const more = report.pending.length - 50;
  const paragraphs = [
    `${marker(report.stack)}\n### ${hasDrift(report) ? "⚠️" : "✅"} Deepcall groups of stack ${code(report.stack)}`,
    `${sentence(summary(report))}.`,
    limited(groups),
    undeclared.length > 0
      ? `**${count(undeclared.length, "group")} of the account that no resource of the stack declares:**`
      : "",
    limited(undeclared),
    report.undeclared?.complete === false ? incomplete : "",
    pending === ""
      ? ""
      : `The program has changes that are not applied yet, which is no drift: ${pending}${more > 0 ? ` and ${more} more` : ""}.`,
    groups.length > 0 ? repair : "",
    undeclared.length > 0 ? declare : "",
  ];
  return `${paragraphs.filter((text) => text !== "").join("\n\n")}\n`;
}

/** What a workflow finds its earlier comment by. */
export function marker(stack: string): string {
  return `<!-- pulumi-deepcall drift ${encodeURIComponent(stack).replaceAll("--", "%2D%2D")} -->`;
}

/**
 * A text of somebody else's as a code span, where nothing in it means anything: no link, no mention, no HTML. The span
 * is fenced by more backticks than the text has in a row (CommonMark, 6.1).
 */
export function code(text: string): string {
  const line = oneLine(text);
  const runs = line.match(/`+/g) ?? [];
  const fence = "`".repeat(1 + Math.max(0, ...runs.map((run) => run.length)));
  // One blank at each side is taken off again, unless there is nothing but blanks.
  const padding = /^[ `]|[ `]$/.test(line) && line.trim() !== "" ? " " : "";
  return `${fence}${padding}${line === "" ? " " : line}${padding}${fence}`;
}

function codeName(name: Name): string {
  return name === null ? "(a secret)" : code(name);
}

function limited(lines: readonly string[]): string {
  let room = longest;
  const fitting = lines.filter((line) => (room -= line.length + 1) >= 0);
  const rest = lines.length - fitting.length;
  return [...fitting, ...(rest > 0 ? [`- … and ${rest} more: \`--format json\` has them all`] : [])].join("\n");
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
