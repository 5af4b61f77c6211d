import type { dynamic } from "@pulumi/pulumi";
import { z } from "zod";
import { checkFailure } from "../check";
import { unknownValue } from "../diff";
import {
  agentIssues,
  agentKeyList,
  agentListSchema,
  emptyListProblem,
  idHint,
  otherAgentsSchema,
  removeExistingSchema,
  toAgent,
  withoutUnknownAgents,
} from "./schema";
import { storedAgentsInputs } from "./state";

const schema = z
  .strictObject({
    groupId: z.int({ error: "must be a group's id, for example support.groupId" }).positive("must be a group's id"),
    requestedAgents: agentListSchema,
    otherAgents: otherAgentsSchema.default("keep"),
    removeExisting: removeExistingSchema.default(false),
    __resource: z.string().default(""),
    __providerName: z.string(),
    __ignore: z.array(z.literal("agents")).default([]),
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
  if (!result.success) {
    const reasons = result.error.issues.flatMap(agentIssues).flatMap((issue) => describeIssue(issue, inputs));
    return { inputs: news, failures: reasons.map(checkFailure) };
  }
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
  const { requestedAgents } = inputs;
  return {
    ...inputs,
    ...(requestedAgents !== undefined && {
      requestedAgents: withoutUnknownAgents(requestedAgents, (value) => value === unknownValue),
    }),
    ...Object.fromEntries(Object.entries(placeholders).filter(([key]) => inputs[key] === unknownValue)),
  };
}

const argumentList = "groupId, agents, otherAgents and removeExisting";

function describeIssue(issue: z.core.$ZodIssue, inputs: unknown): string[] {
  const path = issue.path.map((key, depth) => (depth === 0 && key === "requestedAgents" ? "agents" : key));
  if (issue.code === "unrecognized_keys") {
    const properties = path.length === 0 ? `a group's agents have ${argumentList}` : `an agent has ${agentKeyList}`;
    return issue.keys.map((key) => `${z.core.toDotPath([...path, key])}: unknown property; ${properties}`);
  }
  const value = issue.path.reduce<unknown>((parent, key) => (parent as Record<PropertyKey, unknown>)[key], inputs);
  return [`${z.core.toDotPath(path)}: ${issue.message}${idHint(path.at(-1), value)}`];
}
