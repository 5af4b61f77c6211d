import * as pulumi from "@pulumi/pulumi";
import {
  DeepcallProvider,
  getGroup,
  getGroupOutput,
  getGroups,
  getGroupsOutput,
  ResourceError,
  SettingsError,
  type GetGroupArgs,
  type GetGroupOutputArgs,
  type LookupOptions,
} from "../../../provider";
import type { Emulator } from "../../../emulator";
import { emulate, environment, failure, otherUser, token } from "../../support/lifecycle";

const mocks: pulumi.runtime.Mocks = {
  newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs as object }),
  call: () => ({}),
};

let emulator: Emulator;
const { env } = process;
beforeEach(async () => {
  emulator = await emulate();
  emulator.account("7").add("Support");
  emulator.account("8").add("Eight");
  process.env = { ...env, ...environment(emulator) };
  // A preview, the only command in which values are unknown.
  await pulumi.runtime.setMocks(mocks, "project", "stack", true);
});
afterEach(() => {
  process.env = env;
});

/** Runs a program, with a stack of its own. */
async function run<T>(program: () => Promise<T>): Promise<T> {
  let result: { value: T } | undefined;
  await pulumi.runtime.runInPulumiStack(async () => {
    result = { value: await program() };
  });
  if (!result) throw new Error("the program did not run");
  return result.value;
}

/** Pulumi's own view of an output. If the output fails, all of these fail. */
interface Internals<T> {
  promise: () => Promise<T | undefined>;
  isKnown: Promise<boolean>;
  isSecret: Promise<boolean>;
  allResources: () => Promise<unknown>;
}

async function inspect<T>(
  output: pulumi.Output<T>,
): Promise<{ value: T | undefined; known: boolean; secret: boolean }> {
  const { promise, isKnown, isSecret, allResources } = output as unknown as Internals<T>;
  const [value, known, secret] = await Promise.all([promise(), isKnown, isSecret, allResources()]);
  return { value, known, secret };
}

/** The users that called. */
function users(): string[] {
  return emulator.calls.map(({ userId }) => userId);
}

const unknown = pulumi.output(pulumi.unknown as unknown as string);
const support = { id: "1", groupId: 1, name: "Support", active: true };
const eight = { id: "2", groupId: 2, name: "Eight", active: true };
const other = (): DeepcallProvider =>
  new DeepcallProvider("emea", {
    baseUrl: emulator.url,
    userId: otherUser.DEEPCALL_USER_ID,
    token: pulumi.secret(otherUser.DEEPCALL_TOKEN),
  });

test("each run lists each account once, in all forms", async () => {
  const program = async () => {
    const opts = { provider: other() };
    const outputs = pulumi.all([
      getGroupOutput({ name: pulumi.output("Support") }),
      getGroupOutput({ id: Promise.resolve(1) }),
      getGroupsOutput(),
      getGroupOutput({ name: "Eight" }, opts),
      getGroupsOutput({ active: true }, opts),
    ]);
    const results = [
      getGroup({ name: "Support" }),
      getGroup({ id: "1" }),
      getGroups(),
      getGroup({ id: 2 }, opts),
      getGroups({ nameContains: "eig" }, opts),
    ];
    return [await Promise.all(results), (await inspect(outputs)).value];
  };
  const expected = [support, support, [support], eight, [eight]];
  expect(await run(program)).toEqual([expected, expected]);
  expect(users().toSorted()).toEqual(["7", "8"]);
  await run(program);
  expect(users().toSorted()).toEqual(["7", "7", "8", "8"]);
});

test("a result is secret only if an argument is; the provider's credentials don't make it secret", async () => {
  await run(async () => {
    const opts = { provider: other() };
    expect(await inspect(getGroupOutput({ id: 2 }, opts))).toEqual({ value: eight, known: true, secret: false });
    const secret = await inspect(getGroupOutput({ name: pulumi.secret("Eight") }, opts));
    expect(secret).toEqual({ value: eight, known: true, secret: true });
    const groups = await inspect(getGroupsOutput({ nameContains: pulumi.secret("g") }, opts));
    expect(groups).toEqual({ value: [eight], known: true, secret: true });
    const { message } = await failure(inspect(getGroupOutput({ name: pulumi.secret("eight") }, opts)));
    expect(message).toContain("[secret]");
    expect(message).not.toMatch(/eight/i);
  });
});

test("an unknown argument or setting: the output is unknown, the promise is an error, and no call is made", async () => {
  await run(async () => {
    const provider = new DeepcallProvider("emea", { baseUrl: emulator.url, userId: unknown, token: unknown });
    for (const output of [
      getGroupOutput({ name: unknown }),
      getGroupOutput({ id: unknown }),
      getGroupsOutput({ active: unknown.apply(Boolean) }),
      getGroupOutput({ id: 1 }, { provider }),
      getGroupsOutput({}, { provider }),
    ])
      expect(await inspect<unknown>(output)).toMatchObject({ value: undefined, known: false });
    for (const promise of [getGroup({ id: 1 }, { provider }), getGroups({}, { provider })]) {
      const error = await failure(promise);
      expect(error).toBeInstanceOf(SettingsError);
      expect(error.message).toMatch(
        /^DeepcallProvider "emea": These settings are unknown in this preview, .*: userId, token\. No call was made\. Use getGroupOutput/,
      );
    }
    // What is wrong already is an error already.
    expect(() => getGroupOutput({ nme: unknown } as unknown as GetGroupOutputArgs)).toThrow('unknown property "nme"');
  });
  expect(users()).toEqual([]);
});

const oneOf = "set exactly one of name and id";
test.each([
  [{}, oneOf],
  [{ name: undefined }, oneOf],
  [{ name: "Support", id: 1 }, oneOf],
  [{ nme: "Support" }, 'unknown property "nme"; getGroup takes either name or id'],
  [{ name: "" }, "name must be a string that is not empty"],
  [{ name: 42 }, "name must be a string that is not empty"],
  [{ name: null }, "name must be a string"],
  [{ id: "x1" }, "id must be a positive whole number"],
  [{ id: 0 }, "id must be a positive whole number"],
  [{ id: 1.5 }, "id must be a positive whole number"],
  [{ id: "01" }, "id must be a positive whole number"],
  [undefined, "the arguments must be an object with either name or id"],
  ["Support", "the arguments must be an object"],
  [[], "the arguments must be an object"],
])("getGroup(%j): %s", async (args, problem) => {
  await expectProblem("getGroup", args, {}, problem);
});

test.each([
  [{ nameContains: "" }, "nameContains must be a string that is not empty"],
  [{ active: "true" }, "active must be true or false"],
  [{ name: "Support" }, 'unknown property "name"; getGroups takes nameContains and active'],
  [null, "the arguments must be an object with nameContains and active"],
])("getGroups(%j): %s", async (args, problem) => {
  await expectProblem("getGroups", args, {}, problem);
});

test.each([
  [{ parent: {} }, 'unknown option "parent"; a lookup takes only the option provider'],
  [{ provider: {} }, "the option provider must be a DeepcallProvider"],
  [{ provider: "emea" }, "the option provider must be a DeepcallProvider"],
  [null, "the options must be an object with provider"],
])("the options %j: %s", async (opts, problem) => {
  await expectProblem("getGroup", { id: 1 }, opts, problem);
  await expectProblem("getGroups", {}, opts, problem);
});

/** Both forms report the problem before any call. */
async function expectProblem(lookup: "getGroup" | "getGroups", args: unknown, opts: unknown, problem: string) {
  const forms = { getGroup: [getGroup, getGroupOutput], getGroups: [getGroups, getGroupsOutput] } as const;
  const [promise, output] = forms[lookup] as unknown as ((args: unknown, opts: unknown) => unknown)[];
  await run(async () => {
    const error = await failure(promise?.(args, opts) as Promise<unknown>);
    expect(error).toBeInstanceOf(ResourceError);
    expect(error.message).toContain(`${lookup}: ${problem}`);
    expect(error.message).toContain("No call was made. [deepcall:arguments]");
    expect(() => output?.(args, opts)).toThrow(error.message);
  });
  expect(users()).toEqual([]);
}

test("a promise does not take an Output, and a value that turns out wrong is an error of the output", async () => {
  await run(async () => {
    for (const name of [pulumi.output("Support"), Promise.resolve("Support")]) {
      const { message } = await failure(getGroup({ name } as unknown as GetGroupArgs));
      expect(message).toContain("name is an Output or a Promise; pass it to getGroupOutput instead");
    }
    const { message } = await failure(inspect(getGroupOutput({ name: pulumi.output("") })));
    expect(message).toContain("name must be a string that is not empty");
  });
  expect(users()).toEqual([]);
});

test("missing settings are one error that says which ones, and why a preview needs them", async () => {
  delete process.env["DEEPCALL_TOKEN"];
  delete process.env["DEEPCALL_USER_ID"];
  await run(async () => {
    const [error, ...others] = await Promise.all(
      [getGroup({ id: 1 }), getGroups(), inspect(getGroupOutput({ name: "Support" }))].map((one) => failure(one)),
    );
    expect(error).toBeInstanceOf(SettingsError);
    expect(error?.message).toContain("Missing: credentials: either deepcall:ssid");
    expect(error?.message).toContain("Lookups call Deepcall in previews, too. [deepcall:settings]");
    expect(others.every((one) => one === error)).toBe(true);

    const opts: LookupOptions = { provider: new DeepcallProvider("apac", { environmentPrefix: "DEEPCALL_APAC" }) };
    const { message } = await failure(getGroup({ id: 1 }, opts));
    expect(message).toMatch(/^DeepcallProvider "apac": .*Missing: .*DEEPCALL_APAC_SSID/);
  });
  expect(users()).toEqual([]);
});

test("errors name the explicit provider once, contain no credential, and are printed without a stack trace", async () => {
  emulator.options.authFailureCode = 1014;
  emulator.options.echoCredentials = true;
  await run(async () => {
    const provider = new DeepcallProvider("emea", { baseUrl: emulator.url, userId: "8", token });
    const errors = await Promise.all([
      failure(getGroup({ id: 1 }, { provider })),
      failure(getGroups({}, { provider })),
    ]);
    for (const error of errors) {
      expect(error.message).toMatch(/^DeepcallProvider "emea": Could not list .*code 1014.*\[deepcall:1014\]$/);
      expect(error.message).not.toContain(token);
      expect(error.message).not.toContain("--run-program");
      expect(error).toMatchObject({ __pulumiRunError: true, stack: error.message });
    }
  });
});
