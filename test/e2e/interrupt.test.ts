import { expectReadOnly, startCli, startCommand } from "./commands";
import { sessionProcesses } from "./processes";
import { TestStack } from "./stack";

test("kill -9 during an add leaves a pending operation: drift connects it with the group, and adopting it repairs the stack", async () => {
  const stack = await TestStack.create();
  const program = (more = ""): string => `new DeepcallGroup("support", { name: "Support"${more} });`;
  stack.program(program());
  const added = new Promise<void>((resolve) => {
    stack.emulator.intercept = async ({ operation }, proceed) => {
      if (operation !== "add") return undefined;
      await proceed();
      resolve();
      return new Promise(() => undefined);
    };
  });
  const { child, ended } = startCommand(stack, "up");
  await added;
  for (const pid of sessionProcesses(child.pid ?? 0)) process.kill(pid, "SIGKILL");
  await ended;
  stack.emulator.intercept = undefined;

  const interrupted = "An earlier command was interrupted while it created the group";
  const drift = async (): Promise<string> =>
    (await expectReadOnly(stack, async () => startCli(stack, "drift").ended)).out;
  expect(await drift()).toContain(
    `${interrupted} "Support" of the resource "support". In Deepcall, and not in the state: "Support" (id 1). To take the group`,
  );
  const plan = await expectReadOnly(stack, async () => startCli(stack, "plan").ended);
  expect(plan).toMatchObject({ code: 2, out: expect.stringContaining("`pulumi-deepcall plan --refresh`") as string });
  expect(stack.emulator.calls).toEqual([]);

  await stack.run("cancel", "--yes");
  stack.program(program(', onNameConflict: "adopt"'));
  await stack.up();
  expect(stack.emulator.groups().map(({ id, name }) => [id, name])).toEqual([[1, "Support"]]);
  // Pulumi keeps the operation until somebody clears it.
  expect(await drift()).toContain("Deepcall has no such group without a resource, so nothing is lost.");
  expect((await stack.run("refresh", "--clear-pending-creates", "--yes", "--skip-preview")).code).toBe(0);
  expect(await drift()).toBe("Stack dev: no drift; 1 group as declared.\n");
});
