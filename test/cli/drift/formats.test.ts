import { stripVTControlCharacters } from "node:util";
import { Parser, type Node } from "commonmark";
import fc from "fast-check";
import { SaxesParser } from "saxes";
import { renderJson } from "../../../cli/drift/formats/json";
import { renderJunit } from "../../../cli/drift/formats/junit";
import { code, renderMarkdown } from "../../../cli/drift/formats/markdown";
import { renderText } from "../../../cli/drift/formats/text";
import { oneLine } from "../../../cli/one-line";
import type { DeclaredGroup, Drift, Report } from "../../../cli/drift/report";
import { urn } from "./steps";

function group(resource: string, id: number, name: string | null, ...drift: Drift[]): DeclaredGroup {
  return { resource, urn: urn(resource), id, name, drift };
}

const clean: Report = {
  stack: "prod",
  groups: [group("night", 2, "Night"), group("support", 1, "Support")],
  undeclared: null,
  pending: [],
};

const everything: Report = {
  stack: "prod",
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
  undeclared: {
    groups: [
      { id: 40, name: "Temp", status: "active" },
      { id: 41, name: "<!-- @team | `x` \u001b[31m\n", status: "inactive" },
    ],
    complete: false,
  },
  pending: [
    { resource: "added", urn: urn("added"), change: "create" },
    { resource: "care", urn: urn("care"), change: "update" },
    { resource: "chat", urn: urn("chat"), change: "update" },
  ],
};

const undeclaredOnly: Report = {
  ...clean,
  undeclared: { ...everything.undeclared, groups: [{ id: 40, name: "Temp", status: null }], complete: true },
};

describe("text", () => {
  test("clean", () => {
    expect(renderText(clean, false)).toMatchInlineSnapshot(`
"Stack prod: no drift; 2 groups as declared.
"
`);
  });
  test("everything at once", () => {
    expect(renderText(everything, false)).toMatchInlineSnapshot(`
"Stack prod: 4 of 5 groups drifted; 2 undeclared groups in the account.

  gone    is gone: "Gone" (id 28)
  hidden  was renamed (both names are secret) (id 29)
  night   was deactivated: "Night" (id 30)
  sales   was renamed: "Sales" → "Verkauf 🛒" (id 31)
  sales   was activated: "Sales" (id 31)

2 groups of the account that no resource of the stack declares:
  "Temp" (id 40)
  "<!-- @team | \`x\` \\u001b[31m\\n" (id 41, inactive)

Deepcall's list of groups says itself that it is not complete: there may be more undeclared groups.

The program has changes that are not applied yet, which is no drift: create added; update care, chat.

To change the groups back: \`pulumi up --refresh --run-program\`. To keep what was done by hand: write it into the program.
To manage one, declare it with its exact name and \`onNameConflict: "adopt"\`; \`pulumi-deepcall export\` writes that.
"
`);
  });
  test("only undeclared groups", () => {
    expect(renderText(undeclaredOnly, false)).toMatchInlineSnapshot(`
"Stack prod: 2 groups as declared; 1 undeclared group in the account.

1 group of the account that no resource of the stack declares:
  "Temp" (id 40)

To manage one, declare it with its exact name and \`onNameConflict: "adopt"\`; \`pulumi-deepcall export\` writes that.
"
`);
  });
  test("colours only where they are wanted", () => {
    const coloured = renderText(everything, true);
    expect(coloured).toContain("\u001b[31mis gone\u001b[39m");
    expect(stripVTControlCharacters(coloured)).toBe(renderText(everything, false));
    expect(renderText(everything, false)).not.toContain("\u001b");
  });
});

describe("markdown", () => {
  test("clean", () => {
    expect(renderMarkdown(clean)).toMatchInlineSnapshot(`
"<!-- pulumi-deepcall drift prod -->
### ✅ Deepcall groups of stack \`prod\`

No drift; 2 groups as declared.
"
`);
  });
  test("everything at once", () => {
    expect(renderMarkdown(everything)).toMatchInlineSnapshot(`
"<!-- pulumi-deepcall drift prod -->
### ⚠️ Deepcall groups of stack \`prod\`

4 of 5 groups drifted; 2 undeclared groups in the account.

- \`gone\` (\`Gone\`, id 28) is gone
- \`hidden\` (id 29) was renamed (both names are secret)
- \`night\` (\`Night\`, id 30) was deactivated
- \`sales\` (id 31) was renamed: \`Sales\` → \`Verkauf 🛒\` and was activated

**2 groups of the account that no resource of the stack declares:**

- \`Temp\` (id 40)
- \`\`<!-- @team | \`x\` \\u001b[31m\\u000a\`\` (id 41, inactive)

Deepcall's list of groups says itself that it is not complete: there may be more undeclared groups.

The program has changes that are not applied yet, which is no drift: create \`added\`; update \`care\`, \`chat\`.

To change the groups back: \`pulumi up --refresh --run-program\`. To keep what was done by hand: write it into the program.

To manage one, declare it with its exact name and \`onNameConflict: "adopt"\`; \`pulumi-deepcall export\` writes that.
"
`);
  });

  /** The literal texts of all nodes of a kind, as a Markdown parser sees them. */
  const nodes = (markdown: string, kind: Node["type"]): (string | null)[] => {
    const found: (string | null)[] = [];
    const walker = new Parser().parse(markdown).walker();
    for (let step = walker.next(); step; step = walker.next())
      if (step.entering && step.node.type === kind) found.push(step.node.literal);
    return found;
  };
  const names = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({
      unit: fc.constantFrom("`", "|", "<", ">", "@", "\\", " ", "\n", "a", "-", "&", "!", "[", "]", "(", "*"),
    }),
  );

  test("whatever a name holds, it is one code span with exactly that text", () => {
    fc.assert(
      fc.property(names, names, (one, other) => {
        const line = `- ${code(one)} (id 1) was renamed: ${code(one)} → ${code(other)}`;
        const literal = (name: string): string => oneLine(name) || " ";
        expect(nodes(line, "code")).toEqual([literal(one), literal(one), literal(other)]);
        expect(nodes(line, "html_inline")).toEqual([]);
      }),
    );
  });

  test("nothing but the marker is HTML, and the marker stays one whatever the stack is called", () => {
    const wild = { ...everything, stack: "org/a--> <b>--" };
    expect(nodes(renderMarkdown(wild), "html_block")).toEqual([
      "<!-- pulumi-deepcall drift org%2Fa%2D%2D%3E%20%3Cb%3E%2D%2D -->",
    ]);
    expect(nodes(renderMarkdown(wild), "html_inline")).toEqual([]);
  });

  test("it fits into a comment of GitHub, however many groups differ", () => {
    const many = [...Array(2_000).keys()];
    const markdown = renderMarkdown({
      ...clean,
      groups: many.map((n) => group(`g${n}`, n, "x".repeat(60), { kind: "gone" })),
      undeclared: { groups: many.map((n) => ({ id: n, name: "y".repeat(60), status: null })), complete: true },
      pending: many.map((n) => ({ resource: `p${n}`, urn: urn(`p${n}`), change: "create" as const })),
    });
    expect(markdown.length).toBeLessThan(65_536);
    expect(markdown).toMatch(/^- … and \d+ more: `--format json` has them all$/m);
    expect(markdown).toContain(" and 1950 more.");
  });
});

describe("json", () => {
  test("everything at once", () => {
    expect(renderJson(everything)).toMatchInlineSnapshot(`
"{
  "version": 1,
  "stack": "prod",
  "drift": true,
  "groups": [
    {
      "resource": "gone",
      "urn": "urn:pulumi:prod::shop::pulumi-nodejs:dynamic/deepcall:Group::gone",
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
      "id": 32,
      "name": "Support",
      "drift": []
    }
  ],
  "undeclared": {
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
    ],
    "complete": false
  },
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
  test("clean", () => {
    expect(JSON.parse(renderJson(clean))).toEqual({
      version: 1,
      stack: "prod",
      drift: false,
      groups: clean.groups,
      undeclared: null,
      pending: [],
    });
  });
  test("undeclared groups alone are drift, as the exit code says", () => {
    expect(JSON.parse(renderJson(undeclaredOnly))).toMatchObject({ drift: true });
  });
});

describe("junit", () => {
  test("everything at once", () => {
    expect(renderJunit(everything)).toMatchInlineSnapshot(`
"<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="7" failures="6">
  <testsuite name="Deepcall groups of stack prod" tests="7" failures="6" errors="0" skipped="0">
    <testcase classname="deepcall.prod" name="gone">
      <failure type="gone" message="&quot;Gone&quot; (id 28) is gone">&quot;Gone&quot; (id 28) is gone</failure>
    </testcase>
    <testcase classname="deepcall.prod" name="hidden">
      <failure type="renamed" message="(a secret) (id 29) was renamed (both names are secret)">(a secret) (id 29) was renamed (both names are secret)</failure>
    </testcase>
    <testcase classname="deepcall.prod" name="night">
      <failure type="status" message="&quot;Night&quot; (id 30) was deactivated">&quot;Night&quot; (id 30) was deactivated</failure>
    </testcase>
    <testcase classname="deepcall.prod" name="sales">
      <failure type="renamed+status" message="&quot;Sales&quot; (id 31) was renamed: &quot;Sales&quot; → &quot;Verkauf 🛒&quot; and was activated">&quot;Sales&quot; (id 31) was renamed: &quot;Sales&quot; → &quot;Verkauf 🛒&quot; and was activated</failure>
    </testcase>
    <testcase classname="deepcall.prod" name="support"/>
    <testcase classname="deepcall.prod.undeclared" name="Temp (id 40)">
      <failure type="undeclared" message="&quot;Temp&quot; (id 40) is declared by no resource of the stack">&quot;Temp&quot; (id 40) is declared by no resource of the stack</failure>
    </testcase>
    <testcase classname="deepcall.prod.undeclared" name="&lt;!-- @team | \`x\` \\u001b[31m\\u000a (id 41)">
      <failure type="undeclared" message="&quot;&lt;!-- @team | \`x\` \\u001b[31m\\n&quot; (id 41) is declared by no resource of the stack">&quot;&lt;!-- @team | \`x\` \\u001b[31m\\n&quot; (id 41) is declared by no resource of the stack</failure>
    </testcase>
  </testsuite>
</testsuites>
"
`);
  });
  test("no groups at all", () => {
    expect(renderJunit({ ...clean, groups: [] })).toMatchInlineSnapshot(`
"<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="0" failures="0">
  <testsuite name="Deepcall groups of stack prod" tests="0" failures="0" errors="0" skipped="0"/>
</testsuites>
"
`);
  });

  /** The attributes of all elements of a kind, read by a parser that minds every rule of XML 1.0. */
  const elements = (xml: string, kind: string): Record<string, string>[] => {
    const found: Record<string, string>[] = [];
    const parser = new SaxesParser();
    parser.on("error", (error) => {
      throw error;
    });
    parser.on("opentag", ({ name, attributes }) => {
      if (name === kind) found.push(attributes);
    });
    parser.write(xml).close();
    return found;
  };

  test("whatever a name holds, it is well-formed XML that says so", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (name, stack) => {
        const report = {
          ...clean,
          stack,
          groups: [group(name, 1, name, { kind: "renamed", from: name, to: "]]>&\u0000\uffff" })],
        };
        const legal = oneLine(name).replace(/[\ufffe\uffff]/g, "\ufffd");
        expect(elements(renderJunit(report), "testcase")).toMatchObject([{ name: legal }]);
        expect(elements(renderJunit(report), "failure")).toHaveLength(1);
      }),
    );
  });

  test("as many test cases and failures as are counted", () => {
    const xml = renderJunit(everything);
    expect(elements(xml, "testsuite")).toMatchObject([
      { tests: String(elements(xml, "testcase").length), failures: String(elements(xml, "failure").length) },
    ]);
  });
});

test("of a secret name, every format says only that it is one", () => {
  const secret: Report = { ...clean, groups: [group("hidden", 1, null, { kind: "renamed", from: null, to: null })] };
  expect(renderText(secret, false)).toContain("hidden  was renamed (both names are secret) (id 1)");
  expect(renderMarkdown(secret)).toContain("- `hidden` (id 1) was renamed (both names are secret)");
  expect(renderJunit(secret)).toContain('message="(a secret) (id 1) was renamed (both names are secret)"');
  expect(renderJson(secret)).toContain('"name": null');
});
