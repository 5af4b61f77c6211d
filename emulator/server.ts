import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { createApp } from "./app";
import { CallLog } from "./calls";
import { createControl } from "./control/app";
import type { Emulator, EmulatorSettings } from "./emulator";
import { FaultList } from "./faults/list";
import { LateCommits } from "./faults/late-commits";
import { checkSeed, loadSaved, save } from "./files";
import { defaultOptions, readOptions } from "./options";
import { editor, snapshot } from "./panel";
import { RateLimit } from "./rate-limit";
import { defaultSeed } from "./seed";
import { SetupError } from "./setup-error";
import { Store } from "./store";

const host = "127.0.0.1";

/** Starts a Deepcall on the loopback address. What can't be started as asked is a {@link SetupError}. */
export async function startEmulator(settings: EmulatorSettings = {}): Promise<Emulator> {
  const { port = 0, file, onAnswer = () => undefined } = settings;
  const seed = checkSeed(settings.seed ?? defaultSeed, "seed");
  const options = readOptions(settings.options ?? {}, seed.options ?? defaultOptions);
  const saved = file === undefined ? undefined : loadSaved(file);
  const persist = (): void => {
    if (file !== undefined) save(file, store.toSeed());
  };
  const store = new Store(saved ?? seed, options, persist);
  // At once, so that a file that can't be written is found now and not at the first change.
  persist();

  const log = new CallLog();
  const faults = new FaultList(settings.faults ?? []);
  const lateCommits = new LateCommits();
  let intercept = settings.intercept;
  const controlled = {
    options,
    accounts: store.accounts,
    faults,
    count: (operation?: string) => log.count(operation),
    clearCalls: () => {
      log.clear();
    },
    groups: (userId?: string) => store.groups(userId).map(snapshot),
    account: (userId: string) => editor(store, userId),
  };
  const app = createApp({
    store,
    options,
    log,
    faults,
    lateCommits,
    rateLimit: new RateLimit(),
    intercept: () => intercept,
    onAnswer,
  });
  app.route("/_emulator", createControl({ ...controlled, lateCommits: () => lateCommits.size }));
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = createServer((incoming, outgoing) => {
    void listener(incoming, outgoing);
  });
  const url = `http://${host}:${await listen(server, port)}`;
  let closed: Promise<void> | undefined;

  return {
    ...controlled,
    url,
    calls: log.calls,
    get intercept() {
      return intercept;
    },
    set intercept(value) {
      intercept = value;
    },
    settled: () => lateCommits.settled(),
    close: () => {
      lateCommits.end();
      return (closed ??= end(server));
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === "EADDRINUSE" ? "is in use; 0 takes any free one" : `can't be used: ${error.message}`;
      reject(new SetupError(`port ${port} on ${host} ${reason}`));
    });
    server.listen(port, host, () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function end(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
