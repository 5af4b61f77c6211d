import { ssid, token } from "../support/lifecycle";
import { TestStack } from "./stack";

const providerText = 'exports.handler=()=>require("pulumi-deepcall/lifecycle").provider';

test.each(["userId and token", "ssid"])("no credential leaves, also when the server echoes it (%s)", async (kind) => {
  const stack = await TestStack.create({ echoCredentials: true }, kind === "ssid" ? { ssid } : { userId: "7", token });
  const credential = kind === "ssid" ? ssid : token;
  const printed: string[] = [];
  const run = async (...args: string[]): Promise<void> => {
    printed.push((await stack.run(...args, "--logtostderr", "-v=3")).output);
  };
  // A name that echoes the credential, and a refusal that does.
  stack.emulator.intercept = async ({ operation }, proceed) => {
    if (operation === "update") return Response.json({ status: "error", message: `no ${credential}`, code: 1009 });
    const answer = await proceed();
    if (operation !== "list") return answer;
    const text = (await answer.text()).replaceAll('"name":"Support"', `"name":"Support ${credential}"`);
    return new Response(text, answer);
  };
  stack.program('new DeepcallGroup("support", { name: "Support" }); new DeepcallGroup("night", { active: false });');
  await run("up", "--yes", "--skip-preview");
  await run("preview", "--refresh", "--diff");
  stack.emulator.intercept = () => new Response(`<html>${credential}`, { status: 500 });
  await run("refresh", "--yes", "--skip-preview");
  const { output: state } = await stack.run("stack", "export");
  const everything = [...printed, state].join("\n");
  expect(everything).toContain("Support [redacted]");
  expect(everything).toContain("code 1009");
  expect(everything).not.toContain(credential);
  for (const group of await stack.groups())
    expect([group.inputs?.["__provider"], group.outputs?.["__provider"]]).toEqual([providerText, providerText]);
});

test("a secret name is secret in all its forms", async () => {
  const stack = await TestStack.create();
  stack.emulator.account("7").add("Hush");
  stack.program('exports.name = new DeepcallGroup("g", { name: pulumi.secret("Hush") }).name;');
  const { output } = await stack.up();
  const { output: state } = await stack.run("stack", "export");
  expect(output).toContain("Deepcall gave this group another name than the one that was asked for");
  expect(output + state).not.toContain("Hush");
  expect(stack.emulator.groups().map(({ name }) => name)).toEqual(["Hush", "Hush1"]);
  expect(await stack.driftCodes()).toEqual([0, 0, 0]);
});
