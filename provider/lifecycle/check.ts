import type { dynamic } from "@pulumi/pulumi";
import { z } from "zod";
import { withErrorCode } from "../../client/errors";
import { unknownValue } from "./diff";
import type { ProviderErrorCode } from "./errors";
import { conflictRuleProblem, conflictRules, groupArgumentList, inputsSchema, nameSchema, storedInputs } from "./state";

const unknown = z.literal(unknownValue);
const booleanSchema = z.union([z.boolean(), unknown], { error: "must be true or false" });

const schema = inputsSchema
  .extend({
    requestedName: nameSchema,
    active: booleanSchema.default(true),
    onNameConflict: z.union([z.enum(conflictRules), unknown], { error: conflictRuleProblem }).default("suffix"),
    deleteWithAgents: booleanSchema.default(false),
  })
  .strict();

/**
 * Checks the arguments without a call. Messages do not repeat values, because a name may be secret.
 *
 * @param providerName - the name of the `DeepcallProvider`; empty for the default provider.
 */
export function checkInputs(
  news: Readonly<Record<string, unknown>>,
  providerName = "",
): Required<dynamic.CheckResult<Record<string, unknown>>> {
  const { __provider, ...inputs } = news;
  const result = schema.safeParse({ ...inputs, __providerName: providerName });
  if (!result.success) return { inputs: news, failures: result.error.issues.flatMap(describeIssue).map(checkFailure) };
  return {
    inputs: { ...storedInputs(result.data), ...(__provider !== undefined && { __provider }) },
    failures: [],
  };
}

function describeIssue(issue: z.core.$ZodIssue): string[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => `${key}: unknown property; a group has ${groupArgumentList}`);
  const [key] = issue.path;
  return [`${key === "requestedName" ? "name" : String(key)}: ${issue.message}`];
}

/** Without a property, because Pulumi would print the property's value with the reason. */
export function checkFailure(reason: string): dynamic.CheckFailure {
  return { property: "", reason: withErrorCode(reason, "arguments" satisfies ProviderErrorCode) };
}
