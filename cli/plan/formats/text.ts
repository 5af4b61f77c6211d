import { styleText } from "node:util";
import { oneLine, quote } from "../../formatting";
import { describeStateProblems } from "../../preview/state-problems";
import type { Plan } from "../report";
import { hints, revertHeading, summarize, summarizeOther, toRows, type Row } from "./rows";

const maxSubjectWidth = 48;

export function renderText(plan: Plan, colors: boolean): string {
  const paint = (color: "green" | "yellow" | "red", text: string): string =>
    colors ? styleText(color, text, { validateStream: false }) : text;
  const rows = toRows(plan, { name: formatName, detail: oneLine });
  const actionWidth = Math.max(0, ...rows.map(({ action }) => action.length));
  const subjects = rows.map(({ subject }) => subject.length).filter((width) => width <= maxSubjectWidth);
  const subjectWidth = Math.max(0, ...subjects);
  const line = ({ symbol, action, subject, details, isRefused }: Row): string => {
    const color = isRefused ? "red" : symbol === "+" ? "green" : symbol === "~" ? "yellow" : "red";
    const start = `  ${paint(color, `${symbol} ${action.padEnd(actionWidth)}`)}  `;
    return `${start}${details.length === 0 ? subject : `${subject.padEnd(subjectWidth)}  ${details.join(", ")}`}`;
  };
  const other = summarizeOther(plan);
  const reverts = rows.filter(({ isRevert }) => isRevert).map(line);
  const sections = [
    [`Stack ${oneLine(plan.stack)}: ${summarize(plan)}.`],
    rows.filter(({ isRevert }) => !isRevert).map(line),
    reverts.length === 0 ? [] : [revertHeading, "", ...reverts],
    other === "" ? [] : [`Other resources: ${other}.`],
    describeStateProblems(plan.stateProblems, quote),
    hints(plan),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

/** Without quotation marks if nobody can mistake the name for something else in the line. */
function formatName(name: string): string {
  return /^[\p{L}\p{N}]([\p{L}\p{N}&'.()/+_-]| (?! ))*$/u.test(name) && !name.endsWith(" ") ? name : quote(name);
}
