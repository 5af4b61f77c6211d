import { pluralize, quote } from "../formatting";
import type { Entry, Plan, SkippedGroup } from "./plan";

const schemaComment = "# yaml-language-server: $schema=node_modules/pulumi-deepcall/schema/groups.schema.json";

/** The export as a groups file, one line per group. */
export function toYaml(plan: Plan): string {
  const header = headerLines(
    plan,
    'Declare them in a Pulumi program: new DeepcallGroups("groups", { file: "groups.yaml" });',
  );
  const groups = plan.entries.map((entry) => `  ${entry.key}: ${formatProperties(entry, "adopt")}`);
  const lines = [
    schemaComment,
    ...header.map((line) => `# ${line}`),
    groups.length === 0 ? "groups: {}" : "groups:",
    ...groups,
  ];
  return `${lines.join("\n")}\n`;
}

/** The export as a program. It declares the same resources as a program with the groups file, so that users can switch. */
export function toTypeScript(plan: Plan): string {
  const header = headerLines(
    plan,
    "This is a complete Pulumi program: use it as a project's index.ts, or as a module.",
  );
  const key = (text: string): string => (/^[a-z][a-z0-9]*$/.test(text) ? text : JSON.stringify(text));
  return [
    ...header.map((line) => `// ${line}`),
    'import { DeepcallGroups } from "pulumi-deepcall";',
    "",
    'export const groups = new DeepcallGroups("groups", {',
    "  groups: {",
    ...plan.entries.map((entry) => `    ${key(entry.key)}: ${formatProperties(entry, '"adopt"')},`),
    "  },",
    "}).outputs;",
    "",
  ].join("\n");
}

/** An entry's properties in syntax that YAML and TypeScript share; a JSON string is valid in both. */
function formatProperties({ name, active }: Entry, adopt: string): string {
  const parts = [
    `name: ${JSON.stringify(name)}`,
    ...(active === true ? [] : [`active: ${active ?? true}`]),
    `onNameConflict: ${adopt}`,
  ];
  return `{ ${parts.join(", ")} }`;
}

/** The comment at the top of both formats, without comment signs. */
function headerLines(plan: Plan, usage: string): string[] {
  return [
    "The groups of a Deepcall account, written by `pulumi-deepcall export`.",
    usage,
    "The first `pulumi up` adopts every group (onNameConflict: adopt) and changes nothing in Deepcall. From then on, the",
    "program owns the groups: removing an entry deletes its group in Deepcall, unless the component has retainOnDelete or",
    "protect. A key identifies its group: change names, not keys.",
    ...unknownStatusLines(plan),
    ...(plan.skipped.length === 0
      ? []
      : ["Skipped, because they cannot be declared as they are. Rename them in Deepcall's panel and export again:"]),
    ...plan.skipped.map((skipped) => `  ${skippedLine(skipped)}`),
  ];
}

/** Adopting a group whose status Deepcall does not report always sets the status. */
export function unknownStatusLines({ entries }: Plan): string[] {
  const unknown = entries.filter(({ active }) => active === undefined).length;
  if (unknown === 0) return [];
  return [
    `Deepcall did not report the status of ${pluralize(unknown, "group")}. The export declares active: true, and the first \`pulumi up\` sets that.`,
    "Before you run it, set active: false for every group that must stay inactive.",
  ];
}

export function skippedLine({ group, reason }: SkippedGroup): string {
  return `group ${quote(group.name)} (id ${group.id}): ${reason}`;
}
