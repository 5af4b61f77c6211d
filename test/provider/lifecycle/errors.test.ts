import { readFileSync } from "node:fs";
import { join } from "node:path";
import { agentErrorMeanings, apiError, apiErrorMeanings, clientErrorCodes } from "../../../client/errors";
import { attempt, GroupError, nothingChanged, providerErrorCodes } from "../../../provider/model/errors";
import { createProvider, desired, failure } from "../../support/lifecycle";

test.each([
  [1014, "code 1014 (invalid or expired token)", true],
  [1015, "code 1015 (permission denied)", false],
])("code %d: its meaning, and a hint about outdated config for credentials only", async (code, meaning, isHinted) => {
  const refused = () => Promise.reject(apiError("list", code, ""));
  const { message } = await failure(attempt('read group "Support" (id 42)', nothingChanged, refused));
  expect(message).toContain('Could not read group "Support" (id 42). ');
  expect(message).toContain(meaning);
  expect(message).toContain("Nothing was changed.");
  expect(message.includes("--run-program")).toBe(isHinted);
});

test("an error says what stays in the state", () => {
  const parts = { failure: "It failed", reason: "of this", done: "Nothing was done.", next: "Do that." };
  const error = new GroupError("name-taken", parts).keep("42", {}, "The group");
  expect(error.message).toBe(
    "It failed: of this. Nothing was done. Do that. The group is in the state with id 42. Run `pulumi up` again to finish. [deepcall:name-taken]",
  );
});

test("the error that Pulumi repeats under the stack is short", async () => {
  const error = await failure(createProvider({}).read("42", {}));
  expect(error.message).toContain("Missing: deepcall:baseUrl");
  expect(String(error)).toBe("deepcall");
  expect(error.stack).not.toContain("    at ");
});

test("malformed settings fail the check, missing ones do not", async () => {
  const check = async (environment: Record<string, string>) =>
    (await createProvider(environment).check({}, desired("Support"))).failures ?? [];
  expect(await check({})).toEqual([]);
  expect(await check({ DEEPCALL_BASE_URL: "deepcall" })).toMatchObject([
    { reason: expect.stringContaining("DEEPCALL_BASE_URL must be a valid URL") as string },
  ]);
});

test("docs/errors.md lists every error code, and no other", () => {
  const page = readFileSync(join(__dirname, "../../../docs/errors.md"), "utf8");
  const documented = [...page.matchAll(/^\| `([\w-]+)` \| .+\. \| .+\. \|$/gm)].map(([, code]) => code);
  const codes = [...Object.keys(apiErrorMeanings), ...clientErrorCodes, ...providerErrorCodes];
  expect(documented.toSorted()).toEqual(codes.toSorted());
  const ofAgents = [...page.matchAll(/^\| (1\d{3}(?:, 1\d{3})*) \| .+ \|$/gm)].flatMap(([, list = ""]) =>
    list.split(", "),
  );
  expect(ofAgents).toEqual(Object.keys(agentErrorMeanings));
});
