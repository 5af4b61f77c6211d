import { explain } from "../../../cli/drift/failure";
import { apiError, AuthenticationError, authenticationCodes, codeIn } from "../../../client/errors";
import { staleConfigHint } from "../../../provider/lifecycle/errors";

const refused = apiError("list", 1014, "Invalid or expired token");

test("the provider's own message, without what Pulumi adds and what does not hold for this command", () => {
  const message = `Could not read group "A" (id 3). ${refused.message} Check. ${staleConfigHint}\n`;
  expect(explain([`Preview failed: ${message}`, message, "preview failed\n"], "Command failed …")).toEqual({
    messages: [
      'Could not read group "A" (id 3). Deepcall refused list with code 1014 (invalid or expired token): "Invalid or expired token". Check.',
    ],
    credentialsRefused: true,
  });
});

test("every code of an authentication is recognised in a message, and no other", () => {
  const codes = [...Array(200).keys()].map((n) => 1000 + n).concat(1501, 1502, 1503);
  for (const code of codes) {
    const error = apiError("list", code, 'a "message" with code 1014');
    const text = `Could not read group "Deepcall refused list with code 1020" (id 1). ${error.message} The state is as before.`;
    expect(codeIn(text)).toBe(code);
    expect(explain([text], "").credentialsRefused).toBe(error instanceof AuthenticationError);
    expect(error instanceof AuthenticationError).toBe(authenticationCodes.has(code));
  }
});

test("a group that is called like a refusal is none", () => {
  const named = String.raw`Could not read group "x\" Deepcall refused list with code 1014" (id 1). Deepcall could not be reached.`;
  expect(explain([named], "").credentialsRefused).toBe(false);
});

test("many messages are cut short, and a refusal among those that are not shown still counts", () => {
  const messages = [...Array(8).keys()].map((n) => `Could not read group ${n}.`);
  expect(explain([...messages, refused.message], "")).toEqual({
    messages: [...messages.slice(0, 5), "… and 4 more like these"],
    credentialsRefused: true,
  });
});

test("of a program's exception, its own lines of the stack are kept", () => {
  const message =
    "Running program 'index.js' failed with an unhandled exception:\nError: boom\n    at Object.<anonymous> (/infra/index.js:3:53)\n" +
    "    at Module._compile (node:internal/modules/cjs/loader:1929:14)\n    at Stack.init (/infra/node_modules/@pulumi/runtime/stack.ts:79:28)\n";
  expect(explain([message], "").messages).toEqual([
    "Running program 'index.js' failed with an unhandled exception:\nError: boom\n    at Object.<anonymous> (/infra/index.js:3:53)",
  ]);
});

/** As the Automation API tells of a command that ended before the engine ran. */
const automation = (stderr: string): string =>
  `code: -2\n stdout: \n stderr: Command failed with exit code 6: pulumi preview --stack nope\n${stderr}\n err?: Error: Command failed with exit code 6: pulumi preview --stack nope\n${stderr}\n\n`;

test.each([
  [
    automation("error: no stack named 'nope' found"),
    "no stack named 'nope' found. `pulumi stack ls` shows the stacks that this backend (PULUMI_BACKEND_URL, or `pulumi login`) has.",
  ],
  [
    automation("error: no Pulumi.yaml project file found (searching upwards from /x)"),
    "no Pulumi.yaml project file found (searching upwards from /x). Run the command in the folder of a Pulumi project, or name that with --cwd.",
  ],
  [
    automation("error: unknown flag: --run-program"),
    "unknown flag: --run-program. This Pulumi CLI is too old: `pulumi-deepcall drift` needs one that has `pulumi preview --run-program`.",
  ],
  [
    automation("error: the stack is currently locked by 1 lock(s).\n  file:///locks/a.json: created by u@h"),
    "the stack is currently locked by 1 lock(s).\n  file:///locks/a.json: created by u@h",
  ],
  [automation("error: incorrect passphrase"), "incorrect passphrase"],
  [
    "code: -2\n stdout: \n stderr: Command failed with ENOENT: pulumi version\nspawn pulumi ENOENT\n err?: …",
    "The Pulumi CLI was not found: install it (https://www.pulumi.com/docs/install/), or put its folder on the PATH.",
  ],
  ["Something nobody foresaw\n", "Something nobody foresaw"],
])("%j is explained", (output, message) => {
  expect(explain([], output)).toEqual({ messages: [message], credentialsRefused: false });
});
