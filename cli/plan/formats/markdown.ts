import { codeSpan, joinUpToMaxLength, marker } from "../../markdown";
import { describeStateProblems } from "../../preview/state-problems";
import type { Plan } from "../report";
import { hints, revertHeading, summarize, summarizeOther, toRows, type Row } from "./rows";

/** The maximum length of the tables in characters, because GitHub rejects comments of more than 65,536. */
const maxLength = 20_000;

/** The plan for a comment or a job summary. The first line is an invisible marker, the same for every run. */
export function renderMarkdown(plan: Plan): string {
  const rows = toRows(plan, { name: (name) => cell(codeSpan(name)), detail });
  const other = summarizeOther(plan);
  const summary = summarize(plan);
  const tables = [false, true].map((isRevert) => rows.filter((row) => row.isRevert === isRevert));
  const share = maxLength / Math.max(1, tables.filter(({ length }) => length > 0).length);
  const [changes = "", reverts = ""] = tables.map((some) => table(some, share));
  const paragraphs = [
    `${marker("plan", plan.stack)}\n### Plan for the Deepcall groups of stack ${codeSpan(plan.stack)}`,
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    changes,
    ...(reverts === "" ? [] : [`**${revertHeading}**`, reverts]),
    other === "" ? "" : `Other resources: ${other}.`,
    ...describeStateProblems(plan.stateProblems, codeSpan),
    ...hints(plan),
  ];
  return `${paragraphs.filter((text) => text !== "").join("\n\n")}\n`;
}

function table(rows: readonly Row[], maxTableLength: number): string {
  if (rows.length === 0) return "";
  const lines = rows.map(
    ({ symbol, action, subject, details }) => `| ${symbol} ${action} | ${subject} | ${details.join(", ")} |`,
  );
  const body = joinUpToMaxLength(lines, maxTableLength, (omitted) => `| | ${omitted} | |`);
  return `| change | group | details |\n| --- | --- | --- |\n${body}`;
}

/** Resource names may contain anything, so only harmless details stay outside of a code span. */
function detail(text: string): string {
  return /^[\w ,:().-]*$/.test(text) ? text : cell(codeSpan(text));
}

/**
 * Escapes what would end a table's cell, even in a code span (GitHub Flavored Markdown 4.10). After a backslash, parsers
 * disagree about the escape.
 */
function cell(code: string): string {
  return code.replace(/(\\+)?\|/g, (_, backslashes?: string) =>
    backslashes === undefined ? String.raw`\|` : String.raw`${backslashes}u007c`,
  );
}
