import { styleText } from "node:util";
import { oneLine, quote } from "../../formatting";
import { describeStateProblems } from "../../preview/state-problems";
import {
  driftedAgents,
  driftedGroups,
  hasDrift,
  type DeclaredGroup,
  type Report,
  type UndeclaredGroup,
} from "../report";
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

export function renderText(report: Report, colors: boolean): string {
  const paint = (color: "green" | "red" | "yellow", text: string): string =>
    colors ? styleText(color, text, { validateStream: false }) : text;
  const drifted = driftedGroups(report);
  const undeclared = (report.undeclared ?? []).filter(({ groups }) => groups.length > 0);
  const pending = listPending(report.pending, oneLine);
  const agents = driftedAgents(report);
  const width = Math.max(...[...drifted, ...agents].map(({ resource }) => oneLine(resource).length));
  const driftLines = (group: DeclaredGroup): string[] =>
    group.drift.map(
      (drift) =>
        `  ${oneLine(group.resource).padEnd(width)}  ${paint(drift.kind === "gone" ? "red" : "yellow", describeDrift(drift, quote))}` +
        (drift.kind === "renamed" ? ` (id ${group.id})` : `: ${formatName(group.name, quote)} (id ${group.id})`),
    );
  const sections = [
    [`Stack ${oneLine(report.stack)}: ${paint(hasDrift(report) ? "red" : "green", summarize(report))}.`],
    [
      ...drifted.flatMap(driftLines),
      ...agents.flatMap(({ resource, groupId, drift }) =>
        drift.map(
          (one) =>
            `  ${oneLine(resource).padEnd(width)}  ${paint("yellow", describeAgentsDrift(one, oneLine))} (agents of group ${groupId})`,
        ),
      ),
    ],
    ...undeclared.map((account) => [undeclaredHeading(account, report, quote), ...account.groups.map(undeclaredLine)]),
    undeclaredNotes(report, quote),
    describeStateProblems(report.stateProblems, quote),
    pending === "" ? [] : [`${pendingHeading} ${pending}.`],
    [...(drifted.length + agents.length > 0 ? [revertHint] : []), ...(undeclared.length > 0 ? [declareHint] : [])],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

function undeclaredLine({ id, name, status }: UndeclaredGroup): string {
  return `  ${quote(name)} (id ${id}${status === "inactive" ? ", inactive" : ""})`;
}
