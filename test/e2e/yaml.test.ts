import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { startCli } from "./commands";
import { programToMove, TestStack } from "./stack";

const command = join(process.env["E2E_FOLDER"] ?? "", "node_modules/.bin/pulumi-deepcall");
const plugin = join(process.env["E2E_FOLDER"] ?? "", "node_modules/pulumi-deepcall/plugin");

/** A project of Pulumi YAML with the plugin of the packed package. */
function yamlProject(folder: string): void {
  const plugins = `plugins: { providers: [{ name: deepcall, path: ${plugin} }] }`;
  writeFileSync(join(folder, "Pulumi.yaml"), `name: test\nruntime: yaml\n${plugins}\n`);
  writeFileSync(join(folder, "Main.yaml"), "resources: {}\n");
}

const program = (...groups: string[]) => `resources:\n${groups.map((group) => `  ${group}\n`).join("")}`;
const group = (key: string, name: string, options = "{}", properties = "") =>
  `${key}: { type: "deepcall:Group", properties: { name: ${name}${properties} }, options: ${options} }`;

test("a YAML program: a name that the server decides, manual changes, ignoreChanges, `plan` and `drift`", async () => {
  const stack = await TestStack.create({}, {}, yamlProject);
  const account = stack.emulator.account("7");
  account.add("Support");
  const names = () => stack.emulator.groups("7").map(({ name }) => name);

  stack.file(
    "Main.yaml",
    `${program(group("support", "Support"), group("sales", "Sales", '{ ignoreChanges: [name], dependsOn: ["${support}"] }'))}
outputs: { name: "\${support.name}", groupId: "\${support.groupId}" }\n`,
  );
  const preview = await stack.run("preview", "--diff");
  expect(preview.output).toMatch(/Group: \(create\)[^]*name *: \[unknown\]/);
  await stack.up();
  expect(stack.outputs()).toEqual({ name: "Support1", groupId: 2 });
  expect(names()).toEqual(["Support", "Support1", "Sales"]);
  stack.emulator.clearCalls();
  expect(await stack.run("preview", "--expect-no-changes")).toMatchObject({ code: 0 });
  expect(stack.emulator.count()).toBe(0);

  // A manual change of an ignored property is not reported, and another one is reverted.
  account.rename(3, "Sales by hand");
  account.rename(2, "Support by hand");
  const drift = await startCli(stack, "drift").ended;
  expect([drift.code, drift.out]).toEqual([2, expect.stringContaining('"Support by hand"') as string]);
  expect(drift.out).not.toContain("Sales by hand");
  const plan = await startCli(stack, "plan", ["--refresh", "--format", "json"]).ended;
  expect(JSON.parse(plan.out)).toMatchObject({
    groups: [{ resource: "support", action: "update", newName: "Support", drift: [{ kind: "renamed" }] }],
  });
  await stack.up("--refresh");
  expect(names()).toEqual(["Support", "Support1", "Sales by hand"]);
});

test("a YAML program: import by id, a partial failure that the next `up` completes, destroy", async () => {
  const stack = await TestStack.create({}, {}, yamlProject);
  const account = stack.emulator.account("7");
  account.add("Support", 0);
  const imported = await stack.run("import", "deepcall:index:Group", "support", "1", "--yes", "--protect=false");
  expect(imported).toEqual({ code: 0, output: expect.stringMatching(/name: Support/) as string });

  // The group is created, but its status is not set.
  stack.file(
    "Main.yaml",
    program(group("support", "Support", "{}", ", active: false"), group("sales", "Sales", "{}", ", active: false")),
  );
  stack.emulator.intercept = ({ operation }, proceed) =>
    operation === "update" ? Response.json({ error: "no" }, { status: 400 }) : proceed();
  const failed = await stack.failingUp();
  expect(failed).toContain("Sales");
  expect(stack.emulator.groups("7").map(({ name, status }) => [name, status])).toEqual([
    ["Support", 0],
    ["Sales", 1],
  ]);
  stack.emulator.intercept = undefined;
  stack.emulator.clearCalls();
  await stack.up();
  expect([stack.emulator.count("add"), stack.emulator.count("update")]).toEqual([0, 1]);
  await stack.expectNoDrift();

  await stack.run("destroy", "--yes", "--skip-preview");
  expect(stack.emulator.groups("7")).toEqual([]);
});

test("a stack moves from TypeScript to YAML: no change and no call, for children of a component, too", async () => {
  const stack = await TestStack.create();
  stack.emulator.account("7").add("Support");
  stack.program(programToMove);
  await stack.up();
  const before = stack.emulator.groups();
  // Until the next refresh, the state has no `groupId`: the dynamic provider's `groupId` comes from the resource's id.
  const sales = before.find(({ name }) => name === "Sales")?.id;

  yamlProject(stack.folder);
  // Only the children of the component need their URNs: the schema has the types of the other groups.
  const child = (type: string, name: string) =>
    `{ aliases: ["urn:pulumi:dev::test::pulumi-deepcall:index:DeepcallGroups$pulumi-nodejs:dynamic/deepcall:${type}::${name}"] }`;
  stack.file(
    "Main.yaml",
    program(
      group("support", "Support"),
      group("hush", '{ "fn::secret": "Hush" }', "{}", ", active: false"),
      `sales: { type: "deepcall:Group", name: groups/sales, properties: { name: Sales }, options: ${child("Group", "groups/sales")} }`,
      `sales-agents: { type: "deepcall:GroupAgents", name: groups/sales/agents, properties: { groupId: ${sales}, agents: [{ id: "1001" }] }, options: ${child("GroupAgents", "groups/sales/agents")} }`,
    ),
  );
  stack.emulator.clearCalls();
  const preview = await stack.run("preview", "--diff");
  // Only the component, which is no group, leaves the state.
  expect(preview.output).toMatch(/- 1 to delete\n +1 change. 5 unchanged|- 1 to delete\n +5 unchanged/);
  await stack.up();
  expect(stack.emulator.count()).toBe(0);
  expect(await stack.run("preview", "--expect-no-changes")).toMatchObject({ code: 0 });
  await stack.expectNoDrift();
  await stack.run("refresh", "--yes", "--skip-preview");
  stack.file("Main.yaml", stack.read("Main.yaml").replace(`groupId: ${sales}`, 'groupId: "${sales.groupId}"'));
  expect(await stack.run("preview", "--expect-no-changes")).toMatchObject({ code: 0 });
  expect(stack.emulator.groups()).toEqual(before);
});

test("the YAML program of docs/languages.md, which examples/yaml contains", async () => {
  const root = resolve(__dirname, "../..");
  const page = readFileSync(join(root, "docs/languages.md"), "utf8");
  const [, block = ""] = /```yaml\n(name: .*?)```/s.exec(page) ?? [];
  interface Project {
    resources: unknown;
  }
  const example = parse(readFileSync(join(root, "examples/yaml/Pulumi.yaml"), "utf8")) as Project;
  expect(example.resources).toEqual((parse(block) as Project).resources);

  const stack = await TestStack.create({}, {}, (folder) => {
    writeFileSync(join(folder, "Pulumi.yaml"), block.replace("node_modules/pulumi-deepcall/plugin", plugin));
  });
  await stack.up();
  expect(stack.outputs()).toEqual({ supportName: "Support" });
  expect(stack.emulator.groups("7").map(({ name }) => name)).toEqual(
    expect.arrayContaining(["Support", "Night shift"]),
  );
});

test("an exported YAML program is imported by ids alone: no change remains", async () => {
  const stack = await TestStack.create({}, {}, yamlProject);
  const account = stack.emulator.account("7");
  for (const name of ["Support", "Costs ${x} $5", "Support"]) account.add(name);
  const files = ["--out", "Main.yaml", "--import", "import.json", "--force"];
  const exported = await stack.execute(command, ["export", "--format", "pulumi-yaml", ...files]);
  expect(exported.output).toBe("Wrote 3 groups to Main.yaml and import.json.\n");
  const imported = await stack.run("import", "--file", "import.json", "--generate-code=false", "--yes");
  expect(imported.output).toContain("= 3 imported");
  expect(await stack.run("preview", "--expect-no-changes")).toMatchObject({ code: 0 });
});
