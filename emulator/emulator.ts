import type { Call, Intercept } from "./calls";
import type { Fault, Faults } from "./faults/fault";
import type { EmulatorOptions } from "./options";
import type { AccountEditor, GroupSnapshot } from "./panel";
import type { Seed } from "./seed";
import type { Account } from "./store";

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
  /** What goes wrong on purpose, as objects or as text, e.g. "add:reset-after"; default: nothing. */
  faults?: readonly (Fault | string)[] | undefined;
  /** Stands between the calls and their handling, before faults and rate limit; default: nothing does. */
  intercept?: Intercept | undefined;
  /** Told of each call when it is over, and how many milliseconds it took. */
  onAnswer?: ((call: Call, ms: number) => void) | undefined;
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
  /** What goes wrong on purpose. */
  readonly faults: Faults;
  /** Stands between the calls and their handling, before faults and rate limit; undefined: nothing does. */
  intercept: Intercept | undefined;
  /** How many calls there were, of one operation or of all. */
  count(operation?: string): number;
  /** Forgets the calls so far. */
  clearCalls(): void;
  /** The groups of one account, or of all, sorted by id. */
  groups(userId?: string): GroupSnapshot[];
  /** Edits an account without a call. */
  account(userId: string): AccountEditor;
  /** Resolves when every late commit that is under way is done. */
  settled(): Promise<void>;
  /** Ends all connections at once, and the server; late commits that are under way don't happen any more. */
  close(): Promise<void>;
}
