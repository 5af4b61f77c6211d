import { readFileSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { LineCounter, parseAllDocuments } from "yaml";
import { checkGroups, formatPath, type GroupsFile, type Problem } from "./check";
import { rejected, YamlTree, type LocatedProblem } from "./yaml-tree";

/** Reads a groups file in YAML or JSON (which is YAML too). */
export function readGroupsFile(file: string): GroupsFile {
  try {
    return readGroups(new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(resolve(file))), file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return invalidFile(
      code === "ERR_ENCODING_INVALID_ENCODED_DATA"
        ? `${file}: must be UTF-8; save it in that encoding (> in PowerShell writes UTF-16)`
        : `${file}: could not be read: ${message}` +
            (isAbsolute(file) ? "" : "; a relative path starts at the working directory of the program"),
    );
  }
}

/** @param file - the path for messages. */
export function readGroups(text: string, file: string): GroupsFile {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false });
  const position = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}`;
  };
  const format = ({ offset, text, other }: LocatedProblem): string =>
    `${file}:${position(offset)}: ${text}${other === undefined ? "" : ` (the other one is at ${position(other)})`}`;
  const formatAll = (problems: readonly LocatedProblem[]): string[] =>
    problems.toSorted((one, other) => one.offset - other.offset).map(format);

  const syntaxErrors = documents.flatMap(({ errors, warnings }) => [...errors, ...warnings]);
  // The parser reports this in the words of JavaScript, and then the consequences.
  const overflow = syntaxErrors.find(({ message }) => message.includes("call stack"));
  if (overflow)
    return invalidFile(
      format({ offset: overflow.pos[0], text: "is not valid YAML: lists or maps are nested too deeply" }),
    );
  if (syntaxErrors.length > 0)
    return invalidFile(
      ...formatAll(syntaxErrors.map(({ pos, message }) => ({ offset: pos[0], text: `is not valid YAML: ${message}` }))),
    );
  const [first, second] = documents;
  if (second)
    return invalidFile(format({ offset: second.range[0], text: "the file must contain only one YAML document" }));

  const tree = new YamlTree(first?.contents ?? null);
  const { groups, problems, warnings } = checkGroups(tree.value, (value) => value === rejected);
  const locate = (problem: Problem): LocatedProblem => ({
    offset: tree.offset(problem),
    text: `${problem.path.length === 0 ? "" : `${formatPath(problem.path)}: `}${problem.message}${tree.hint(problem)}`,
    other: problem.other && tree.offset(problem.other),
  });
  return {
    groups,
    problems: formatAll([...tree.problems, ...problems.map(locate)]),
    warnings: formatAll(warnings.map(locate)),
  };
}

function invalidFile(...problems: string[]): GroupsFile {
  return { groups: {}, problems, warnings: [] };
}
