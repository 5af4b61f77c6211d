import { explainFailure, policyViolation, type Failure } from "../../../cli/preview/failure";
import { apiError, authenticationCodes } from "../../../client/errors";
import { urn } from "./steps";

const explain = (messages: readonly string[], output: string): Failure =>
  explainFailure(
    messages.map((message) => ({ message })),
    output,
    new Set(),
  );

const refused =
  'Could not read group "A" (id 3). Deepcall refused list with code 1014 (invalid or expired token). [deepcall:1014]';

test("shows the provider's message once, without Pulumi's additions", () => {
  expect(explain([`Preview failed: ${refused}\n`, `${refused}\n`, "preview failed\n"], "Command failed …")).toEqual({
    messages: [refused],
    credentialsRefused: true,
    onlyProtected: false,
  });
});

test("only the authentication codes mean that the credentials were refused", () => {
  const codes = [...Array(200).keys()].map((n) => String(1000 + n)).concat("1501", "1502", "1503");
  const refusals = codes.filter(
    (code) => explain([`Could not read group "A" (id 1). [deepcall:${code}]\n`], "").credentialsRefused,
  );
  expect(refusals).toEqual([...authenticationCodes].toSorted().map(String));
  for (const code of ["connection", "timeout", "rate-limit", "settings", "name-taken"])
    expect(explain([`Could not read group "A" (id 1). [deepcall:${code}]`], "").credentialsRefused).toBe(false);
});

test("the client's errors end with the code", () => {
  expect(explain([apiError("list", 1014, "Invalid token [deepcall:timeout]").message], "").credentialsRefused).toBe(
    true,
  );
  expect(explain([apiError("list", 1015, "a message with [deepcall:1014]").message], "").credentialsRefused).toBe(
    false,
  );
});

test.each([
  ["the name of the group", 'Could not read group "x [deepcall:1014]" (id 1). No connection. [deepcall:connection]'],
  ["the end of a name", 'Could not read group "x [deepcall:1014]"'],
  ["a line of its own", 'Could not read group "x".\n[deepcall:1014]\nNo connection. [deepcall:connection]'],
  ["a message without a code", "Deepcall refused list with code 1014 (invalid or expired token)."],
])("a code in %s does not count", (_, message) => {
  expect(explain([message], "").credentialsRefused).toBe(false);
});

test("shows five messages, and a refusal among the others still counts", () => {
  const messages = [...Array(8).keys()].map((n) => `Could not read group ${n}. [deepcall:timeout]`);
  expect(explain([...messages, refused], "")).toMatchObject({
    messages: [...messages.slice(0, 5), "… and 4 more like these"],
    credentialsRefused: true,
  });
});

test("keeps the program's own lines of a stack trace", () => {
  const message =
    "Running program 'index.js' failed with an unhandled exception:\nError: boom\n    at Object.<anonymous> (/infra/index.js:3:53)\n" +
    "    at Module._compile (node:internal/modules/cjs/loader:1929:14)\n    at Stack.init (/infra/node_modules/@pulumi/runtime/stack.ts:79:28)\n";
  expect(explain([message], "").messages).toEqual([
    "Running program 'index.js' failed with an unhandled exception:\nError: boom\n    at Object.<anonymous> (/infra/index.js:3:53)",
  ]);
});

test.each([
  ["YAML, without an error", []],
  ["Python", [{ message: "an unhandled error occurred: program exited with non-zero exit code: 1\n" }]],
])("shows the last lines of what a program in %s printed, because the engine does not know more", (_, diagnostics) => {
  const printed = ["Error: Property nme does not exist\n\n", "  on Pulumi.yaml line 6:\n\n"];
  const before = Array.from({ length: 20 }, (__, n) => `line ${n}\n`);
  const { messages } = explainFailure(diagnostics, "Command failed …", new Set(), [...before, ...printed]);
  expect(messages).toEqual([
    [
      ...before.slice(2).map((line) => line.trim()),
      "Error: Property nme does not exist",
      "  on Pulumi.yaml line 6:",
    ].join("\n"),
  ]);
});

test("what a program printed does not matter beside an error", () => {
  expect(explainFailure([{ message: refused }], "", new Set(), ["a deprecation\n"]).messages).toEqual([refused]);
});

test("names the policy that is violated, and only that", () => {
  const violation = {
    resourceUrn: urn("support"),
    message: "<{%fg 3%}>Groups need a prefix.\nThe name is Support.<{%reset%}>\n",
    color: "raw",
    policyName: "group-names",
    policyPackName: "house-rules",
    policyPackVersion: "",
    enforcementLevel: "mandatory",
  };
  const failure = explainFailure([policyViolation(violation), { message: "preview failed", urn: "" }], "", new Set());
  expect(failure.messages).toEqual([
    'The mandatory policy "group-names" of "house-rules" is violated by the resource "support": Groups need a prefix.\nThe name is Support.',
  ]);
  expect(failure.onlyProtected).toBe(false);
});

/** The Automation API's error for a command that failed before the engine started. */
const automation = (stderr: string): string =>
  `code: -2\n stdout: \n stderr: Command failed with exit code 6: pulumi preview --stack nope\n${stderr}\n err?: Error: Command failed with exit code 6: pulumi preview --stack nope\n${stderr}\n\n`;

test.each([
  [
    automation("error: no stack named 'nope' found"),
    "no stack named 'nope' found. `pulumi stack ls` lists the stacks in this backend (PULUMI_BACKEND_URL, or the backend of `pulumi login`).",
  ],
  [
    automation("error: no Pulumi.yaml project file found (searching upwards from /x)"),
    "no Pulumi.yaml project file found (searching upwards from /x). Run the command in the folder of a Pulumi project, or specify the folder with --cwd.",
  ],
  [
    "Command failed: pulumi stack --show-name\nerror: no stack selected; please use `pulumi stack select`\n",
    "no stack selected; please use `pulumi stack select`. Specify the stack with --stack.",
  ],
  [
    automation("error: unknown flag: --run-program"),
    "unknown flag: --run-program. This Pulumi CLI is too old: this command requires one with `pulumi preview --run-program`.",
  ],
  [
    automation("error: the stack is currently locked by 1 lock(s).\n  file:///locks/a.json: created by u@h"),
    "the stack is currently locked by 1 lock(s).\n  file:///locks/a.json: created by u@h",
  ],
  [automation("error: incorrect passphrase"), "incorrect passphrase"],
  [
    "code: -2\n stdout: \n stderr: Command failed with ENOENT: pulumi version\nspawn pulumi ENOENT\n err?: …",
    "The Pulumi CLI was not found. Install it (https://www.pulumi.com/docs/install/), or add its folder to the PATH.",
  ],
  ["An unforeseen error\n", "An unforeseen error"],
])("explains %j", (output, message) => {
  expect(explain([], output)).toMatchObject({ messages: [message], credentialsRefused: false });
});

test.each([
  ["only protected resources", ["a", "b"], true],
  ["another resource, too", ["a", "c"], false],
  ["the stack, too", ["a", undefined], false],
])("a preview can fail because of %s", (_, urns, onlyProtected) => {
  const errors = urns.map((urn) => ({ message: "cannot be deleted", ...(urn !== undefined && { urn }) }));
  const diagnostics = [...errors, { message: "preview failed", urn: "" }];
  expect(explainFailure(diagnostics, "", new Set(["a", "b"]))).toMatchObject({ onlyProtected });
});
