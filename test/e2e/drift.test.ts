import { TestStack } from "./stack";

test("renamed, deactivated, deleted by hand: all three read-only commands report it, and up --refresh repairs it", async () => {
  const stack = await TestStack.create();
  stack.program(`
    new DeepcallGroup("support", { name: "Support" });
    new DeepcallGroup("night", { name: "Night", active: false });`);
  await stack.up();
  const before = stack.recorded();
  const account = stack.emulator.account("7");
  const id = (name: string) => stack.emulator.groups().find((group) => group.name === name)?.id ?? 0;
  account.setStatus(id("Support"), 0);
  account.rename(id("Support"), "Helpdesk");
  account.remove(id("Night"));
  // Without a refresh the engine compares the program with the state alone.
  expect(await stack.run("preview", "--expect-no-changes")).toMatchObject({ code: 0 });
  const withRefresh = [
    await stack.drift(),
    await stack.run("refresh", "--preview-only", "--expect-no-changes", "--diff"),
  ];
  for (const { code, output } of withRefresh) {
    expect(code).toBe(7);
    expect(output).toMatch(/~ name +: "Support" => "Helpdesk"/);
    expect(output).toMatch(/~ active +: true => false/);
  }
  expect(withRefresh[0]?.output).toMatch(/- name +: "Night"/);
  expect(withRefresh[1]?.output).toMatch(/- pulumi-nodejs:dynamic\/deepcall:Group: \(delete\)\s+\[id=\d+\]/);
  expect(stack.recorded()).toEqual(before);

  await stack.up("--refresh");
  expect(stack.emulator.groups()).toMatchObject([
    { name: "Support", status: 1 },
    { name: "Night", status: 0 },
  ]);
  expect(await stack.run("refresh", "--preview-only", "--expect-no-changes")).toMatchObject({ code: 0 });
});
