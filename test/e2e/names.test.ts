import { suffixForms } from "../support/lifecycle";
import { TestStack } from "./stack";

test.each(suffixForms)("a name that is taken, suffix form %s", async (suffix, name) => {
  const stack = await TestStack.create({ suffix });
  stack.emulator.account("7").add("Support");
  stack.program('const g = new DeepcallGroup("support", { name: "Support" }); exports.name = g.name;');
  const first = await stack.up();
  expect(first.output).toContain(`warning: Deepcall named this group "${name}", because "Support" was taken.`);
  expect(await stack.outputs()).toEqual({ name });

  expect(await stack.driftCodes()).toEqual([0, 0, 0]);
  stack.emulator.clearCalls();
  const second = await stack.up();
  expect(second.output).toContain("warning: Deepcall named this group");
  expect(stack.emulator.count()).toBe(0);
});

test("a name that the server escapes is no drift, and not escaped again", async () => {
  const stack = await TestStack.create({ nameTransform: "escape" });
  const program = (active: boolean): void => {
    stack.program(`exports.name = new DeepcallGroup("rnd", { name: "R & D", active: ${active} }).name;`);
  };
  program(true);
  await stack.up();
  expect(await stack.outputs()).toEqual({ name: "R &amp; D" });
  expect(await stack.driftCodes()).toEqual([0, 0, 0]);
  program(false);
  await stack.up();
  expect(stack.emulator.groups()).toMatchObject([{ name: "R &amp; D", status: 0 }]);
});

test("previews promise nothing that the server decides", async () => {
  const stack = await TestStack.create();
  stack.emulator.account("7").add("Support");
  const program = (name: string): void => {
    stack.program(`
      const g = new DeepcallGroup("g", { name: "${name}" });
      // An apply runs in a preview only for values that are known.
      g.name.apply((name) => console.log("known name " + name));
      g.groupId.apply((id) => console.log("known id " + id));`);
  };
  program("Support");
  const create = await stack.run("preview");
  expect(create.output).not.toContain("known");
  expect(stack.emulator.count()).toBe(0);
  await stack.up();
  expect((await stack.run("preview")).output).toMatch(
    /known id 2[^]*known name Support1|known name Support1[^]*known id 2/,
  );
  program("Sales");
  const rename = await stack.run("preview", "--diff");
  expect(rename.output).toContain('~ requestedName: "Support" => "Sales"');
  expect(rename.output).toContain("known id 2");
  expect(rename.output).not.toContain("known name");
});

test("names may be unknown until another resource is made", async () => {
  const stack = await TestStack.create();
  stack.program(`
    const first = new DeepcallGroup("first", { name: "Support" });
    const second = new DeepcallGroup("second", { name: pulumi.interpolate\`\${first.name} \${first.groupId}b\` });
    exports.name = second.name;`);
  expect((await stack.run("preview")).code).toBe(0);
  await stack.up();
  expect(await stack.outputs()).toEqual({ name: "Support 1b" });
  expect(await stack.driftCodes()).toEqual([0, 0, 0]);
});
