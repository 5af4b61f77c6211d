import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { type AccountEditor, createAccountEditor, type GroupSnapshot, toSnapshot } from "./account-editor";
import { createApp } from "./app";
import { type Call, RateLimit } from "./calls";
import { createControl } from "./control";
import { SetupError } from "./errors";
import { type Fault, FaultList } from "./faults/fault-list";
import { LateCommits } from "./faults/late-commits";
import type { Intercept } from "./intercept";
import { defaultOptions, type EmulatorOptions, readOptions } from "./options";
import { checkSeed, defaultSeed, loadSavedState, saveState, type Seed } from "./seed";
import { type Account, Store } from "./store";

export interface EmulatorSettings {
  /** The port on 127.0.0.1; default 0: any free port. */
  port?: number | undefined;
  /** The initial accounts; default: one account "demo" (token "demo-token", ssid "demo-ssid") without groups. */
  seed?: Seed | undefined;
  /** They take precedence over the options in the seed. */
  options?: Partial<EmulatorOptions> | undefined;
  /**
   * The file that keeps accounts and groups across restarts; default: none. If the file exists, its accounts replace
   * the seed's, but the seed's options still apply.
   */
  file?: string | undefined;
  /** Faults as objects or as text, for example "add:reset-after". */
  faults?: readonly (Fault | string)[] | undefined;
  /** Runs before each call is handled, ahead of faults and rate limit. */
  intercept?: Intercept | undefined;
  /** Called when a call is over, with its duration. */
  onResponse?: ((call: Call, ms: number) => void) | undefined;
}

/** A running emulator. */
export interface Emulator {
  /** The base URL, for example "http://127.0.0.1:8920". */
  readonly url: string;
  /** Every option; a change applies to the next call. */
  readonly options: EmulatorOptions;
  /** The accounts, in the order of the seed. */
  readonly accounts: readonly Account[];
  /** The calls so far, in order of arrival. */
  readonly calls: readonly Call[];
  readonly faults: FaultList;
  /** Runs before each call is handled, ahead of faults and rate limit. */
  intercept: Intercept | undefined;
  /** The number of calls, of one operation or of all. */
  count(operation?: string): number;
  clearCalls(): void;
  /** The groups of one account, or of all, sorted by id. */
  groups(userId?: string): GroupSnapshot[];
  /** Edits an account without a call. */
  account(userId: string): AccountEditor;
  /** Resolves when no late commit is pending. */
  waitForLateCommits(): Promise<void>;
  /** Closes all connections immediately, stops the server, and cancels pending late commits. */
  close(): Promise<void>;
}

const host = "127.0.0.1";

/** Starts an emulator on the loopback address. Throws a {@link SetupError} if a setting is invalid. */
export async function startEmulator(settings: EmulatorSettings = {}): Promise<Emulator> {
  const { file } = settings;
  const seed = checkSeed(settings.seed ?? defaultSeed, "seed");
  const options = readOptions(settings.options ?? {}, seed.options ?? defaultOptions);
  const saved = file === undefined ? undefined : loadSavedState(file);
  const persist = (): void => {
    if (file !== undefined) saveState(file, store.toSeed());
  };
  const store = new Store(saved ?? seed, options, persist);
  // Now, so that a file that cannot be written is reported at the start and not at the first change.
  persist();

  const calls: Call[] = [];
  const faults = new FaultList(settings.faults ?? []);
  const lateCommits = new LateCommits();
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
    },
    groups: (userId) => store.groups(userId).map(toSnapshot),
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
    intercept: () => emulator.intercept,
    onResponse: settings.onResponse ?? (() => undefined),
  });
  app.route("/_emulator", createControl(emulator, lateCommits));
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
