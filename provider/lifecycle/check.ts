import { z } from "zod";
import { unknownValue } from "./diff";
import { nameProblem } from "./names";
import { conflictRules, inputsSchema, storedInputs } from "./state";

/** An input that can't be right; `reason` begins with the name of the property as users know it. */
export interface CheckFailure {
  property: string;
  reason: string;
}

/** What `check` found: the inputs that the state keeps, or why there are none. */
export interface Checked {
  inputs: Record<string, unknown>;
  failures: CheckFailure[];
}

const unknown = z.literal(unknownValue);

const schema = inputsSchema
  .extend({
    requestedName: z.string({ error: "must be a string" }).superRefine((name, context) => {
      const problem = nameProblem(name);
      if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
    }),
    active: z.union([z.boolean(), unknown], { error: "must be true or false" }).default(true),
    onNameConflict: z
      .union([z.enum(conflictRules), unknown], {
        error: `must be one of ${conflictRules.map((rule) => JSON.stringify(rule)).join(", ")}`,
      })
      .default("suffix"),
  })
  .strict();

/** Checks the inputs of a program, without a call. Values are not repeated: a name may be a secret. */
export function checkInputs(news: Readonly<Record<string, unknown>>): Checked {
  const { __provider, ...inputs } = news;
  const result = schema.safeParse(inputs);
  if (!result.success) return { inputs: news, failures: result.error.issues.flatMap(failuresOf) };
  return {
    inputs: { ...storedInputs(result.data), ...(__provider !== undefined && { __provider }) },
    failures: [],
  };
}

/** Pulumi would print a value beside a property; with none it prints the reason alone. */
function failuresOf(issue: z.core.$ZodIssue): CheckFailure[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => failure(`${key}: is no property of a group (name, active and onNameConflict are)`));
  const [key] = issue.path;
  return [failure(`${key === "requestedName" ? "name" : String(key)}: ${issue.message}`)];
}

function failure(reason: string): CheckFailure {
  return { property: "", reason };
}
