import { createRequire } from "node:module";
import { drifted, type Report } from "../report";
import { oneLine } from "../../one-line";
import { describe, quoted } from "./words";

/** The report for CI systems: a test case for each declared group, and a failed one for each undeclared group. */
export function renderJunit(report: Report): string {
  const undeclared = report.undeclared?.groups ?? [];
  const cases = [
    ...report.groups.map(({ resource, id, name, drift }) => {
      const about = `${quoted(name)} (id ${id})`;
      const what = drift.map((one) => describe(one, quoted)).join(" and ");
      const kind = drift.map((one) => one.kind).join("+");
      return testCase(
        `deepcall.${report.stack}`,
        resource,
        what === "" ? undefined : { kind, text: `${about} ${what}` },
      );
    }),
    ...undeclared.map(({ id, name }) =>
      testCase(`deepcall.${report.stack}.undeclared`, `${name} (id ${id})`, {
        kind: "undeclared",
        text: `${quoted(name)} (id ${id}) is declared by no resource of the stack`,
      }),
    ),
  ];
  const counts = { "@tests": cases.length, "@failures": drifted(report).length + undeclared.length };
  // Its types leave out the `default` that it has.
  const { default: Builder } = createRequire(__filename)("fast-xml-builder") as {
    default: typeof import("fast-xml-builder");
  };
  const builder = new Builder({
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    format: true,
    suppressEmptyNode: true,
  });
  const suite = { "@name": legal(`Deepcall groups of stack ${report.stack}`), ...counts, "@errors": 0, "@skipped": 0 };
  return builder.build({
    "?xml": { "@version": "1.0", "@encoding": "UTF-8" },
    testsuites: { ...counts, testsuite: { ...suite, testcase: cases } },
  });
}

function testCase(className: string, name: string, failure?: { kind: string; text: string }): object {
  return {
    "@classname": legal(className),
    "@name": legal(name),
    ...(failure && {
      failure: { "@type": failure.kind, "@message": legal(failure.text), "#text": legal(failure.text) },
    }),
  };
}

/** On one line, for a parser turns line breaks of attributes into blanks; and without what XML 1.0 can't say at all. */
function legal(text: string): string {
  return oneLine(text).replace(/[\ufffe\uffff]/g, "\ufffd");
}
