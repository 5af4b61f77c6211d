import { z } from "zod";
import type { AssignedAgent } from "../../../client/relations";
import { unknownValue } from "../diff";
import { otherAgentsRules } from "./state";

const agentId = z
  .string({
    error: ({ input }) =>
      typeof input === "object" && input !== null
        ? "must be an agent's id, or an object with id and receivesCalls"
        : "must be a string",
  })
  .regex(/^[^\s\p{Cc}]+$/u, "must not be empty or contain spaces")
  .meta({
    description: "An agent's id (agent_unique_id in Deepcall), in quotes if it is a number.",
    pattern: "^[^\\s\\u0000-\\u001f\\u007f-\\u009f]+$",
  });

const agentObject = z.strictObject({
  id: agentId,
  receivesCalls: z
    .boolean({ error: "must be true or false" })
    .default(true)
    .meta({ description: "Whether the group's calls reach the agent." }),
});

/** An agent in a program or in a groups file. */
const agentSchema = z.union([agentId, agentObject]);

/** The properties of an agent. */
export const agentKeys = ["id", "receivesCalls"] as const satisfies (keyof z.input<typeof agentObject>)[];
/** The properties of an agent, for messages. */
export const agentKeyList = "id and receivesCalls";

/** A list of agents without duplicates. */
export const agentListSchema = z.array(agentSchema, { error: "must be a list of agents" }).superRefine(
  (agents, context) => {
    const ids = agents.map(idOf);
    ids.forEach((id, index) => {
      const first = ids.indexOf(id);
      if (id === undefined || first === index) return;
      const message = `agent ${JSON.stringify(id)} must be listed once, but agents[${first}] is the same agent`;
      context.addIssue({ code: "custom", path: [index], message, params: { first } });
    });
  },
  // Also if other agents are not valid: every problem is reported at once.
  { when: ({ value }) => Array.isArray(value) },
);

/** @param agent - valid or not. */
function idOf(agent: unknown): string | undefined {
  const id = typeof agent === "object" && agent !== null ? (agent as Record<string, unknown>)["id"] : agent;
  return typeof id === "string" ? id : undefined;
}

/** The issues in an agent: zod reports only that it is neither an id nor an object. */
export function agentIssues(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const [asId = [], asObject = []] = issue.errors;
  const isObject = !asObject.some(({ code, path }) => code === "invalid_type" && path.length === 0);
  return (isObject ? asObject : asId).map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** A hint for an agent's id that is a number. @param key - the last part of its path. */
export function idHint(key: PropertyKey | undefined, value: unknown): string {
  const isId = typeof key === "number" || key === "id";
  return isId && typeof value === "number" ? `; write ${JSON.stringify(String(value))}` : "";
}

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

/** Replaces what is known only later by valid values, so that the rest is checked. */
export function withoutUnknownAgents(agents: unknown, isUnknown: (value: unknown) => boolean): unknown {
  if (!Array.isArray(agents)) return agents;
  return agents.map((agent: unknown, index) => {
    const id = `${unknownValue}-${index}`;
    if (isUnknown(agent)) return id;
    if (typeof agent !== "object" || agent === null || Array.isArray(agent)) return agent;
    const entries = Object.entries(agent).map(([key, value]: [string, unknown]) => {
      if (!isUnknown(value)) return [key, value];
      return key === "id" ? [key, id] : key === "receivesCalls" ? [key, true] : [key, value];
    });
    return Object.fromEntries(entries) as unknown;
  });
}
