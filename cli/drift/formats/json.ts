import { hasDrift, type Report } from "../report";

/** The version of the shape that `--format json` has: it rises when something is taken away or changes its meaning. */
const version = 1;

/** The report for programs: the version of its shape, whether there is drift, and all of {@link Report}. */
export function renderJson(report: Report): string {
  const { stack, groups, undeclared, pending } = report;
  return `${JSON.stringify({ version, stack, drift: hasDrift(report), groups, undeclared, pending }, null, 2)}\n`;
}
