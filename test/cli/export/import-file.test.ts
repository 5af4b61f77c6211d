import { toImportFile } from "../../../cli/export/import-file";
import { planExport, type PlanOptions } from "../../../cli/export/plan";
import type { Group } from "../../../client/responses";
import { agentsProviderText, agentsType, groupType } from "../../../provider/state-contract";
import { providerIdentity, providerText } from "../../../provider/state-contract";
import { createProviders } from "../../../provider/dynamic";
import { Run } from "../../../provider/lifecycle/run";
import { create, emulate, environment, fastRetries, operate, refresh } from "../../support/lifecycle";

interface ImportEntry {
  type: string;
  name: string;
  logicalName: string;
  id?: string;
  parent?: string;
  provider?: string;
  component?: true;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

function importEntries(groups: readonly Group[], options: PlanOptions = {}, userId?: string) {
  const plan = planExport(groups, { importFile: "import.json", ...options });
  return (JSON.parse(toImportFile(plan, userId)) as { resources: ImportEntry[] }).resources;
}

const groups: readonly Group[] = [
  { id: 12, name: "Support", active: true, owner: "7" },
  { id: 3, name: "Support", active: false, owner: "7" },
  { id: 4, name: 'R & D: "ä"\\', active: undefined, owner: undefined },
  { id: 5, name: "a\tb", active: true, owner: "7" },
];

test("a component has an entry, and its groups refer to it", () => {
  const [component, ...entries] = importEntries(groups);
  expect(component).toEqual({
    type: "pulumi-deepcall:index:DeepcallGroups",
    name: "component",
    logicalName: "groups",
    component: true,
  });
  expect(entries.map(({ name, logicalName, id, parent }) => [name, logicalName, id, parent])).toEqual([
    ["group_4", "groups/r-d-a", "4", "component"],
    ["group_3", "groups/support", "3", "component"],
    ["group_12", "groups/support-12", "12", "component"],
  ]);
  expect(entries.map(({ type, provider }) => [type, provider])).toEqual(entries.map(() => [groupType, undefined]));
});

test("single resources have no parent", () => {
  const entries = importEntries(groups, { inComponent: false });
  expect(entries.map(({ logicalName, parent }) => [logicalName, parent])).toEqual([
    ["r-d-a", undefined],
    ["support", undefined],
    ["support-12", undefined],
  ]);
});

test("the provider of another account has an entry, and its groups refer to it", () => {
  const options = { environmentPrefix: "DEEPCALL_EMEA_2" };
  const [provider, component, ...entries] = importEntries(groups, options);
  expect([provider, component?.logicalName, component?.provider]).toEqual([
    {
      type: "pulumi:providers:pulumi-nodejs",
      name: "provider",
      logicalName: "emea-2",
      inputs: { "deepcall:providerName": "emea-2", "deepcall:environmentPrefix": "DEEPCALL_EMEA_2" },
    },
    "emea-2-groups",
    undefined,
  ]);
  for (const { provider, inputs, outputs } of entries)
    expect([provider, inputs?.["__providerName"], outputs?.["__providerName"]]).toEqual([
      "provider",
      "emea-2",
      "emea-2",
    ]);
  const [, ...single] = importEntries(groups, { ...options, inComponent: false });
  expect(single.map(({ logicalName }) => logicalName)).toEqual(["emea-2/r-d-a", "emea-2/support", "emea-2/support-12"]);
});

test("if Deepcall does not report the status or the owner, the state is that of an active group without an owner", () => {
  const [, entry] = importEntries(groups);
  expect(entry?.inputs).toEqual({
    requestedName: 'R & D: "ä"\\',
    active: true,
    __parent: "c6f03094",
    __resource: "groups/r-d-a",
    __provider: providerText,
  });
  expect(entry?.outputs).toEqual({
    ...entry?.inputs,
    assignedName: 'R & D: "ä"\\',
    name: 'R & D: "ä"\\',
    __key: "groups/r-d-a",
  });
});

test("the order of the list does not matter", () => {
  const write = (list: readonly Group[]): string =>
    toImportFile(planExport(list, { importFile: "import.json" }), undefined);
  const text = write(groups);
  for (const list of [groups.toReversed(), groups.toSorted((a, b) => (a.name < b.name ? 1 : -1))])
    expect(write(list)).toBe(text);
});

describe.each([
  ["the default account", {}],
  ["another account", { environmentPrefix: "DEEPCALL_EMEA" }],
])("for %s, an entry is what `create` stores", (_, options: PlanOptions) => {
  test.each([true, false])("in a component: %p", async (inComponent) => {
    const emulator = await emulate();
    const account = emulator.account("7");
    for (const [name, status] of [
      ["Support", 1],
      ["Night: 'shift'", 0],
      ["👩‍👩‍👧 الدعم", 1],
    ] as const)
      account.add(name, status);
    const list = emulator
      .groups()
      .map(({ id, name, status, userId }): Group => ({ id, name, active: status === 1, owner: userId }));
    const plan = planExport(list, { ...options, inComponent, importFile: "import.json" });
    const config = plan.provider
      ? providerIdentity(plan.provider.name, plan.provider.environmentPrefix)
      : ({} as Record<string, string>);
    const run = async () => {
      const provider = operate(emulator, { DEEPCALL_EMEA_BASE_URL: emulator.url, ...emeaCredentials });
      await provider.configure({
        config: { get: (key) => config[key], require: (key) => config[key] ?? "" },
      });
      return provider;
    };
    const entries = importEntries(list, { ...options, inComponent }, "7").filter(({ type }) => type === groupType);
    expect(entries).toHaveLength(3);
    for (const { id = "", inputs = {}, outputs = {} } of entries) {
      // Adopting is the way in which `create` stores an existing group; only the rule itself differs then.
      const news = { ...withoutKeys(inputs, "__providerName"), onNameConflict: "adopt" };
      const created = await create(await run(), news);
      expect(created.id).toBe(id);
      expect(inputs).toEqual(withoutKeys(created.inputs, "onNameConflict"));
      expect(withoutKeys(outputs, "__key")).toEqual({
        ...withoutKeys(created.outputs, "onNameConflict", "__key"),
        __provider: providerText,
      });

      const provider = await run();
      expect(await provider.check(inputs, withoutKeys(inputs, "__providerName"))).toEqual({ inputs, failures: [] });
      expect(await provider.diff(id, outputs, inputs)).toEqual({ changes: false });
      expect(await refresh(provider, { id, inputs, outputs })).toMatchObject({ id, drift: false });
    }
    expect(emulator.calls.filter(({ operation }) => operation !== "list")).toEqual([]);
  });
});

describe("agents", () => {
  const assigned = [
    { id: "1001", receivesCalls: false },
    { id: "1002", receivesCalls: true },
  ];
  const withAgents = (options: PlanOptions = {}, userId?: string): ImportEntry[] => {
    const plan = planExport(groups, { importFile: "import.json", ...options });
    const entries = plan.entries.map((entry) => ({ ...entry, agents: entry.group.id === 12 ? assigned : [] }));
    return (JSON.parse(toImportFile({ ...plan, entries }, userId)) as { resources: ImportEntry[] }).resources;
  };

  test("a group with agents has a second entry, after all groups", () => {
    const entries = withAgents();
    expect(entries.slice(0, -1)).toEqual(importEntries(groups));
    expect(entries.at(-1)).toEqual({
      type: agentsType,
      name: "agents_12",
      logicalName: "groups/support-12/agents",
      id: "12",
      parent: "component",
      inputs: {
        groupId: 12,
        requestedAgents: [{ id: "1001", receivesCalls: false }, "1002"],
        __parent: "c6f03094",
        __resource: "groups/support-12/agents",
        __provider: agentsProviderText,
      },
      outputs: {
        groupId: 12,
        requestedAgents: [{ id: "1001", receivesCalls: false }, "1002"],
        agents: [{ id: "1001", receivesCalls: false }, "1002"],
        otherAgentIds: [],
        __parent: "c6f03094",
        __resource: "groups/support-12/agents",
        __key: "groups/support-12/agents",
        __provider: agentsProviderText,
      },
    });
    const names = entries.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  test("single resources have no parent; those of another account have its provider", () => {
    const entry = withAgents({ inComponent: false, environmentPrefix: "DEEPCALL_EMEA" }).at(-1);
    expect([entry?.logicalName, entry?.parent, entry?.provider, entry?.inputs?.["__providerName"]]).toEqual([
      "emea/support-12/agents",
      undefined,
      "provider",
      "emea",
    ]);
  });

  test.each([{}, { inComponent: false }, { environmentPrefix: "DEEPCALL_EMEA" }])(
    "an entry is what `create` stores (%j)",
    async (options: PlanOptions) => {
      const emulator = await emulate();
      for (let n = 1; n <= 12; n++) emulator.account("7").add(`Team ${n}`);
      emulator.account("7").setAgents(12, assigned);
      const { id = "", inputs = {}, outputs = {} } = withAgents(options, "7").at(-1) ?? {};
      const { provider: explicit } = planExport([], options);
      const config: Record<string, string> = explicit
        ? providerIdentity(explicit.name, explicit.environmentPrefix)
        : {};
      const run = async () => {
        const env = environment(emulator, { DEEPCALL_EMEA_BASE_URL: emulator.url, ...emeaCredentials });
        const provider = createProviders(new Run(env, fastRetries)).agents;
        await provider.configure({ config: { get: (key) => config[key], require: (key) => config[key] ?? "" } });
        return provider;
      };
      const news = withoutKeys(inputs, "__providerName");
      const created = await create(await run(), news);
      expect([created.id, created.inputs]).toEqual([id, inputs]);
      expect(withoutKeys(outputs, "__key")).toEqual({
        ...withoutKeys(created.outputs, "__key"),
        __provider: agentsProviderText,
      });
      const provider = await run();
      expect(await provider.check(inputs, news)).toEqual({ inputs, failures: [] });
      expect(await provider.diff(id, outputs, inputs)).toEqual({ changes: false });
      expect(await refresh(provider, { id, inputs, outputs })).toMatchObject({ id, drift: false });
      expect(emulator.count("submitAssignGroupToAgent")).toBe(0);
    },
  );
});

const emeaCredentials = { DEEPCALL_EMEA_USER_ID: "7", DEEPCALL_EMEA_TOKEN: "tok-3141592653" };

function withoutKeys(properties: Readonly<Record<string, unknown>>, ...keys: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !keys.includes(key)));
}
