import { parse } from "yaml";
import { formats } from "../../../cli/export/formats";
import { toPlainImportFile } from "../../../cli/export/import-file";
import { planExport, type PlanOptions } from "../../../cli/export/plan";

const groups = [
  { id: 1, name: "Support", active: true, owner: undefined },
  { id: 2, name: 'Costs ${x} $ "9" 日', active: false, owner: undefined },
];
const agents = [
  { id: "1001", receivesCalls: true },
  { id: "1002", receivesCalls: false },
];

function plan(options: PlanOptions = {}) {
  const { entries, ...rest } = planExport(groups, { inComponent: false, usesPlugin: true, ...options });
  return { ...rest, entries: entries.map((entry) => (entry.group.id === 1 ? { ...entry, agents } : entry)) };
}

const body = (program: string) => program.replace(/^#.*\n/gm, "");

test("a program of Pulumi YAML: every name is text, whatever it contains", () => {
  const program = formats["pulumi-yaml"].write(plan({ importFile: "import.json" }));
  expect(program).not.toContain("3.254");
  expect(parse(program)).toEqual({
    resources: {
      "costs-x-9": {
        type: "deepcall:index:Group",
        properties: { name: 'Costs $${x} $$ "9" 日', active: false },
      },
      support: { type: "deepcall:index:Group", properties: { name: "Support" } },
      "support/agents": {
        type: "deepcall:index:GroupAgents",
        properties: { groupId: "${support.groupId}", agents },
      },
    },
  });
});

test("a Python program", () => {
  expect(body(formats.python.write(plan()))).toBe(`import pulumi_deepcall as deepcall

deepcall.Group("costs-x-9", name="Costs \${x} $ \\"9\\" 日", active=False, on_name_conflict="adopt")
deepcall.GroupAgents(
    "support/agents",
    group_id=deepcall.Group("support", name="Support", on_name_conflict="adopt").group_id,
    agents=[
        {"id": "1001", "receives_calls": True},
        {"id": "1002", "receives_calls": False},
    ],
)
`);
});

test("an account with its own provider", () => {
  const emea = plan({ environmentPrefix: "DEEPCALL_EMEA", importFile: "import.json" });
  const { resources } = parse(formats["pulumi-yaml"].write(emea)) as { resources: Record<string, object> };
  expect(resources["emea"]).toEqual({
    type: "pulumi:providers:deepcall",
    properties: { environmentPrefix: "DEEPCALL_EMEA" },
  });
  expect(resources["support"]).toMatchObject({ name: "emea/support", options: { provider: "${emea}" } });
  const python = body(formats.python.write(emea));
  expect(python).toContain('provider = deepcall.Provider("emea", environment_prefix="DEEPCALL_EMEA")\n');
  expect(python).toContain('name="Support", opts=pulumi.ResourceOptions(provider=provider)).group_id,\n');
  const file = JSON.parse(toPlainImportFile(emea)) as { resources: { name: string }[] };
  expect(file.resources.map(({ name }) => name)).toEqual(["provider", "group_2", "group_1", "agents_1"]);
});

test("the import file has only ids", () => {
  expect(JSON.parse(toPlainImportFile(plan({ importFile: "import.json" })))).toEqual({
    resources: [
      { type: "deepcall:index:Group", name: "group_2", logicalName: "costs-x-9", id: "2" },
      { type: "deepcall:index:Group", name: "group_1", logicalName: "support", id: "1" },
      { type: "deepcall:index:GroupAgents", name: "agents_1", logicalName: "support/agents", id: "1" },
    ],
  });
});
