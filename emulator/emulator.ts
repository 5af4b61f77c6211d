import type { AccountEditor, GroupSnapshot } from "./account-editor";
import type { Call } from "./call";
import type { Fault } from "./faults/fault";
import type { FaultList } from "./faults/fault-list";
import type { Intercept } from "./intercept";
import type { EmulatorOptions } from "./options";
import type { Seed } from "./seed";
import type { Account, AssignedAgent } from "./store";

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
  /** The agents assigned to a group, sorted by id. */
  agents(groupId: number): AssignedAgent[];
  /** Edits an account without a call. */
  account(userId: string): AccountEditor;
  /** Resolves when no late commit is pending. */
  waitForLateCommits(): Promise<void>;
  /** Closes all connections immediately, stops the server, and cancels pending late commits. */
  close(): Promise<void>;
}
