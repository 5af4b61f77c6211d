import { TestStack } from "../e2e/stack";
import { allServerForms } from "../support/server-forms";

test("groups and agents have a whole life on a server with pages, soft deletion and other forms that the vendor's code shows", async () => {
  const stack = await TestStack.create(allServerForms);
  const { emulator } = stack;
  const account = emulator.account("7");
  // They fill the first pages, and one of them is deleted.
  const others = ["One", "Two", "Three", "Four"].map((name) => account.add(name));
  account.remove(others[1]?.id ?? 0);
  const foreign = emulator.groups("7");
  const idOf = (name: string) => emulator.groups("7").find((group) => group.name === name)?.id ?? 0;
  const declare = (support: string, more = "") => {
    stack.file(
      "groups.yaml",
      `groups:\n  support: { ${support}, agents: ["1001", { id: "1002", receivesCalls: false }] }\n  sales: { name: Sales }\n${more}`,
    );
  };
  const agents = () => emulator.agents(idOf("Care")).map(({ id, receivesCalls }) => `${id}${receivesCalls ? "" : "-"}`);
  stack.program('new DeepcallGroups("groups", { file: "groups.yaml" });');

  declare("name: Support");
  await stack.up();
  expect(await stack.run("preview", "--expect-no-changes")).toMatchObject({ code: 0 });
  await stack.expectNoDrift();

  declare("name: Care, active: false", "  two: { name: Two, onNameConflict: fail }\n");
  await stack.up();
  expect(emulator.groups("7")).toContainEqual({ id: idOf("Care"), name: "Care", status: 0, userId: "7" });
  await stack.expectNoDrift();

  account.rename(idOf("Sales"), "Selling");
  account.setStatus(idOf("Care"), 1);
  account.setAgents(idOf("Care"), [{ id: "1002" }, { id: "1003" }]);
  const deleted = idOf("Two");
  account.remove(deleted);
  expect((await stack.drift()).code).toBe(7);
  await stack.up("--refresh");
  expect([idOf("Sales") > 0, idOf("Two") > deleted, agents()]).toEqual([true, true, ["1001", "1002-", "1003"]]);
  await stack.expectNoDrift();

  expect(await stack.failing("destroy", "--yes", "--skip-preview")).toContain("it has 1 agent (1003)");
  account.setAgents(idOf("Care"), []);
  expect(await stack.run("destroy", "--yes", "--skip-preview")).toMatchObject({ code: 0 });
  expect(emulator.groups("7")).toEqual(foreign);
  expect(stack.groups()).toEqual([]);
});
