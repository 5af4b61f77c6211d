import { z } from "zod";
import { ApiError } from "./errors";
import type { EmulatorOptions } from "./options";
import type { Account } from "./store";

export type JsonObject = Record<string, unknown>;

const idSchema = z.union([z.string().min(1), z.number()]).transform(String);
const filterSchema = z.union([z.string(), z.number()]).transform(String);
const agentIdsSchema = z.array(z.string().min(1)).optional();
const nameSchema = z.string().min(1);
const quickSchema = z.boolean().default(false);
const pageSchema = z.coerce.number().pipe(z.int().min(1));
const statusSchema = z.number().pipe(z.literal([0, 1]));

/** The fields of each operation, without the credentials. */
export const fieldSchemas = {
  add: z.object({ name: nameSchema }),
  update: z.object({ groupId: idSchema, name: nameSchema, status: statusSchema.optional() }),
  delete: z.object({ groupId: idSchema }),
  list: z.object({
    forward: z.boolean().optional(),
    quick: quickSchema,
    groupid: filterSchema.optional(),
    groupId: filterSchema.optional(),
    name: z.string().default(""),
    page: pageSchema.default(1),
    limit: pageSchema.optional(),
  }),
  getGroupAgentRelation: z.object({ groupId: idSchema, quick: quickSchema, name: z.string().optional() }),
  submitAssignGroupToAgent: z.object({
    groupId: idSchema,
    agent_unique_id: agentIdsSchema,
    receive_call: agentIdsSchema,
  }),
};

/** The last part of an operation's path. */
export type OperationName = keyof typeof fieldSchemas;
export const operationNames = Object.keys(fieldSchemas) as OperationName[];

const missingFieldCodes: Partial<Record<PropertyKey, number>> = { name: 1501, groupId: 1502 };

/** Parses the body of a call; undefined if it is not a JSON object. */
export function parseBody(text: string): JsonObject | undefined {
  try {
    return z.record(z.string(), z.unknown()).safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Validates the fields of a call. The first invalid field decides the error code. */
export function readFields<Fields>(schema: z.ZodType<Fields>, body: JsonObject): Fields {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path[0] ?? "";
  const value = body[String(field)];
  const isMissing = value === undefined || value === null || value === "";
  const invalidCode = issue?.code === "invalid_value" ? 1000 : 1001;
  throw new ApiError((isMissing ? missingFieldCodes[field] : undefined) ?? invalidCode);
}

/** Finds the account that a call authenticates as: by `ssid`, or by `userId` and `token`, but not by both. */
export function authenticate(
  { ssid, userId, token }: JsonObject,
  accounts: readonly Account[],
  options: EmulatorOptions,
): Account | ApiError {
  const given = [ssid, userId, token].filter((value) => value !== undefined);
  if (ssid !== undefined && given.length > 1) return new ApiError(1000);
  if (given.some((value) => typeof value !== "string")) return new ApiError(1001);
  const account = accounts.find((candidate) =>
    ssid === undefined
      ? candidate.token !== undefined && candidate.userId === userId && candidate.token === token
      : candidate.ssid === ssid,
  );
  return account ?? new ApiError(options.authFailureCode, 401);
}

export function withoutCredentials(body: JsonObject): JsonObject {
  return omit(body, ["ssid", "userId", "token"]);
}

/** The secrets in a body, separated by a space. */
export function secretsOf({ ssid, token }: JsonObject): string {
  return [ssid, token].filter((value) => typeof value === "string").join(" ");
}

export function omit(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}
