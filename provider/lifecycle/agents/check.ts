import type { dynamic } from "@pulumi/pulumi";
import { z } from "zod";
import { withErrorCode } from "../../../client/errors";
import { unknownValue } from "../diff";
import type { ProviderErrorCode } from "../errors";
import { agentListSchema, emptyListProblem, otherAgentsSchema, removeExistingSchema, toAgent } from "./schema";
import { storedAgentsInputs } from "./state";

const schema = z
  .strictObject({
    groupId: z.int({ error: "must be a group's id, for example support.groupId" }).positive("must be a group's id"),
    requestedAgents: agentListSchema,
    otherAgents: otherAgentsSchema.default("keep"),
    removeExisting: removeExistingSchema.default(false),
    __resource: z.string().default(""),
    __providerName: z.string(),
  })
  .superRefine(({ requestedAgents, otherAgents }, context) => {
    const message = emptyListProblem(requestedAgents, otherAgents);
    if (message !== undefined) context.addIssue({ code: "custom", path: ["requestedAgents"], message });
  });

/**
 * Checks the arguments of a group's agents without a call, and sorts the agents, because their order has no meaning.
 *
 * @param providerName - the name of the `DeepcallProvider`; empty for the default provider.
 */
export function checkAgentsInputs(
  news: Readonly<Record<string, unknown>>,
  providerName = "",
): Required<dynamic.CheckResult<Record<string, unknown>>> {
  const { __provider, ...given } = news;
  const inputs = { ...given, __providerName: providerName };
  const result = schema.safeParse(withoutUnknown(inputs));
  if (!result.success) return { inputs: news, failures: result.error.issues.flatMap(describeIssue).map(checkFailure) };
  const checked = containsUnknown(inputs)
    ? inputs
    : storedAgentsInputs({ ...result.data, requestedAgents: result.data.requestedAgents.map(toAgent) });
  return { inputs: { ...checked, ...(__provider !== undefined && { __provider }) }, failures: [] };
}

function containsUnknown(value: unknown): boolean {
  return JSON.stringify(value ?? null).includes(unknownValue);
}

/** Replaces what is unknown in a preview by valid values, so that the rest is checked. */
function withoutUnknown(inputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const placeholders = { groupId: 1, requestedAgents: ["unknown"], otherAgents: "remove", removeExisting: false };
  const { requestedAgents: agents } = inputs;
  return {
    ...inputs,
    ...(Array.isArray(agents) && {
      requestedAgents: agents.map((agent: unknown, index) =>
        containsUnknown(agent) ? `unknown ${index}`.replace(" ", "-") : agent,
      ),
    }),
    ...Object.fromEntries(Object.entries(placeholders).filter(([key]) => inputs[key] === unknownValue)),
  };
}

function describeIssue(issue: z.core.$ZodIssue): string[] {
  if (issue.code === "unrecognized_keys" && issue.path.length === 0)
    return issue.keys.map(
      (key) => `${key}: unknown property; a group's agents have groupId, agents, otherAgents and removeExisting`,
    );
  const [key, ...path] = issue.path;
  const name = key === "requestedAgents" ? "agents" : String(key);
  return [`${name}${path.map((item) => `[${String(item)}]`).join("")}: ${issue.message}`];
}

/** Without a property, because Pulumi would print the property's value with the reason. */
function checkFailure(reason: string): dynamic.CheckFailure {
  return { property: "", reason: withErrorCode(reason, "arguments" satisfies ProviderErrorCode) };
}
