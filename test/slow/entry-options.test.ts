import { TestStack } from "../e2e/stack";

/** The name, the status and the agents of each group. */
function groups({ emulator }: TestStack): string[] {
  return emulator
    .groups()
    .map(({ id, name, status }) => [name, status, ...emulator.agents(id).map((agent) => agent.id)].join(" "))
    .toSorted();
}

test("options of entries: ignoreChanges, also of agents and from transforms, protect and retainOnDelete", async () => {
  const stack = await TestStack.create();
  const account = stack.emulator.account("7");
  const id = (name: string): number => stack.emulator.groups().find((group) => group.name === name)?.id ?? 0;
  const declare = (...lines: string[]): void => {
    stack.file("groups.yaml", `groups:\n${lines.map((line) => `  ${line}\n`).join("")}`);
  };
  // The way that the documentation used to recommend for single entries.
  stack.program(`new DeepcallGroups("groups", { file: "groups.yaml" }, {
    protect: true,
    transforms: [({ name, props, opts }) => name === "groups/sales"
      ? { props, opts: pulumi.mergeOptions(opts, { ignoreChanges: ["name", "active"] }) } : undefined],
  });`);
  const ignoring = "ignoreChanges: [name, active, agents]";
  const sales = (more: string) => `sales: { name: Sales, protect: false${more} }`;
  declare(`support: { name: Support, agents: ["1001"], ${ignoring} }`, sales(""));
  await stack.up();
  expect(groups(stack)).toEqual(["Sales 1", "Support 1 1001"]);

  // Changes by hand, and other values in the file.
  account.rename(id("Support"), "Helpdesk");
  account.setStatus(id("Helpdesk"), 0);
  account.setAgents(id("Helpdesk"), [{ id: "1002" }]);
  account.rename(id("Sales"), "Sales EMEA");
  account.setStatus(id("Sales EMEA"), 0);
  declare(`support: { name: Care, agents: ["1003"], ${ignoring} }`, sales(""));
  await stack.expectNoDrift();
  stack.emulator.clearCalls();
  expect((await stack.up("--refresh")).output).toMatch(/\n +5 unchanged/);
  // An update of something else leaves them alone, too.
  declare(
    `support: { name: Care, agents: ["1003"], deleteWithAgents: true, ${ignoring} }`,
    sales(", deleteWithAgents: true"),
  );
  expect((await stack.up()).output).toMatch(/~ 2 updated/);
  expect(groups(stack)).toEqual(["Helpdesk 0 1002", "Sales EMEA 0"]);

  // Without the option, the file counts again.
  declare(
    'support: { name: Care, agents: ["1003"], deleteWithAgents: true }',
    sales(", deleteWithAgents: true, retainOnDelete: true"),
  );
  await stack.up("--refresh");
  expect(groups(stack)).toEqual(["Care 1 1002 1003", "Sales EMEA 0"]);

  // The component protects what the entry does not exempt; a retained group stays in Deepcall.
  declare('support: { name: Care, agents: ["1003"], deleteWithAgents: true }');
  await stack.up();
  expect(groups(stack)).toEqual(["Care 1 1002 1003", "Sales EMEA 0"]);
  stack.file("groups.yaml", "groups: {}\n");
  expect(await stack.failing("preview")).toMatch(
    /groups\/support(\/agents)?" cannot be deleted\s+because it is protected/,
  );
});

test("an inline program of the Automation API: hooks, and where a relative file starts", async () => {
  const stack = await TestStack.create();
  stack.file(
    "run.cjs",
    `const { LocalWorkspace } = require("@pulumi/pulumi/automation");
    const { DeepcallGroup, DeepcallGroups } = require("pulumi-deepcall");
    const say = (hook) => ({ name, newOutputs }) => console.log("HOOK", hook, name, newOutputs?.name);
    const hooks = { beforeCreate: [say("beforeCreate")], afterCreate: [say("afterCreate")] };
    async function program() {
      new DeepcallGroups("groups", { file: "groups.yaml", optionsFor: () => ({ hooks }) });
      new DeepcallGroup("support", { name: "Support" }, { hooks });
    }
    (async () => {
      const stack = await LocalWorkspace.selectStack({ stackName: "dev", projectName: "test", program });
      await stack.up({ onOutput: console.log });
    })().catch((error) => console.log(error.message));`,
  );
  const run = async () => (await stack.execute(process.execPath, ["run.cjs"])).output;
  expect(await run()).toContain(
    `groups.yaml: could not be read: ENOENT: no such file or directory, open '${stack.folder}/groups.yaml'; a relative path starts at the working directory of the program`,
  );
  stack.file("groups.yaml", "groups:\n  sales: { name: Sales }\n");
  const output = await run();
  for (const line of [
    "beforeCreate support undefined",
    "afterCreate support Support",
    "afterCreate groups/sales Sales",
  ])
    expect(output).toContain(`HOOK ${line}`);
});
