import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import MarkdownIt from "markdown-it";
import { SaxesParser } from "saxes";
import { renderJunit } from "../../../cli/drift/formats/junit";
import { renderMarkdown } from "../../../cli/drift/formats/markdown";
import { renderText } from "../../../cli/drift/formats/text";
import { oneLine } from "../../../cli/formatting";
import { hasDrift, renderJson } from "../../../cli/drift/report";
import type { DeclaredAgents, DeclaredGroup, Report, UndeclaredGroups } from "../../../cli/drift/report";
import { codeSpan } from "../../../cli/markdown";
import type { AgentsDrift, Drift } from "../../../cli/preview/drift";
import { agentsType } from "../../../provider/state-contract";
import { urn } from "../preview/steps";

function group(resource: string, id: number, name: string | null, ...drift: Drift[]): DeclaredGroup {
  return { resource, urn: urn(resource), provider: null, id, name, drift };
}

const noDrift: Report = {
  stack: "prod",
  groups: [group("night", 2, "Night"), group("support", 1, "Support")],
  agents: [],
  undeclared: null,
  pending: [],
  stateProblems: { creations: [], others: 0, shared: [] },
};

const listed: UndeclaredGroups = { provider: null, listed: true, complete: true, groups: [] };

const allKinds: Report = {
  ...noDrift,
  groups: [
    group("gone", 28, "Gone", { kind: "gone" }),
    group("hidden", 29, null, { kind: "renamed", from: null, to: null }),
    group("night", 30, "Night", { kind: "status", from: "active", to: "inactive" }),
    group(
      "sales",
      31,
      "Sales",
      { kind: "renamed", from: "Sales", to: "Verkauf 🛒" },
      { kind: "status", from: "inactive", to: "active" },
    ),
    group("support", 32, "Support"),
  ],
  undeclared: [
    {
      ...listed,
      groups: [
        { id: 40, name: "Temp", status: "active" },
        { id: 41, name: "<!-- @team | `x` \u001b[31m\n", status: "inactive" },
      ],
      complete: false,
    },
  ],
  pending: [
    { resource: "added", urn: urn("added"), change: "create" },
    { resource: "care", urn: urn("care"), change: "update" },
    { resource: "chat", urn: urn("chat"), change: "update" },
  ],
};

const undeclaredOnly: Report = {
  ...noDrift,
  undeclared: [{ ...listed, groups: [{ id: 40, name: "Temp", status: null }] }],
};

const severalAccounts: Report = {
  ...noDrift,
  undeclared: [
    listed,
    { ...listed, provider: "emea", groups: [{ id: 40, name: "Temp", status: null }], complete: false },
    { provider: "`apac`", listed: false, complete: false, groups: [] },
  ],
};

describe("agents", () => {
  const agentsOf = (resource: string, groupId: number, ...drift: AgentsDrift[]): DeclaredAgents => ({
    resource,
    urn: urn(resource, agentsType),
    provider: null,
    groupId,
    drift,
  });
  const report: Report = {
    ...noDrift,
    agents: [
      agentsOf("night-agents", 2),
      agentsOf("sales-agents", 3, { kind: "gone" }),
      agentsOf(
        "support-agents",
        1,
        { kind: "missing", agents: ["1001", "1002"] },
        { kind: "unlisted", agents: ["`1003`"] },
        { kind: "receivesCalls", now: ["1004"], notNow: ["1005", "1006"] },
      ),
    ],
  };

  test("text", () => {
    expect(renderText(report, false)).toMatchInlineSnapshot(`
"Stack prod: 2 groups as declared; the agents of 2 of 3 groups drifted.

  sales-agents    is gone with its group (agents of group 3)
  support-agents  lost 1001, 1002 (agents of group 1)
  support-agents  got \`1003\`, not listed (agents of group 1)
  support-agents  receives calls now: 1004, receives no calls any more: 1005, 1006 (agents of group 1)

To revert the manual changes, run \`pulumi up --refresh --run-program\`. To keep them, change the program to match.
"
`);
    const clean = { ...report, agents: [agentsOf("night-agents", 2)] };
    expect(renderText(clean, false)).toBe("Stack prod: no drift; 2 groups and the agents of 1 as declared.\n");
    expect(hasDrift(report)).toBe(true);
    expect(hasDrift(clean)).toBe(false);
  });

  test("markdown", () => {
    expect(renderMarkdown(report)).toContain(
      "- `support-agents` (agents of group 1) lost `1001`, `1002`; got `` `1003` ``, not listed; receives calls now: `1004`, receives no calls any more: `1005`, `1006`\n",
    );
  });

  test("junit", () => {
    const xml = renderJunit(report);
    expect(xml).toContain('tests="5" failures="2"');
    expect(xml).toContain('<testcase classname="deepcall.prod.agents" name="night-agents"/>');
    expect(xml).toContain('type="missing+unlisted+receivesCalls" message="group 1 lost 1001, 1002; got');
  });

  test("json", () => {
    expect(JSON.parse(renderJson(report))).toMatchObject({ drift: true, agents: report.agents });
  });
});

describe("several accounts", () => {
  const searched = "Searched for undeclared groups: the default account, the account of DeepcallProvider";
  test.each([
    ["text", (report: Report) => renderText(report, false), '"emea"', '"`apac`"'],
    ["markdown", renderMarkdown, "`emea`", "`` `apac` ``"],
  ])("%s names the account of undeclared groups, and those that were not searched", (_, render, emea, apac) => {
    const text = render(severalAccounts);
    expect(text).toContain("1 undeclared group in the account.");
    expect(text).toContain(`1 group in the account of DeepcallProvider ${emea} that no resource`);
    expect(text).toContain(`incomplete for the account of DeepcallProvider ${emea}, so`);
    expect(text).toContain(`${searched} ${emea}.`);
    expect(text).toContain(`Not searched: the account of DeepcallProvider ${apac}, because the credentials`);
  });

  test("junit has a skipped test case for an account that was not listed", () => {
    const xml = renderJunit(severalAccounts);
    expect(xml).toContain('tests="4" failures="1" errors="0" skipped="1"');
    expect(xml).toContain('classname="deepcall.prod.undeclared.emea" name="Temp (id 40)"');
    expect(xml).toMatch(/classname="deepcall.prod.undeclared.`apac`" name="list of the account">\s*<skipped message=/);
  });

  test("undeclared groups of two accounts are counted together", () => {
    const both = {
      ...severalAccounts,
      undeclared: [...(undeclaredOnly.undeclared ?? []), ...(severalAccounts.undeclared ?? [])],
    };
    expect(renderText(both, false)).toContain("2 undeclared groups in 2 accounts.");
  });
});

describe("text", () => {
  test("no drift", () => {
    expect(renderText(noDrift, false)).toMatchInlineSnapshot(`
"Stack prod: no drift; 2 groups as declared.
"
`);
  });
  test("all kinds of differences", () => {
    expect(renderText(allKinds, false)).toMatchInlineSnapshot(`
"Stack prod: 4 of 5 groups drifted; 2 undeclared groups in the account.

  gone    is gone: "Gone" (id 28)
  hidden  was renamed (both names are secret) (id 29)
  night   was deactivated: "Night" (id 30)
  sales   was renamed: "Sales" → "Verkauf 🛒" (id 31)
  sales   was activated: "Sales" (id 31)

2 groups in the account that no resource in the stack declares:
  "Temp" (id 40)
  "<!-- @team | \`x\` \\u001b[31m\\n" (id 41, inactive)

Deepcall reported that its list of groups is incomplete, so there may be more undeclared groups.

Program changes that are not applied yet (not drift): create added; update care, chat.

To revert the manual changes, run \`pulumi up --refresh --run-program\`. To keep them, change the program to match.
To manage an undeclared group, declare it with its exact name and \`onNameConflict: "adopt"\`; \`pulumi-deepcall export\` writes such entries.
"
`);
  });
  test("only undeclared groups", () => {
    expect(renderText(undeclaredOnly, false)).toMatchInlineSnapshot(`
"Stack prod: 2 groups as declared; 1 undeclared group in the account.

1 group in the account that no resource in the stack declares:
  "Temp" (id 40)

To manage an undeclared group, declare it with its exact name and \`onNameConflict: "adopt"\`; \`pulumi-deepcall export\` writes such entries.
"
`);
  });
  test("colors only if requested", () => {
    const colored = renderText(allKinds, true);
    expect(colored).toContain("\u001b[31mis gone\u001b[39m");
    expect(stripVTControlCharacters(colored)).toBe(renderText(allKinds, false));
    expect(renderText(allKinds, false)).not.toContain("\u001b");
  });
});

describe("markdown", () => {
  test("no drift", () => {
    expect(renderMarkdown(noDrift)).toMatchInlineSnapshot(`
"<!-- pulumi-deepcall drift prod -->
### ✅ Deepcall groups of stack \`prod\`

No drift; 2 groups as declared.
"
`);
  });
  test("all kinds of differences", () => {
    expect(renderMarkdown(allKinds)).toMatchInlineSnapshot(`
"<!-- pulumi-deepcall drift prod -->
### ⚠️ Deepcall groups of stack \`prod\`

4 of 5 groups drifted; 2 undeclared groups in the account.

- \`gone\` (\`Gone\`, id 28) is gone
- \`hidden\` (id 29) was renamed (both names are secret)
- \`night\` (\`Night\`, id 30) was deactivated
- \`sales\` (id 31) was renamed: \`Sales\` → \`Verkauf 🛒\` and was activated

**2 groups in the account that no resource in the stack declares:**

- \`Temp\` (id 40)
- \`\`<!-- @team | \`x\` \\u001b[31m\\u000a\`\` (id 41, inactive)

Deepcall reported that its list of groups is incomplete, so there may be more undeclared groups.

Program changes that are not applied yet (not drift): create \`added\`; update \`care\`, \`chat\`.

To revert the manual changes, run \`pulumi up --refresh --run-program\`. To keep them, change the program to match.

To manage an undeclared group, declare it with its exact name and \`onNameConflict: "adopt"\`; \`pulumi-deepcall export\` writes such entries.
"
`);
  });

  /** The texts of all tokens of a type, according to a Markdown parser. */
  const tokens = (markdown: string, type: string): string[] =>
    new MarkdownIt({ html: true })
      .parse(markdown, {})
      .flatMap((token) => token.children ?? [token])
      .filter((token) => token.type === type)
      .map(({ content }) => content);
  const names = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({
      unit: fc.constantFrom("`", "|", "<", ">", "@", "\\", " ", "\n", "a", "-", "&", "!", "[", "]", "(", "*"),
    }),
  );

  test("any name becomes one code span with exactly that text", () => {
    fc.assert(
      fc.property(names, names, (one, other) => {
        const line = `- ${codeSpan(one)} (id 1) was renamed: ${codeSpan(one)} → ${codeSpan(other)}`;
        const literal = (name: string): string => oneLine(name) || " ";
        expect(tokens(line, "code_inline")).toEqual([literal(one), literal(one), literal(other)]);
        expect(tokens(line, "html_inline")).toEqual([]);
      }),
    );
  });

  test("only the marker is HTML, whatever the stack is called", () => {
    const report = { ...allKinds, stack: "org/a--> <b>--" };
    const [marker = "", ...more] = tokens(renderMarkdown(report), "html_block");
    expect([marker.trimEnd(), ...more]).toEqual(["<!-- pulumi-deepcall drift org%2Fa%2D%2D%3E%20%3Cb%3E%2D%2D -->"]);
    expect(tokens(renderMarkdown(report), "html_inline")).toEqual([]);
  });

  test("it fits into a GitHub comment, however many groups differ", () => {
    const many = [...Array(2_000).keys()];
    const markdown = renderMarkdown({
      ...noDrift,
      groups: many.map((n) => group(`g${n}`, n, "x".repeat(60), { kind: "gone" })),
      undeclared: [{ ...listed, groups: many.map((n) => ({ id: n, name: "y".repeat(60), status: null })) }],
      pending: many.map((n) => ({ resource: `p${n}`, urn: urn(`p${n}`), change: "create" as const })),
    });
    expect(markdown.length).toBeLessThan(65_536);
    expect(markdown).toMatch(/^- … and \d+ more; `--format json` lists all$/m);
    expect(markdown).toContain(" and 1950 more.");
  });

  test("it fits into a GitHub issue, however long the names are", () => {
    const many = [...Array(60).keys()];
    const long = (n: number) => `${"ग्राहक सहायता ".repeat(200)}${n}`;
    const markdown = renderMarkdown({
      ...noDrift,
      groups: many.map((n) => group(long(n), n, long(n), { kind: "gone" })),
      undeclared: [{ ...listed, groups: many.map((n) => ({ id: n, name: long(n), status: null })) }],
      pending: many.map((n) => ({ resource: long(n), urn: urn(long(n)), change: "create" as const })),
    });
    expect(markdown.length).toBeLessThan(65_536);
    expect(markdown).toContain(" and 57 more.");
  });
});

describe("json", () => {
  test("all kinds of differences", () => {
    expect(renderJson(allKinds)).toMatchInlineSnapshot(`
"{
  "version": 1,
  "stack": "prod",
  "drift": true,
  "groups": [
    {
      "resource": "gone",
      "urn": "urn:pulumi:prod::shop::pulumi-nodejs:dynamic/deepcall:Group::gone",
      "provider": null,
      "id": 28,
      "name": "Gone",
      "drift": [
        {
          "kind": "gone"
        }
      ]
    },
    {
      "resource": "hidden",
      "urn": "urn:pulumi:prod::shop::pulumi-nodejs:dynamic/deepcall:Group::hidden",
      "provider": null,
      "id": 29,
      "name": null,
      "drift": [
        {
          "kind": "renamed",
          "from": null,
          "to": null
        }
      ]
    },
    {
      "resource": "night",
      "urn": "urn:pulumi:prod::shop::pulumi-nodejs:dynamic/deepcall:Group::night",
      "provider": null,
      "id": 30,
      "name": "Night",
      "drift": [
        {
          "kind": "status",
          "from": "active",
          "to": "inactive"
        }
      ]
    },
    {
      "resource": "sales",
      "urn": "urn:pulumi:prod::shop::pulumi-nodejs:dynamic/deepcall:Group::sales",
      "provider": null,
      "id": 31,
      "name": "Sales",
      "drift": [
        {
          "kind": "renamed",
          "from": "Sales",
          "to": "Verkauf 🛒"
        },
        {
          "kind": "status",
          "from": "inactive",
          "to": "active"
        }
      ]
    },
    {
      "resource": "support",
      "urn": "urn:pulumi:prod::shop::pulumi-nodejs:dynamic/deepcall:Group::support",
      "provider": null,
      "id": 32,
      "name": "Support",
      "drift": []
    }
  ],
  "agents": [],
  "undeclared": [
    {
      "provider": null,
      "listed": true,
      "complete": false,
      "groups": [
        {
          "id": 40,
          "name": "Temp",
          "status": "active"
        },
        {
          "id": 41,
          "name": "<!-- @team | \`x\` \\u001b[31m\\n",
          "status": "inactive"
        }
      ]
    }
  ],
  "pending": [
    {
      "resource": "added",
      "urn": "urn:pulumi:prod::shop::pulumi-nodejs:dynamic/deepcall:Group::added",
      "change": "create"
    },
    {
      "resource": "care",
      "urn": "urn:pulumi:prod::shop::pulumi-nodejs:dynamic/deepcall:Group::care",
      "change": "update"
    },
    {
      "resource": "chat",
      "urn": "urn:pulumi:prod::shop::pulumi-nodejs:dynamic/deepcall:Group::chat",
      "change": "update"
    }
  ]
}
"
`);
  });
  test("no drift", () => {
    expect(JSON.parse(renderJson(noDrift))).toEqual({
      version: 1,
      stack: "prod",
      drift: false,
      groups: noDrift.groups,
      agents: [],
      undeclared: null,
      pending: [],
    });
  });
  test("undeclared groups alone count as drift", () => {
    expect(JSON.parse(renderJson(undeclaredOnly))).toMatchObject({ drift: true });
  });
});

describe("junit", () => {
  test("all kinds of differences", () => {
    expect(renderJunit(allKinds)).toMatchInlineSnapshot(`
"<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="7" failures="6">
  <testsuite name="Deepcall groups of stack prod" tests="7" failures="6" errors="0" skipped="0">
    <testcase classname="deepcall.prod" name="gone">
      <failure type="gone" message="&quot;Gone&quot; (id 28) is gone">&quot;Gone&quot; (id 28) is gone</failure>
    </testcase>
    <testcase classname="deepcall.prod" name="hidden">
      <failure type="renamed" message="[secret] (id 29) was renamed (both names are secret)">[secret] (id 29) was renamed (both names are secret)</failure>
    </testcase>
    <testcase classname="deepcall.prod" name="night">
      <failure type="status" message="&quot;Night&quot; (id 30) was deactivated">&quot;Night&quot; (id 30) was deactivated</failure>
    </testcase>
    <testcase classname="deepcall.prod" name="sales">
      <failure type="renamed+status" message="&quot;Sales&quot; (id 31) was renamed: &quot;Sales&quot; → &quot;Verkauf 🛒&quot; and was activated">&quot;Sales&quot; (id 31) was renamed: &quot;Sales&quot; → &quot;Verkauf 🛒&quot; and was activated</failure>
    </testcase>
    <testcase classname="deepcall.prod" name="support"/>
    <testcase classname="deepcall.prod.undeclared" name="Temp (id 40)">
      <failure type="undeclared" message="&quot;Temp&quot; (id 40) is not declared by any resource in the stack">&quot;Temp&quot; (id 40) is not declared by any resource in the stack</failure>
    </testcase>
    <testcase classname="deepcall.prod.undeclared" name="&lt;!-- @team | \`x\` \\u001b[31m\\u000a (id 41)">
      <failure type="undeclared" message="&quot;&lt;!-- @team | \`x\` \\u001b[31m\\n&quot; (id 41) is not declared by any resource in the stack">&quot;&lt;!-- @team | \`x\` \\u001b[31m\\n&quot; (id 41) is not declared by any resource in the stack</failure>
    </testcase>
  </testsuite>
</testsuites>
"
`);
  });
  test("no groups", () => {
    expect(renderJunit({ ...noDrift, groups: [] })).toMatchInlineSnapshot(`
"<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="0" failures="0">
  <testsuite name="Deepcall groups of stack prod" tests="0" failures="0" errors="0" skipped="0"/>
</testsuites>
"
`);
  });

  /** The attributes of all elements of a kind, according to a parser that enforces every rule of XML 1.0. */
  const elementsOf = (xml: string, kind: string): Record<string, string>[] => {
    const elements: Record<string, string>[] = [];
    const parser = new SaxesParser();
    parser.on("error", (error) => {
      throw error;
    });
    parser.on("opentag", ({ name, attributes }) => {
      if (name === kind) elements.push(attributes);
    });
    parser.write(xml).close();
    return elements;
  };

  test("any name gives well-formed XML with that name", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (name, stack) => {
        const report = {
          ...noDrift,
          stack,
          groups: [group(name, 1, name, { kind: "renamed", from: name, to: "]]>&\u0000\uffff" })],
        };
        const escaped = oneLine(name).replace(/[\ufffe\uffff]/g, "\ufffd");
        expect(elementsOf(renderJunit(report), "testcase")).toMatchObject([{ name: escaped }]);
        expect(elementsOf(renderJunit(report), "failure")).toHaveLength(1);
      }),
    );
  });

  test("the counts match the test cases and failures", () => {
    const xml = renderJunit(allKinds);
    expect(elementsOf(xml, "testsuite")).toMatchObject([
      { tests: String(elementsOf(xml, "testcase").length), failures: String(elementsOf(xml, "failure").length) },
    ]);
  });
});

test("every format hides a secret name", () => {
  const secret: Report = { ...noDrift, groups: [group("hidden", 1, null, { kind: "renamed", from: null, to: null })] };
  expect(renderText(secret, false)).toContain("hidden  was renamed (both names are secret) (id 1)");
  expect(renderMarkdown(secret)).toContain("- `hidden` (id 1) was renamed (both names are secret)");
  expect(renderJunit(secret)).toContain('message="[secret] (id 1) was renamed (both names are secret)"');
  expect(renderJson(secret)).toContain('"name": null');
});
