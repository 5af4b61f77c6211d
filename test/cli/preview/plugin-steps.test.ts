import { findDrift } from "../../../cli/preview/drift";
import { fromPlugin, stepFromPlugin, type EngineStep } from "../../../cli/preview/plugin-steps";
import { findAccounts, type Step } from "../../../cli/preview/steps";
import { toPreview } from "../../../cli/preview/preview";
import { createPlan } from "../../../cli/plan/plan";
import { agentsType, groupType } from "../../../provider/state-contract";
import { secret } from "./steps";

const urn = (type: string, name: string) => `urn:pulumi:prod::shop::${type}::${name}`;
const emea = urn("pulumi:providers:deepcall", "emea");

function step(type: string, inputs: object, outputs: object, rest: Partial<EngineStep> = {}): EngineStep {
  const snapshot = { id: "42", inputs: { ...inputs }, outputs: { ...outputs } };
  return { op: "update", urn: urn(type, "support"), type, old: snapshot, new: snapshot, ...rest };
}

const state = { requestedName: "Support", assignedName: "Support", name: "Support", active: true };

test("a group of the plugin is read as a group of the dynamic provider, with its account", () => {
  const provider = `${emea}::04da6b54`;
  const read = stepFromPlugin(step("deepcall:index:Group", { name: "Support", active: true }, state, { provider }));
  const inputs = { requestedName: "Support", active: true };
  expect(read).toMatchObject({ type: groupType, old: { inputs, outputs: state }, new: { inputs } });
  expect(read.new?.inputs["__providerName"]).toBe("emea");
});

test("agents, and a resource whose inputs the dynamic provider wrote", () => {
  const agents = stepFromPlugin(step("deepcall:index:GroupAgents", { groupId: 42, agents: ["1001"] }, {}));
  expect(agents).toMatchObject({ type: agentsType, new: { inputs: { groupId: 42, requestedAgents: ["1001"] } } });
  const moved = stepFromPlugin(step("deepcall:index:Group", { requestedName: "Support", active: true }, state));
  expect(moved.old?.inputs).toEqual({ requestedName: "Support", active: true });
});

test("a resource of another package is left as it is", () => {
  const other = step("random:index:RandomId", { name: "x" }, {});
  expect(stepFromPlugin(other)).toBe(other);
});

test.each<[string, NonNullable<EngineStep["detailedDiff"]>, string]>([
  ["reported", { name: { kind: "update" } }, "rename"],
  ["ignored", { active: { kind: "update" } }, "deactivate"],
])("a rename by hand that is %s", (_, detailedDiff, action) => {
  const current = { ...state, name: "By hand", active: action === "rename" };
  const inputs = { name: "Support", active: action === "rename" };
  const refresh = step("deepcall:index:Group", inputs, current, { op: "refresh" });
  const update = step("deepcall:index:Group", inputs, current, { detailedDiff });
  const steps = [refresh, { ...update, old: { ...update.old, outputs: { ...current, active: true } } } as EngineStep];
  const plan = createPlan(toPreview("prod", true, steps.map(stepFromPlugin)));
  expect(plan.groups.map((group) => ["newName" in group, group.newStatus])).toEqual([
    action === "rename" ? [true, null] : [false, "inactive"],
  ]);
});

test("the arguments of a provider are its account", () => {
  const inputs = { baseUrl: "https://v4-api.deepcall.com", maxConcurrency: 4, token: secret, version: "1.2.3" };
  const provider = step("pulumi:providers:deepcall", { ...inputs, __internal: {} }, {}, { op: "create", urn: emea });
  expect(findAccounts([stepFromPlugin(provider)])).toEqual([
    {
      provider: "emea",
      inputs: {
        "deepcall:providerName": "emea",
        "deepcall:baseUrl": "https://v4-api.deepcall.com",
        "deepcall:maxConcurrency": "4",
        "deepcall:token": secret,
      },
    },
  ]);
});

test("an interrupted creation", () => {
  const resource = {
    urn: urn("deepcall:index:Group", "support"),
    type: "deepcall:index:Group",
    inputs: { name: "Support" },
  };
  expect(fromPlugin(resource)).toEqual({ ...resource, type: groupType, inputs: { requestedName: "Support" } });
});

test("drift of the plugin's group", () => {
  const current: Step = stepFromPlugin(
    step("deepcall:index:Group", { name: "Support", active: true }, { ...state, name: "By hand" }, { op: "refresh" }),
  );
  const plan = stepFromPlugin(
    step("deepcall:index:Group", { name: "Support", active: true }, {}, { detailedDiff: { name: {} } }),
  );
  expect(findDrift(current, [plan])).toEqual([{ kind: "renamed", from: "Support", to: "By hand" }]);
});
