import { oneLine } from "./formatting";

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

/** Lets a workflow find the comment of an earlier run. */
export function marker(command: string, stack: string): string {
  return `<!-- pulumi-deepcall ${command} ${encodeURIComponent(stack).replaceAll("--", "%2D%2D")} -->`;
}

/** @param more - describes the lines that do not fit. */
export function joinUpToMaxLength(
  lines: readonly string[],
  maxLength: number,
  more: (omitted: string) => string,
): string {
  let remaining = maxLength;
  const fitting = lines.filter((line) => (remaining -= line.length + 1) >= 0);
  const omitted = lines.length - fitting.length;
  return [...fitting, ...(omitted > 0 ? [more(`… and ${omitted} more; \`--format json\` lists all`)] : [])].join("\n");
}
