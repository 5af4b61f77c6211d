import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { createAccountEditor, toSnapshot } from "./account-editor";
import { createApp } from "./app";
import type { Call } from "./call";
import { Changes } from "./changes";
import { RateLimit } from "./receive";
import { createControl } from "./control";
import type { Emulator, EmulatorSettings } from "./emulator";
import { SetupError } from "./errors";
import { FaultList } from "./faults/fault-list";
import { LateCommits } from "./faults/late-commits";
import { defaultOptions, readOptions } from "./options";
import { addPage } from "./page";
import { checkSeed, defaultSeed, loadSavedState, saveState } from "./seed";
import { Store } from "./store";

const host = "127.0.0.1";

/** Starts an emulator on the loopback address. Throws a {@link SetupError} if a setting is invalid. */
export async function startEmulator(settings: EmulatorSettings = {}): Promise<Emulator> {
  const { file } = settings;
  const seed = checkSeed(settings.seed ?? defaultSeed, "seed");
  const options = readOptions(settings.options ?? {}, seed.options ?? defaultOptions);
  const saved = file === undefined ? undefined : loadSavedState(file);
  const changes = new Changes();
  const notify = (): void => {
    changes.notify();
  };
  const persist = (): void => {
    if (file !== undefined) saveState(file, store.toSeed());
  };
  const store = new Store(saved ?? seed, options, () => {
    persist();
    notify();
  });
  // Now, so that a file that cannot be written is reported at the start and not at the first change.
  persist();

  const calls: Call[] = [];
  const faults = new FaultList(settings.faults ?? [], notify);
  const lateCommits = new LateCommits(notify);
  const server = createServer();
  const emulator: Emulator = {
    url: `http://${host}:${await listen(server, settings.port ?? 0)}`,
    options,
    accounts: store.accounts,
    calls,
    faults,
    intercept: settings.intercept,
    count: (operation) => calls.filter((call) => operation === undefined || call.operation === operation).length,
    clearCalls: () => {
      calls.length = 0;
      notify();
    },
    groups: (userId) => store.groups(userId).map(toSnapshot),
    agents: (groupId) => {
      const group = store.get(groupId);
      if (group === undefined) throw new Error(`unknown group ${groupId}`);
      return group.agents.toSorted((one, other) => (one.id < other.id ? -1 : 1));
    },
    account: (userId) => createAccountEditor(store, userId),
    waitForLateCommits: () => lateCommits.wait(),
    close: () => {
      lateCommits.cancelAll();
      return close(server);
    },
  };

  const app = createApp({
    store,
    options,
    calls,
    faults,
    lateCommits,
    rateLimit: new RateLimit(),
    changes,
    intercept: () => emulator.intercept,
    onResponse: settings.onResponse ?? (() => undefined),
  });
  // The page comes first: its files are next to the control interface, which answers every other path there.
  addPage(app);
  app.route("/_emulator", createControl(emulator, lateCommits, changes));
  const handleRequest = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  server.on("request", (incoming, outgoing) => void handleRequest(incoming, outgoing));
  return emulator;
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason =
      code === "EADDRINUSE" ? "the port is already in use. Choose another port; 0 selects any free port." : message;
    throw new SetupError(`Could not listen on ${host}:${port}: ${reason}`);
  }
  return (server.address() as AddressInfo).port;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
