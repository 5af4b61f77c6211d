import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { TestStack } from "./stack";

/** A stack whose groups stand in groups.yaml. */
async function fromFile(groups: string, options = "{}"): Promise<TestStack> {
  const stack = await TestStack.create();
  stack.file("groups.yaml", groups);
  stack.program(`exports.groups = new DeepcallGroups("groups", { file: "groups.yaml" }, ${options}).outputs;`);
  return stack;
}

/** The calls that changed, or would have changed, something. */
function writes(stack: TestStack): string[] {
  return stack.emulator.calls.map(({ operation }) => operation).filter((operation) => operation !== "list");
}

const lines = [
  "  support: { name: Support }",
  "  night-shift: { name: Night shift, active: false }",
  "  sales: { onNameConflict: fail }",
  "  billing:",
];
const file = ["groups:", ...lines, ""].join("\n");

test("groups from a file: outputs by key, and an empty preview", async () => {
  const stack = await fromFile(file);
  await stack.up();
  const group = (name: string, groupId: number, active = true) => ({ name, requestedName: name, groupId, active });
  const id = (name: string) => stack.emulator.groups().find((candidate) => candidate.name === name)?.id ?? 0;
  expect(await stack.outputs()).toEqual({
    groups: {
      support: group("Support", id("Support")),
      "night-shift": group("Night shift", id("Night shift"), false),
      sales: group("sales", id("sales")),
      billing: group("billing", id("billing")),
    },
  });
  expect(await stack.driftCodes()).toEqual([0, 0, 0]);
});

test("a relative path counts from the folder that main names", async () => {
  const stack = await fromFile("groups: { wrong: {} }\n");
  mkdirSync(join(stack.folder, "program"));
  stack.file("Pulumi.yaml", "name: test\nruntime: nodejs\nmain: program\n");
  stack.file("program/groups.yaml", "groups: { right: {} }\n");
  renameSync(join(stack.folder, "index.js"), join(stack.folder, "program/index.js"));
  await stack.up();
  expect(stack.emulator.groups()).toMatchObject([{ name: "right" }]);
});

test("reordered: no change; one entry renamed: exactly one update", async () => {
  const stack = await fromFile(file);
  await stack.up();
  const before = stack.emulator.groups();
  stack.emulator.clearCalls();

  stack.file("groups.yaml", ["groups:", ...lines.toReversed(), ""].join("\n"));
  expect((await stack.run("preview", "--expect-no-changes")).code).toBe(0);
  await stack.up();
  expect(stack.emulator.count()).toBe(0);

  stack.file("groups.yaml", ["groups:", ...lines.toReversed(), ""].join("\n").replace("Support", "Helpdesk"));
  const { output } = await stack.up();
  expect(output).toMatch(/~ 1 updated/);
  expect(writes(stack)).toEqual(["update"]);
  expect(stack.emulator.groups()).toEqual(
    before.map((group) => (group.name === "Support" ? { ...group, name: "Helpdesk" } : group)),
  );
  expect(await stack.driftCodes()).toEqual([0, 0, 0]);
});

test("a file that can't be right: every problem with its place, no stack trace, no call", async () => {
  const stack = await fromFile("groups:\n  support: { nme: Support }\n  seven: { name: 007 }\n");
  const { code, output } = await stack.run("preview");
  expect([0, 7]).not.toContain(code);
  expect(output.replaceAll(/^ +/gm, "")).toContain(`\
error: DeepcallGroups "groups": groups.yaml can't be used as it is. Nothing was changed.
groups.yaml:2:14: groups.support.nme: is no property of a group (name, active and onNameConflict are); did you mean name?
groups.yaml:3:18: groups.seven.name: must be a string; without quotes 007 is a number, so write "007"
`);
  expect(output).not.toContain(" at ");
  expect(stack.emulator.count()).toBe(0);
});

test("in the program: problems name key and property; names may come from other resources", async () => {
  const stack = await TestStack.create();
  stack.program('new DeepcallGroups("groups", { groups: { support: { activ: true }, "a b": {} } });');
  const { output } = await stack.run("preview");
  expect(output).toContain("groups.support.activ: is no property of a group");
  expect(output).toContain('groups["a b"]: a key holds letters');
  stack.program('new DeepcallGroups("groups", { file: "groups.yaml", groups: {} });');
  expect((await stack.run("preview")).output).toContain("give either file or groups");

  stack.program(`
    const first = new DeepcallGroups("first", { groups: { support: { name: "Support" }, sales: null } }).outputs;
    const name = pulumi.interpolate\`\${first.support.name} at night\`;
    exports.names = new DeepcallGroups("second", { groups: { support: { name }, SALES: { name: "SALES" } } }).outputs;`);
  await stack.up();
  expect(
    stack.emulator
      .groups()
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(["SALES", "Support", "Support at night", "sales"]);
  expect(await stack.driftCodes()).toEqual([0, 0, 0]);
});

test("names that differ in case only: a warning, and both groups", async () => {
  const stack = await fromFile("groups:\n  a: { name: Support }\n  b: { name: SUPPORT }\n");
  expect((await stack.up()).output).toContain(
    'warning: groups.yaml:3:14: groups.b.name: the name "SUPPORT" differs from "Support" of groups.a in case only',
  );
  expect(stack.emulator.groups()).toHaveLength(2);
});

const adopt = 'onNameConflict: "adopt"';

/** Groups of these keys as single resources. */
function single(options: (key: string) => string = () => "{}"): string {
  return `
    new DeepcallGroup("support", { name: "Support", ${adopt} }, ${options("support")});
    new DeepcallGroup("night-shift", { name: "Night shift", active: false }, ${options("night-shift")});`;
}

/** A stack with the two groups that {@link single} declares, now moved into a component by aliases. */
async function movedIn(): Promise<TestStack> {
  const stack = await TestStack.create();
  stack.program(single());
  await stack.up();
  stack.file("groups.yaml", `groups:\n  support: { name: Support, ${adopt} }\n${lines[1] ?? ""}\n`);
  stack.program(`
    new DeepcallGroups("groups", { file: "groups.yaml" }, {
      transforms: [
        ({ name, props, opts }) => ({
          props,
          opts: pulumi.mergeOptions(opts, {
            aliases: [{ name: name.replace("groups/", ""), parent: pulumi.rootStackResource }],
          }),
        }),
      ],
    });`);
  return stack;
}

/** An \`up\` that neither makes nor deletes a group, in its preview and in Deepcall. */
async function expectMove(stack: TestStack): Promise<void> {
  stack.emulator.clearCalls();
  expect((await stack.run("preview", "--diff")).output).not.toMatch(/deepcall:Group: \((create|delete|update|replace)/);
  await stack.up();
  expect(stack.emulator.count()).toBe(0);
  expect(await stack.driftCodes()).toEqual([0, 0, 0]);
}

test("from single resources into the component and back, by aliases", async () => {
  const stack = await movedIn();
  await expectMove(stack);
  const component = 'pulumi.createUrn("groups", "pulumi-deepcall:index:DeepcallGroups")';
  stack.program(single((key) => `{ aliases: [{ name: "groups/${key}", parent: ${component} }] }`));
  await expectMove(stack);
});

test("moved by aliases and then replaced: a group that its replacement adopts is not deleted", async () => {
  const stack = await movedIn();
  await stack.up();
  const before = stack.emulator.groups();
  stack.emulator.clearCalls();
  const support = (await stack.groups()).find(({ urn }) => urn.endsWith("::groups/support"));
  await stack.up("--replace", support?.urn ?? "");
  expect(writes(stack)).toEqual([]);
  expect(stack.emulator.groups()).toEqual(before);
});

test("a component with another name, by one alias", async () => {
  const stack = await fromFile(file);
  await stack.up();
  stack.program('new DeepcallGroups("team", { file: "groups.yaml" }, { aliases: [{ name: "groups" }] });');
  await expectMove(stack);
});

test("an entry with another key, by an alias", async () => {
  const stack = await fromFile(file);
  await stack.up();
  stack.file("groups.yaml", file.replace("support:", "care:"));
  stack.program(`
    new DeepcallGroups("groups", { file: "groups.yaml" }, {
      transforms: [
        ({ name, props, opts }) =>
          name === "groups/care"
            ? { props, opts: pulumi.mergeOptions(opts, { aliases: [{ name: "groups/support" }] }) }
            : undefined,
      ],
    });`);
  await expectMove(stack);
});

test("two components with the same keys", async () => {
  const stack = await TestStack.create();
  const components = (names: string[], name = "Support") =>
    names
      .map((key) => `new DeepcallGroups("${key}", { groups: { support: { name: "${name} ${key}", ${adopt} } } });`)
      .join("");
  stack.program(components(["a", "b"]));
  await stack.up();
  expect(stack.emulator.groups()).toHaveLength(2);
  expect(await stack.driftCodes()).toEqual([0, 0, 0]);
  // Both mean one group: the error names both.
  stack.program(components(["a", "b"]) + components(["c"]).replace("Support c", "Support a"));
  const { code, output } = await stack.run("up", "--yes", "--skip-preview");
  expect([0, 7]).not.toContain(code);
  expect(output).toMatch(/The resources "(a\/support" and "c|c\/support" and "a)\/support" both mean the group/);
  // One of them goes: its group is deleted, the other's lives.
  stack.program(components(["b"]));
  await stack.up();
  expect(stack.emulator.groups()).toMatchObject([{ name: "Support b" }]);
});

test("the component's options hold for its groups", async () => {
  const stack = await fromFile(
    file,
    '{ protect: true, ignoreChanges: ["name"], dependsOn: [new DeepcallGroup("first")] }',
  );
  await stack.up();
  const added = stack.emulator.calls.filter(({ operation }) => operation === "add").map(({ body }) => body);
  expect(added[0]).toMatchObject({ name: "first" });
  // Renamed by hand, and ignored.
  const support = stack.emulator.groups().find(({ name }) => name === "Support");
  stack.emulator.account("7").rename(support?.id ?? 0, "Helpdesk");
  expect(await stack.driftCodes()).toEqual([0, 0, 0]);
  stack.file("groups.yaml", "groups: {}");
  const { code, output } = await stack.run("up", "--yes", "--skip-preview");
  expect([0, 7]).not.toContain(code);
  expect(output).toContain("protect");
  expect(stack.emulator.groups()).toHaveLength(5);
});

test("retainOnDelete: entries and the component go, the groups stay", async () => {
  const stack = await fromFile(file, "{ retainOnDelete: true }");
  await stack.up();
  stack.file("groups.yaml", ["groups:", lines[0], ""].join("\n"));
  await stack.up();
  expect(await stack.groups()).toHaveLength(1);
  stack.program("");
  await stack.up();
  expect(await stack.groups()).toEqual([]);
  expect(stack.emulator.groups()).toHaveLength(4);
});
