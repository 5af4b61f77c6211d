import { createReport, hasDrift } from "../../../cli/drift/report";
import type { AgentsDrift, Drift } from "../../../cli/preview/drift";
import { toPreview, type AccountLists } from "../../../cli/preview/preview";
import { findAccounts, type Step } from "../../../cli/preview/steps";
import { agentsType, groupType, providerType } from "../../../provider/state-contract";
import { outputsOf, secret, steps, urn } from "../preview/steps";

type Properties = Record<string, unknown>;

const compare = (all: readonly Step[], lists?: AccountLists) =>
  createReport(toPreview("prod", true, all), lists, lists !== undefined);

const support = { requestedName: "Support", active: true };
const recorded = outputsOf("Support");
const renamed: Drift = { kind: "renamed", from: "Support", to: "Help" };
const deactivated: Drift = { kind: "status", from: "active", to: "inactive" };

/** The outputs after a refresh that found these changes in Deepcall. */
const outputsWith = (changes: Record<string, unknown>): Record<string, unknown> => outputsOf("Support", changes);

test.each<[string, Record<string, unknown> | null, string, Record<string, unknown>, Drift[] | "update" | "replace"]>([
  ["as declared", outputsWith({}), "same", support, []],
  ["gone", null, "create", support, [{ kind: "gone" }]],
  ["renamed", outputsWith({ name: "Help" }), "update", support, [renamed]],
  ["deactivated", outputsWith({ active: false }), "update", support, [deactivated]],
  ["renamed and deactivated", outputsWith({ name: "Help", active: false }), "update", support, [renamed, deactivated]],
  ["renamed to the requested name", outputsWith({ name: "Help", assignedName: "Help" }), "same", support, []],
  ["renamed, also in the program", outputsWith({ name: "Help" }), "same", { requestedName: "Help", active: true }, []],
  [
    "renamed and deactivated, in the program only renamed",
    outputsWith({ name: "Help", active: false }),
    "update",
    { requestedName: "Help", active: true },
    [deactivated],
  ],
  [
    "renamed and deactivated, in the program only deactivated",
    outputsWith({ name: "Help", active: false }),
    "update",
    { requestedName: "Support", active: false },
    [renamed],
  ],
  ["renamed, with ignoreChanges", outputsWith({ name: "Help" }), "same", { ...support, __ignore: ["name"] }, []],
  [
    "renamed and deactivated, with ignoreChanges for the name",
    outputsWith({ name: "Help", active: false }),
    "update",
    { requestedName: "Help", active: true, __ignore: ["name"] },
    [deactivated],
  ],
  [
    "renamed and deactivated, with ignoreChanges for the status",
    outputsWith({ name: "Help", active: false }),
    "update",
    { requestedName: "Support", active: false, __ignore: ["active"] },
    [renamed],
  ],
  ["changed in the program only", outputsWith({}), "update", { requestedName: "Care", active: true }, "update"],
  ["replaced by the program", outputsWith({}), "create-replacement", support, "replace"],
  [
    "renamed in Deepcall and in the program",
    outputsWith({ name: "Help" }),
    "update",
    { requestedName: "Care" },
    [renamed],
  ],
  [
    "renamed, while the requested name is unknown",
    outputsWith({ name: "Help" }),
    "update",
    { requestedName: "04da6b54-80e4-46f7-96ec-b56ff0331ba9", active: true },
    [renamed],
  ],
])("%s", (_, current, op, desired, result) => {
  const [drift, pending] = typeof result === "string" ? [[], result] : [result];
  const report = compare(steps("support", 7, recorded, current, op, desired));
  const name = current?.["assignedName"] ?? "Support";
  expect(report.groups).toEqual([{ resource: "support", urn: urn("support"), provider: null, id: 7, name, drift }]);
  expect(report.pending).toEqual(
    pending === undefined ? [] : [{ resource: "support", urn: urn("support"), change: pending }],
  );
  expect(hasDrift(report)).toBe(drift.length > 0);
});

test("a number that Deepcall appended is not drift, and neither is its manual removal", () => {
  const numbered = { ...recorded, assignedName: "Support1", name: "Support1" };
  for (const current of [numbered, { ...numbered, assignedName: "Support", name: "Support" }])
    expect(hasDrift(compare(steps("support", 7, numbered, current, "same", support)))).toBe(false);
});

test("a rename that `pulumi refresh` wrote to the state is still drift", () => {
  const current = outputsWith({ name: "Help" });
  expect(compare(steps("support", 7, current, current, "update", support)).groups[0]?.drift).toEqual([renamed]);
});

test.each([
  ["as declared", {}, "same", []],
  ["renamed", { __renamed: true }, "update", [{ kind: "renamed", from: null, to: null }]],
  ["changed in the program", {}, "update", []],
])("a secret name, %s", (_, changes, op, drift) => {
  const desired = { requestedName: secret, active: true };
  const report = compare(steps("g", 7, outputsOf(secret), outputsOf(secret, changes), op, desired));
  expect(report.groups).toMatchObject([{ name: null, drift }]);
});

const step = (resource: string, op: string, snapshots: Partial<Step>): Step => ({
  urn: urn(resource),
  type: groupType,
  op,
  ...snapshots,
});
const creation = (name: string, inputs = {}): NonNullable<Step["new"]> => ({
  id: "",
  inputs: { requestedName: name, active: true, ...inputs },
  outputs: {},
});

describe("agents", () => {
  const inputs = (agents: unknown, more = {}) => ({ groupId: 7, requestedAgents: agents, ...more });
  const outputs = (agents: unknown, others: string[] = [], more = {}) => ({
    ...inputs(["1001", { id: "1002", receivesCalls: false }], more),
    agents,
    otherAgentIds: others,
  });
  const asRequested = ["1001", { id: "1002", receivesCalls: false }];
  const remove = { otherAgents: "remove" };

  test.each<[string, object, object | null, string, object, AgentsDrift[]]>([
    ["as declared", outputs(asRequested), outputs(asRequested, ["1009"]), "same", inputs(asRequested), []],
    ["gone", outputs(asRequested), null, "create", inputs(asRequested), [{ kind: "gone" }]],
    [
      "removed manually",
      outputs(asRequested),
      outputs(["1001"]),
      "update",
      inputs(asRequested),
      [{ kind: "missing", agents: ["1002"] }],
    ],
    [
      "removed manually, with ignoreChanges",
      outputs(asRequested),
      outputs(["1001"]),
      "update",
      inputs(asRequested, { __ignore: ["agents"] }),
      [],
    ],
    [
      "removed manually, which a refresh wrote to the state",
      outputs(["1001"]),
      outputs(["1001"]),
      "update",
      inputs(asRequested),
      [{ kind: "missing", agents: ["1002"] }],
    ],
    [
      "removed manually, and the program follows",
      outputs(asRequested),
      outputs(["1001"]),
      "update",
      inputs(["1001"]),
      [],
    ],
    [
      "added in the program",
      outputs(asRequested),
      outputs(asRequested),
      "update",
      inputs([...asRequested, "1003"]),
      [],
    ],
    [
      "receivesCalls changed manually",
      outputs(asRequested),
      outputs([{ id: "1001", receivesCalls: false }, "1002"]),
      "update",
      inputs(asRequested),
      [{ kind: "receivesCalls", now: ["1002"], notNow: ["1001"] }],
    ],
    [
      "receivesCalls changed manually, and the program follows",
      outputs(asRequested),
      outputs(["1001", "1002"]),
      "update",
      inputs(["1001", "1002"]),
      [],
    ],
    [
      "assigned manually, with remove",
      outputs(asRequested, [], remove),
      outputs(asRequested, ["1009"], remove),
      "update",
      inputs(asRequested, remove),
      [{ kind: "unlisted", agents: ["1009"] }],
    ],
    [
      "assigned manually, and the program changes to remove",
      outputs(asRequested),
      outputs(asRequested, ["1009"]),
      "update",
      inputs(asRequested, remove),
      [],
    ],
  ])("%s", (_, recordedOutputs, current, op, desired, drift) => {
    const all = steps("a", 7, recordedOutputs as Properties, current as Properties | null, op, desired as Properties);
    const report = compare(all.map((one) => ({ ...one, type: agentsType })));
    expect(report.agents).toEqual([{ resource: "a", urn: urn("a"), provider: null, groupId: 7, drift }]);
    expect(report.pending).toHaveLength(op === "same" || drift.length > 0 ? 0 : 1);
  });
});

test("groups that the program adds or removes are pending, not drift", () => {
  const removed = { id: "9", inputs: {}, outputs: outputsOf("Old") };
  const all = [step("added", "create", { new: creation("New") }), step("removed", "delete", { old: removed })];
  const report = compare(all);
  expect(report).toMatchObject({
    groups: [],
    undeclared: null,
    pending: [
      { resource: "added", change: "create" },
      { resource: "removed", change: "delete" },
    ],
  });
  expect(hasDrift(report)).toBe(false);
});

test("a group is undeclared if no resource manages, reads or will adopt it", () => {
  const read = { id: "2", inputs: {}, outputs: {} };
  const all = [
    ...steps("support", 1, recorded, outputsWith({}), "same", support),
    step("read", "read", { old: null, new: read }),
    step("removed", "delete", { old: { id: "3", inputs: {}, outputs: outputsOf("Old") } }),
    step("adopting", "create", { new: creation("Sales", { onNameConflict: "adopt" }) }),
    step("suffixed", "create", { new: creation("Temp") }),
    { ...step("other", "create", {}), type: "random:index:Id", old: { id: "6", inputs: {}, outputs: {} } },
  ];
  const names = ["Support", "Elsewhere", "Old", "Sales", "Temp", "Sixth"];
  const groups = names.map((name, index) => ({ id: index + 1, name, active: index !== 5, owner: undefined }));
  const list = {
    groups: [{ id: 8, name: "Eight", active: undefined, owner: "7" }, ...groups],
    complete: false,
    total: 60,
  };
  const report = compare(all, new Map([[null, list]]));
  expect(report.undeclared).toEqual([
    {
      provider: null,
      listed: true,
      complete: false,
      returned: 7,
      total: 60,
      groups: [
        { id: 5, name: "Temp", status: "active" },
        { id: 6, name: "Sixth", status: "inactive" },
        { id: 8, name: "Eight", status: null },
      ],
    },
  ]);
  expect(hasDrift(report)).toBe(true);
});

describe("several accounts", () => {
  const reference = (name: string): string => `${urn(name, providerType)}::0b2c-4d`;
  const account = (name: string, op = "same", inputs = {}): Step => {
    const snapshot = { id: "0b2c-4d", inputs, outputs: {} };
    return {
      urn: urn(name, providerType),
      type: providerType,
      op,
      old: snapshot,
      new: op === "delete" ? null : snapshot,
    };
  };
  const inEmea = { provider: reference("emea") };

  test.each<[string, Step[], unknown[]]>([
    ["no provider, no group", [], [{ provider: null, inputs: {} }]],
    [
      "explicit providers alone, sorted",
      [account("emea", "same", { a: "b" }), account("apac", "update"), step("g", "create", inEmea)],
      [
        { provider: "apac", inputs: {} },
        { provider: "emea", inputs: { a: "b" } },
      ],
    ],
    [
      "an explicit provider beside the default one",
      [account("emea"), account("default"), step("g", "same", { provider: reference("default") })],
      [
        { provider: null, inputs: {} },
        { provider: "emea", inputs: {} },
      ],
    ],
    [
      "a provider that the program does not declare any more",
      [account("emea", "delete")],
      [{ provider: null, inputs: {} }],
    ],
  ])("the accounts of %s", (_, all, accounts) => {
    expect(findAccounts(all)).toEqual(accounts);
  });

  test("a name to adopt counts in its own account only, and an id in all", () => {
    const list = {
      groups: [1, 2].map((id) => ({ id, name: id === 1 ? "Sales" : "Moved", active: true, owner: undefined })),
      complete: true,
    };
    const all = [
      step("adopting", "create", { new: creation("Sales", { onNameConflict: "adopt" }), ...inEmea }),
      step("moved", "update", { old: { id: "2", inputs: {}, outputs: {} }, ...inEmea }),
    ];
    all.push(account("emea"), account("unlisted"));
    const lists = new Map([null, "emea"].map((provider) => [provider, list]));
    const report = compare([step("default", "same", {}), ...all], lists);
    expect(report.undeclared).toEqual([
      { provider: null, listed: true, complete: true, groups: [{ id: 1, name: "Sales", status: "active" }] },
      { provider: "emea", listed: true, complete: true, groups: [] },
      { provider: "unlisted", listed: false, complete: false, groups: [] },
    ]);
  });

  test("each group has the name of its provider", () => {
    const all = steps("support", 1, recorded, outputsWith({}), "same", support);
    expect(compare(all.map((one) => ({ ...one, ...inEmea }))).groups[0]?.provider).toBe("emea");
  });
});

test("groups are sorted by resource name, also in components and with colons in the name", () => {
  const child = `shop:index:Team$${groupType}`;
  const all = ["b", "a::c", "Z"].flatMap((resource, id) =>
    steps(resource, id, recorded, outputsWith({}), "same", support).map((one) => ({
      ...one,
      urn: urn(resource, resource === "b" ? child : groupType),
    })),
  );
  expect(compare(all).groups.map(({ resource }) => resource)).toEqual(["Z", "a::c", "b"]);
});
