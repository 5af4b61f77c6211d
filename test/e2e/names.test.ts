import { TestStack } from "./stack";

test("a name that is taken, and one that is unknown: previews promise nothing, and an up leaves nothing to do", async () => {
  const stack = await TestStack.create();
  stack.emulator.account("7").add("Support");
  const program = (name: string): void => {
    stack.program(`
      const g = new DeepcallGroup("g", { name: "${name}" });
      // An apply runs in a preview only for values that are known.
      g.name.apply((name) => console.log("known name " + name));
      g.groupId.apply((id) => console.log("known id " + id));
      const night = { name: pulumi.interpolate\`\${g.name} \${g.groupId}b\`, active: false };
      exports.outputs = new DeepcallGroups("groups", { groups: { night, sales: null } }).outputs;
      exports.name = g.name;`);
  };
  program("Support");
  const preview = await stack.run("preview");
  expect([preview.code, preview.output]).toEqual([0, expect.stringContaining("+ 5 to create")]);
  expect(preview.output).not.toMatch(/known (name|id)/);
  expect(stack.emulator.count()).toBe(0);

  const warning = 'warning: Deepcall named this group "Support1" because "Support" was taken.';
  expect((await stack.up()).output).toContain(warning);
  const id = (name: string) => stack.emulator.groups().find((group) => group.name === name)?.id ?? 0;
  const group = (name: string, active = true) => ({ name, requestedName: name, groupId: id(name), active });
  expect(stack.outputs()).toEqual({
    name: "Support1",
    outputs: { night: group(`Support1 ${id("Support1")}b`, false), sales: group("sales") },
  });
  stack.emulator.clearCalls();
  expect((await stack.up()).output).toContain(warning);
  expect(stack.emulator.count()).toBe(0);
  await stack.expectNoDrift();
  expect(stack.emulator.calls.map(({ operation }) => operation)).toEqual(["list"]);

  program("Care");
  const rename = await stack.run("preview", "--diff");
  expect(rename.output).toContain('~ requestedName: "Support" => "Care"');
  expect(rename.output).toContain(`known id ${id("Support1")}`);
  expect(rename.output).not.toContain("known name");
});
