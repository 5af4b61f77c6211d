import { existsSync, renameSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { fileError, readJsonFile, validationError } from "./errors";
import { optionsSchema } from "./options";

/** The agents assigned to a group. */
export const assignedAgentsSchema = z
  .array(z.strictObject({ id: z.string().min(1), receivesCalls: z.boolean().default(true) }))
  .superRefine(requireUniqueIds);

/** The agents of an account. */
const agentsSchema = z
  .array(z.strictObject({ id: z.string().min(1), name: z.string().optional() }))
  .superRefine(requireUniqueIds);

const groupSchema = z
  .strictObject({
    /** Unique across all accounts; default: the next free id. */
    id: z.int().min(1).optional(),
    /** Stored exactly as given, even if another group has this name. */
    name: z.string().min(1),
    /** 1 active, 0 inactive; default 1. */
    status: z.literal([0, 1]).optional(),
    /** An alternative to `status`. */
    active: z.boolean().optional(),
    /** ISO 8601; default: now. */
    createDate: z.string().optional(),
    /** The agents assigned to the group; default: none. The account does not need to have them. */
    agents: assignedAgentsSchema.optional(),
    /** Whether it was deleted, see the option `deletion`. */
    isDeleted: z.boolean().optional(),
  })
  .refine(({ status, active }) => status === undefined || active === undefined, "must not have both status and active");

const accountSchema = z
  .strictObject({
    userId: z.string().min(1),
    token: z.string().min(1).optional(),
    ssid: z.string().min(1).optional(),
    /** The agents that can be assigned; default: every id. */
    agents: agentsSchema.optional(),
    groups: z.array(groupSchema).default([]),
  })
  .refine(({ token, ssid }) => token !== undefined || ssid !== undefined, "must have a token, an ssid, or both");

const seedSchema = z
  .strictObject({
    accounts: z.array(accountSchema).min(1),
    options: optionsSchema.optional(),
    /** The lowest id for new groups; default: 1, or one above the highest id in `accounts`. */
    nextId: z.int().min(1).optional(),
  })
  .superRefine(({ accounts }, context) => {
    const paths = new Map<string, string>();
    const requireUnique = (property: string, value: string | number | undefined, parent: (string | number)[]): void => {
      if (value === undefined) return;
      const path = [...parent, property];
      const first = paths.get(`${property} ${value}`);
      const message = `must be unique, but ${first} has the same value`;
      if (first !== undefined) context.addIssue({ code: "custom", path, message });
      paths.set(`${property} ${value}`, z.core.toDotPath(path));
    };
    accounts.forEach(({ userId, ssid, groups }, a) => {
      requireUnique("userId", userId, ["accounts", a]);
      requireUnique("ssid", ssid, ["accounts", a]);
      groups.forEach(({ id }, g) => {
        requireUnique("id", id, ["accounts", a, "groups", g]);
      });
    });
  });

/** The initial accounts. The file in which an emulator keeps its state has the same format. */
export type Seed = z.input<typeof seedSchema>;

/** A validated seed with its defaults filled in. */
export type CheckedSeed = z.output<typeof seedSchema>;

export const defaultSeed: Seed = { accounts: [{ userId: "demo", token: "demo-token", ssid: "demo-ssid" }] };

/**
 * Validates a seed.
 * @param source what error messages call it, for example the name of its file
 */
export function checkSeed(seed: unknown, source: string): CheckedSeed {
  const parsed = seedSchema.safeParse(seed);
  if (!parsed.success) throw validationError(source, parsed.error);
  return parsed.data;
}

/** Reads a seed from a JSON file. */
export function loadSeed(file: string): CheckedSeed {
  return checkSeed(readJsonFile(file), file);
}

/** Reads the state that an earlier emulator saved; undefined if there is no such file. */
export function loadSavedState(file: string): CheckedSeed | undefined {
  return existsSync(file) ? loadSeed(file) : undefined;
}

/** Writes the state. The file is replaced as a whole, so it is never half written. */
export function saveState(file: string, state: Seed): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(temporary, file);
  } catch (error) {
    throw fileError(file, error);
  }
}

function requireUniqueIds(agents: readonly { id: string }[], context: z.RefinementCtx): void {
  const ids = new Set<string>();
  agents.forEach(({ id }, n) => {
    const message = `must be unique, but another agent in the list has the id ${JSON.stringify(id)}`;
    if (ids.has(id)) context.addIssue({ code: "custom", path: [n, "id"], message });
    ids.add(id);
  });
}
