import { z } from "zod";
import { nameProblem } from "../lifecycle/names";
import { conflictRules } from "../lifecycle/state";

/** What a key may be. It names a resource, so it is the same in every shell and every URN. */
export const keyForm = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/** The same rules as `problemWithName`, for editors. */
const nameForm = "^(?!\\s)(?!.*\\s$)[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\ud800-\\udfff]+$";

export const keyRule = "a key holds letters from a to z, digits, - and _, and begins with a letter or digit";

const key = z.string().regex(keyForm, keyRule);

const name = z
  .string({ error: "must be a string" })
  .superRefine((text, context) => {
    const problem = nameProblem(text);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  })
  .optional()
  .meta({
    description:
      "The name that the group shall have in Deepcall. Default: the entry's key. Names are unique in an account.",
    pattern: nameForm,
  });

const active = z
  .boolean({ error: "must be true or false" })
  .optional()
  .meta({ description: "Whether the group takes calls.", default: true });

const onNameConflict = z
  .enum(conflictRules, {
    error: `must be one of ${conflictRules.map((rule) => JSON.stringify(rule)).join(", ")}`,
  })
  .optional()
  .meta({
    description:
      'What to do when a group of exactly that name exists already: "suffix" lets Deepcall append a number, "adopt" takes the existing group over, "fail" makes nothing.',
    default: "suffix",
  });

const entry = z
  .strictObject({ name, active, onNameConflict }, { error: "must be a map of name, active and onNameConflict" })
  .nullable()
  .meta({ description: "A group. Empty, it is an active group that is named like its key." });

/** What a groups file holds. The one source of what is allowed: the reader and the JSON Schema both come from it. */
export const groupsSchema = z
  .strictObject(
    {
      $schema: z
        .string({ error: "must be a string" })
        .optional()
        .meta({ description: "The JSON Schema, for editors." }),
      groups: z.record(key, entry, { error: "must be a map from keys to groups" }).meta({
        description:
          "One entry for each group. The key stands for the group in Pulumi: a group whose key changes is another group.",
      }),
    },
    { error: "must be a map with the key groups" },
  )
  .meta({
    title: "Groups of pulumi-deepcall",
    description: "The agent groups of a Deepcall account, for DeepcallGroups of pulumi-deepcall.",
  });

/** What an entry may hold. */
export const entryKeys = ["name", "active", "onNameConflict"] as const;

/** What a groups file may hold. */
export const fileKeys = ["groups", "$schema"] as const;

type Written = NonNullable<z.input<typeof entry>>;

/** One entry as it is written; empty where the group is called like its key. */
export type GroupEntry = { readonly [Key in keyof Written]?: NonNullable<Written[Key]> };

/** The JSON Schema that ships in the package, for editors; in draft 7, which all of them know. */
export function groupsJsonSchema(): object {
  return z.toJSONSchema(groupsSchema, { target: "draft-7", io: "input" });
}
