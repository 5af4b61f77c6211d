import { groupLabel } from "../../provider/lifecycle/names";
import { oneLine } from "../one-line";
import type { Diagnosis, NamedGroup } from "./diagnosis";

/** How many groups a line names. */
const mostNamed = 10;

/** The diagnosis for a terminal: a line for each check, its advice below it. */
export function toText({ checks, healthy, imitation }: Diagnosis): string {
  const width = Math.max(...checks.map(({ id }) => id.length));
  const lines = checks.flatMap(({ id, status, summary, advice, groups = [] }) => [
    `${status.padEnd(7)}  ${id.padEnd(width)}  ${summary}${named(groups)}`,
    ...(advice === undefined ? [] : [`${" ".repeat(width + 11)}-> ${advice}`]),
  ]);
  const imitate =
    imitation === null
      ? []
      : ["", "An emulator that answers as this server does, as far as was seen:", `  ${imitation}`];
  const warnings = checks.filter(({ status }) => status === "warning").length;
  return [...lines, ...imitate, "", verdict(healthy, warnings), ""].map(oneLine).join("\n");
}

function verdict(healthy: boolean, warnings: number): string {
  if (!healthy) return "Not healthy: see what failed above.";
  return warnings === 0 ? "Healthy." : `Healthy, with ${warnings} ${warnings === 1 ? "warning" : "warnings"}.`;
}

function named(groups: readonly NamedGroup[]): string {
  if (groups.length === 0) return "";
  const some = groups.slice(0, mostNamed).map((group) => {
    const beside = group.beside === undefined ? "" : ` beside ${JSON.stringify(group.beside)}`;
    return `${groupLabel(group).replace(/^group /, "")}${beside}`;
  });
  const more = groups.length > mostNamed ? `, and ${groups.length - mostNamed} more (--format json has all)` : "";
  return `: ${some.join(", ")}${more}`;
}

/** The diagnosis for programs, in the shape of {@link Diagnosis}. */
export function toJson(diagnosis: Diagnosis): string {
  return `${JSON.stringify(diagnosis, undefined, 2)}\n`;
}
