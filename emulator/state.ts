import type { GroupSnapshot } from "./account-editor";
import type { Emulator } from "./emulator";
import type { ActiveFault } from "./faults/fault";
import type { LateCommits } from "./faults/late-commits";
import type { EmulatorOptions } from "./options";
import { operationNames } from "./requests";
import type { Agent, AssignedAgent } from "./store";

/** What the control interface reports. It contains no credentials. */
export interface EmulatorState {
  readonly accounts: readonly { readonly userId: string; readonly agents?: readonly Agent[] | undefined }[];
  readonly groups: readonly GroupSnapshot[];
  /** By the id of the group. */
  readonly agents: Readonly<Record<string, readonly AssignedAgent[]>>;
  /** By operation. */
  readonly calls: Readonly<Record<string, number>>;
  readonly faults: readonly ActiveFault[];
  /** How many are pending. */
  readonly lateCommits: number;
  readonly options: EmulatorOptions;
}

/** A call as the page shows it. */
export interface RecentCall {
  /** From 1, in order of arrival. */
  readonly number: number;
  readonly operation: string;
  readonly userId: string;
  readonly startedAt: number;
  readonly code?: number | undefined;
  readonly ms?: number | undefined;
  readonly fault?: string | undefined;
}

export function readState(emulator: Emulator, lateCommits: LateCommits): EmulatorState {
  const groups = emulator.groups();
  return {
    accounts: emulator.accounts.map(({ userId, agents }) => ({ userId, agents })),
    groups,
    agents: Object.fromEntries(groups.map(({ id }) => [id, emulator.agents(id)])),
    calls: countCalls(emulator),
    faults: emulator.faults.list(),
    lateCommits: lateCommits.size,
    options: emulator.options,
  };
}

export function countCalls(emulator: Emulator): Record<string, number> {
  return Object.fromEntries(operationNames.map((operation) => [operation, emulator.count(operation)]));
}

/** The last 200 calls, without their bodies. */
export function recentCalls({ calls }: Emulator): RecentCall[] {
  const first = Math.max(0, calls.length - 200);
  return calls.slice(first).map(({ operation, userId, startedAt, code, ms, fault }, n) => ({
    number: first + n + 1,
    operation,
    userId,
    startedAt,
    code,
    ms,
    fault,
  }));
}
