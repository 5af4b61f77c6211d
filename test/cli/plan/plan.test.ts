import { createPlan, openQuestions } from "../../../cli/plan/plan";
import { hasChanges, isRevert, type AgentsChange, type GroupChange } from "../../../cli/plan/report";
import { renderText } from "../../../cli/plan/formats/text";
import { toPreview } from "../../../cli/preview/preview";
import type { Step } from "../../../cli/preview/steps";
import { agentsType, groupType } from "../../../provider/state-contract";
import { outputsOf, secret, steps as refreshedSteps, urn } from "../preview/steps";

type Properties = Record<string, unknown>;
type Facts = NonNullable<Parameters<typeof createPlan>[1]>;

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const preview = (steps: readonly Step[], refresh = false) => toPreview("prod", refresh, steps);
const noFacts: Facts = { lists: new Map(), agents: new Map(), deleteWithAgents: new Set() };

const snapshot = (id: number | "", inputs: Properties, outputs: Properties = {}): NonNullable<Step["new"]> => ({
  id: String(id),
  inputs,
  outputs,
});

function step(op: string, resource: string, old: Step["old"], next: Step["new"], type = groupType): Step {
  return { op, urn: urn(resource, type), type, old: old ?? null, new: next ?? null };
}
const create = (resource: string, inputs: Properties): Step =>
  step("create", resource, null, snapshot("", { active: true, ...inputs }));
const update = (resource: string, id: number, outputs: Properties, inputs: Properties): Step =>
  step("update", resource, snapshot(id, {}, outputs), snapshot(id, { active: true, ...inputs }));
const remove = (resource: string, id: number, name: unknown, more: Partial<Step["old"]> = {}, outputs = {}): Step =>
  step("delete", resource, { ...snapshot(id, {}, outputsOf(name, outputs)), ...more }, null);
const same = (resource: string, id: number, name: string): Step =>
  step("same", resource, snapshot(id, {}, outputsOf(name)), snapshot(id, { requestedName: name }, outputsOf(name)));
const agents = (op: string, id: number, old: Properties | null, next: Properties | null, more = {}): Step =>
  step(
    op,
    "team",
    old && { ...snapshot(id, {}, { groupId: id, requestedAgents: old["agents"], otherAgentIds: [], ...old }), ...more },
    next && snapshot(op === "create" ? "" : id, { groupId: id, ...next }),
    agentsType,
  );

/** The lines of the changes in the text format, without alignment. */
function lines(steps: readonly Step[], facts: Partial<Facts> = {}, refresh = false): string[] {
  const text = renderText(createPlan(preview(steps, refresh), { ...noFacts, ...facts }), false);
  return [...text.matchAll(/^ {2}(\S .*)$/gm)].map(([, line = ""]) => line.replace(/ {2,}/g, " | "));
}

const support = outputsOf("Support");

test.each<[string, Step[], string[]]>([
  ["a group", [create("a", { requestedName: "Sales" })], ["+ create | Sales"]],
  ["an inactive group", [create("a", { requestedName: "Sales", active: false })], ["+ create | Sales | inactive"]],
  ["a secret name", [create("a", { requestedName: secret })], ["+ create | [secret]"]],
  ["an unknown name", [create("a", { requestedName: unknown })], ["+ create | [known after the update]"]],
  [
    "a group that may exist",
    [create("a", { requestedName: "Sales", onNameConflict: "adopt" })],
    ["+ create | Sales | or adopted, if a group has this name"],
  ],
  ["an import", [step("import", "a", null, snapshot(9, { requestedName: "Sales" }))], ["+ import | Sales | id 9"]],
])("creates %s", (_, steps, expected) => {
  expect(lines(steps)).toEqual(expected);
});

test.each<[string, Properties, Properties, string]>([
  ["a rename", support, { requestedName: "Help" }, "rename | Support → Help | id 7"],
  [
    "a rename of a numbered group",
    outputsOf("Support", { assignedName: "Support1", name: "Support1" }),
    { requestedName: "Help" },
    "rename | Support1 → Help | id 7",
  ],
  [
    "a rename to an unknown name",
    support,
    { requestedName: unknown },
    "rename | Support → [known after the update] | id 7",
  ],
  ["a rename to a secret name", support, { requestedName: secret }, "rename | Support → [secret] | id 7"],
  [
    "a rename between secret names",
    outputsOf(secret),
    { requestedName: secret },
    "rename | [secret] → [secret] | id 7",
  ],
  [
    "a status with a secret name",
    outputsOf(secret),
    { requestedName: secret, active: false },
    "deactivate | [secret] | id 7",
  ],
  [
    "a manual rename of a secret name",
    outputsOf(secret, { __renamed: true }),
    { requestedName: secret, active: false },
    "rename and deactivate | [secret] → [secret] | id 7",
  ],
  ["a deactivation", support, { requestedName: "Support", active: false }, "deactivate | Support | id 7"],
  ["an activation", outputsOf("Support", { active: false }), { requestedName: "Support" }, "activate | Support | id 7"],
  [
    "a rename and a status",
    support,
    { requestedName: "Help", active: false },
    "rename and deactivate | Support → Help | id 7",
  ],
  [
    "ignored changes",
    support,
    { requestedName: "Help", active: false, __ignore: ["name"] },
    "deactivate | Support | id 7",
  ],
  [
    "a setting",
    support,
    { requestedName: "Support", deleteWithAgents: true },
    "update | Support | id 7, deleteWithAgents: true",
  ],
  [
    "another provider",
    support,
    { requestedName: "Support", __providerName: "emea" },
    "update | Support | id 7, moves to the default account",
  ],
  [
    "an unknown status",
    support,
    { requestedName: "Support", active: unknown },
    "update | Support | id 7, the status is known only during the update",
  ],
  [
    "a name that the group already has",
    outputsOf("Support", { name: "Help" }),
    { requestedName: "Help" },
    "update | Help | id 7, no change in Deepcall",
  ],
])("updates: %s", (_, outputs, inputs, expected) => {
  expect(lines([update("a", 7, outputs, inputs)])).toEqual([`~ ${expected}`]);
});

test("an update completes an earlier one", () => {
  const unfinished = update("a", 7, support, { requestedName: "Support" });
  const steps = [{ ...unfinished, old: { ...snapshot(7, {}, support), initErrors: ["read back"] } }];
  expect(lines(steps)).toEqual(["~ update | Support | id 7, completes an earlier update"]);
});

describe("deletions", () => {
  const listed = { agents: ["1001", "1002"] };
  const ask = (answer: { count: number; ids: string[] } | string) => ({ agents: new Map([[urn("a"), answer]]) });

  test.each<[string, Step[], Partial<Facts>, string]>([
    ["without knowledge", [remove("a", 7, "Trial")], {}, "id 7"],
    ["without agents", [remove("a", 7, "Trial")], ask({ count: 0, ids: [] }), "id 7"],
    ["with agents", [remove("a", 7, "Trial")], ask({ count: 3, ids: [] }), "id 7, has 3 agents: will be refused"],
    ["with one agent", [remove("a", 7, "Trial")], ask({ count: 1, ids: ["1"] }), "id 7, has 1 agent: will be refused"],
    ["with unreadable agents", [remove("a", 7, "Trial")], ask("no permission"), "id 7, no permission: will be refused"],
    [
      "allowed by the resource",
      [remove("a", 7, "Trial", {}, { deleteWithAgents: true })],
      ask({ count: 3, ids: [] }),
      "id 7, 3 agents",
    ],
    [
      "allowed by the settings",
      [remove("a", 7, "Trial")],
      { ...ask({ count: 3, ids: [] }), deleteWithAgents: new Set([null]) },
      "id 7, 3 agents",
    ],
    [
      "with declared agents that stay",
      [remove("a", 7, "Trial"), agents("same", 7, listed, listed)],
      {},
      "id 7, has 2 agents: will be refused",
    ],
    [
      "with declared agents that go first",
      [remove("a", 7, "Trial"), agents("delete", 7, listed, null)],
      {},
      "id 7, 2 agents",
    ],
    [
      "with declared agents that are retained",
      [remove("a", 7, "Trial"), agents("delete", 7, listed, null, { retainOnDelete: true })],
      {},
      "id 7, has 2 agents: will be refused",
    ],
    [
      "with other agents, too",
      [remove("a", 7, "Trial"), agents("delete", 7, { ...listed, otherAgentIds: ["1009"] }, null)],
      {},
      "id 7, has 1 agent: will be refused",
    ],
    [
      "with agents that Deepcall reports",
      [remove("a", 7, "Trial"), agents("delete", 7, listed, null)],
      ask({ count: 4, ids: ["1001", "1002", "1008", "1009"] }),
      "id 7, has 2 agents: will be refused",
    ],
  ])("%s", (_, steps, facts, expected) => {
    const [line] = lines(steps, facts);
    expect(line).toBe(`- delete | Trial | ${expected}`);
  });

  test("a group that stays has a word of its own", () => {
    expect(lines([remove("a", 7, "Trial", { retainOnDelete: true })])).toEqual([
      "- retain | Trial | id 7, stays in Deepcall, without a resource",
    ]);
    expect(lines([remove("a", 7, "Trial", { protect: true })])).toEqual([
      "! protected | Trial | id 7, is protected: will be refused",
    ]);
    const renamed = create("b", { requestedName: "Trial", onNameConflict: "adopt" });
    expect(lines([renamed, remove("a", 7, "Trial")])).toEqual([
      "+ adopt | Trial | id 7",
      '- retain | Trial | id 7, stays in Deepcall, adopted by the resource "b"',
    ]);
    const other = create("b", { requestedName: "Other", onNameConflict: "adopt" });
    expect(lines([other, remove("a", 7, "Trial")])[1]).toBe("- delete | Trial | id 7");
    const suffixed = create("b", { requestedName: "Trial" });
    expect(lines([suffixed, remove("a", 7, "Trial")])).toEqual([
      "+ create | Trial | the name is taken (id 7), so Deepcall appends a number",
      "- delete | Trial | id 7",
    ]);
  });

  test("a replacement deletes the group, unless it adopts it", () => {
    const replace = (inputs: Properties, old: Partial<Step["old"]> = {}): Step[] =>
      ["create-replacement", "replace", "delete-replaced"].map((op) =>
        step(op, "a", { ...snapshot(7, {}, support), ...old }, op === "delete-replaced" ? null : snapshot(7, inputs)),
      );
    const three = ask({ count: 3, ids: [] });
    expect(lines(replace({ requestedName: "Support" }), three)).toEqual([
      "± replace | Support | id 7, deleted and created again with a new id, has 3 agents: will be refused",
    ]);
    expect(lines(replace({ requestedName: "Support", onNameConflict: "adopt" }), three)).toEqual([
      '± replace | Support | id 7, 3 agents, keeps the group (onNameConflict is "adopt")',
    ]);
    expect(lines(replace({ requestedName: "Support" }, { retainOnDelete: true }), three)).toEqual([
      "± replace | Support | id 7, 3 agents, creates another group; this one stays in Deepcall, without a resource",
    ]);
    expect(lines(replace({ requestedName: "Support" }, { protect: true }))).toEqual([
      "! protected | Support | id 7, is protected: will be refused",
    ]);
  });
});

describe("names that are taken", () => {
  const list = (complete = true, name = "Sales") => ({
    lists: new Map([[null, { groups: [{ id: 5, name, active: true, owner: undefined }], complete }]]),
  });
  const named = (id: number, name: string) => ({ id, name, active: true, owner: undefined });
  const sales = (onNameConflict?: string) =>
    create("b", { requestedName: "Sales", ...(onNameConflict && { onNameConflict }) });

  test.each<[string, Step[], Partial<Facts>, string]>([
    ["suffix", [sales()], list(), "+ create | Sales | the name is taken (id 5), so Deepcall appends a number"],
    [
      "fail",
      [sales("fail")],
      list(),
      '+ create | Sales | the name is taken (id 5), and onNameConflict is "fail": will be refused',
    ],
    ["adopt", [sales("adopt")], list(), "+ adopt | Sales | id 5"],
    ["adopt, and no group has the name", [sales("adopt")], list(true, "sales"), "+ create | Sales"],
    [
      "adopt, and the list is incomplete",
      [sales("adopt")],
      list(false, "Other"),
      "+ create | Sales | or adopted, if a group has this name",
    ],
    [
      "adopt a group of another resource",
      [sales("adopt"), same("c", 5, "Sales")],
      list(),
      '+ adopt | Sales | id 5, belongs to the resource "c": will be refused',
    ],
    [
      "adopt a group that is only read",
      [sales("adopt"), { ...same("c", 5, "Sales"), op: "read" }],
      list(),
      "+ adopt | Sales | id 5",
    ],
    [
      "suffix, and the other group is renamed",
      [sales(), update("c", 5, outputsOf("Sales"), { requestedName: "Sales 2" })],
      list(),
      "+ create | Sales | after id 5 is renamed",
    ],
    [
      "adopt, and two groups have the name",
      [sales("adopt")],
      { lists: new Map([[null, { groups: [named(11, "Sales"), named(12, "Sales")], complete: true }]]) },
      "+ create | Sales | several groups have this name (ids 11, 12), so it is unclear which one to adopt: will be refused",
    ],
    [
      "a swap under fail",
      [
        update("a", 5, outputsOf("Sales"), { requestedName: "Care", onNameConflict: "fail" }),
        update("b", 6, outputsOf("Care"), { requestedName: "Sales", onNameConflict: "fail" }),
      ],
      { lists: new Map([[null, { groups: [named(5, "Sales"), named(6, "Care")], complete: true }]]) },
      "~ rename | Care → Sales | id 6, exchanges names with id 5, through a temporary name",
    ],
    [
      "a name that another new group gets, and fail",
      [create("a", { requestedName: "New" }), create("b", { requestedName: "New", onNameConflict: "fail" })],
      list(),
      "+ create | New",
    ],
    [
      "a name that another new group gets, with suffix",
      [create("a", { requestedName: "New", onNameConflict: "fail" }), sales()],
      list(true, "Other"),
      "+ create | New",
    ],
    [
      "rename",
      [update("a", 7, support, { requestedName: "Sales" })],
      list(),
      "~ rename | Support → Sales | id 7, the name is taken (id 5), so Deepcall appends a number",
    ],
    [
      "rename, and fail",
      [update("a", 7, support, { requestedName: "Sales", onNameConflict: "fail" })],
      list(),
      '~ rename | Support → Sales | id 7, the name is taken (id 5), and onNameConflict is "fail": will be refused',
    ],
    [
      "a name that looks like another one, with adopt",
      [sales("adopt")],
      list(true, "Sal\u200Bes"),
      '+ create | Sales | looks like "Sal\\u{200B}es" (id 5), which differs only in invisible characters: ' +
        "character 4 is U+200B, not U+0065; a second group is created, and that one is not adopted",
    ],
    [
      "rename to a name that looks like another one",
      [update("a", 7, support, { requestedName: "Sales EU" })],
      list(true, "Sales\u00A0EU"),
      '~ rename | Support → Sales EU | id 7, looks like "Sales\u00A0EU" (id 5), which differs only in the kind of blank: ' +
        "character 6 is U+00A0, not U+0020",
    ],
    ["a name that differs only in case", [sales("adopt")], list(true, "SALES"), "+ create | Sales"],
    [
      "rename to its own name",
      [update("a", 5, support, { requestedName: "Sales" })],
      list(),
      "~ rename | Support → Sales | id 5",
    ],
  ])("%s", (_, steps, facts, expected) => {
    expect(lines(steps, facts, true)[0]).toBe(expected);
  });
});

test("manual changes are told apart", () => {
  const outputs = (changes: Properties): Properties => outputsOf("Support", changes);
  const support1 = { requestedName: "Support", active: true };
  const revert = (plan: { groups: readonly GroupChange[] }): boolean[] => plan.groups.map(isRevert);
  const plan = (current: Properties | null, op: string, desired: Properties) =>
    createPlan(preview(refreshedSteps("a", 7, support, current, op, desired)));

  expect(revert(plan(outputs({ name: "Help" }), "update", support1))).toEqual([true]);
  expect(revert(plan(outputs({ name: "Help", active: false }), "update", support1))).toEqual([true]);
  expect(revert(plan(outputs({ name: "Help" }), "update", { ...support1, active: false }))).toEqual([false]);
  expect(revert(plan(outputs({}), "update", { ...support1, active: false }))).toEqual([false]);
  expect(revert(plan(null, "create", support1))).toEqual([true]);
  expect(renderText(plan(null, "create", support1), false)).toBe(
    "Stack prod: 1 manual change to revert; 0 unchanged.\n\nReverts manual changes:\n\n  + create  Support  deleted manually, was id 7\n",
  );
  expect(
    lines(refreshedSteps("a", 7, support, outputs({ name: "Help" }), "update", { ...support1, active: false })),
  ).toEqual(["~ rename and deactivate | Help → Support | id 7, also reverts a manual change"]);
});

describe("agents", () => {
  const two = { agents: ["1001", { id: "1002", receivesCalls: false }] };
  const requested = (list: unknown, more = {}): Properties => ({ requestedAgents: list, ...more });
  const group = same("support", 7, "Support");

  test.each<[string, Step[], string]>([
    ["of a known group", [group, agents("create", 7, null, requested(["1001"]))], "+ agents | Support: 1001 | id 7"],
    ["of an unknown group", [agents("create", 7, null, requested(["1001"]))], "+ agents | group 7: 1001"],
    [
      "of a group to create",
      [agents("create", 7, null, requested(["1001"], { groupId: unknown }))],
      "+ agents | resource team: 1001",
    ],
    [
      "that receive no calls",
      [group, agents("create", 7, null, requested(two.agents))],
      "+ agents | Support: 1001, 1002 | id 7, receives no calls: 1002",
    ],
    [
      "instead of all others",
      [group, agents("create", 7, null, requested(["1001"], { otherAgents: "remove" }))],
      "+ agents | Support: 1001 | id 7, removes all other agents",
    ],
    [
      "in ignoreChanges, after manual changes",
      [
        group,
        agents(
          "update",
          7,
          { agents: [], otherAgentIds: ["1009"] },
          requested(["1001"], { __ignore: ["agents"], otherAgents: "remove" }),
        ),
      ],
      "~ agents | Support | id 7, no change in Deepcall",
    ],
    [
      "in ignoreChanges, after an update that failed halfway",
      [group, agents("update", 7, { agents: [], __unfinished: true }, requested(["1001"], { __ignore: ["agents"] }))],
      "~ agents | Support: 1001 | id 7",
    ],
    [
      "more and fewer",
      [group, agents("update", 7, two, requested(["1001", "1007"]))],
      "~ agents | Support: 1007 (− 1002) | id 7",
    ],
    ["fewer", [group, agents("update", 7, two, requested(["1001"]))], "~ agents | Support: − 1002 | id 7"],
    [
      "that receive calls",
      [group, agents("update", 7, two, requested(["1001", "1002"]))],
      "~ agents | Support | id 7, receives calls: 1002",
    ],
    [
      "that are assigned already",
      [group, agents("update", 7, { ...two, otherAgentIds: ["1009"] }, requested([...two.agents, "1009"]))],
      "~ agents | Support | id 7, no change in Deepcall",
    ],
    [
      "that remove others",
      [
        group,
        agents("update", 7, { ...two, otherAgentIds: ["1009"] }, requested(two.agents, { otherAgents: "remove" })),
      ],
      "~ agents | Support: − 1009 | id 7",
    ],
    ["no longer", [group, agents("delete", 7, two, null)], "- agents | Support: − 1001, 1002 | id 7"],
    [
      "that are retained",
      [group, agents("delete", 7, two, null, { retainOnDelete: true })],
      "- agents | Support | id 7, stay assigned, without a resource",
    ],
    [
      "that are protected",
      [group, agents("delete", 7, two, null, { protect: true })],
      "! agents | Support | id 7, is protected: will be refused",
    ],
    [
      "of another group",
      [group, agents("replace", 9, two, requested(["1001"], { groupId: 7 }))],
      "± agents | Support: 1001 (− 1001, 1002) | id 7, leaves group 9",
    ],
    [
      "of a replaced group",
      [group, agents("replace", 7, two, requested(["1001"]))],
      "± agents | Support: 1001 (− 1001, 1002) | id 7",
    ],
    [
      "that are secret",
      [group, agents("update", 7, two, requested(secret))],
      "~ agents | Support: − 1001, 1002 | id 7, the agents are secret, or known only during the update",
    ],
  ])("%s", (_, steps, expected) => {
    expect(lines(steps)).toEqual([expected]);
  });

  test("of a component's new group", () => {
    const steps = [
      create("groups/night", { requestedName: "Night" }),
      step(
        "create",
        "groups/night/agents",
        null,
        snapshot("", { groupId: unknown, requestedAgents: ["1"] }),
        agentsType,
      ),
    ];
    expect(lines(steps)).toEqual(["+ create | Night", "+ agents | Night: 1"]);
  });

  test.each<[string, unknown[], unknown[], boolean]>([
    ["only manual", ["1001"], ["1001", "1002"], true],
    ["manual and in the program", ["1001"], ["1001", "1002", "1003"], false],
  ])("changed %s", (_, assigned, desired, expected) => {
    const outputs = (list: unknown[]) => ({
      groupId: 7,
      requestedAgents: ["1001", "1002"],
      agents: list,
      otherAgentIds: [],
    });
    const all = refreshedSteps("a", 7, outputs(["1001", "1002"]), outputs(assigned), "update", {
      groupId: 7,
      requestedAgents: desired,
    }).map((one) => ({ ...one, type: agentsType }));
    const plan = createPlan(preview(all));
    expect(plan.agents.map((change: AgentsChange) => isRevert(change))).toEqual([expected]);
  });
});

test("counts resources as Pulumi does: every operation that changes something, the stack once", () => {
  const type = "random:index:Id";
  const steps = [
    ...["create", "create"].map((op) => step(op, "prod", null, snapshot("", {}), "pulumi:pulumi:Stack")),
    step("create", "default_3_270_0", null, snapshot("", {}), "pulumi:providers:pulumi-nodejs"),
    step("update", "emea", snapshot(1, {}), snapshot(1, {}), "pulumi:providers:pulumi-nodejs"),
    ...["same", "read", "refresh", "create-replacement", "replace", "delete-replaced", "discard"].map((op) =>
      step(op, op === "same" || op === "read" ? op : "id", snapshot(1, {}), snapshot(1, {}), type),
    ),
    same("a", 7, "Support"),
    { ...same("b", 8, "Read"), op: "read" },
  ];
  const plan = createPlan(preview(steps));
  expect(plan).toMatchObject({ groups: [], agents: [], unchanged: 1, other: { create: 1, update: 1, replace: 1 } });
  expect(hasChanges(plan)).toBe(true);
  expect(renderText(plan, false)).toBe(
    "Stack prod: no change of a group; 1 group unchanged.\n\nOther resources: 1 to create, 1 to update, 1 to replace.\n",
  );
});

test("changes are sorted by what they do, then by name, numbers as numbers", () => {
  const steps = [
    remove("a", 1, "Team 1"),
    ...["Team 10", "Team 2", "Alpha"].map((name) => create(name, { requestedName: name })),
  ];
  expect(lines(steps)).toEqual([
    "+ create | Alpha",
    "+ create | Team 2",
    "+ create | Team 10",
    "- delete | Team 1 | id 1",
  ]);
});

test("asks Deepcall only what decides whether changes succeed", () => {
  const emea = { provider: "urn:pulumi:prod::shop::pulumi:providers:pulumi-nodejs::emea::1" };
  const steps = [
    create("new", { requestedName: "New" }),
    { ...update("renamed", 7, support, { requestedName: "Help" }), ...emea },
    { ...update("status", 8, support, { requestedName: "Support", active: false }), ...emea },
    remove("gone", 9, "Gone"),
    remove("kept", 10, "Kept", { retainOnDelete: true }),
    same("same", 11, "Same"),
  ];
  const { agentsOf, namesIn } = openQuestions(createPlan(preview(steps)));
  expect(agentsOf.map(({ id, provider }) => [id, provider])).toEqual([[9, null]]);
  expect(namesIn).toEqual([null, "emea"]);
});
