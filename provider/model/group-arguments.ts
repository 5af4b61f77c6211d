import { z } from "zod";
import { nameProblem } from "./names";
import { unknownValue, type Self } from "./resource";
import type { PlannedInputs } from "./group";

export const conflictRules = ["suffix", "adopt", "fail"] as const;
export const conflictRuleProblem = `must be one of ${conflictRules.map((rule) => JSON.stringify(rule)).join(", ")}`;

/** The arguments of a group. */
export const groupArguments = ["name", "active", "onNameConflict", "deleteWithAgents"] as const;
/** The arguments of a group, for messages. */
const groupArgumentList = "name, active, onNameConflict and deleteWithAgents";

/** A name that a program may request. */
export const nameSchema = z.string({ error: "must be a string" }).superRefine((name, context) => {
  const message = nameProblem(name);
  if (message !== undefined) context.addIssue({ code: "custom", message });
});

const unknown = z.literal(unknownValue);
const booleanSchema = z.union([z.boolean(), unknown], { error: "must be true or false" });

export const groupArgumentsSchema = z.strictObject({
  name: nameSchema,
  active: booleanSchema.default(true),
  onNameConflict: z.union([z.enum(conflictRules), unknown], { error: conflictRuleProblem }).default("suffix"),
  deleteWithAgents: booleanSchema.default(false),
});

/** The checked inputs, or what is wrong with them: each problem begins with its property. */
export type Checked<Inputs> =
  | { readonly inputs: Inputs; readonly problems?: undefined }
  | { readonly inputs?: undefined; readonly problems: readonly string[] };

/** Checks the arguments of a group. Messages do not repeat values, because a name may be secret. */
export function checkGroupArguments(
  { name, ...given }: Readonly<Record<string, unknown>>,
  { resource }: Pick<Self, "resource">,
): Checked<PlannedInputs> {
  const result = groupArgumentsSchema.safeParse({ name: name === undefined ? resource : name, ...given });
  if (!result.success) return { problems: result.error.issues.flatMap(describeIssue) };
  const { name: requestedName, ...inputs } = result.data;
  return { inputs: { requestedName, ...inputs } };
}

function describeIssue(issue: z.core.$ZodIssue): string[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => `${key}: unknown property; a group has ${groupArgumentList}`);
  return [`${String(issue.path[0])}: ${issue.message}`];
}
