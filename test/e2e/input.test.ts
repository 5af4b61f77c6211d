import { ssid, token } from "../support/lifecycle";
import { TestStack } from "./stack";

test("bad arguments are named in the preview, all before any call", async () => {
  const stack = await TestStack.create();
  const cases: [string, string][] = [
    ['{ name: "" }', "name: must not be empty"],
    ['{ name: " Support" }', "name: must not begin or end with a blank"],
    ['{ name: "Sup\\u0007port" }', "name: must not hold control characters"],
    ["{ name: 42 }", "name: must be a string"],
    ['{ active: "yes" }', "active: must be true or false"],
    ['{ onNameConflict: "merge" }', 'onNameConflict: must be one of "suffix", "adopt", "fail"'],
    ["{ activ: true }", "activ: is no property of a group"],
  ];
  for (const [args, reason] of cases) {
    stack.program(`new DeepcallGroup("support", ${args});`);
    const { code, output } = await stack.run("preview");
    expect([0, 7]).not.toContain(code);
    expect(output).toContain(reason);
    expect(output).toContain("support");
  }
  stack.program('new DeepcallGroup("support", {}, { import: "42" });');
  expect((await stack.run("preview")).output).toContain(
    '"import" can\'t work for dynamic providers. Use onNameConflict: "adopt"',
  );
  stack.program('new DeepcallGroup("support", {}, { deleteBeforeReplace: false });');
  expect((await stack.run("preview")).output).toContain("deleteBeforeReplace");
  expect(stack.emulator.count()).toBe(0);
});

test("bad settings are named before any call, malformed ones in the preview already", async () => {
  const stack = await TestStack.create({}, { userId: "7", token });
  stack.program('new DeepcallGroup("support");');
  const { url } = stack.emulator;
  const malformed: [Record<string, string>, string][] = [
    [{ ssid }, "deepcall:ssid and deepcall:userId are both set"],
    [{ ssid: "", token: "" }, "deepcall:userId is set without deepcall:token"],
    [{ ssid: "", token, baseUrl: "deepcall" }, "deepcall:baseUrl is no URL"],
    [{ baseUrl: "http://v4-api.deepcall.com" }, "deepcall:baseUrl must begin with https://"],
  ];
  for (const [config, message] of malformed) {
    await stack.configure(config);
    const { code, output } = await stack.run("preview");
    expect([0, 7]).not.toContain(code);
    expect(output).toContain(message);
  }
  await stack.configure({ userId: "", token: "", baseUrl: url });
  expect((await stack.run("preview")).code).toBe(0);
  const none = await stack.run("up", "--yes", "--skip-preview");
  expect(none.code).not.toBe(0);
  expect(none.output).toContain("Missing: credentials: either deepcall:ssid");
  expect(stack.emulator.count()).toBe(0);
});
