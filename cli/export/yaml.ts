import { notesOf } from "./notes";
import type { Plan } from "./plan";
import { propertiesOf } from "./properties";

const schema = "# yaml-language-server: $schema=node_modules/pulumi-deepcall/schema/groups.schema.json";

/** The export as a groups file: a line for each group. */
export function toYaml(plan: Plan): string {
  const notes = notesOf(plan, [
    'Declare them in a Pulumi program: new DeepcallGroups("groups", { file: "groups.yaml" });',
  ]);
  const groups = plan.entries.map((entry) => `  ${entry.key}: ${propertiesOf(entry, "adopt")}`);
  const lines = [
    schema,
    ...notes.map((note) => `# ${note}`),
    groups.length === 0 ? "groups: {}" : "groups:",
    ...groups,
  ];
  return `${lines.join("\n")}\n`;
}
