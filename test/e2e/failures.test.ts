import { otherUser, token } from "../support/lifecycle";
import { TestStack } from "./stack";

async function oneGroup(): Promise<TestStack> {
  const stack = await TestStack.create();
  stack.program('new DeepcallGroup("support", { name: "Support" });');
  await stack.up();
  return stack;
}

/** Every command that reads or writes; each must fail, and the state stay as it was. */
const commands = [
  ["preview", "--refresh", "--expect-no-changes"],
  ["refresh", "--yes", "--skip-preview"],
  ["up", "--yes", "--skip-preview"],
];

test.each<[string, (stack: TestStack) => unknown, RegExp]>([
  [
    "a wrong token",
    (stack) => (stack.env["DEEPCALL_TOKEN"] = "wrong-token"),
    /code 1014 \(invalid or expired token\).*deepcall:token/,
  ],
  [
    "a server that can't be reached",
    (stack) => stack.emulator.close(),
    /could not be reached at 127\.0\.0\.1:\d+ \(list: ECONNREFUSED.*deepcall:baseUrl/,
  ],
  [
    "an HTML answer",
    (stack) =>
      (stack.emulator.intercept = () => new Response("<html></html>", { headers: { "content-type": "text/html" } })),
    /answer to list could not be understood: no JSON but 13 characters of text\/html/,
  ],
  [
    "an unknown list shape",
    (stack) => (stack.emulator.options.listShape = "unknown"),
    /no list of groups in the response \(an object with the keys rows\)/,
  ],
])("%s: neither 0 nor 7, a message that helps, the state as before", async (_, breakIt, message) => {
  const stack = await oneGroup();
  stack.program('new DeepcallGroup("support", { name: "Care" });');
  await breakIt(stack);
  const before = await stack.recorded();
  for (const command of commands) {
    const { code, output } = await stack.run(...command);
    expect([0, 7]).not.toContain(code);
    expect(output).toMatch(message);
    expect(output).toContain('group "Support" (id 1)');
    expect(output).not.toContain("    at ");
    expect(await stack.recorded()).toEqual(before);
  }
});

test("another account's credentials: refresh and destroy fail and drop nothing", async () => {
  const stack = await oneGroup();
  const before = await stack.recorded();
  Object.assign(stack.env, otherUser);
  for (const command of ["refresh", "destroy"]) {
    const { code, output } = await stack.run(command, "--yes", "--skip-preview");
    expect([0, 7]).not.toContain(code);
    expect(output).toMatch(/group "Support" \(id 1\).*credentials of user 7, and the ones in use belong to user 8/);
    expect(await stack.recorded()).toEqual(before);
  }
  Object.assign(stack.env, { DEEPCALL_USER_ID: "7", DEEPCALL_TOKEN: token });
  expect((await stack.run("destroy", "--yes", "--skip-preview")).code).toBe(0);
  expect(stack.emulator.groups()).toEqual([]);
});

test("a follow-up that fails keeps the group in the state; the next up finishes it", async () => {
  const stack = await TestStack.create();
  stack.program('new DeepcallGroup("night", { name: "Night", active: false });');
  stack.emulator.intercept = ({ operation }) =>
    operation === "update" ? Response.json({ status: "error", message: "Permission denied", code: 1015 }) : undefined;
  const { code, output } = await stack.run("up", "--yes", "--skip-preview");
  expect([0, 7]).not.toContain(code);
  expect(output).toMatch(
    /Could not update group "Night" \(id 1\)\. .*code 1015 \(permission denied\).*in the state with the id 1/,
  );
  expect(await stack.groups()).toMatchObject([{ id: "1", outputs: { name: "Night", active: true } }]);
  stack.emulator.intercept = undefined;
  await stack.up();
  expect(stack.emulator.groups()).toMatchObject([{ id: 1, name: "Night", status: 0 }]);
  expect(await stack.driftCodes()).toEqual([0, 0, 0]);
});

test("credentials that changed in the config: a refresh has the old ones until it runs the program", async () => {
  const stack = await TestStack.create({}, { userId: "7", token: "expired-token" });
  stack.program('new DeepcallGroup("support", { name: "Support" });');
  await stack.configure({ token });
  await stack.up();
  stack.emulator.options.authFailureCode = 1014;
  await stack.configure({ token: "rotated-token" });
  expect((await stack.run("refresh", "--yes", "--skip-preview")).code).toBe(0);
  const { code, output } = await stack.run("refresh", "--yes", "--skip-preview", "--run-program");
  expect(code).not.toBe(0);
  expect(output).toContain("code 1014");
  expect(output).toContain("--run-program");
});
