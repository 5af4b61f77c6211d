// Writes provider/plugin/schema.json, the schema of the package for all languages: types, defaults and enums from the zod
// schemas, descriptions from the docstrings of what TypeScript programs import. Needs dist/. With --check it writes nothing,
// and fails if the file is out of date.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { z } from "zod";
import { Failure, main } from "./process.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const file = `${root}/provider/plugin/schema.json`;
const require = createRequire(import.meta.url);
const { groupArgumentsSchema } =
  require("../dist/provider/model/group-arguments.js") as typeof import("../dist/provider/model/group-arguments.js");
const { agentsArgumentsSchema, agentObject } =
  require("../dist/provider/model/agent-arguments.js") as typeof import("../dist/provider/model/agent-arguments.js");
const { settingNames } = require("../dist/client/settings.js") as typeof import("../dist/client/settings.js");
const { unknownValue } =
  require("../dist/provider/model/resource.js") as typeof import("../dist/provider/model/resource.js");
const { groupType, agentsType, groupsType, pluginGroupsType } =
  require("../dist/provider/state-contract.js") as typeof import("../dist/provider/state-contract.js");
const metadata = require("../package.json") as { description: string; license: string };

interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}
type Spec = Record<string, unknown>;

const refs = {
  OnNameConflict: "#/types/deepcall:index:OnNameConflict",
  OtherAgents: "#/types/deepcall:index:OtherAgents",
  Agent: "#/types/deepcall:index:Agent",
  FoundGroup: "#/types/deepcall:index:FoundGroup",
  GroupOutputs: "#/types/deepcall:index:GroupOutputs",
};
/** Types that are not only a primitive one. */
const namedTypes: Record<string, Spec> = {
  onNameConflict: { $ref: refs.OnNameConflict },
  otherAgents: { $ref: refs.OtherAgents },
  agents: { type: "array", items: { $ref: refs.Agent } },
  // The zod schema also accepts values that are checked later.
  groupId: { type: "integer" },
};
const text = { type: "string" };
const integer = { type: "integer" };
const boolean = { type: "boolean" };

const examples: Readonly<Record<string, unknown>> = {
  "Group.name": "Support",
  "Group.active": false,
  "Group.onNameConflict": "adopt",
  "Group.deleteWithAgents": true,
  "Group.requestedName": "Support",
  "Group.groupId": 42,
  "GroupAgents.groupId": 42,
  "GroupAgents.agents": [{ id: "1001" }, { id: "1002", receivesCalls: false }],
  "GroupAgents.otherAgents": "remove",
  "GroupAgents.removeExisting": true,
  "GroupAgents.otherAgentIds": ["1003"],
  "Agent.id": "1001",
  "Agent.receivesCalls": false,
  "Provider.baseUrl": "https://v4-api.deepcall.com",
  "Provider.ssid": "the id of a session",
  "Provider.userId": "7",
  "Provider.token": "the user's token",
  "Provider.timeoutMs": 60000,
  "Provider.maxConcurrency": 4,
  "Provider.requestsPerSecond": 5,
  "Provider.deleteWithAgents": true,
  "Provider.environmentPrefix": "DEEPCALL_EMEA",
  "Groups.file": "groups.yaml",
  "getGroup.name": "Support",
  "getGroup.id": "42",
  "getGroups.nameContains": "team",
  "getGroups.active": true,
  "FoundGroup.id": "42",
  "FoundGroup.groupId": 42,
  "FoundGroup.name": "Support1",
  "FoundGroup.active": true,
};

/** Sentences about TypeScript, and their counterparts for all languages. */
const replacements: readonly (readonly [RegExp, string])[] = [
  [/\{@link\s+(\w+)\}/g, "`$1`"],
  [/\bDeepcallGroupAgents\b/g, "GroupAgents"],
  [/\bDeepcallGroup\b/g, "Group"],
  [/\s*for example for `Group\.get`/g, "for example for `Group.get`"],
];

const docstrings = readDocstrings([
  "provider/group.ts",
  "provider/group-agents.ts",
  "provider/deepcall-provider.ts",
  "provider/lookups/index.ts",
  "provider/model/group.ts",
  "provider/model/agents.ts",
]);

/** The docstrings and default values, by `Name` and `Name.member`. */
function readDocstrings(files: readonly string[]): Map<string, { text: string; defaultText: string }> {
  const found = new Map<string, { text: string; defaultText: string }>();
  const visit = (node: ts.Node, path: string): void => {
    const { name } = node as { name?: ts.Node };
    const key = name && ts.isIdentifier(name) ? [path, name.text].filter(Boolean).join(".") : path;
    if (key !== path && !found.has(key)) {
      const doc = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc);
      const defaultTag = ts.getJSDocTags(node).find(({ tagName }) => tagName.text === "defaultValue");
      if (doc)
        found.set(key, {
          text: (ts.getTextOfJSDocComment(doc.comment) ?? "").replaceAll(/\s+/g, " "),
          defaultText: ts.getTextOfJSDocComment(defaultTag?.comment) ?? "",
        });
    }
    ts.forEachChild(node, (child) => {
      visit(child, key);
    });
  };
  for (const name of files)
    visit(ts.createSourceFile(name, readFileSync(`${root}/${name}`, "utf8"), ts.ScriptTarget.Latest, true), "");
  return found;
}

/** @param example - the key of the property's example. */
function describe(key: string, example?: string): string {
  const doc = docstrings.get(key);
  if (!doc) throw new Failure(`No docstring for ${key}.`);
  const { defaultText } = doc;
  const defaultSentence = defaultText === "" ? "" : ` Default: ${defaultText}.`;
  const shown = example === undefined ? "" : ` Example: \`${JSON.stringify(exampleOf(example))}\`.`;
  return replacements.reduce(
    (all, [pattern, by]) => all.replaceAll(pattern, by),
    `${doc.text}${defaultSentence}${shown}`,
  );
}

function exampleOf(key: string): unknown {
  if (!(key in examples)) throw new Failure(`No example for ${key}.`);
  return examples[key];
}

/** The properties of a zod schema. */
function properties(schema: z.ZodType, docs: string, owner: string): Record<string, Spec> {
  const { properties: all = {} } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  return Object.fromEntries(
    Object.entries(all).map(([name, property]) => [name, propertySpec(name, property, docs, owner)]),
  );
}

function propertySpec(name: string, property: JsonSchema, docs: string, owner: string): Spec {
  const { type } = property.anyOf?.find((one) => one.const !== unknownValue) ?? property;
  return {
    ...(namedTypes[name] ?? { type }),
    description: describe(`${docs}.${name}`, `${owner}.${name}`),
    ...(property.default !== undefined && { default: property.default }),
  };
}

function output(docs: string, name: string, type: Spec, example = docs.replace(/^Deepcall/, "")): Spec {
  return { ...type, description: describe(`${docs}.${name}`, `${example}.${name}`) };
}

/** Without defaults, which SDKs would pass as if the program had, so that they took precedence over the environment. */
const settingTypes: Readonly<Record<string, Spec>> = {
  timeoutMs: integer,
  maxConcurrency: integer,
  requestsPerSecond: { type: "number" },
  deleteWithAgents: boolean,
};
const secretSettings = ["ssid", "token"];

function settings(...more: string[]): Record<string, Spec> {
  return Object.fromEntries(
    [...Object.keys(settingNames), ...more].map((name) => [
      name,
      {
        ...(settingTypes[name] ?? text),
        description: describe(`DeepcallProviderArgs.${name}`, `Provider.${name}`),
        ...(secretSettings.includes(name) && { secret: true }),
      },
    ]),
  );
}

function enumeration(description: string, values: Readonly<Record<string, string>>): Spec {
  return {
    type: "string",
    description,
    enum: Object.entries(values).map(([value, about]) => ({ value, description: about })),
  };
}

function yaml(...lines: string[]): string {
  return [
    "\n\n{{% examples %}}\n## Example Usage\n{{% example %}}\n```yaml",
    ...lines,
    "```\n{{% /example %}}\n{{% /examples %}}",
  ].join("\n");
}

const foundGroup = {
  id: output("GetGroupResult", "id", text, "FoundGroup"),
  groupId: output("GetGroupResult", "groupId", integer, "FoundGroup"),
  name: output("GetGroupResult", "name", text, "FoundGroup"),
  active: output("GetGroupResult", "active", boolean, "FoundGroup"),
};
const groupOutputs = {
  name: output("DeepcallGroup", "name", text),
  requestedName: output("DeepcallGroup", "requestedName", text),
  groupId: output("DeepcallGroup", "groupId", integer),
  active: output("DeepcallGroup", "active", boolean),
};
const requiredOfFound = ["groupId", "id", "name"];

function packageSchema(): Spec {
  const group = properties(groupArgumentsSchema, "DeepcallGroupArgs", "Group");
  const agents = properties(agentsArgumentsSchema, "DeepcallGroupAgentsArgs", "GroupAgents");
  return {
    name: "deepcall",
    displayName: "Deepcall",
    description: "Deepcall agent groups as code.",
    keywords: ["pulumi", "deepcall", "category/cloud", "kind/native"],
    license: metadata.license,
    publisher: "pulumi-deepcall",
    meta: { moduleFormat: "(.*)" },
    config: { variables: settings() },
    provider: {
      description: describe("DeepcallProvider"),
      inputProperties: settings("environmentPrefix"),
      properties: settings("environmentPrefix"),
    },
    types: {
      "deepcall:index:OnNameConflict": enumeration(describe("OnNameConflict"), {
        suffix: "Deepcall appends a number to the name.",
        adopt: "The resource manages the existing group.",
        fail: "Nothing is created, and the error names the existing group.",
      }),
      "deepcall:index:OtherAgents": enumeration(describe("OtherAgents"), {
        keep: "Agents that are not listed stay assigned.",
        remove: "The group has exactly the listed agents.",
      }),
      "deepcall:index:Agent": {
        type: "object",
        description: describe("GroupAgentArgs"),
        properties: properties(agentObject, "GroupAgentArgs", "Agent"),
        required: ["id"],
      },
      "deepcall:index:FoundGroup": {
        type: "object",
        description: describe("GetGroupResult"),
        properties: foundGroup,
        required: requiredOfFound,
      },
      "deepcall:index:GroupOutputs": {
        type: "object",
        description: "The outputs of one group.",
        properties: groupOutputs,
        required: Object.keys(groupOutputs).toSorted(),
      },
    },
    resources: {
      "deepcall:index:Group": {
        description:
          describe("DeepcallGroup") +
          yaml(
            "resources:",
            "  support:",
            "    type: deepcall:Group",
            "    properties:",
            "      name: Support",
            "outputs:",
            "  supportId: ${support.groupId}",
          ),
        inputProperties: group,
        properties: groupOutputs,
        required: Object.keys(groupOutputs).toSorted(),
        aliases: [{ type: groupType }],
      },
      "deepcall:index:GroupAgents": {
        description:
          describe("DeepcallGroupAgents") +
          yaml(
            "resources:",
            "  support:",
            "    type: deepcall:Group",
            "  support-agents:",
            "    type: deepcall:GroupAgents",
            "    properties:",
            "      groupId: ${support.groupId}",
            "      agents:",
            '        - id: "1001"',
            '        - id: "1002"',
            "          receivesCalls: false",
          ),
        inputProperties: agents,
        requiredInputs: ["agents", "groupId"],
        properties: {
          groupId: output("DeepcallGroupAgents", "groupId", integer),
          agents: output("DeepcallGroupAgents", "agents", namedTypes["agents"] ?? {}),
          otherAgentIds: output("DeepcallGroupAgents", "otherAgentIds", { type: "array", items: text }),
        },
        required: ["agents", "groupId", "otherAgentIds"],
        aliases: [{ type: agentsType }],
      },
      [pluginGroupsType]: {
        isComponent: true,
        description:
          "One `Group` for each entry of a groups file, and one `GroupAgents` for each entry with `agents`. An entry's key identifies its group: another name under the " +
          "same key renames the group. The resources for the key `support` of the component `teams` are called `teams/support` and `teams/support/agents`. They get the " +
          "component's options `protect`, `retainOnDelete`, `dependsOn`, `ignoreChanges`, `aliases` and `provider`, and those of their entry." +
          yaml(
            "resources:",
            "  teams:",
            "    type: deepcall:Groups",
            "    properties:",
            "      file: groups.yaml",
            "outputs:",
            "  supportId: ${teams.groups.support.groupId}",
          ),
        inputProperties: {
          file: {
            ...text,
            plain: true,
            description:
              "A YAML or JSON file with the groups. A relative path starts at the program's working directory: the folder of `Pulumi.yaml`, or the one that its `main` names. " +
              `Example: \`${JSON.stringify(exampleOf("Groups.file"))}\`.`,
          },
        },
        requiredInputs: ["file"],
        properties: {
          groups: {
            type: "object",
            additionalProperties: { $ref: refs.GroupOutputs },
            description: "The outputs of each group by key.",
          },
        },
        required: ["groups"],
        aliases: [{ type: groupsType }],
      },
    },
    functions: {
      "deepcall:index:getGroup": {
        description:
          describe("getGroup") +
          yaml(
            "variables:",
            "  support:",
            "    fn::invoke:",
            "      function: deepcall:getGroup",
            "      arguments:",
            "        name: Support",
          ),
        inputs: {
          type: "object",
          properties: {
            name: output("GetGroupArgs", "name", text, "getGroup"),
            id: output("GetGroupArgs", "id", text, "getGroup"),
          },
        },
        outputs: { type: "object", properties: foundGroup, required: requiredOfFound },
      },
      "deepcall:index:getGroups": {
        description:
          describe("getGroups") +
          yaml(
            "variables:",
            "  teams:",
            "    fn::invoke:",
            "      function: deepcall:getGroups",
            "      arguments:",
            "        nameContains: team",
          ),
        inputs: {
          type: "object",
          properties: {
            nameContains: output("GetGroupsArgs", "nameContains", text, "getGroups"),
            active: output("GetGroupsArgs", "active", boolean, "getGroups"),
          },
        },
        outputs: {
          type: "object",
          properties: {
            groups: { type: "array", items: { $ref: refs.FoundGroup }, description: "The groups, sorted by id." },
          },
          required: ["groups"],
        },
      },
    },
    language: {
      nodejs: { respectSchemaVersion: true },
      python: { respectSchemaVersion: true, pyproject: { enabled: true } },
      go: { respectSchemaVersion: true, generateResourceContainerTypes: false },
      csharp: { respectSchemaVersion: true },
    },
  };
}

await main(() => {
  const content = `${JSON.stringify(packageSchema(), null, 2)}\n`;
  if (!process.argv.includes("--check")) writeFileSync(file, content);
  else if (readFileSync(file, "utf8") !== content)
    throw new Failure("provider/plugin/schema.json is out of date. Run `npm run docs`.");
  return Promise.resolve();
});
