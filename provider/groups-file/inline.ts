import { checkGroups, labelOf, type Problem } from "./check";
import type { GroupsFile } from "./read";

/**
 * Reads groups that stand in the program.
 *
 * @param isLater - whether a value is known only later, and so not to be checked here.
 */
export function readInlineGroups(groups: unknown, isLater: (value: unknown) => boolean): GroupsFile {
  const { problems, warnings, ...checked } = checkGroups({ groups }, isLater);
  const lineOf = ({ path, message }: Problem): string => `${labelOf(path)}: ${message}`;
  return { ...checked, problems: problems.map(lineOf), warnings: warnings.map(lineOf) };
}
