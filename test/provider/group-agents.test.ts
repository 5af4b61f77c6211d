import * as pulumi from "@pulumi/pulumi";
import { DeepcallGroupAgents, DeepcallGroups, ResourceError, type DeepcallGroupAgentsArgs } from "../../provider";
import { agentsType, groupType } from "../../provider/state-contract";

/** What was registered with Pulumi. Its options are those that the constructors pass to Pulumi. */
interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  options: pulumi.CustomResourceOptions;
}
const registered: Registered[] = [];
const optionsOf = new Map<string, pulumi.CustomResourceOptions>();

beforeEach(async () => {
  registered.length = 0;
  // A preview, in which the engine knows only the inputs.
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        registered.push({ type, name, inputs: inputs as Registered["inputs"], options: optionsOf.get(name) ?? {} });
        return { id: undefined, state: inputs as object };
      },
      call: () => ({}),
    },
    "project",
    "stack",
    true,
  );
});

/** Runs a program; returns its resources other than the stack and components. */
async function run(program: () => void): Promise<Registered[]> {
  await pulumi.runtime.runInPulumiStack(() => {
    pulumi.runtime.registerStackTransformation(({ name, opts }) => {
      optionsOf.set(name, opts);
      return undefined;
    });
    program();
    return Promise.resolve();
  });
  await pulumi.runtime.disconnect();
  return registered.filter(({ type }) => type === groupType || type === agentsType);
}

const args: DeepcallGroupAgentsArgs = { groupId: 42, agents: ["1001", { id: "1002", receivesCalls: false }] };

async function inspect(output: pulumi.Output<unknown>): Promise<{ known: boolean; value: unknown }> {
  const { isKnown, promise } = output as unknown as { isKnown: Promise<boolean>; promise: () => Promise<unknown> };
  return { known: await isKnown, value: await promise() };
}

test("a preview knows the group, but not which agents Deepcall will list", async () => {
  let resource: DeepcallGroupAgents | undefined;
  const [agents] = await run(() => {
    resource = new DeepcallGroupAgents("support-agents", args);
  });
  expect(agents?.inputs).toEqual({
    groupId: 42,
    requestedAgents: args.agents,
    __resource: "support-agents",
    __provider: expect.stringContaining(".agentsProvider") as string,
  });
  if (!resource) throw new Error("no resource");
  expect(await inspect(resource.groupId)).toEqual({ known: true, value: 42 });
  expect((await inspect(resource.agents)).known).toBe(false);
  expect((await inspect(resource.otherAgentIds)).known).toBe(false);
});

test("unknown properties reach the provider's check", async () => {
  const more = { agent: ["1"], otherAgentIds: ["2"] };
  const [agents] = await run(() => {
    new DeepcallGroupAgents("support-agents", { ...args, ...more });
  });
  expect(agents?.inputs).toMatchObject(more);
});

test("options speak of agents, and the provider's input has another name", async () => {
  const [agents] = await run(() => {
    new DeepcallGroupAgents("support-agents", args, {
      replaceOnChanges: ["agents", "agents[0].id", "agentsOfOthers", "otherAgents"],
      additionalSecretOutputs: ["agents"],
      ignoreChanges: ["name", "otherAgents"],
    });
  });
  expect(agents?.options).toMatchObject({
    deleteBeforeReplace: true,
    replaceOnChanges: ["requestedAgents", "requestedAgents[0].id", "agentsOfOthers", "otherAgents"],
    additionalSecretOutputs: ["agents", "agents", "requestedAgents"],
    ignoreChanges: ["name", "otherAgents"],
  });
});

test.each<[string, DeepcallGroupAgentsArgs["agents"], boolean]>([
  ["a secret list", pulumi.secret(["1001"]), true],
  ["a secret id", [pulumi.secret("1001")], true],
  ["a secret property", [{ id: "1001", receivesCalls: pulumi.secret(true) }], true],
  ["an output", pulumi.output(["1001"]), false],
])("%s: the agents from Deepcall are as secret", async (_, agents, isSecret) => {
  const transforms = await run(() => {
    new DeepcallGroupAgents("support-agents", { groupId: 42, agents });
  }).then(([resource]) => resource?.options.transforms ?? []);
  expect(transforms).toHaveLength(1);
  const given = { custom: true, type: agentsType, name: "support-agents", props: {}, opts: {} };
  const result = await transforms[0]?.(given);
  expect(result?.opts).toEqual(isSecret ? { additionalSecretOutputs: ["agents", "requestedAgents"] } : undefined);
});

test("plain agents need no transform", async () => {
  const [agents] = await run(() => {
    new DeepcallGroupAgents("support-agents", args);
  });
  expect(agents?.options.transforms).toBeUndefined();
});

test.each<[pulumi.CustomResourceOptions, string]>([
  [{ import: "42" }, 'the option "import" is not supported. Remove it: '],
  [{ id: "42" }, 'the option "id" is not supported. Remove it: '],
  ...["agents[0]", "agents[*].receivesCalls", "requestedAgents[0]"].map(
    (path): [pulumi.CustomResourceOptions, string] => [
      { ignoreChanges: ["removeExisting", path] },
      `ignoreChanges: ["${path}"] is not supported, because an update always sends the whole list of agents.`,
    ],
  ),
])("the option %j is rejected before anything is registered", async (options, reason) => {
  await run(() => {
    expect(() => new DeepcallGroupAgents("support-agents", args, options)).toThrow(ResourceError);
    expect(() => new DeepcallGroupAgents("support-agents", args, options)).toThrow(
      `DeepcallGroupAgents "support-agents": ${reason}`,
    );
  });
  expect(registered.filter(({ type }) => type === agentsType)).toEqual([]);
});

describe("in DeepcallGroups", () => {
  const groups = { support: { agents: ["1001"], otherAgents: "remove", removeExisting: true }, sales: null } as const;

  test("an entry with agents is a group and its agents", async () => {
    const resources = await run(() => {
      new DeepcallGroups("groups", { groups });
    });
    expect(resources.map(({ type, name }) => [type, name])).toEqual(
      expect.arrayContaining([
        [groupType, "groups/support"],
        [groupType, "groups/sales"],
        [agentsType, "groups/support/agents"],
      ]),
    );
    expect(resources).toHaveLength(3);
    const inputs = (name: string) => resources.find((resource) => resource.name === name)?.inputs;
    expect(inputs("groups/support/agents")).toMatchObject({
      requestedAgents: ["1001"],
      otherAgents: "remove",
      removeExisting: true,
    });
    for (const property of ["agents", "otherAgents", "removeExisting"])
      expect(inputs("groups/support")).not.toHaveProperty(property);
  });

  test("its options apply to both; ignoreChanges of groups' properties only to groups", async () => {
    const resources = await run(() => {
      new DeepcallGroups("groups", { groups }, { ignoreChanges: ["name", "otherAgents"], retainOnDelete: true });
    });
    const options = Object.fromEntries(resources.map(({ name, options }) => [name, options]));
    expect(options["groups/support"]).toMatchObject({
      ignoreChanges: ["requestedName", "otherAgents"],
      retainOnDelete: true,
    });
    expect(options["groups/support/agents"]).toMatchObject({ ignoreChanges: ["otherAgents"], retainOnDelete: true });
  });

  test.each(["agents", "requestedAgents", "*"])(
    "ignoreChanges: [%j]: the provider leaves the list alone",
    async (path) => {
      const resources = await run(() => {
        new DeepcallGroups("groups", { groups }, { ignoreChanges: [path] });
      });
      const agents = resources.find(({ name }) => name === "groups/support/agents");
      expect(agents?.inputs["__ignore"]).toEqual(["agents"]);
      expect(agents?.options.ignoreChanges).toContain("requestedAgents");
      // Pulumi would keep the recorded `__ignore`, too.
      expect(agents?.options.ignoreChanges).not.toContain("*");
    },
  );

  test("a part of the list is rejected before anything is registered", async () => {
    await run(() => {
      expect(() => new DeepcallGroups("groups", { groups }, { ignoreChanges: ["agents[0]"] })).toThrow(
        'DeepcallGroupAgents "groups/support/agents": ignoreChanges: ["agents[0]"] is not supported',
      );
    });
    expect(registered.filter(({ type }) => type !== "pulumi:pulumi:Stack")).toEqual([]);
  });

  test("what is known only later is left to the provider's check", async () => {
    const later = <T>(value: T) => pulumi.output(value);
    const resources = await run(() => {
      new DeepcallGroups("groups", {
        groups: {
          a: { agents: later(["1"]), otherAgents: later("keep" as const), removeExisting: later(false) },
          b: { agents: [later("1"), { id: later("2"), receivesCalls: later(false) }] },
        },
      });
    });
    const inputs = (name: string) => resources.find((resource) => resource.name === name)?.inputs;
    expect(inputs("groups/a/agents")).toMatchObject({ requestedAgents: ["1"], otherAgents: "keep" });
    expect(inputs("groups/b/agents")).toMatchObject({ requestedAgents: ["1", { id: "2", receivesCalls: false }] });
  });
});

describe("options of single entries", () => {
  async function optionsOf(...parameters: ConstructorParameters<typeof DeepcallGroups>) {
    const resources = await run(() => {
      new DeepcallGroups(...parameters);
    });
    return Object.fromEntries(resources.map(({ name, options }) => [name, options]));
  }

  test("those in an entry apply to its group and agents, and win over the component's", async () => {
    const groups = {
      support: { agents: ["1"], protect: false, retainOnDelete: true, ignoreChanges: ["active", "agents"] },
      sales: null,
    } as const;
    const options = await optionsOf("groups", { groups }, { protect: true, ignoreChanges: ["name"] });
    expect(options["groups/support"]).toMatchObject({
      protect: false,
      retainOnDelete: true,
      ignoreChanges: ["requestedName", "active", "agents"],
    });
    expect(options["groups/support/agents"]).toMatchObject({
      protect: false,
      retainOnDelete: true,
      ignoreChanges: ["requestedAgents"],
    });
    expect(options["groups/sales"]).toMatchObject({ protect: true, ignoreChanges: ["requestedName"] });
    expect(registered.find(({ name }) => name === "groups/support")?.inputs["__ignore"]).toEqual(["name", "active"]);
    expect(registered.find(({ name }) => name === "groups/support")?.inputs).not.toHaveProperty("protect");
  });

  test("those of optionsFor win over the entry's; lists are combined", async () => {
    const calls: string[] = [];
    const other = new pulumi.DependencyResource("urn:pulumi:stack::project::a:b:C::other");
    const groups = { support: { agents: ["1"], protect: false, ignoreChanges: ["active"] }, sales: null } as const;
    const options = await optionsOf(
      "groups",
      {
        groups,
        optionsFor(key, resource) {
          calls.push(`${key} ${resource}`);
          if (key === "sales") return undefined;
          return resource === "group"
            ? { protect: true, ignoreChanges: ["name"], dependsOn: other, hideDiffs: ["name"] }
            : { retainOnDelete: true };
        },
      },
      { dependsOn: [other] },
    );
    expect(calls).toEqual(["support group", "support agents", "sales group"]);
    expect(options["groups/support"]).toMatchObject({
      protect: true,
      ignoreChanges: ["active", "requestedName"],
      dependsOn: [other, other],
      hideDiffs: ["requestedName"],
    });
    expect(options["groups/support/agents"]).toMatchObject({ protect: false, retainOnDelete: true });
  });

  test("an entry's options are known when the program runs", () => {
    const groups = { support: { protect: pulumi.output(true) } } as unknown as Record<string, null>;
    expect(() => new DeepcallGroups("groups", { groups })).toThrow("groups.support.protect: must be true or false");
  });
});
