import { join } from "node:path";
import { TestStack } from "./stack";

/** The agents of each group by the group's name: those that receive no calls have a minus. */
function assigned({ emulator }: TestStack): Record<string, string> {
  const text = (id: number): string =>
    emulator
      .agents(id)
      .map((agent) => `${agent.id}${agent.receivesCalls ? "" : "-"}`)
      .toSorted()
      .join(" ");
  return Object.fromEntries(emulator.groups().map(({ id, name }) => [name, text(id)]));
}

/** The operations since the calls were cleared that changed something. */
function writes({ emulator }: TestStack): string[] {
  return emulator.calls
    .map(({ operation }) => operation)
    .filter((operation) => !["list", "getGroupAgentRelation"].includes(operation));
}

test("a groups file with agents: changes, a move, drift, groups deleted and replaced, destroy", async () => {
  const stack = await TestStack.create();
  const account = stack.emulator.account("7");
  const id = (name: string): number => stack.emulator.groups().find((group) => group.name === name)?.id ?? 0;
  const declare = (support: string, sales = ""): void => {
    stack.file(
      "groups.yaml",
      `groups:\n  support: { name: Support, agents: [${support}], otherAgents: remove }\n  sales: { name: Sales${sales} }\n  plain:\n`,
    );
  };
  stack.program(`
    const { DeepcallGroupAgents } = require("pulumi-deepcall");
    const { sales } = new DeepcallGroups("groups", { file: "groups.yaml" }).outputs;
    new DeepcallGroupAgents("sales-agents", { groupId: sales.groupId, agents: ["1003"] });`);
  declare('"1001", { id: "1002", receivesCalls: false }');
  expect((await stack.up()).output).toContain("groups/support/agents");
  expect(assigned(stack)).toEqual({ Support: "1001 1002-", Sales: "1003", plain: "" });

  // The order means nothing. A single resource moves into the file by an alias.
  const alias = '{ name: "sales-agents", parent: pulumi.rootStackResource }';
  stack.program(`new DeepcallGroups("groups", { file: "groups.yaml" }, {
    ignoreChanges: ["deleteWithAgents"],
    transforms: [({ name, props, opts }) =>
      name === "groups/sales/agents" ? { props, opts: pulumi.mergeOptions(opts, { aliases: [${alias}] }) } : undefined],
  });`);
  declare('{ id: "1002", receivesCalls: false }, { id: "1001", receivesCalls: true }', ', agents: ["1003"]');
  stack.emulator.clearCalls();
  expect((await stack.up()).output).toMatch(/\n +7 unchanged/);
  expect(stack.emulator.count()).toBe(0);

  // 1001 moves to another group.
  declare('"1002"', ', agents: ["1003", "1001"]');
  expect((await stack.up()).output).toMatch(/~ 2 updated\n +5 unchanged/);
  expect(writes(stack)).toEqual(["submitAssignGroupToAgent", "submitAssignGroupToAgent"]);
  expect(assigned(stack)).toEqual({ Support: "1002", Sales: "1001 1003", plain: "" });

  // Manual changes in each direction. 1005 stays, because the group has otherAgents: keep.
  account.setAgents(id("Support"), [{ id: "1002" }, { id: "1004" }]);
  account.setAgents(id("Sales"), [{ id: "1001", receivesCalls: false }, { id: "1005" }]);
  const command = join(process.env["E2E_FOLDER"] ?? "", "node_modules/pulumi-deepcall/dist/cli/main.js");
  const { code, output } = await stack.execute(process.execPath, [command, "drift", "--stack", "dev"]);
  expect(code).toBe(2);
  expect(output).toMatch(/groups\/sales\/agents .*1003/);
  expect(output).toMatch(/groups\/sales\/agents .*1001/);
  expect(output).toMatch(/groups\/support\/agents .*1004/);
  expect(output).not.toContain("1005");
  await stack.up("--refresh");
  expect(assigned(stack)).toEqual({ Support: "1002", Sales: "1001 1003 1005", plain: "" });

  account.remove(id("Support"));
  await stack.up("--refresh");
  expect(assigned(stack)).toEqual({ Support: "1002", Sales: "1001 1003 1005", plain: "" });

  const support = stack.groups().find(({ urn }) => urn.endsWith("::groups/support"));
  stack.emulator.clearCalls();
  await stack.up("--replace", support?.urn ?? "");
  expect(writes(stack)).toEqual(["submitAssignGroupToAgent", "delete", "add", "submitAssignGroupToAgent"]);
  expect(assigned(stack)).toEqual({ Support: "1002", Sales: "1001 1003 1005", plain: "" });
  await stack.expectNoDrift();

  // The guard would keep a group with agents, so these are removed before their groups.
  account.setAgents(id("Sales"), [{ id: "1001" }, { id: "1003" }]);
  stack.emulator.clearCalls();
  expect(await stack.run("destroy", "--yes", "--skip-preview")).toMatchObject({ code: 0 });
  const [deletion, submission] = ["delete", "submitAssignGroupToAgent"];
  expect(writes(stack).toSorted()).toEqual([deletion, deletion, deletion, submission, submission]);
  expect(stack.emulator.groups()).toEqual([]);
});
