import { existsSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { pluginAgentsType, pluginGroupType, pluginProviderType } from "../../provider/state-contract";
import { oneLine, pluralize, quote } from "../formatting";
import type { AssignedAgent } from "../../client/relations";
import { toImportFile, toPlainImportFile } from "./import-file";
import { agentsResource, entriesWithAgents, type Entry, type Plan, type SkippedGroup } from "./plan";

const schemaFile = "node_modules/pulumi-deepcall/schema/groups.schema.json";

/** The path from a folder to the schema, which a package manager may have installed in a folder above. */
export function schemaPath(folder: string): string {
  for (let parent = resolve(folder); ; parent = dirname(parent)) {
    if (existsSync(join(parent, schemaFile))) return relative(folder, join(parent, schemaFile)).replaceAll(sep, "/");
    if (parent === dirname(parent)) return schemaFile;
  }
}

/** The formats by the value of `--format`. */
export const formats = {
  yaml: { inComponent: true, write: toYaml, writeImport: toImportFile },
  typescript: { inComponent: true, write: toTypeScript, writeImport: toImportFile },
  "typescript-resources": { inComponent: false, write: toTypeScriptResources, writeImport: toImportFile },
  "pulumi-yaml": { inComponent: false, write: toPulumiYaml, writeImport: toPlainImportFile },
  python: { inComponent: false, write: toPython, writeImport: toPlainImportFile },
};

/** Whether programs of the format use the plugin, which can import by id alone. */
export function usesPlugin(format: keyof typeof formats): boolean {
  return formats[format].writeImport === toPlainImportFile;
}

/**
 * The export as a groups file, one line per group.
 *
 * @param file - its name, for the comment.
 * @param schema - the path of the JSON Schema, for editors.
 */
export function toYaml(plan: Plan, file = "groups.yaml", schema = schemaFile): string {
  const { component, entries, provider } = plan;
  const args = [JSON.stringify(component), `{ file: ${quote(file)} }`, ...(provider ? ["{ provider }"] : [])];
  const declaration = `new DeepcallGroups(${args.join(", ")});`;
  const header = headerLines(
    plan,
    ...(provider
      ? ["Declare them in a Pulumi program:", ...[...providerLines(plan), declaration].map((line) => `  ${line}`)]
      : [`Declare them in a Pulumi program: ${declaration}`]),
  );
  const groups = entries.map((entry) => `  ${entry.key}: ${formatProperties(plan, entry)}`);
  const lines = [
    `# yaml-language-server: $schema=${schema}`,
    ...header.map((line) => `# ${line}`),
    groups.length === 0 ? "groups: {}" : "groups:",
    ...groups,
  ];
  return `${lines.join("\n")}\n`;
}

const programUsage = "This is a complete Pulumi program: use it as a project's index.ts, or as a module.";

/** The export as a program. It declares the same resources as a program with the groups file, so that users can switch. */
export function toTypeScript(plan: Plan): string {
  const { component, entries, provider } = plan;
  const key = (text: string): string => (/^[a-z][a-z0-9]*$/.test(text) ? text : JSON.stringify(text));
  return toProgram(
    plan,
    ["DeepcallGroups"],
    [
      `export const groups = new DeepcallGroups(${JSON.stringify(component)}, {`,
      "  groups: {",
      ...entries.map((entry) => `    ${key(entry.key)}: ${formatProperties(plan, entry, JSON.stringify)},`),
      "  },",
      provider ? "}, { provider }).outputs;" : "}).outputs;",
    ],
  );
}

/** The export as a program with a `DeepcallGroup` for each group, and a `DeepcallGroupAgents` for its agents. */
export function toTypeScriptResources(plan: Plan): string {
  const { entries, provider } = plan;
  const option = provider ? ", { provider }" : "";
  const declarations = entries.flatMap((entry) => {
    const properties = formatProperties(plan, entry, JSON.stringify);
    const group = `new DeepcallGroup(${JSON.stringify(entry.resource)}, ${properties}${option})`;
    const agents = formatAgents(entry);
    if (agents.length === 0) return [`${group};`];
    // Without a name for the group: a key may not be a valid identifier.
    return [
      `new DeepcallGroupAgents(${JSON.stringify(agentsResource(entry))}, {`,
      ...[`groupId: ${group}.groupId`, ...agents].map((property) => `  ${property},`),
      `}${option});`,
    ];
  });
  const classes = [
    ...(entries.length === 0 ? [] : ["DeepcallGroup"]),
    ...(entriesWithAgents(plan).length === 0 ? [] : ["DeepcallGroupAgents"]),
  ];
  return toProgram(plan, classes, declarations);
}

/** The export as a program of Pulumi YAML. */
export function toPulumiYaml(plan: Plan): string {
  const { entries, provider } = plan;
  // Pulumi YAML replaces "${…}".
  const text = (value: string): string => JSON.stringify(value).replaceAll("$", "$$$$");
  const declare = (key: string, type: string, name: string, properties: readonly string[]): string[] => [
    `  ${text(key)}:`,
    `    type: ${type}`,
    ...(name === key ? [] : [`    name: ${text(name)}`]),
    `    properties: { ${properties.join(", ")} }`,
    ...(provider && type !== pluginProviderType
      ? [`    options: { provider: ${JSON.stringify(`\${${provider.name}}`)} }`]
      : []),
  ];
  const resources = [
    ...(provider
      ? declare(provider.name, pluginProviderType, provider.name, [
          `environmentPrefix: ${text(provider.environmentPrefix)}`,
        ])
      : []),
    ...entries.flatMap((entry) => [
      ...declare(keyOf(plan, entry), pluginGroupType, entry.resource, [
        `name: ${text(entry.group.name)}`,
        ...groupOptions(plan, entry).map(([name, value]) => `${name}: ${String(value)}`),
      ]),
      ...(entry.agents?.length
        ? declare(agentsResource(entry), pluginAgentsType, agentsResource(entry), [
            `groupId: ${JSON.stringify(`\${${keyOf(plan, entry)}.groupId}`)}`,
            `agents: [${entry.agents.map(({ id, receivesCalls }) => `{ id: ${text(id)}, receivesCalls: ${receivesCalls} }`).join(", ")}]`,
          ])
        : []),
    ]),
  ];
  const usage = "This is a Pulumi program: use it as Main.yaml, beside a Pulumi.yaml with `runtime: yaml`.";
  const header = headerLines(plan, usage).map((line) => `# ${line}`);
  return [...header, resources.length === 0 ? "resources: {}" : "resources:", ...resources, ""].join("\n");
}

/** A name that no other resource of the program has: an account may have a group that is called like its provider. */
function keyOf({ provider }: Plan, { key }: Entry): string {
  return key === provider?.name ? `${key}-group` : key;
}

/** The export as a Python program, with the SDK that `pulumi package add` generates. */
export function toPython(plan: Plan): string {
  const { entries, provider } = plan;
  const option = provider ? ", opts=pulumi.ResourceOptions(provider=provider)" : "";
  const declarations = entries.flatMap((entry) => {
    const options = groupOptions(plan, entry).map(
      ([name, value]) =>
        `, ${pythonNames[name]}=${value === false ? "False" : value === true ? "True" : JSON.stringify(value)}`,
    );
    const name = JSON.stringify(entry.group.name);
    const group = `deepcall.Group(${JSON.stringify(entry.resource)}, name=${name}${options.join("")}${option})`;
    if (!entry.agents?.length) return [group];
    return [
      `deepcall.GroupAgents(`,
      `    ${JSON.stringify(agentsResource(entry))},`,
      `    group_id=${group}.group_id,`,
      "    agents=[",
      ...entry.agents.map(
        ({ id, receivesCalls }) =>
          `        {"id": ${JSON.stringify(id)}, "receives_calls": ${receivesCalls ? "True" : "False"}},`,
      ),
      "    ],",
      ...(provider ? ["    opts=pulumi.ResourceOptions(provider=provider),"] : []),
      ")",
    ];
  });
  const usage = "This is a complete Pulumi program: use it as a project's __main__.py.";
  return [
    ...headerLines(plan, usage).map((line) => `# ${line}`),
    ...(provider ? ["import pulumi"] : []),
    "import pulumi_deepcall as deepcall",
    "",
    ...(provider
      ? [
          `provider = deepcall.Provider(${JSON.stringify(provider.name)}, environment_prefix=${JSON.stringify(provider.environmentPrefix)})`,
          "",
        ]
      : []),
    ...declarations,
    "",
  ].join("\n");
}

const pythonNames = { active: "active", onNameConflict: "on_name_conflict" };

/** The properties of a group, beside its name, that differ from their defaults. */
function groupOptions(plan: Plan, entry: Entry): [keyof typeof pythonNames, boolean | string][] {
  const { active } = entry.group;
  const rule = conflictRule(plan, entry);
  return [
    ...(active === true ? [] : [["active", active ?? true] as [keyof typeof pythonNames, boolean]]),
    ...(rule === undefined ? [] : [["onNameConflict", rule] as [keyof typeof pythonNames, string]]),
  ];
}

function toProgram(plan: Plan, classes: readonly string[], declarations: readonly string[]): string {
  const imports = [...classes, ...(plan.provider ? ["DeepcallProvider"] : [])];
  return [
    ...headerLines(plan, programUsage).map((line) => `// ${line}`),
    ...(imports.length === 0 ? ["export {};"] : [`import { ${imports.join(", ")} } from "pulumi-deepcall";`]),
    ...[providerLines(plan), declarations].flatMap((lines) => (lines.length === 0 ? [] : ["", ...lines])),
    "",
  ].join("\n");
}

function providerLines({ provider }: Plan): string[] {
  if (!provider) return [];
  const [name, prefix] = [provider.name, provider.environmentPrefix].map((text) => JSON.stringify(text));
  return [`const provider = new DeepcallProvider(${name}, { environmentPrefix: ${prefix} });`];
}

/**
 * An entry's properties in syntax that YAML and TypeScript share; a JSON string is valid in both.
 *
 * @param word - writes a conflict rule.
 */
function formatProperties(plan: Plan, entry: Entry, word = (text: string) => text): string {
  const parts = [
    `name: ${JSON.stringify(entry.group.name)}`,
    ...groupOptions(plan, entry).map(([name, value]) => `${name}: ${typeof value === "string" ? word(value) : value}`),
    ...(plan.component === undefined ? [] : formatAgents(entry)),
  ];
  return `{ ${parts.join(", ")} }`;
}

/** The property `agents`, in syntax that YAML and TypeScript share; none for a group without agents. */
function formatAgents({ agents = [] }: Entry): string[] {
  const format = ({ id, receivesCalls }: AssignedAgent): string =>
    receivesCalls ? JSON.stringify(id) : `{ id: ${JSON.stringify(id)}, receivesCalls: false }`;
  return agents.length === 0 ? [] : [`agents: [${agents.map(format).join(", ")}]`];
}

function conflictRule({ importFile, component }: Plan, { sharesName }: Entry): string | undefined {
  if (importFile === undefined) return "adopt";
  // The default, but entries of a component may have the same name only if they say so.
  return sharesName && component !== undefined ? "suffix" : undefined;
}

/** The comment at the top of all formats, without comment signs. */
function headerLines(plan: Plan, ...usage: readonly string[]): string[] {
  return [
    "The groups of a Deepcall account, written by `pulumi-deepcall export`.",
    ...usage,
    ...ownershipLines(plan),
    ...agentsLines(plan),
    ...unknownStatusLines(plan),
    ...(plan.skipped.length === 0
      ? []
      : ["Skipped, because they cannot be declared as they are. Rename them in Deepcall's panel and export again:"]),
    ...plan.skipped.map((skipped) => `  ${skippedLine(skipped)}`),
  ];
}

/** How the groups get into the state, and what that means for them. */
function ownershipLines({ component, entries, importFile, usesPlugin }: Plan): string[] {
  const ownership =
    component === undefined
      ? [
          "program owns the groups: removing a resource deletes its group in Deepcall, unless it has retainOnDelete or protect.",
          "A resource's own name identifies its group: change the property `name`, not the resource's name.",
        ]
      : [
          "program owns the groups: removing an entry deletes its group in Deepcall, unless the component has retainOnDelete or",
          "protect. A key identifies its group: change names, not keys.",
        ];
  if (importFile === undefined)
    return [
      "The first `pulumi up` adopts every group (onNameConflict: adopt) and changes nothing in Deepcall. From then on, the",
      ...ownership,
    ];
  return [
    `These commands import every group by its id${usesPlugin ? "" : " (Pulumi CLI 3.254 or later)"}, and show that nothing remains to be done:`,
    `  pulumi import --file ${shellWord(importFile)} --generate-code=false --yes`,
    "  pulumi preview --expect-no-changes",
    "They change nothing in Deepcall. `pulumi up` before the import would create every group again. After the import, the",
    ...ownership,
    ...(component !== undefined && entries.some(({ sharesName }) => sharesName)
      ? ["Entries with the same name need onNameConflict: suffix, which is the default for all others."]
      : []),
  ];
}

/** What declared agents mean for the agents of the groups. */
function agentsLines(plan: Plan): string[] {
  if (entriesWithAgents(plan).length === 0) return [];
  return [
    plan.importFile === undefined
      ? "The listed agents are assigned already, so the first `pulumi up` reads them and changes none. From then on, removing an"
      : "The listed agents are imported, too: they are assigned already. After the import, removing an",
    "agent from a list removes it from its group in Deepcall. Agents that somebody assigns in Deepcall later stay assigned.",
  ];
}

function shellWord(text: string): string {
  return /^[\w./@%+=:,-]+$/.test(text) ? text : oneLine(`'${text.replaceAll("'", String.raw`'\''`)}'`);
}

/** Deepcall may not report whether groups are active. Adopting such a group sets the status; an import sets nothing. */
export function unknownStatusLines({ entries, importFile }: Plan): string[] {
  const unknown = entries.filter(({ group }) => group.active === undefined).length;
  if (unknown === 0) return [];
  const problem = `Deepcall did not report the status of ${pluralize(unknown, "group")}.`;
  return importFile === undefined
    ? [
        `${problem} The export declares active: true, and the first \`pulumi up\` sets that.`,
        "Before you run it, set active: false for every group that must stay inactive.",
      ]
    : [
        `${problem} The export and the import assume active: true and set nothing.`,
        "If a group is inactive, declare active: false: the next `pulumi up` then sets that.",
      ];
}

export function skippedLine({ group, reason }: SkippedGroup): string {
  return `group ${quote(group.name)} (id ${group.id}): ${reason}`;
}
