import { type Context, Hono } from "hono";
import { z } from "zod";
import type { GroupSnapshot } from "./account-editor";
import { rejectOtherPages, securityHeaders } from "./browsers";
import type { Changes } from "./changes";
import type { Emulator } from "./emulator";
import { SetupError, validationError } from "./errors";
import { streamEvents } from "./events";
import type { LateCommits } from "./faults/late-commits";
import { readOptions } from "./options";
import { assignedAgentsSchema } from "./seed";
import { countCalls, type EmulatorState, readState, recentCalls } from "./state";

const userId = z.string();
const id = z.int();
const name = z.string().min(1);
const status = z.literal([0, 1]);

const faultRequest = z.strictObject({ fault: z.string() });
const groupRequest = z.discriminatedUnion("action", [
  z.strictObject({ userId, action: z.literal("add"), name, status: status.optional() }),
  z.strictObject({ userId, action: z.literal("rename"), id, name }),
  z.strictObject({ userId, action: z.literal("setStatus"), id, status }),
  z.strictObject({ userId, action: z.literal("setAgents"), id, agents: assignedAgentsSchema }),
  z.strictObject({ userId, action: z.literal("remove"), id }),
]);
/** Only an object here; `readOptions` validates its properties. */
const optionsRequest = z.record(z.string(), z.unknown());

/** The control interface, without its path prefix. */
export function createControl(emulator: Emulator, lateCommits: LateCommits, changes: Changes): Hono {
  const { faults, options } = emulator;
  // Not strict: a trailing slash is ignored.
  const app = new Hono({ strict: false });
  app.use(securityHeaders, rejectOtherPages(emulator.url));

  const state = (): EmulatorState => readState(emulator, lateCommits);
  app.get("/state", (c) => c.json(state()));

  app.get("/events", (c) => streamEvents(c, changes, () => ({ ...state(), recentCalls: recentCalls(emulator) })));

  app.post("/faults", async (c) => {
    faults.add((await readRequest(c, faultRequest)).fault);
    return c.json({ faults: faults.list() });
  });

  app.delete("/faults", (c) => {
    faults.clear();
    return c.json({ faults: faults.list() });
  });

  app.post("/groups", async (c) => c.json({ group: editGroup(emulator, await readRequest(c, groupRequest)) }));

  app.post("/options", async (c) => {
    Object.assign(options, readOptions(await readRequest(c, optionsRequest), options));
    changes.notify();
    return c.json({ options });
  });

  app.delete("/calls", (c) => {
    emulator.clearCalls();
    return c.json({ calls: countCalls(emulator) });
  });

  app.all("*", (c) => c.json({ error: `unknown request ${c.req.method} ${c.req.path}; available: ${available}` }, 404));

  app.onError((error, c) => {
    if (error instanceof SetupError) return c.json({ error: error.message }, 400);
    console.error(error);
    return c.json({ error: "internal error in the emulator; its standard error has the details" }, 500);
  });

  const available = app.routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} /_emulator${path}`)
    .join(", ");
  return app;
}

async function readRequest<Request>(c: Context, schema: z.ZodType<Request>): Promise<Request> {
  let body: unknown;
  try {
    body = await c.req.json();
  } catch {
    throw new SetupError("body: must be valid JSON");
  }
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw validationError("body", parsed.error);
  return parsed.data;
}

/** Edits a group. Returns it as it is afterwards, or as it was before it was removed. */
function editGroup(emulator: Emulator, request: z.output<typeof groupRequest>): GroupSnapshot {
  const { userId } = request;
  const userIds = emulator.accounts.map((account) => account.userId);
  if (!userIds.includes(userId)) {
    const available = userIds.join(", ");
    throw new SetupError(`body: userId: unknown account ${JSON.stringify(userId)}; available: ${available}`);
  }
  const editor = emulator.account(userId);
  if (request.action === "add") return editor.add(request.name, request.status);
  const before = findGroup(emulator, userId, request.id);
  switch (request.action) {
    case "rename":
      editor.rename(request.id, request.name);
      break;
    case "setStatus":
      editor.setStatus(request.id, request.status);
      break;
    case "setAgents":
      editor.setAgents(request.id, request.agents);
      break;
    case "remove":
      editor.remove(request.id);
      return before;
  }
  return findGroup(emulator, userId, request.id);
}

function findGroup(emulator: Emulator, userId: string, id: number): GroupSnapshot {
  const group = emulator.groups(userId).find((candidate) => candidate.id === id);
  if (group === undefined) throw new SetupError(`body: id: account ${userId} has no group ${id}`);
  return group;
}
