import { readFileSync } from "node:fs";
import { LineCounter, parseAllDocuments } from "yaml";
import { checkGroups, labelOf, type Problem } from "./check";
import type { GroupEntry } from "./schema";
import { YamlTree, type Finding } from "./yaml-tree";

/** What a groups file declares. Problems and warnings are lines like `groups.yaml:12:5: groups.support.nme: …`. */
export interface GroupsFile {
  /** Every group by its key; of use only when there are no problems. */
  readonly groups: Readonly<Record<string, GroupEntry>>;
  /** All that is wrong, in the order of the file. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Reads a groups file: YAML, or JSON, which is YAML too.
 *
 * @param file - its path, as messages shall name it.
 */
export function readGroupsFile(file: string): GroupsFile {
  try {
    return readGroups(new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file)), file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return unreadable(
      code === "ERR_ENCODING_INVALID_ENCODED_DATA"
        ? `${file}: is not UTF-8; save it in that encoding (the > of PowerShell writes UTF-16)`
        : `${file}: can't be read: ${message}`,
    );
  }
}

/** Reads the text of a groups file. */
export function readGroups(text: string, file: string): GroupsFile {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}`;
  };
  const lineOf = ({ offset, text, other }: Finding): string =>
    `${file}:${at(offset)}: ${text}${other === undefined ? "" : ` (the other one is at ${at(other)})`}`;
  const linesOf = (findings: readonly Finding[]): string[] =>
    findings.toSorted((one, other) => one.offset - other.offset).map(lineOf);

  const faults = documents.flatMap(({ errors, warnings }) => [...errors, ...warnings]);
  if (faults.length > 0)
    return unreadable(
      ...linesOf(faults.map(({ pos, message }) => ({ offset: pos[0], text: `is no valid YAML: ${message}` }))),
    );
  const [first, second] = documents;
  if (second)
    return unreadable(lineOf({ offset: second.range[0], text: "a second document begins; only one is read" }));

  const tree = new YamlTree(first?.contents ?? null);
  const { groups, problems, warnings } = checkGroups(tree.value);
  const found = (problem: Problem): Finding => ({
    offset: tree.offset(problem),
    text: `${problem.path.length === 0 ? "" : `${labelOf(problem.path)}: `}${problem.message}${tree.hint(problem)}`,
    other: problem.other && tree.offset(problem.other),
  });
  return {
    groups,
    problems: linesOf([...tree.findings, ...problems.map(found)]),
    warnings: linesOf(warnings.map(found)),
  };
}

function unreadable(...problems: string[]): GroupsFile {
  return { groups: {}, problems, warnings: [] };
}
