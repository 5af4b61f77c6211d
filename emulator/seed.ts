import { z } from "zod";
import { optionsSchema } from "./options";

const groupSchema = z
  .strictObject({
    /** Unique over all accounts; default: the next free one. */
    id: z.int().min(1).optional(),
    /** Taken as it is, also when another group is called the same. */
    name: z.string().min(1),
    /** 1 active, 0 inactive; default 1. */
    status: z.literal([0, 1]).optional(),
    /** The same as `status` in another form; only one of the two may be given. */
    active: z.boolean().optional(),
    /** When the group was made, ISO 8601; default: now. */
    createDate: z.string().optional(),
    /** The agents assigned to the group; default: none. */
    agents: z.array(z.strictObject({ id: z.string(), receivesCalls: z.boolean() })).optional(),
  })
  .refine(({ status, active }) => status === undefined || active === undefined, "give either status or active");

const accountSchema = z
  .strictObject({
    userId: z.string().min(1),
    token: z.string().min(1).optional(),
    ssid: z.string().min(1).optional(),
    groups: z.array(groupSchema).default([]),
  })
  .refine(({ token, ssid }) => token !== undefined || ssid !== undefined, "give a token, an ssid, or both");

/** The accounts that an emulator starts with. The file that an emulator persists to has the same form. */
export const seedSchema = z
  .strictObject({
    accounts: z.array(accountSchema).min(1),
    options: optionsSchema.optional(),
    /** The next id to give out, at least; default: 1, or the one after the highest in `accounts`. */
    nextId: z.int().min(1).optional(),
  })
  .superRefine(({ accounts }, context) => {
    const seen = new Map<string, string>();
    const unique = (kind: string, value: string | number | undefined, path: (string | number)[]): void => {
      if (value === undefined) return;
      const before = seen.get(`${kind} ${value}`);
      if (before !== undefined) context.addIssue({ code: "custom", path, message: `the same as ${before}` });
      seen.set(`${kind} ${value}`, z.core.toDotPath(path));
    };
    accounts.forEach((account, a) => {
      unique("userId", account.userId, ["accounts", a, "userId"]);
      unique("ssid", account.ssid, ["accounts", a, "ssid"]);
      account.groups.forEach(({ id }, g) => {
        unique("id", id, ["accounts", a, "groups", g, "id"]);
      });
    });
  });

/** A seed as it is written. */
export type Seed = z.input<typeof seedSchema>;

/** A seed that was checked, its defaults filled in. */
export type CheckedSeed = z.output<typeof seedSchema>;

/** One account that anybody can use, without groups. */
export const defaultSeed: Seed = { accounts: [{ userId: "demo", token: "demo-token", ssid: "demo-ssid" }] };
