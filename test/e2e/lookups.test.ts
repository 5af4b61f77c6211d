import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { otherUser, token } from "../support/lifecycle";
import { execute, TestStack } from "./stack";

const imports = 'const { getGroup, getGroupOutput, getGroups, getGroupsOutput } = require("pulumi-deepcall");';

/** The users that the program called as, in order. */
function listed(stack: TestStack): string[] {
  return stack.emulator.calls.filter(({ operation }) => operation === "list").map(({ userId }) => userId);
}

/** The messages under the stack in a command's output. */
function diagnostics(output: string): string[] {
  const [, text = ""] = /^Diagnostics:\n([^]*?)\n\nResources:/m.exec(output) ?? [];
  return text.split("\n").map((line) => line.trim());
}

test("100 lookups are one call per account in a preview and in an up, and leave no credential", async () => {
  const stack = await TestStack.create({}, { userId: "7", token });
  stack.emulator.account("7").add("Support");
  const { id } = stack.emulator.account("8").add("Eight");
  Object.assign(stack.env, {
    EMEA_BASE_URL: stack.emulator.url,
    EMEA_USER_ID: otherUser.DEEPCALL_USER_ID,
    EMEA_TOKEN: otherUser.DEEPCALL_TOKEN,
  });
  const program = (more: string): void => {
    stack.program(`${imports}
      const fifty = Array.from({ length: 50 });
      exports.fifty = Promise.all(fifty.map(() => getGroup({ name: "Support" }))).then((groups) => groups.length);
      exports.hundred = pulumi.all(fifty.map(() => getGroupOutput({ id: 1 }))).apply((groups) => 50 + groups.length);
      const stored = new DeepcallProvider("stored", {
        baseUrl: process.env.EMEA_BASE_URL, userId: "8", token: pulumi.secret(process.env.EMEA_TOKEN),
      });
      const current = new DeepcallProvider("current", { environmentPrefix: "EMEA" });
      exports.stored = [getGroup({ id: "${id}" }, { provider: stored }), getGroupsOutput({}, { provider: stored })];
      exports.current = [getGroups({}, { provider: current }), getGroupOutput({ name: "Eight" }, { provider: current })];
      exports.hush = getGroupOutput({ name: pulumi.secret("Support") });
      ${more}`);
  };
  program(`
    const created = new DeepcallGroup("created");
    exports.created = getGroupOutput({ name: created.name }).groupId;`);
  const preview = await stack.run("preview");
  expect(preview).toMatchObject({ code: 0, output: expect.stringMatching(/created: \[unknown\]/) as string });
  expect(preview.output).not.toMatch(/warning|Diagnostics/);
  expect(listed(stack).toSorted()).toEqual(["7", "8", "8"]);

  program("");
  stack.emulator.clearCalls();
  const { output } = await stack.up();
  expect(output).not.toMatch(/warning|Diagnostics/);
  expect(listed(stack).toSorted()).toEqual(["7", "8", "8"]);
  const eight = { id: `${id}`, groupId: id, name: "Eight", active: true };
  expect(stack.outputs()).toEqual({
    fifty: 50,
    hundred: 100,
    stored: [eight, [eight]],
    current: [[eight], eight],
    hush: {
      "4dabf18193072939515e22adb298388d": expect.any(String) as string,
      ciphertext: expect.any(String) as string,
    },
  });
  const [project = ""] = readdirSync(join(stack.folder, "state/.pulumi/stacks"));
  const state = readFileSync(join(stack.folder, "state/.pulumi/stacks", project, "dev.json"), "utf8");
  for (const secret of [token, otherUser.DEEPCALL_TOKEN]) expect(preview.output + output + state).not.toContain(secret);
});

test("failed lookups fail the program, awaited or not; each error is printed once, without a stack trace", async () => {
  const stack = await TestStack.create();
  for (const name of ["Support", "Twin", "Twin"]) stack.emulator.account("7").add(name);
  stack.program(`${imports}
    getGroupOutput({ name: "support" });
    new DeepcallGroup("other", { name: getGroup({ name: "Twin" }).then(({ name }) => name) });
    const created = new DeepcallGroup("created");
    const provider = new DeepcallProvider("emea", {
      baseUrl: process.env.DEEPCALL_BASE_URL, userId: "8", token: created.name,
    });
    void getGroup({ id: 1 }, { provider });`);
  const output = await stack.failing("preview");
  // Pulumi names the property for which a resource needed the value, unless the program has ended.
  const messages = diagnostics(output).map((line) => line.replace(/error serializing property .*?: /, ""));
  expect(messages.toSorted()).toEqual([
    expect.stringMatching(/^error: Could not look up group "Twin": .*ambiguous-name\]$/),
    expect.stringMatching(/^error: Could not look up group "support": .*\[deepcall:group-not-found\]$/),
    expect.stringMatching(
      /^error: DeepcallProvider "emea": .*unknown in this preview.*: token\..*\[deepcall:settings\]$/,
    ),
    "pulumi:pulumi:Stack (test-dev):",
  ]);

  stack.program(`${imports} void getGroup({ name: "Support" }); getGroupOutput({ name: "Support" });`);
  stack.env["DEEPCALL_USER_ID"] = stack.env["DEEPCALL_TOKEN"] = "";
  stack.emulator.clearCalls();
  expect(diagnostics(await stack.failing("preview"))).toEqual([
    "pulumi:pulumi:Stack (test-dev):",
    expect.stringMatching(/^error: .*Missing: credentials: either deepcall:ssid .*\[deepcall:settings\]$/),
  ]);
  expect(stack.emulator.count()).toBe(0);
});

test("the connections of a lookup do not keep the program's process alive", async () => {
  const stack = await TestStack.create();
  const script = `
    const { getGroups } = require("pulumi-deepcall");
    getGroups().then((groups) => setImmediate(() => console.log(groups.length, process.getActiveResourcesInfo().includes("TCPSocketWrap"))));`;
  const { output } = await execute(process.execPath, ["-e", script], stack.folder, stack.env);
  expect(output).toBe("0 false\n");
});
