import XmlBuilder from "fast-xml-builder";
import { oneLine, quote } from "../../formatting";
import { driftedGroups, type Report } from "../report";
import { describeDrift, formatName } from "./messages";

/** The report for a CI system's test view: a test case per declared group, and a failed one per undeclared group. */
export function renderJunit(report: Report): string {
  const undeclared = report.undeclared?.groups ?? [];
  const testCases = [
    ...report.groups.map(({ resource, id, name, drift }) => {
      const predicates = drift.map((one) => describeDrift(one, quote)).join(" and ");
      const type = drift.map(({ kind }) => kind).join("+");
      const failure = { type, message: `${formatName(name, quote)} (id ${id}) ${predicates}` };
      return testCase(`deepcall.${report.stack}`, resource, drift.length > 0 ? failure : undefined);
    }),
    ...undeclared.map(({ id, name }) =>
      testCase(`deepcall.${report.stack}.undeclared`, `${name} (id ${id})`, {
        type: "undeclared",
        message: `${quote(name)} (id ${id}) is not declared by any resource in the stack`,
      }),
    ),
  ];
  const counts = { "@tests": testCases.length, "@failures": driftedGroups(report).length + undeclared.length };
  const suite = {
    "@name": xmlText(`Deepcall groups of stack ${report.stack}`),
    ...counts,
    "@errors": 0,
    "@skipped": 0,
  };
  const builder = new XmlBuilder({
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    format: true,
    suppressEmptyNode: true,
  });
  return builder.build({
    "?xml": { "@version": "1.0", "@encoding": "UTF-8" },
    testsuites: { ...counts, testsuite: { ...suite, testcase: testCases } },
  });
}

function testCase(className: string, name: string, failure?: { type: string; message: string }): object {
  const message = xmlText(failure?.message ?? "");
  return {
    "@classname": xmlText(className),
    "@name": xmlText(name),
    ...(failure && { failure: { "@type": failure.type, "@message": message, "#text": message } }),
  };
}

/** On one line, because parsers replace line breaks in attributes, and without what XML 1.0 cannot represent. */
function xmlText(text: string): string {
  return oneLine(text).replace(/[\ufffe\uffff]/g, "\ufffd");
}
