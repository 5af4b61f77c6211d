import { declareGroups, interruptCommand } from "./commands";
import { TestStack } from "./stack";

test("Ctrl-C once: running calls end, the state is saved, and the next up finishes", async () => {
  const stack = await TestStack.create({ latencyMs: 100 });
  stack.program(declareGroups(40, "suffix"));
  expect(await interruptCommand(stack, "up", 20)).not.toBe(0);
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
