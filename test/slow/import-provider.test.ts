import { join } from "node:path";
import { token } from "../support/lifecycle";
import { execute, TestStack } from "../e2e/stack";

const command = join(process.env["E2E_FOLDER"] ?? "", "node_modules/.bin/pulumi-deepcall");

test("an export of an account with its own provider is imported by id: no write, an empty preview, no drift", async () => {
  const stack = await TestStack.create();
  const account = stack.emulator.account("7");
  for (const name of ["Support", 'Night: "shift" # 1', "Support", "tab\there"])
    account.add(name, name === "Support" ? 1 : 0);
  Object.assign(stack.env, {
    DEEPCALL_EMEA_BASE_URL: stack.emulator.url,
    DEEPCALL_EMEA_USER_ID: "7",
    DEEPCALL_EMEA_TOKEN: token,
    // The default account is not used.
    DEEPCALL_TOKEN: "wrong-token",
  });
  const before = stack.emulator.groups();
  const args = ["export", "--env-prefix", "DEEPCALL_EMEA", "--out", "emea.yaml", "--import", "import.json"];
  const exported = await execute(command, args, stack.folder, stack.env);
  expect(exported.output).toContain("Wrote 3 groups to emea.yaml and import.json.\n");
  expect(stack.emulator.calls.map(({ operation }) => operation)).toEqual(["list"]);

  // The program is the one in the file's comment, with an option.
  const [, comment = ""] = /Declare them in a Pulumi program:\n((?:# {3}.*\n)+)/.exec(stack.read("emea.yaml")) ?? [];
  const declarations = comment.replaceAll(/^# {3}/gm, "").replace("{ provider }", "{ provider, retainOnDelete: true }");
  stack.file("index.js", `const { DeepcallGroups, DeepcallProvider } = require("pulumi-deepcall");\n${declarations}`);
  stack.emulator.clearCalls();
  const imported = await stack.run("import", "--file", "import.json", "--generate-code=false", "--yes");
  expect(imported).toEqual({ code: 0, output: expect.stringContaining("= 4 imported") as string });
  const preview = await stack.run("preview", "--expect-no-changes");
  expect(preview.code).toBe(0);
  expect(stack.emulator.count()).toBe(0);
  expect(stack.emulator.groups()).toEqual(before);

  const recorded = stack.recorded();
  const renamed = stack.read("emea.yaml").replace(/(support-3: \{ name: )"Support"/, '$1"Helpdesk"');
  stack.file("emea.yaml", renamed);
  stack.emulator.clearCalls();
  await stack.up();
  expect(["add", "update", "delete"].map((operation) => stack.emulator.count(operation))).toEqual([0, 1, 0]);
  expect(stack.emulator.groups()).toEqual(
    before.map((group) => (group.id === 3 ? { ...group, name: "Helpdesk" } : group)),
  );
  // The program's own inputs and the provider's outputs are those of the import.
  const unchanged = recorded.filter((group) => !JSON.stringify(group).includes("support-3"));
  expect(unchanged).toHaveLength(2);
  expect(stack.recorded()).toEqual(expect.arrayContaining(unchanged));
});
