import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { TestStack } from "./stack";

/** The operations that changed something. */
function writes(stack: TestStack): string[] {
  const operations = stack.emulator.calls.map(({ operation }) => operation);
  return operations.filter((operation) => !["list", "getGroupAgentRelation"].includes(operation));
}

/** An `up` that moves resources in the state and touches no group. */
async function expectMove(stack: TestStack): Promise<void> {
  stack.emulator.clearCalls();
  expect((await stack.up()).output).not.toMatch(/deepcall:Group \S+ (creat|delet|updat|replac)/);
  expect(stack.emulator.count()).toBe(0);
}

test("a groups file: its problems without a stack trace, its path, a warning, a rename, moves by aliases", async () => {
  const stack = await TestStack.create();
  stack.program('new DeepcallGroups("groups", { file: "groups.yaml" });');
  stack.file("groups.yaml", "groups:\n  support: { nme: Support }\n  seven: { name: 007, agents: [007] }\n");
  const output = await stack.failing("preview");
  expect(output.replaceAll(/^ +/gm, "")).toContain(`\
error: DeepcallGroups "groups": groups.yaml is not valid. Nothing was changed.
groups.yaml:2:14: groups.support.nme: unknown property; a group has name, active, onNameConflict, deleteWithAgents, agents, otherAgents, removeExisting, protect, retainOnDelete and ignoreChanges; did you mean name?
groups.yaml:3:18: groups.seven.name: must be a string; without quotes 007 is a number, so write "007"
groups.yaml:3:32: groups.seven.agents[0]: must be a string; without quotes 007 is a number, so write "007"
Correct this and run the command again. [deepcall:groups-file]
`);
  expect(output).not.toContain(" at ");
  expect(stack.emulator.count()).toBe(0);

  // A relative path starts at the folder that `main` names.
  mkdirSync(join(stack.folder, "program"));
  stack.file("Pulumi.yaml", "name: test\nmain: program\nruntime: { name: nodejs, options: { typescript: false } }\n");
  renameSync(join(stack.folder, "index.js"), join(stack.folder, "program/index.js"));
  rmSync(join(stack.folder, "groups.yaml"));
  const lines = ["  support: { name: Support }", "  night-shift: { active: false }", "  loud: { name: SUPPORT }"];
  stack.file("program/groups.yaml", ["groups:", ...lines, ""].join("\n"));
  expect((await stack.up()).output).toContain(
    'warning: groups.yaml:4:17: groups.loud.name: the name "SUPPORT" differs only in case from "Support" of groups.support',
  );

  // The order of the entries means nothing; a new name under the same key is one update.
  const before = stack.emulator.groups();
  const renamed = ["groups:", ...lines.toReversed(), ""].join("\n").replace("Support", "Helpdesk");
  stack.file("program/groups.yaml", renamed);
  stack.emulator.clearCalls();
  expect((await stack.up()).output).toMatch(/~ 1 updated/);
  expect(writes(stack)).toEqual(["update"]);
  expect(stack.emulator.groups()).toEqual(
    before.map((group) => (group.name === "Support" ? { ...group, name: "Helpdesk" } : group)),
  );

  // Another name for the component and another key for an entry, each by one alias.
  stack.file("program/groups.yaml", renamed.replace("support:", "care:"));
  const parent = 'pulumi.createUrn("groups", "pulumi-deepcall:index:DeepcallGroups")';
  const alias = `{ name: "groups/support", parent: ${parent} }`;
  stack.program(`new DeepcallGroups("team", { file: "groups.yaml" }, {
    aliases: [{ name: "groups" }],
    transforms: [({ name, props, opts }) =>
      name === "team/care" ? { props, opts: pulumi.mergeOptions(opts, { aliases: [${alias}] }) } : undefined],
  });`);
  renameSync(join(stack.folder, "index.js"), join(stack.folder, "program/index.js"));
  await expectMove(stack);
});

test("from single resources into a component and back by aliases; replaced on the way, an adopted group is kept", async () => {
  const stack = await TestStack.create();
  const adopt = 'onNameConflict: "adopt"';
  const single = (options: (key: string) => string) => `
    new DeepcallGroup("support", { name: "Support", ${adopt} }, ${options("support")});
    new DeepcallGroup("night-shift", { active: false }, ${options("night-shift")});`;
  stack.program(single(() => "{}"));
  await stack.up();
  const before = stack.emulator.groups();
  stack.file("groups.yaml", `groups:\n  support: { name: Support, ${adopt} }\n  night-shift: { active: false }\n`);
  const alias = '{ name: name.replace("groups/", ""), parent: pulumi.rootStackResource }';
  stack.program(`new DeepcallGroups("groups", { file: "groups.yaml" }, {
    transforms: [({ name, props, opts }) => ({ props, opts: pulumi.mergeOptions(opts, { aliases: [${alias}] }) })],
  });`);
  await expectMove(stack);

  const support = stack.groups().find(({ urn }) => urn.endsWith("::groups/support"));
  await stack.up("--replace", support?.urn ?? "");
  expect(writes(stack)).toEqual([]);

  const component = 'pulumi.createUrn("groups", "pulumi-deepcall:index:DeepcallGroups")';
  stack.program(single((key) => `{ aliases: [{ name: "groups/${key}", parent: ${component} }] }`));
  await expectMove(stack);
  expect(stack.emulator.groups()).toEqual(before);
});

test("the component's options apply to its groups: dependsOn, ignoreChanges, protect, retainOnDelete", async () => {
  const stack = await TestStack.create();
  const declare = (options: string) => {
    stack.program(`new DeepcallGroups("groups", { file: "groups.yaml" }, ${options});`);
  };
  stack.file("groups.yaml", "groups: { support: null, sales: null }");
  declare('{ protect: true, ignoreChanges: ["name"], dependsOn: [new DeepcallGroup("first")] }');
  await stack.up();
  const added = stack.emulator.calls.filter(({ operation }) => operation === "add").map(({ body }) => body["name"]);
  expect(added[0]).toBe("first");
  const id = stack.emulator.groups().find(({ name }) => name === "support")?.id ?? 0;
  stack.emulator.account("7").rename(id, "Renamed by hand");
  await stack.expectNoDrift();
  stack.file("groups.yaml", "groups: { support: null }");
  expect(await stack.failingUp()).toContain("protect");
  expect(stack.emulator.groups()).toHaveLength(3);

  stack.file("groups.yaml", "groups: { support: null, sales: null }");
  declare("{ retainOnDelete: true }");
  await stack.up();
  stack.program("");
  await stack.up();
  expect(stack.groups()).toEqual([]);
  expect(stack.emulator.groups()).toHaveLength(2);
});
