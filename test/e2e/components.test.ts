import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { TestStack } from "./stack";

/** An `up` that moves resources in the state and touches no group; returns its output. */
async function expectMove(stack: TestStack): Promise<string> {
  stack.emulator.clearCalls();
  const { output } = await stack.up();
  expect(output).not.toMatch(/deepcall:Group \S+ (creat|delet|updat|replac)/);
  expect(stack.emulator.count()).toBe(0);
  return output;
}

test("a groups file: its problems without a stack trace, its path, a warning; moves in, within and out by aliases", async () => {
  const stack = await TestStack.create();
  const single = (options: (key: string) => string) => `
    new DeepcallGroup("support", { name: "Support" }, ${options("support")});
    new DeepcallGroup("night-shift", { active: false }, ${options("night-shift")});
    new DeepcallGroup("loud", { name: "SUPPORT" }, ${options("loud")});`;
  stack.program(single(() => "{}"));
  await stack.up();
  const before = stack.emulator.groups();

  // A relative path starts at the folder that `main` names.
  mkdirSync(join(stack.folder, "program"));
  stack.file("Pulumi.yaml", "name: test\nmain: program\nruntime: { name: nodejs, options: { typescript: false } }\n");
  const write = (program: string): void => {
    stack.program(program);
    renameSync(join(stack.folder, "index.js"), join(stack.folder, "program/index.js"));
  };
  const fromSingle = '{ name: name.replace("groups/", ""), parent: pulumi.rootStackResource }';
  write(`new DeepcallGroups("groups", { file: "groups.yaml" }, {
    transforms: [({ name, props, opts }) => ({ props, opts: pulumi.mergeOptions(opts, { aliases: [${fromSingle}] }) })],
  });`);
  const invalid = "groups:\n  support: { nme: Support }\n  seven: { name: 007, agents: [007] }\n";
  stack.file("program/groups.yaml", invalid);
  stack.emulator.clearCalls();
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

  const lines = ["  support: { name: Support }", "  night-shift: { active: false }", "  loud: { name: SUPPORT }"];
  stack.file("program/groups.yaml", ["groups:", ...lines, ""].join("\n"));
  expect(await expectMove(stack)).toContain(
    'warning: groups.yaml:4:17: groups.loud.name: the name "SUPPORT" differs only in case from "Support" of groups.support',
  );

  // Another name for the component and another key for an entry, each by one alias. The order of the entries means nothing.
  stack.file("program/groups.yaml", ["groups:", ...lines.toReversed(), ""].join("\n").replace("support:", "care:"));
  const groups = 'pulumi.createUrn("groups", "pulumi-deepcall:index:DeepcallGroups")';
  const fromSupport = `{ name: "groups/support", parent: ${groups} }`;
  write(`new DeepcallGroups("team", { file: "groups.yaml" }, {
    aliases: [{ name: "groups" }],
    transforms: [({ name, props, opts }) =>
      name === "team/care" ? { props, opts: pulumi.mergeOptions(opts, { aliases: [${fromSupport}] }) } : undefined],
  });`);
  await expectMove(stack);

  const team = 'pulumi.createUrn("team", "pulumi-deepcall:index:DeepcallGroups")';
  write(single((key) => `{ aliases: [{ name: "team/${key === "support" ? "care" : key}", parent: ${team} }] }`));
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
  stack.file("groups.yaml", "groups: { support: null }");
  expect(await stack.failingUp()).toContain("protect");
  expect(stack.emulator.groups()).toHaveLength(3);

  stack.file("groups.yaml", "groups: { support: null, sales: null }");
  declare('{ retainOnDelete: true, ignoreChanges: ["name"] }');
  await stack.up("--refresh");
  expect(stack.emulator.groups()).toContainEqual(expect.objectContaining({ id, name: "Renamed by hand" }));
  stack.program("");
  await stack.up();
  expect(stack.groups()).toEqual([]);
  expect(stack.emulator.groups()).toHaveLength(2);
});
