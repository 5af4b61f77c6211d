import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { TestStack } from "../e2e/stack";

test("what a renamed resource has adopted survives every partial run that deletes its predecessor", async () => {
  const stack = await TestStack.create();
  const { emulator, env } = stack;
  const declare = (name: string) => `
    const { DeepcallGroupAgents } = require("pulumi-deepcall");
    const { groupId } = new DeepcallGroup("${name}", { name: "Support", onNameConflict: "adopt" });
    new DeepcallGroupAgents("${name}-agents", { groupId, agents: ["1001"] });`;
  const urnsOf = (name: string) => stack.urns().filter((urn) => new RegExp(`::${name}(-agents)?$`).test(urn));
  const each = (flag: string, urns: string[]) => urns.flatMap((urn) => [flag, urn]);
  const account = () => emulator.groups().map((group) => ({ ...group, agents: emulator.agents(group.id) }));
  const copy = (from: string, to: string) => {
    rmSync(join(stack.folder, to), { recursive: true, force: true });
    cpSync(join(stack.folder, from), join(stack.folder, to), { recursive: true });
  };

  stack.program(declare("old"));
  await stack.up();
  stack.program(declare("new"));
  const olds = urnsOf("old");
  await stack.up(
    ...each(
      "--target",
      olds.map((urn) => urn.replace("::old", "::new")),
    ),
  );
  const news = urnsOf("new");
  const before = account();
  expect(before).toMatchObject([{ id: 1, name: "Support", agents: [{ id: "1001" }] }]);
  copy("state", "before");

  for (const [command, flags] of [
    ["destroy", each("--target", olds)],
    ["up", each("--target", olds)],
    ["up", each("--exclude", news)],
  ] as const) {
    const { code, output } = await stack.run(command, "--yes", "--skip-preview", ...flags);
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toContain('group "Support" (id 1) stays in Deepcall because the resource "new" has adopted it');
    expect([account(), urnsOf("old"), urnsOf("new")]).toEqual([before, [], news]);
    copy("before", "state");
    // The provider finds the right stack even if another one is selected.
    if (command === "destroy") await stack.execute("pulumi", ["stack", "init", "other"]);
  }

  // If both are deleted, so is the group. The CLI that runs need not be the one on the PATH.
  env["PATH"] = [join(stack.folder, "bin"), env["PATH"]].join(delimiter);
  mkdirSync(join(stack.folder, "bin"));
  stack.file("bin/pulumi", "#!/bin/sh\nexit 1\n");
  chmodSync(join(stack.folder, "bin/pulumi"), 0o755);
  const all = await stack.execute(join(process.env["PULUMI_CLI_BIN"] ?? "", "pulumi"), [
    "destroy",
    "--yes",
    "--skip-preview",
    "--non-interactive",
    "--stack",
    "dev",
  ]);
  expect(all).toMatchObject({ code: 0 });
  expect([account(), stack.urns()]).toEqual([[], []]);
});

test("the same with the plugin", async () => {
  const plugin = join(process.env["E2E_FOLDER"] ?? "", "node_modules/pulumi-deepcall/plugin");
  const project = `name: test\nruntime: yaml\nplugins: { providers: [{ name: deepcall, path: ${plugin} }] }\n`;
  const stack = await TestStack.create({}, {}, (folder) => {
    writeFileSync(join(folder, "Pulumi.yaml"), project);
  });
  const declare = (name: string) => {
    const properties = "{ name: Support, onNameConflict: adopt }";
    stack.file("Main.yaml", `resources: { ${name}: { type: "deepcall:Group", properties: ${properties} } }\n`);
  };
  declare("old");
  await stack.up();
  const [old = ""] = stack.urns().filter((urn) => urn.endsWith("::old"));
  declare("new");
  await stack.up("--target", old.replace("::old", "::new"));
  expect(await stack.run("destroy", "--yes", "--skip-preview", "--target", old)).toMatchObject({ code: 0 });
  expect(stack.emulator.groups()).toMatchObject([{ id: 1, name: "Support" }]);
  expect(stack.urns().filter((urn) => /::(old|new)$/.test(urn))).toEqual([old.replace("::old", "::new")]);
});
