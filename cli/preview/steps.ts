import type { AssignedAgent } from "../../client/relations";
import { toAgent, type WrittenAgent } from "../../provider/model/agents";
import type { IgnoredProperty } from "../../provider/model/resource";
import { agentsType, groupType, providerType } from "../../provider/state-contract";
import { explicitName, providerName } from "../../provider/urn";

/** One step of a preview, from the engine's events. */
export interface Step {
  /** `refresh` reads the current state; then `same`, `create`, `update`, `delete`, `read`, … is what the next `up` does. */
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  /** The reference to the resource's provider: URN and id. */
  readonly provider?: string;
  readonly old?: Snapshot | null;
  readonly new?: Snapshot | null;
}

export type Properties = Readonly<Record<string, unknown>>;

/** A resource before or after a step. The engine replaces secret values by an object. */
interface Snapshot {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
  /** Why the resource's last update was not completed. */
  readonly initErrors?: readonly string[];
}

/** An operation in the stack's state that was interrupted (`kill -9`, a crash), as the backend keeps it. */
export interface PendingOperation {
  /** `creating`, `updating`, `deleting`, … */
  readonly type: string;
  readonly resource: {
    readonly urn: string;
    readonly type: string;
    readonly provider?: string;
    readonly inputs?: Properties;
  };
}

export function isDeepcall({ type }: Pick<Step, "type">): boolean {
  return type === groupType || type === agentsType;
}

/** Whether the step deletes a protected resource, which the engine refuses. */
export function isProtected({ op, old }: Step): boolean {
  return old?.protect === true && (op === "delete" || op === "replace");
}

/** An account that the stack's program uses. */
export interface Account {
  /** The name of its provider; `null` for the default provider. */
  readonly provider: string | null;
  /** The provider's inputs; for the default provider, the settings are in the stack's config. */
  readonly inputs: Properties;
}

/** The accounts of a preview, the default one first. */
export function findAccounts(steps: readonly Step[]): Account[] {
  const explicit = new Map<string, Account>();
  for (const { type, urn, new: current } of steps) {
    const provider = type === providerType ? explicitName(urn) : null;
    if (provider !== null && current) explicit.set(provider, { provider, inputs: current.inputs });
  }
  const accounts = [...explicit].toSorted(([a], [b]) => compareText(a, b)).map(([, account]) => account);
  const usesDefault = steps.some((step) => isDeepcall(step) && providerName(step) === null);
  return accounts.length === 0 || usesDefault ? [{ provider: null, inputs: {} }, ...accounts] : accounts;
}

/** The agents that the state or the program lists; none if that is secret or unknown. */
export function toAgents(stored: unknown): AssignedAgent[] {
  return Array.isArray(stored) ? (stored as readonly WrittenAgent[]).map(toAgent) : [];
}

/** The values of `ignoreChanges`, which the engine does not pass to dynamic providers. */
export function ignoredProperties(inputs: Properties): IgnoredProperty[] {
  const ignored = inputs["__ignore"];
  return Array.isArray(ignored) ? (ignored as IgnoredProperty[]) : [];
}

/** Unlike `localeCompare`, gives the same order on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
