import MarkdownIt from "markdown-it";
import { renderMarkdown } from "../../../cli/plan/formats/markdown";
import { renderText } from "../../../cli/plan/formats/text";
import { renderJson, type AgentsChange, type GroupChange, type Plan } from "../../../cli/plan/report";
import { difficultNames } from "../../support/difficult-names";

const group = (change: Partial<GroupChange>): GroupChange => ({
  resource: "support",
  urn: "urn:pulumi:prod::shop::pulumi-nodejs:dynamic/deepcall:Group::support",
  provider: null,
  action: "create",
  id: null,
  name: "Support",
  newStatus: null,
  agents: null,
  notes: [],
  problem: null,
  drift: [],
  ...change,
});
const sales: AgentsChange = {
  resource: "sales-agents",
  urn: "urn:pulumi:prod::shop::pulumi-nodejs:dynamic/deepcall:GroupAgents::sales-agents",
  provider: null,
  action: "update",
  groupId: 45,
  group: "Sales",
  added: ["1007", "1009"],
  removed: ["1002"],
  receivesCalls: { now: [], notNow: ["1007"] },
  notes: [],
  problem: null,
  drift: [],
};
const plan = (change: Partial<Plan>): Plan => ({
  stack: "prod",
  refresh: false,
  groups: [],
  agents: [],
  unchanged: 40,
  other: {},
  stateProblems: { creations: [], others: 0, shared: [] },
  ...change,
});

const example = plan({
  groups: [
    group({ name: "Marketing" }),
    group({ action: "update", id: 42, name: "Support", newName: "Helpdesk", agents: 12 }),
    group({ action: "update", id: 43, name: "Night shift", newStatus: "inactive", provider: "emea" }),
    group({ action: "delete", id: 44, name: "Trial", agents: 3, problem: "has 3 agents" }),
    group({ id: null, name: "Billing", drift: [{ kind: "gone" }], notes: ["deleted manually, was id 41"] }),
  ],
  agents: [sales],
  other: { create: 2 },
});

test("text", () => {
  expect(renderText(example, false)).toMatchInlineSnapshot(`
"Stack prod: 1 group to create, 1 to rename, 1 to deactivate, 1 to delete, the agents of 1 group to change, 1 manual change to revert; 40 unchanged.

  + create      Marketing
  ~ rename      Support → Helpdesk          id 42, 12 agents
  ~ deactivate  Night shift                 id 43, account of emea
  - delete      Trial                       id 44, has 3 agents: will be refused
  ~ agents      Sales: 1007, 1009 (− 1002)  id 45, receives no calls: 1007

Reverts manual changes:

  + create      Billing                     deleted manually, was id 41

Other resources: 2 to create.

\`pulumi up\` will report what is refused, and do the rest.
"
`);
});

test("Markdown", () => {
  expect(renderMarkdown(example)).toMatchInlineSnapshot(`
"<!-- pulumi-deepcall plan prod -->
### Plan for the Deepcall groups of stack \`prod\`

1 group to create, 1 to rename, 1 to deactivate, 1 to delete, the agents of 1 group to change, 1 manual change to revert; 40 unchanged.

| change | group | details |
| --- | --- | --- |
| + create | \`Marketing\` |  |
| ~ rename | \`Support\` → \`Helpdesk\` | id 42, 12 agents |
| ~ deactivate | \`Night shift\` | id 43, account of emea |
| - delete | \`Trial\` | id 44, has 3 agents: will be refused |
| ~ agents | \`Sales\`: \`1007\`, \`1009\` (− \`1002\`) | id 45, receives no calls: 1007 |

**Reverts manual changes:**

| change | group | details |
| --- | --- | --- |
| + create | \`Billing\` | deleted manually, was id 41 |

Other resources: 2 to create.

\`pulumi up\` will report what is refused, and do the rest.
"
`);
});

test("JSON", () => {
  const { version, groups, ...rest } = JSON.parse(renderJson(example)) as { version: number; groups: unknown[] };
  expect(version).toBe(1);
  expect(groups[1]).toEqual({ ...group({ action: "update", id: 42, newName: "Helpdesk", agents: 12 }) });
  expect(rest).toEqual({
    stack: "prod",
    refresh: false,
    changes: true,
    agents: [sales],
    unchanged: 40,
    other: { create: 2 },
  });
});

test("without changes", () => {
  expect(renderText(plan({}), false)).toBe("Stack prod: nothing to do; 40 groups unchanged.\n");
  expect(renderMarkdown(plan({ unchanged: 1 }))).toBe(
    "<!-- pulumi-deepcall plan prod -->\n### Plan for the Deepcall groups of stack `prod`\n\nNothing to do; 1 group unchanged.\n",
  );
});

test("colors tell what a change does, and what is refused", () => {
  const colored = renderText(example, true);
  expect(colored).toContain("\u001b[32m+ create    \u001b[39m  Marketing");
  expect(colored).toContain("\u001b[33m~ rename    \u001b[39m");
  expect(colored).toContain("\u001b[31m- delete    \u001b[39m");
});

test.each([
  ["unprotected deletions without --refresh", [group({ action: "delete", id: 1 })], false, /With `--refresh`/],
  [
    "a protected group",
    [group({ action: "protected", id: 1, problem: "is protected" })],
    true,
    /Pulumi changes nothing/,
  ],
])("a hint explains %s", (_, groups, refresh, hint) => {
  expect(renderText(plan({ groups, refresh }), false)).toMatch(hint);
  expect(renderText(plan({ groups: [group({})], refresh }), false)).not.toMatch(hint);
});

const names = [
  ...difficultNames,
  "a|b",
  "a\\|b",
  "a\\\\|`b|",
  "Support → Help",
  "x   id 42, 12 agents",
  "a: 1007",
  "[secret]",
];

test("no name changes the structure of the Markdown", () => {
  const groups = names.map((name) =>
    group({ action: "update", id: 1, name, newName: name, notes: [`adopted by the resource ${JSON.stringify(name)}`] }),
  );
  const agents = names.map((name) => ({ ...sales, group: name, added: [name] }));
  const markdown = renderMarkdown(plan({ groups, agents }));
  const tokens = new MarkdownIt({ html: true, linkify: true }).parse(markdown, {});
  const rows = tokens.flatMap((token, index) => (token.type === "tr_open" ? [index] : []));
  expect(rows).toHaveLength(1 + groups.length + agents.length);
  const cells = tokens.filter(({ type }, index) => type === "inline" && tokens[index - 1]?.type === "td_open");
  expect(cells).toHaveLength(3 * (groups.length + agents.length));
  const kinds = new Set(cells.flatMap(({ children }) => (children ?? []).map(({ type }) => type)));
  expect([...kinds].toSorted()).toEqual(["code_inline", "text"]);
  // Every name is readable in full.
  const code = cells.flatMap(({ children }) => (children ?? []).filter(({ type }) => type === "code_inline"));
  const contents = new Set(code.map(({ content }) => content));
  for (const name of ["a|b", "a\\u007cb", "Support → Help"]) expect(contents).toContain(name);
});

test("in text, only harmless names have no quotation marks", () => {
  const lines = (name: string): string | undefined =>
    renderText(plan({ groups: [group({ name })] }), false).split("\n")[2];
  for (const name of ["Support", "Night shift", "Café 24/7", "R&D (EMEA)", "Ünïcode 客服"])
    expect(lines(name)).toBe(`  + create  ${name}`);
  for (const name of names) {
    const line = lines(name) ?? "";
    expect(line.slice(12)).toMatch(/^(".*"|[\p{L}\p{N}][^"→:|[\]\\]*)$/su);
    expect(line.slice(12)).not.toMatch(/^[^"]* {2}/);
  }
});

test("500 changes fit into a comment, and every group has a line in the text", () => {
  const groups = Array.from({ length: 500 }, (_, index) => group({ name: `${"x".repeat(200)} ${index}` }));
  const markdown = renderMarkdown(plan({ groups }));
  expect(markdown.length).toBeLessThan(25_000);
  expect(markdown).toMatch(/\| … and 4\d\d more; `--format json` lists all \|/);
  expect(renderText(plan({ groups }), false).match(/\+ create/g)).toHaveLength(500);
});
