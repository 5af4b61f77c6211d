import { z } from "zod";
import { Refusal, type RefusalCode } from "./refusal";

/** The JSON object of a call. */
export type Body = Record<string, unknown>;

const idSchema = z.union([z.string().min(1), z.number()]).transform(String);
const filterSchema = z.union([z.string(), z.number()]).transform(String);
const agentIdsSchema = z.array(z.string()).default([]);
const statusSchema = z.number().pipe(z.literal([0, 1]));

/** The fields of `add`. */
export const addFields = z.object({ name: z.string().min(1) });

/** The fields of `update`. */
export const updateFields = z.object({ groupId: idSchema, name: z.string().min(1), status: statusSchema.default(1) });

/** The fields of `delete`. */
export const deleteFields = z.object({ groupId: idSchema });

/** The fields of `list`, with both names that the id filter may have. */
export const listFields = z.object({
  forward: z.boolean().optional(),
  quick: z.boolean().default(false),
  groupid: filterSchema.optional(),
  groupId: filterSchema.optional(),
  name: z.string().default(""),
});

/** The fields of `getGroupAgentRelation`. */
export const relationFields = z.object({
  groupId: idSchema,
  quick: z.boolean().default(false),
  name: z.string().optional(),
});

/** The fields of `submitAssignGroupToAgent`. */
export const assignFields = z.object({
  groupId: idSchema,
  agent_unique_id: agentIdsSchema,
  receive_call: agentIdsSchema,
});

const codesOfAbsence: Partial<Record<PropertyKey, RefusalCode>> = { name: 1501, groupId: 1502 };

/** Parses the JSON of a call. */
export function parseBody(text: string): Body | Refusal {
  try {
    const parsed = z.record(z.string(), z.unknown()).safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
  } catch {
    // Not JSON: the same answer as for JSON that isn't an object.
  }
  return new Refusal(1047);
}

/** The fields of a call in their types; the first one at fault decides the error code. */
export function readFields<Fields>(schema: z.ZodType<Fields>, body: Body): Fields {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path[0] ?? "";
  const value = body[String(field)];
  const absence = value === undefined || value === null || value === "" ? codesOfAbsence[field] : undefined;
  throw new Refusal(absence ?? (issue?.code === "invalid_value" ? 1000 : 1001));
}
