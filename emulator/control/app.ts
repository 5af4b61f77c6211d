import { type Context, Hono } from "hono";
import type { z } from "zod";
import type { Emulator } from "../emulator";
import { operationNames } from "../operations";
import { readOptions } from "../options";
import type { GroupSnapshot } from "../panel";
import { SetupError } from "../setup-error";
import { refuseBrowsers } from "./guard";
import { faultRequest, groupRequest, optionsRequest, readRequest } from "./requests";

/** What of an emulator can be controlled over HTTP. */
export type Controlled = Pick<
  Emulator,
  "accounts" | "options" | "groups" | "account" | "faults" | "count" | "clearCalls"
> & {
  /** How many late commits are under way. */
  readonly lateCommits: () => number;
};

/** The control interface, to be mounted apart from the API. */
export function createControl(emulator: Controlled): Hono {
  // Not strict: a trailing slash makes no difference.
  const app = new Hono({ strict: false });
  app.use(refuseBrowsers);

  app.get("/state", (c) => c.json(stateOf(emulator)));

  app.post("/faults", async (c) => {
    emulator.faults.add((await read(c, faultRequest)).fault);
    return c.json({ faults: emulator.faults.list() });
  });

  app.delete("/faults", (c) => {
    emulator.faults.clear();
    return c.json({ faults: emulator.faults.list() });
  });

  app.post("/groups", async (c) => c.json({ group: edit(emulator, await read(c, groupRequest)) }));

  app.post("/options", async (c) => {
    Object.assign(emulator.options, readOptions(await read(c, optionsRequest), emulator.options));
    return c.json({ options: emulator.options });
  });

  app.delete("/calls", (c) => {
    emulator.clearCalls();
    return c.json({ calls: callsOf(emulator) });
  });

  app.all("*", (c) => c.json({ error: `no ${c.req.method} ${c.req.path}; there is ${served}` }, 404));

  app.onError((error, c) => {
    if (error instanceof SetupError) return c.json({ error: error.message }, 400);
    console.error(error);
    return c.json({ error: "a mistake in the emulator; its terminal shows it" }, 500);
  });

  const served = app.routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} /_emulator${path}`)
    .join(", ");
  return app;
}

async function read<Request>(c: Context, schema: z.ZodType<Request>): Promise<Request> {
  return readRequest(schema, await c.req.text());
}

// Never a credential: of the accounts only what they are called.
function stateOf(emulator: Controlled): Record<string, unknown> {
  return {
    accounts: emulator.accounts.map(({ userId }) => ({ userId })),
    groups: emulator.groups(),
    calls: callsOf(emulator),
    faults: emulator.faults.list(),
    lateCommits: emulator.lateCommits(),
    options: emulator.options,
  };
}

function callsOf(emulator: Controlled): Record<string, number> {
  return Object.fromEntries(operationNames.map((operation) => [operation, emulator.count(operation)]));
}

/** Carries an edit out; gives the group as it is after it, or as it was before it was removed. */
function edit(emulator: Controlled, request: z.output<typeof groupRequest>): GroupSnapshot {
  const { userId } = request;
  const known = emulator.accounts.map((account) => account.userId);
  if (!known.includes(userId)) {
    throw new SetupError(`body: userId: no account ${JSON.stringify(userId)}; there is ${known.join(", ")}`);
  }
  const panel = emulator.account(userId);
  if (request.action === "add") return panel.add(request.name, request.status);
  const before = find(emulator, userId, request.id);
  switch (request.action) {
    case "rename":
      panel.rename(request.id, request.name);
      break;
    case "setStatus":
      panel.setStatus(request.id, request.status);
      break;
    case "remove":
      panel.remove(request.id);
      return before;
  }
  return find(emulator, userId, request.id);
}

function find(emulator: Controlled, userId: string, id: number): GroupSnapshot {
  const group = emulator.groups(userId).find((candidate) => candidate.id === id);
  if (group === undefined) throw new SetupError(`body: id: account ${userId} has no group ${id}`);
  return group;
}
