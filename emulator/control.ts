import { type Context, Hono, type MiddlewareHandler } from "hono";
import { z } from "zod";
import type { GroupSnapshot } from "./account-editor";
import type { Emulator } from "./emulator";
import { SetupError, validationError } from "./errors";
import type { LateCommits } from "./faults/late-commits";
import { readOptions } from "./options";
import { operationNames } from "./requests";
import { assignedAgentsSchema } from "./seed";

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
export function createControl(emulator: Emulator, lateCommits: LateCommits): Hono {
  const { faults, options } = emulator;
  // Not strict: a trailing slash is ignored.
  const app = new Hono({ strict: false });
  app.use(rejectBrowsers);

  app.get("/state", (c) =>
    c.json({
      // Without the credentials.
      accounts: emulator.accounts.map(({ userId }) => ({ userId })),
      groups: emulator.groups(),
      // By the id of the group.
      agents: Object.fromEntries(emulator.groups().map(({ id }) => [id, emulator.agents(id)])),
      calls: countCalls(emulator),
      faults: faults.list(),
      lateCommits: lateCommits.size,
      options,
    }),
  );

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

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;

/**
 * The control interface has no authentication, so web pages must not reach it. Browsers send `Origin`, and if a page's
 * host name resolves to this machine, they send that name as `Host`.
 */
const rejectBrowsers: MiddlewareHandler = async (c, next) => {
  const host = c.req.header("host") ?? "";
  if (c.req.header("origin") !== undefined) {
    return c.json({ error: "requests with an Origin header are rejected: web pages must not use this interface" }, 403);
  }
  if (!loopback.test(host)) {
    return c.json(
      { error: `Host ${JSON.stringify(host)} is rejected: it must be localhost or a loopback address` },
      403,
    );
  }
  return next();
};

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

function countCalls(emulator: Emulator): Record<string, number> {
  return Object.fromEntries(operationNames.map((operation) => [operation, emulator.count(operation)]));
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
