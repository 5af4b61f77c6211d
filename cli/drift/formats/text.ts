import { styleText } from "node:util";
import { drifted, type DeclaredGroup, type Report, type UndeclaredGroup } from "../report";
import { oneLine } from "../../one-line";
import { count, declare, describe, incomplete, pendingWords, quoted, repair, summary } from "./words";

/**
 * The report for a terminal.
 *
 * @param colours - whether to use some.
 */
export function renderText(report: Report, colours: boolean): string {
  const paint = (colour: "green" | "red" | "yellow", text: string): string =>
    colours ? styleText(colour, text, { validateStream: false }) : text;
  const groups = drifted(report);
  const undeclared = report.undeclared?.groups ?? [];
  const clean = groups.length + undeclared.length === 0;
  const pending = pendingWords(report.pending, oneLine);
  const width = Math.max(...groups.map(({ resource }) => oneLine(resource).length));
  const line = (group: DeclaredGroup): string[] =>
    group.drift.map(
      (drift) =>
        `  ${oneLine(group.resource).padEnd(width)}  ${paint(drift.kind === "gone" ? "red" : "yellow", describe(drift, quoted))}` +
        (drift.kind === "renamed" ? ` (id ${group.id})` : `: ${quoted(group.name)} (id ${group.id})`),
    );
  const sections = [
    [`Stack ${oneLine(report.stack)}: ${paint(clean ? "green" : "red", summary(report))}.`],
    groups.flatMap(line),
    undeclared.length > 0
      ? [
          `${count(undeclared.length, "group")} of the account that no resource of the stack declares:`,
          ...undeclared.map(undeclaredLine),
        ]
      : [],
    report.undeclared?.complete === false ? [incomplete] : [],
    pending === "" ? [] : [`The program has changes that are not applied yet, which is no drift: ${pending}.`],
    [...(groups.length > 0 ? [repair] : []), ...(undeclared.length > 0 ? [declare] : [])],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

function undeclaredLine({ id, name, status }: UndeclaredGroup): string {
  return `  ${quoted(name)} (id ${id}${status === "inactive" ? ", inactive" : ""})`;
}
