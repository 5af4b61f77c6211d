import { token } from "../support/lifecycle";
import { TestStack } from "./stack";

test("no credential and no secret name leaves, also when the server echoes it; a refresh has the last up's config", async () => {
  const stack = await TestStack.create({ echoCredentials: true }, { userId: "7", token });
  stack.emulator.account("7").add("Hush");
  // A name that echoes the credential, and a refusal that does.
  stack.emulator.intercept = async ({ operation }, proceed) => {
    if (operation === "update") return Response.json({ status: "error", message: `no ${token}`, code: 1009 });
    const answer = await proceed();
    if (operation !== "list") return answer;
    const text = (await answer.text()).replaceAll('"name":"Support"', `"name":"Support ${token}"`);
    return new Response(text, answer);
  };
  stack.program(`
    new DeepcallGroup("support", { name: "Support" });
    new DeepcallGroup("night", { active: false });
    exports.name = new DeepcallGroup("hush", { name: pulumi.secret("Hush") }).name;`);
  const up = await stack.failingUp();
  stack.emulator.intercept = () => new Response(`<html>${token}`, { status: 401 });
  const refresh = await stack.failing("refresh", "--yes", "--skip-preview", "--logtostderr", "-v=3");
  const { output: state } = await stack.run("stack", "export");
  const everything = [up, refresh, state].join("\n");
  expect(everything).toContain("Support [redacted]");
  expect(everything).toContain("code 1009");
  expect(everything).toContain("Deepcall gave this group a name that differs from the requested name");
  expect(stack.emulator.groups().map(({ name }) => name)).toEqual(expect.arrayContaining(["Hush", "Hush1"]));
  expect(everything).not.toContain(token);
  expect(up + state).not.toContain("Hush");

  // Credentials that changed in the config: a refresh uses the old ones until it runs the program.
  stack.emulator.intercept = undefined;
  stack.emulator.options.authFailureCode = 1014;
  await stack.configure({ token: "rotated-token" });
  expect((await stack.run("refresh", "--yes", "--skip-preview")).code).toBe(0);
  const output = await stack.failing("refresh", "--yes", "--skip-preview", "--run-program");
  expect(output).toContain("code 1014");
  expect(output).toContain("--run-program");
});
