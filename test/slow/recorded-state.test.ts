import { recorded, recordedProgram, restoreGroups } from "../support/recorded-state";
import { TestStack } from "../e2e/stack";

test("a state of version 0.1.0: an empty preview without a call, and no drift", async () => {
  const stack = await TestStack.create();
  restoreGroups(stack.emulator);
  stack.file("state.json", JSON.stringify(recorded.state));
  stack.program(recordedProgram);
  expect((await stack.run("stack", "import", "--file", "state.json")).code).toBe(0);
  const before = stack.recorded();

  const preview = await stack.run("preview", "--expect-no-changes");
  expect([preview.code, stack.emulator.count("list")]).toEqual([0, 1]);
  await stack.expectNoDrift();
  const drift = await stack.execute("npx", ["--no", "pulumi-deepcall", "drift", "--stack", "dev"]);
  expect(drift.code).toBe(0);
  expect(drift.output).toContain("no drift");
  expect(stack.recorded()).toEqual(before);
  await stack.up();
  expect(stack.emulator.groups("7")).toMatchObject(recorded.groups);
});
