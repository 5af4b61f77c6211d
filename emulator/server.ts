import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { createApp } from "./app";
import { type Call, CallLog, type Intercept } from "./calls";
import { checkSeed, loadSaved, save } from "./files";
import { defaultOptions, type EmulatorOptions, readOptions } from "./options";
import { defaultSeed, type Seed } from "./seed";
import { SetupError } from "./setup-error";
import { type Account, type Group, type Status, Store } from "./store";

const host = "127.0.0.1";

/** How an emulator starts. */
export interface EmulatorSettings {
  /** The port on 127.0.0.1; default 0: any free one. */
  port?: number | undefined;
  /** The accounts to start with; default: one account "demo" (token "demo-token", ssid "demo-ssid") without groups. */
  seed?: Seed | undefined;
  /** Choices for the undocumented points; they win over those of the seed. */
  options?: Partial<EmulatorOptions> | undefined;
  /**
   * Where accounts and groups are kept over a restart; default: only in memory. When the file exists, its accounts
   * take the place of the seed's; the options of the seed still count.
   */
  file?: string | undefined;
  /** Stands between the calls and their handling; default: nothing does. */
  intercept?: Intercept | undefined;
  /** Told of each call when it is over, and how many milliseconds it took. */
  onAnswer?: ((call: Call, ms: number) => void) | undefined;
}

/** A group as tests see it. */
export type GroupSnapshot = Pick<Group, "id" | "name" | "status" | "userId">;

/** Edits without a call, behind Pulumi's back, as somebody makes them in Deepcall's panel. Names are taken as they are. */
export interface AccountEditor {
  /** Makes a group. */
  add(name: string, status?: Status): GroupSnapshot;
  /** Renames a group; a name that is taken is no hindrance. */
  rename(id: number, name: string): void;
  /** Sets a group active (1) or inactive (0). */
  setStatus(id: number, status: Status): void;
  /** Deletes a group. */
  remove(id: number): void;
}

/** A running emulator. */
export interface Emulator {
  /** The base URL, e.g. "http://127.0.0.1:8920". */
  readonly url: string;
  /** Every option; a change counts from the next call on. */
  readonly options: EmulatorOptions;
  /** Who may call, in the order of the seed. */
  readonly accounts: readonly Account[];
  /** The calls so far, in order of arrival. */
  readonly calls: readonly Call[];
  /** Stands between the calls and their handling; undefined: nothing does. */
  intercept: Intercept | undefined;
  /** How many calls there were, of one operation or of all. */
  count(operation?: string): number;
  /** Forgets the calls so far. */
  clearCalls(): void;
  /** The groups of one account, or of all, sorted by id. */
  groups(userId?: string): GroupSnapshot[];
  /** Edits an account without a call. */
  account(userId: string): AccountEditor;
  /** Ends all connections at once, and the server. */
  close(): Promise<void>;
}

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
  let intercept = settings.intercept;
  const app = createApp({ store, options, log, intercept: () => intercept, onAnswer });
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = createServer((incoming, outgoing) => {
    void listener(incoming, outgoing);
  });
  const url = `http://${host}:${await listen(server, port)}`;
  let closed: Promise<void> | undefined;

  return {
    url,
    options,
    accounts: store.accounts,
    calls: log.calls,
    get intercept() {
      return intercept;
    },
    set intercept(value) {
      intercept = value;
    },
    count: (operation) => log.count(operation),
    clearCalls: () => {
      log.clear();
    },
    groups: (userId) => store.groups(userId).map(snapshot),
    account: (userId) => editor(store, userId),
    close: () => (closed ??= end(server)),
  };
}

function editor(store: Store, userId: string): AccountEditor {
  if (!store.accounts.some((account) => account.userId === userId)) throw new Error(`no account ${userId}`);
  return {
    add: (name, status = 1) => snapshot(store.insert(userId, name, status)),
    rename: (id, name) => {
      store.change(userId, id, { name });
    },
    setStatus: (id, status) => {
      store.change(userId, id, { status });
    },
    remove: (id) => {
      store.remove(userId, String(id));
    },
  };
}

function snapshot({ id, name, status, userId }: Group): GroupSnapshot {
  return { id, name, status, userId };
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
