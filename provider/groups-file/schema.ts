import { z } from "zod";
import { agentListSchema, otherAgentsSchema, removeExistingSchema } from "../model/agent-arguments";
import { conflictRuleProblem, conflictRules, groupArguments, nameSchema } from "../model/group-arguments";

/** Keys become part of resource names, so they must be safe in shells and URNs. */
export const keyPattern = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/** The rules of `nameProblem`, for editors. */
const namePattern = "^(?!\\s)(?!.*\\s$)[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\ud800-\\udfff]+$";

export const keyRule = "a key must consist of letters a to z, digits, - and _, and start with a letter or digit";

const key = z.string().regex(keyPattern, keyRule);

const name = nameSchema.optional().meta({
  description: "The requested name of the group in Deepcall. Default: the entry's key. Names are unique in an account.",
  pattern: namePattern,
});

const active = z
  .boolean({ error: "must be true or false" })
  .optional()
  .meta({ description: "Whether the group takes calls.", default: true });

const onNameConflict = z.enum(conflictRules, { error: conflictRuleProblem }).optional().meta({
  description:
    'What to do if a group with exactly that name already exists: "suffix" lets Deepcall append a number, "adopt" manages the existing group, "fail" creates nothing.',
  default: "suffix",
});

const deleteWithAgents = z.boolean({ error: "must be true or false" }).optional().meta({
  description: "Whether the group may be deleted while it has agents. Otherwise its deletion fails.",
  default: false,
});

const agents = agentListSchema.optional().meta({
  description:
    "The agents of the group, in any order: an agent's id in quotes, or { id, receivesCalls }. Without this list, the group's agents are not managed.",
  uniqueItems: true,
});

const otherAgents = otherAgentsSchema.optional().meta({
  description:
    'What to do with agents of the group that are not listed: "keep" leaves them assigned, "remove" removes them.',
  default: "keep",
});

const removeExisting = removeExistingSchema.optional().meta({
  description: "Whether the first apply with otherAgents: remove may remove agents that are not listed.",
  default: false,
});

const protect = z
  .boolean({ error: "must be true or false" })
  .optional()
  .meta({ description: "Whether Pulumi refuses to delete the group or its agents. Default: as in the program." });

const retainOnDelete = z.boolean({ error: "must be true or false" }).optional().meta({
  description:
    "Whether the group, with its agents, stays in Deepcall when its entry is removed. Default: as in the program.",
});

const ignorableProperties = ["name", "active", "agents"] as const;

const ignoreChanges = z
  .array(
    z.enum(ignorableProperties, {
      error: `must be one of ${ignorableProperties.map((property) => JSON.stringify(property)).join(", ")}`,
    }),
    { error: "must be a list of properties" },
  )
  .optional()
  .meta({
    description:
      "Properties that are set when they are created. Later changes, in this file or in Deepcall, are left alone.",
  });

/** The arguments in an entry. */
const entryArguments = [...groupArguments, "agents", "otherAgents", "removeExisting"] as const;
/** The options in an entry. In a program, arguments may be known only later, but options may not. */
export const entryOptions = ["protect", "retainOnDelete", "ignoreChanges"] as const;
/** The properties of an entry. */
export const entryKeys = [...entryArguments, ...entryOptions] as const;
/** The properties of an entry, for messages. */
export const entryKeyList =
  "name, active, onNameConflict, deleteWithAgents, agents, otherAgents, removeExisting, protect, retainOnDelete and ignoreChanges";

const entry = z
  .strictObject(
    {
      name,
      active,
      onNameConflict,
      deleteWithAgents,
      agents,
      otherAgents,
      removeExisting,
      protect,
      retainOnDelete,
      ignoreChanges,
    } satisfies Record<(typeof entryKeys)[number], z.ZodType>,
    { error: `must be a map with ${entryKeyList}` },
  )
  // For editors; `checkGroups` applies the same rules to what is known.
  .meta({
    dependencies: { otherAgents: ["agents"], removeExisting: ["agents"] },
    allOf: [
      {
        if: { properties: { agents: { type: "array", maxItems: 0 } }, required: ["agents"] },
        then: { properties: { otherAgents: { const: "remove" } }, required: ["otherAgents"] },
      },
      {
        if: {
          properties: { ignoreChanges: { type: "array", contains: { const: "agents" } } },
          required: ["ignoreChanges"],
        },
        then: { required: ["agents"] },
      },
    ],
  })
  .nullable()
  .meta({ description: "A group. An empty entry is an active group whose name is its key." });

/** The schema of a groups file, for the reader and for the JSON Schema. */
export const groupsSchema = z
  .strictObject(
    {
      $schema: z
        .string({ error: "must be a string" })
        .optional()
        .meta({ description: "The JSON Schema, for editors." }),
      groups: z.record(key, entry, { error: "must be a map from keys to groups" }).meta({
        description:
          "One entry for each group. The key identifies the group in Pulumi: under a new key, it is another group.",
      }),
    },
    { error: "must be a map with the key groups" },
  )
  .meta({
    title: "Groups of pulumi-deepcall",
    description: "The agent groups of a Deepcall account, for DeepcallGroups of pulumi-deepcall.",
  });

export const fileKeys = ["groups", "$schema"] as const;

type Entry = NonNullable<z.output<typeof entry>>;

/** One entry of the file. */
export type GroupEntry = { readonly [Key in keyof Entry]?: NonNullable<Entry[Key]> };

/** The JSON Schema in the package, for editors; in draft 7, which all of them support. */
export function groupsJsonSchema(): object {
  return z.toJSONSchema(groupsSchema, { target: "draft-7", io: "input" });
}
