import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { TestStack } from "../e2e/stack";

const plugin = join(process.env["E2E_FOLDER"] ?? "", "node_modules/pulumi-deepcall/plugin");
const project = (body: string) =>
  `name: test\nruntime: yaml\nplugins: { providers: [{ name: deepcall, path: ${plugin} }] }\n${body}`;
const withOptions = (options: string) =>
  project(
    `resources: { teams: { type: "deepcall:Groups", properties: { file: groups.yaml }, options: { ${options} } } }\noutputs: { groups: "\${teams.groups}" }\n`,
  );
const component = withOptions("");
const file = `groups:
  support: { agents: ["1001", { id: "1002", receivesCalls: false }] }
  sales: { name: Sales, active: false, protect: true, ignoreChanges: [name] }
`;

/** The resources of the component, with the options that the state has. */
function children(stack: TestStack) {
  return stack
    .allResources()
    .filter(({ urn }) => urn.includes("::teams/"))
    .toSorted((a, b) => (a.urn < b.urn ? -1 : 1))
    .map(({ urn, id, protect, ignoreChanges, dependencies }) => ({
      name: urn.split("::").at(-1),
      id,
      ...(protect && { protect }),
      ...(ignoreChanges && { ignoreChanges }),
      ...(dependencies && { dependencies: dependencies.length }),
    }));
}

test("Groups in a YAML program: each entry of the file is a group with its options and agents", async () => {
  const stack = await TestStack.create({}, {}, (folder) => {
    writeFileSync(join(folder, "Pulumi.yaml"), withOptions("ignoreChanges: [active, agents], protect: false"));
    writeFileSync(join(folder, "groups.yaml"), file);
  });
  const { emulator } = stack;
  expect((await stack.run("preview")).output).toMatch(/groups: \[?\{?[^]*\+ 5 to create/);
  expect(emulator.count()).toBe(0);
  await stack.up();
  const groups = {
    sales: { active: false, name: "Sales", requestedName: "Sales" },
    support: { active: true, name: "support", requestedName: "support" },
  };
  expect(stack.outputs()).toMatchObject({ groups });
  expect(children(stack)).toEqual(
    expect.arrayContaining([
      { name: "teams/support", id: expect.any(String) as string, ignoreChanges: ["active"] },
      { name: "teams/sales", id: expect.any(String) as string, protect: true, ignoreChanges: ["active", "name"] },
      { name: "teams/support/agents", id: expect.any(String) as string, ignoreChanges: ["agents"], dependencies: 1 },
    ]),
  );
  emulator.clearCalls();
  expect(await stack.run("preview", "--expect-no-changes")).toMatchObject({ code: 0 });
  expect(emulator.count()).toBe(0);

  // Every problem of the file at once, with its place, before any call.
  stack.file("groups.yaml", 'groups:\n  support: { nme: Support }\n  sales: { active: "yes" }\n');
  const invalid = await stack.failingUp();
  expect(invalid).toContain('Groups "teams": groups.yaml is not valid. Nothing was changed.');
  expect(invalid).toContain("groups.yaml:2:14: groups.support.nme: unknown property");
  expect(invalid).toContain("groups.yaml:3:20: groups.sales.active: must be true or false; write true");
  expect(emulator.count()).toBe(0);

  stack.file("Pulumi.yaml", withOptions("additionalSecretOutputs: [groups]"));
  expect(await stack.failingUp()).toContain('Groups "teams": the option additionalSecretOutputs is not supported');
  stack.file("Pulumi.yaml", component);

  // An error of one entry does not stop those that are being created.
  emulator.account("7").add("Taken");
  stack.file("groups.yaml", `${file}  taken: { name: Taken, onNameConflict: fail }\n  night: { name: Night }\n`);
  expect(await stack.failingUp()).toContain('Could not create group "Taken"');
  expect(emulator.groups().map(({ name }) => name)).toContain("Night");
});

test("a stack moves from the class DeepcallGroups to Groups of the plugin: no change and no call", async () => {
  const stack = await TestStack.create();
  stack.file("groups.yaml", file);
  stack.program('new DeepcallGroups("teams", { file: "groups.yaml" });');
  await stack.up();
  const before = children(stack);
  stack.emulator.clearCalls();
  stack.file("Pulumi.yaml", component);
  expect((await stack.run("preview")).output).toMatch(/Resources:\n {4}5 unchanged\n/);
  await stack.up();
  expect(stack.emulator.count()).toBe(0);
  // The class calls the input of the name differently.
  const renamed = JSON.stringify(before).replace('"requestedName"', '"name"');
  expect(children(stack)).toEqual(JSON.parse(renamed));
  const ids = Object.values(stack.outputs()["groups"] as Record<string, { groupId: number }>).map(
    (one) => `${one.groupId}`,
  );
  expect(ids.toSorted()).toEqual(
    stack.emulator
      .groups()
      .map(({ id }) => `${id}`)
      .toSorted(),
  );
});
