import { z } from "zod";
import type { AssignedAgent } from "../../../client/relations";
import { otherAgentsRules } from "./state";

const agentId = z
  .string({
    error: ({ input }) => `must be a string${typeof input === "number" ? `; with quotes, it is "${input}"` : ""}`,
  })
  .regex(/^[^\s\p{Cc}]+$/u, "must not be empty or contain spaces");

const agentObject = z.strictObject(
  { id: agentId, receivesCalls: z.boolean({ error: "must be true or false" }).default(true) },
  {
    error: ({ input, code, keys }) =>
      code === "unrecognized_keys" && Array.isArray(keys)
        ? `has the unknown property ${keys.join(", ")}; an agent has id and receivesCalls`
        : `must be an agent's id, or an object with id and receivesCalls${Array.isArray(input) ? ", not a list" : ""}`,
  },
);

/** An agent in a program or in a groups file. */
export const agentSchema = z.union([agentId, agentObject], {
  error: ({ input }) => {
    const isObject = typeof input === "object" && input !== null && !Array.isArray(input);
    const [issue] =
      (isObject || typeof input === "object" ? agentObject : agentId).safeParse(input).error?.issues ?? [];
    return [issue?.path.join("."), issue?.message].filter(Boolean).join(" ");
  },
});

/** A list of agents without duplicates. */
export const agentListSchema = z
  .array(agentSchema, { error: "must be a list of agents" })
  .superRefine((agents, context) => {
    const ids = agents.map((agent) => (typeof agent === "string" ? agent : agent.id));
    ids.forEach((id, index) => {
      if (ids.indexOf(id) !== index)
        context.addIssue({ code: "custom", path: [index], message: `${JSON.stringify(id)} is listed twice` });
    });
  });

export const otherAgentsSchema = z.enum(otherAgentsRules, {
  error: `must be one of ${otherAgentsRules.map((rule) => JSON.stringify(rule)).join(", ")}`,
});
export const removeExistingSchema = z.boolean({ error: "must be true or false" });

/** Why a list is not allowed with `otherAgents`; `undefined` if it is. */
export function emptyListProblem(agents: readonly unknown[], otherAgents: unknown): string | undefined {
  return agents.length > 0 || otherAgents === "remove" ? undefined : 'must not be empty unless otherAgents is "remove"';
}

/** The agent that a string or an object in a program means. */
export function toAgent(agent: z.output<typeof agentSchema>): AssignedAgent {
  return typeof agent === "string" ? { id: agent, receivesCalls: true } : agent;
}
