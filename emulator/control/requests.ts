import { z } from "zod";
import { explain, SetupError } from "../setup-error";

const userId = z.string();
const id = z.int();
const name = z.string().min(1);
const status = z.literal([0, 1]);

/** Sets a fault. */
export const faultRequest = z.strictObject({ fault: z.string() });

/** Edits an account. */
export const groupRequest = z.discriminatedUnion("action", [
  z.strictObject({ userId, action: z.literal("add"), name, status: status.optional() }),
  z.strictObject({ userId, action: z.literal("rename"), id, name }),
  z.strictObject({ userId, action: z.literal("setStatus"), id, status }),
  z.strictObject({ userId, action: z.literal("remove"), id }),
]);

/** Changes options; which there are, is checked where they are. */
export const optionsRequest = z.record(z.string(), z.unknown());

/** The JSON of a request. */
export function readRequest<Request>(schema: z.ZodType<Request>, text: string): Request {
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) throw new SetupError(explain("body", parsed.error));
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SetupError("body: not JSON");
  }
}
