import { declareGroups, startCommand, waitForCalls } from "./commands";
import { TestStack } from "./stack";

test("Ctrl-C once: running calls end, the state is saved, and the next up finishes", async () => {
  const stack = await TestStack.create({ latencyMs: 100 });
  stack.program(declareGroups(40, "suffix"));
  const reached = waitForCalls(stack.emulator, 20);
  const { child, ended } = startCommand(stack, "up");
  await Promise.race([reached, ended]);
  // A terminal signals the whole foreground group; the plugins are in groups of their own.
  process.kill(-(child.pid ?? 0), "SIGINT");
  expect(await ended).not.toBe(0);
  const created = stack.emulator.groups().map(({ id }) => String(id));
  expect(created.length).toBeGreaterThan(0);
  expect(created.length).toBeLessThan(40);
  expect(
    stack
      .groups()
      .map(({ id }) => id)
      .toSorted(),
  ).toEqual(created.toSorted());
  await stack.up();
  expect(new Set(stack.emulator.groups().map(({ name }) => name)).size).toBe(40);
});
