import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { otherUser, token } from "../support/lifecycle";
import { TestStack } from "../e2e/stack";

/** Two accounts: one with settings from the environment, one with settings in the state. */
const program = (emea: string, apac: string, more = "{ provider: apac }"): string => `
  const emea = new DeepcallProvider("emea", { environmentPrefix: "DEEPCALL_EMEA" });
  const apac = new DeepcallProvider("apac", { baseUrl: process.env.DEEPCALL_BASE_URL, userId: "8", token: process.env.APAC_TOKEN });
  new DeepcallGroup("support", { name: "${emea}" }, { provider: emea });
  new DeepcallGroups("apac", { groups: { support: { name: "${apac}" } } }, ${more});`;

const names = ({ emulator }: TestStack): string[][] =>
  ["7", "8"].map((userId) => emulator.groups(userId).map(({ name }) => name));

/** The writes since the calls were cleared, with the account that they were for. */
const writes = ({ emulator }: TestStack): string[] =>
  emulator.calls
    .filter(({ operation }) => !["list", "getGroupAgentRelation"].includes(operation))
    .map(({ operation, userId }) => `${operation} ${userId}`)
    .toSorted();

test("two accounts with a group of the same name: each with its own credentials, through a wrong token and a move", async () => {
  const stack = await TestStack.create();
  // The default account is not used.
  for (const name of ["DEEPCALL_USER_ID", "DEEPCALL_TOKEN"]) stack.env[name] = "";
  stack.env["DEEPCALL_EMEA_BASE_URL"] = stack.emulator.url;
  stack.env["DEEPCALL_EMEA_USER_ID"] = "7";
  stack.env["DEEPCALL_EMEA_TOKEN"] = token;
  stack.env["APAC_TOKEN"] = otherUser.DEEPCALL_TOKEN;
  stack.program(program("Support", "Support"));
  await stack.up();
  expect(names(stack)).toEqual([["Support"], ["Support"]]);
  expect(writes(stack)).toEqual(["add 7", "add 8"]);
  const files = readdirSync(join(stack.folder, "state"), { recursive: true, encoding: "utf8", withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8"))
    .join();
  expect(files).toContain("ciphertext");
  expect(files).not.toContain(token);
  expect(files).not.toContain(otherUser.DEEPCALL_TOKEN);

  const [support7, support8] = ["7", "8"].map((userId) => stack.emulator.groups(userId)[0]?.id ?? 0);
  stack.emulator.account("7").rename(support7 ?? 0, "By hand");
  stack.emulator.account("8").setStatus(support8 ?? 0, 0);
  for (const userId of ["7", "8"]) stack.emulator.account(userId).add("Temp");
  const command = join(process.env["E2E_FOLDER"] ?? "", "node_modules/pulumi-deepcall/dist/cli/main.js");
  const drift = await stack.execute(process.execPath, [command, "drift", "--stack", "dev", "--undeclared"]);
  expect(drift).toEqual({
    code: 2,
    output: `Stack dev: 2 of 2 groups drifted; 1 undeclared group in the account.

  apac/support  was deactivated: "Support" (id ${support8})
  support       was renamed: "Support" → "By hand" (id ${support7})

1 group in the account of DeepcallProvider "emea" that no resource in the stack declares:
  "Temp" (id 3)

Searched for undeclared groups: the account of DeepcallProvider "emea".
Not searched: the account of DeepcallProvider "apac", because the credentials are stored in the state. With environmentPrefix, the command can use them.

To revert the manual changes, run \`pulumi up --refresh --run-program\`. To keep them, change the program to match.
To manage an undeclared group, declare it with its exact name and \`onNameConflict: "adopt"\`; \`pulumi-deepcall export\` writes such entries.
Comparing stack dev with Deepcall …
Listing the groups of 2 accounts …
`,
  });

  stack.emulator.clearCalls();
  await stack.up("--refresh");
  expect(writes(stack)).toEqual(["update 7", "update 8"]);

  // A new token touches no group; a wrong one fails its own account only.
  const before = stack.recorded();
  stack.env["APAC_TOKEN"] = "wrong-token-1";
  stack.emulator.clearCalls();
  expect((await stack.up()).output).toMatch(/~ 1 updated\n +5 unchanged/);
  expect(stack.emulator.count()).toBe(0);
  expect(stack.recorded()).toEqual(before);

  stack.program(program("Helpdesk", "Helpdesk"));
  // Without this, the engine may stop before it has started the other account's update.
  const refused = await stack.failingUp("--continue-on-error");
  expect(refused).toMatch(
    /error: DeepcallProvider "apac": Could not read group "Support" \(id \d\)\. .*\[deepcall:1014\]/,
  );
  expect(refused).not.toContain("wrong-token-1");
  expect(names(stack)).toEqual([
    ["Helpdesk", "Temp"],
    ["Support", "Temp"],
  ]);
  expect(stack.groups()).toHaveLength(2);

  // A group cannot move to another account.
  stack.env["APAC_TOKEN"] = otherUser.DEEPCALL_TOKEN;
  const recorded = stack.recorded();
  stack.program(program("Helpdesk", "Helpdesk", "{ provider: emea }"));
  stack.emulator.clearCalls();
  const moved = await stack.failingUp();
  expect(moved).toMatch(/error: DeepcallProvider "emea": Could not find group "Support" \(id \d\) in the account of/);
  expect(writes(stack)).toEqual([]);
  expect(stack.recorded()).toEqual(recorded);

  expect((await stack.run("destroy", "--yes", "--skip-preview")).code).toBe(0);
  expect(writes(stack)).toEqual(["delete 7", "delete 8"]);
  expect(names(stack)).toEqual([["Temp"], ["Temp"]]);
});
