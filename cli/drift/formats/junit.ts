import XmlBuilder from "fast-xml-builder";
import { oneLine, quote } from "../../formatting";
import { countUndeclared, driftedAgents, driftedGroups, type Report } from "../report";
import { describeAgentsDrift, describeDrift, formatName } from "./messages";

/**
 * The report for a CI system's test view: a test case per declared group, a failed one per
 * undeclared group, and a skipped one per account that was not listed.
 */
export function renderJunit(report: Report): string {
  const accounts = report.undeclared ?? [];
  const notListed = accounts.filter(({ listed }) => !listed);
  const testCases = [
    ...report.groups.map(({ resource, id, name, drift }) => {
      const predicates = drift.map((one) => describeDrift(one, quote)).join(" and ");
      const type = drift.map(({ kind }) => kind).join("+");
      const failure = { type, message: `${formatName(name, quote)} (id ${id}) ${predicates}` };
      return testCase(`deepcall.${report.stack}`, resource, drift.length > 0 ? failure : undefined);
    }),
    ...report.agents.map(({ resource, groupId, drift }) => {
      const predicates = drift.map((one) => describeAgentsDrift(one, oneLine)).join("; ");
      const failure = { type: drift.map(({ kind }) => kind).join("+"), message: `group ${groupId} ${predicates}` };
      return testCase(`deepcall.${report.stack}.agents`, resource, drift.length > 0 ? failure : undefined);
    }),
    ...accounts.flatMap(({ provider, groups }) =>
      groups.map(({ id, name }) =>
        testCase(undeclaredClass(report, provider), `${name} (id ${id})`, {
          type: "undeclared",
          message: `${quote(name)} (id ${id}) is not declared by any resource in the stack`,
        }),
      ),
    ),
    ...notListed.map(({ provider }) => ({
      ...testCase(undeclaredClass(report, provider), "list of the account"),
      skipped: { "@message": "the credentials are stored in the state" },
    })),
  ];
  const counts = {
    "@tests": testCases.length,
    "@failures": driftedGroups(report).length + driftedAgents(report).length + countUndeclared(report),
  };
  const suite = {
    "@name": xmlText(`Deepcall groups of stack ${report.stack}`),
    ...counts,
    "@errors": 0,
    "@skipped": notListed.length,
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

function undeclaredClass({ stack }: Report, provider: string | null): string {
  return `deepcall.${stack}.undeclared${provider === null ? "" : `.${provider}`}`;
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
