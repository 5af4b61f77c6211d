import { z } from "zod";
import { toGroupId } from "../../client/ids";
import { toAgent, type PlannedAgents } from "./agents";
import type { Checked } from "./group-arguments";
import { unknownValue } from "./resource";

const otherAgentsRules = ["keep", "remove"] as const;

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

export const agentObject = z.strictObject({
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

export const agentsArgumentsSchema = z
  .strictObject({
    groupId: z.unknown().transform((value, context) => {
      const id = toGroupId(value);
      if (id !== undefined) return id;
      context.addIssue("must be a group's id, for example support.groupId");
      return z.NEVER;
    }),
    agents: agentListSchema,
    otherAgents: otherAgentsSchema.default("keep"),
    removeExisting: removeExistingSchema.default(false),
  })
  .superRefine(({ agents, otherAgents }, context) => {
    const message = emptyListProblem(agents, otherAgents);
    if (message !== undefined) context.addIssue({ code: "custom", path: ["agents"], message });
  });

/** Checks the arguments of a group's agents. What is unknown in a preview is taken as valid. */
export function checkAgentsArguments(given: Readonly<Record<string, unknown>>): Checked<PlannedAgents> {
  const result = agentsArgumentsSchema.safeParse(withoutUnknown(given));
  if (!result.success) {
    const issues = result.error.issues.flatMap(agentIssues);
    return { problems: issues.flatMap((issue) => describeIssue(issue, given)) };
  }
  const { agents, ...inputs } = result.data;
  const groupId = given["groupId"] === unknownValue ? unknownValue : inputs.groupId;
  const isKnown = !JSON.stringify(given).includes(unknownValue);
  return { inputs: { groupId, known: isKnown ? { ...inputs, requestedAgents: agents.map(toAgent) } : undefined } };
}

/** Replaces what is unknown in a preview by valid values, so that the rest is checked. */
function withoutUnknown(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const placeholders = { groupId: 1, agents: ["unknown"], otherAgents: "remove", removeExisting: false };
  const { agents } = given;
  return {
    ...given,
    ...(agents !== undefined && { agents: withoutUnknownAgents(agents, (value) => value === unknownValue) }),
    ...Object.fromEntries(Object.entries(placeholders).filter(([key]) => given[key] === unknownValue)),
  };
}

const argumentList = "groupId, agents, otherAgents and removeExisting";

function describeIssue(issue: z.core.$ZodIssue, given: unknown): string[] {
  const { path } = issue;
  if (issue.code === "unrecognized_keys") {
    const properties = path.length === 0 ? `a group's agents have ${argumentList}` : `an agent has ${agentKeyList}`;
    return issue.keys.map((key) => `${z.core.toDotPath([...path, key])}: unknown property; ${properties}`);
  }
  const value = path.reduce<unknown>((parent, key) => (parent as Record<PropertyKey, unknown>)[key], given);
  return [`${z.core.toDotPath(path)}: ${issue.message}${idHint(path.at(-1), value)}`];
}
