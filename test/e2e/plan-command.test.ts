import { join } from "node:path";
import { expectReadOnly, startCli, type CliOutcome } from "./commands";
import { TestStack } from "./stack";

const plan = async (stack: TestStack, ...args: string[]): Promise<CliOutcome> =>
  expectReadOnly(stack, async () => startCli(stack, "plan", args).ended);

/** The operations of Pulumi's own summary, without those that change nothing. */
async function changeSummary(stack: TestStack): Promise<Record<string, number>> {
  const { output } = await stack.execute("pulumi", ["preview", "--json", "--non-interactive", "--stack", "dev"]);
  const json = output.slice(output.indexOf("{\n"), output.lastIndexOf("}") + 1);
  const { changeSummary: summary } = JSON.parse(json) as { changeSummary: Record<string, number> };
  return Object.fromEntries(Object.entries(summary).filter(([op]) => op !== "same" && op !== "read"));
}

/** The same from the command's JSON. */
async function plannedSummary(stack: TestStack): Promise<Record<string, number>> {
  const { out } = await plan(stack, "--format", "json");
  const { groups, agents, other } = JSON.parse(out) as {
    groups: { action: string }[];
    agents: { action: string }[];
    other: Record<string, number>;
  };
  const summary = new Map(Object.entries(other));
  const operations: Record<string, string> = { adopt: "create", retain: "delete" };
  for (const { action } of [...groups, ...agents]) {
    const op = operations[action] ?? action;
    summary.set(op, (summary.get(op) ?? 0) + 1);
  }
  return Object.fromEntries(summary);
}

const program = (body: string): string => `const { DeepcallGroupAgents } = require("pulumi-deepcall");\n${body}`;

test("a plan has every change that Pulumi counts, and what `up` will refuse", async () => {
  const stack = await TestStack.create();
  const account = stack.emulator.account("7");
  account.add("Sales");
  stack.program(
    program(`
    const support = new DeepcallGroup("support", { name: "Support" });
    new DeepcallGroup("night", { name: "Night shift" });
    new DeepcallGroup("trial", { name: "Trial" });
    new DeepcallGroup("billing", { name: "Billing" });
    new DeepcallGroup("kept", { name: "Kept" }, { retainOnDelete: true });
    new DeepcallGroup("old", { name: "Moved", onNameConflict: "adopt" });
    new DeepcallGroup("hidden", { name: pulumi.secret("Hush") });
    const tainted = new DeepcallGroup("tainted", { name: "Tainted" });
    new DeepcallGroupAgents("support-agents", { groupId: support.groupId, agents: ["1001", "1002"] });
    new DeepcallGroupAgents("moving", { groupId: tainted.groupId, agents: ["1003"] });
    new DeepcallProvider("emea", { environmentPrefix: "DEEPCALL" });`),
  );
  await stack.up();

  const idOf = (name: string) => stack.emulator.groups().find((group) => group.name === name)?.id ?? 0;
  account.setAgents(idOf("Trial"), [{ id: "1009", receivesCalls: true }]);
  account.rename(idOf("Billing"), "<b>Billing</b> | old");
  expect(
    await stack.run("state", "taint", "urn:pulumi:dev::test::pulumi-nodejs:dynamic/deepcall:Group::tainted"),
  ).toMatchObject({ code: 0 });
  stack.program(
    program(`
    const support = new DeepcallGroup("support", { name: "Helpdesk" });
    new DeepcallGroup("night", { name: "Night shift", active: false });
    new DeepcallGroup("billing", { name: "Billing" });
    new DeepcallGroup("new", { name: "Moved", onNameConflict: "adopt" });
    new DeepcallGroup("hidden", { name: pulumi.secret("Psst") });
    new DeepcallGroup("sales", { name: "Sales" });
    const tainted = new DeepcallGroup("tainted", { name: "Tainted" });
    const marketing = new DeepcallGroup("marketing", { name: "Marketing" });
    new DeepcallGroupAgents("support-agents", { groupId: support.groupId, agents: ["1001", "1007"] });
    new DeepcallGroupAgents("moving", { groupId: marketing.groupId, agents: ["1003"] });
    DeepcallGroup.get("read", "1");`),
  );
  const counted = await changeSummary(stack);
  stack.emulator.clearCalls();
  expect(await plannedSummary(stack)).toEqual(counted);
  // The one call is that of `DeepcallGroup.get`.
  expect(stack.emulator.count()).toBe(1);

  const { code, out } = await plan(stack, "--refresh");
  expect(code).toBe(2);
  expect(out.replace(/ {2,}/g, "  "))
    .toBe(`Stack dev: 2 groups to create, 1 to adopt, 2 to rename, 1 to deactivate, 2 to retain, 1 to delete, the agents of 2 groups to change, 1 manual change to revert; 1 unchanged.

  + create  Marketing
  + create  Sales  the name is taken (id 1), so Deepcall appends a number
  + adopt  Moved  id ${idOf("Moved")}
  ~ rename  [secret] → [secret]  id ${idOf("Hush")}
  ~ rename  Support → Helpdesk  id ${idOf("Support")}, 2 agents
  ~ deactivate  Night shift  id ${idOf("Night shift")}
  - retain  Kept  id ${idOf("Kept")}, stays in Deepcall, without a resource
  - retain  Moved  id ${idOf("Moved")}, stays in Deepcall, adopted by the resource "new"
  - delete  Trial  id ${idOf("Trial")}, has 1 agent: will be refused
  ± agents  resource moving: 1003 (− 1003)  leaves group ${idOf("Tainted")}
  ~ agents  Support: 1007 (− 1002)  id ${idOf("Support")}

Reverts manual changes:

  ~ rename  "<b>Billing</b> | old" → Billing  id ${idOf("<b>Billing</b> | old")}

Other resources: 1 to delete.

\`pulumi up\` will report what is refused, and do the rest.
`);

  const output = await stack.failingUp("--refresh", "--continue-on-error");
  expect(output).toContain('Could not delete group "Trial"');
});

test("a protected group makes the plan fail, but it is complete", async () => {
  const stack = await TestStack.create();
  stack.program(`new DeepcallGroup("kept", { name: "Kept" }, { protect: true }); new DeepcallGroup("other", {});`);
  await stack.up();
  const idOf = (name: string) => stack.emulator.groups().find((group) => group.name === name)?.id ?? 0;
  stack.program("");
  const { code, out, err } = await plan(stack);
  expect([code, out]).toEqual([
    1,
    `Stack dev: 1 group to delete, 1 protected from deletion; 0 unchanged.

  - delete     other  id ${idOf("other")}
  ! protected  Kept   id ${idOf("Kept")}, is protected: will be refused

Pulumi changes nothing while the program removes a protected resource. Unprotect it first, or keep it.
A group that has agents will not be deleted. With \`--refresh\`, the plan says which groups have some.
`,
  ]);
  expect(err).toMatch(/^error: resource "urn:.*::kept" cannot be deleted\nbecause it is protected\./m);
});

test("options in the environment and in the project: both commands compare everything, as `up` would", async () => {
  const stack = await TestStack.create();
  stack.program('new DeepcallGroup("support", { name: "Support" }); new DeepcallGroup("sales", { name: "Sales" });');
  await stack.up();
  const sales = stack.emulator.groups().find(({ name }) => name === "Sales")?.id ?? 0;
  stack.emulator.account("7").rename(sales, "By hand");
  const target = "urn:pulumi:dev::test::pulumi-nodejs:dynamic/deepcall:Group::support";
  // Without --stack, the selected one.
  const command = join(process.env["E2E_FOLDER"] ?? "", "node_modules/pulumi-deepcall/dist/cli/main.js");
  Object.assign(stack.env, { PULUMI_OPTION_TARGET: target, PULUMI_OPTION_EXPECT_NO_CHANGES: "true" });
  const drift = await stack.execute(process.execPath, [command, "drift"]);
  expect([drift.code, drift.output]).toEqual([
    2,
    expect.stringContaining("Stack dev: 1 of 2 groups drifted.") as string,
  ]);
  expect(drift.output).toContain("warning: PULUMI_OPTION_TARGET is ignored");
  expect(await plan(stack)).toMatchObject({ code: 0 });
  stack.file("Pulumi.yaml", `${stack.read("Pulumi.yaml")}options: { refresh: always }\n`);
  const always = await plan(stack, "--format", "json");
  expect(always.code).toBe(2);
  expect(JSON.parse(always.out)).toMatchObject({ refresh: true, groups: [{ name: "By hand", newName: "Sales" }] });
});
