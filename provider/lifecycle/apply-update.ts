import { setTimeout as sleep } from "node:timers/promises";
import { CallError } from "../../client/errors";
import type { Group } from "../../client/responses";
import { backoff, type ReadOptions } from "../../client/retry";
import type { OperationContext } from "./context";
import { withGroupError, forEveryOutcome, GroupError, type ProviderErrorCode } from "./errors";
import { groupLabel, isNumbered } from "./names";

/** A failure after Deepcall confirmed a change: the state must contain the change. */
export class AfterChangeError extends GroupError {
  constructor(
    errorCode: string,
    description: string,
    /** The group after the change; `undefined` if it is not known. */
    readonly current: Group | undefined,
    options?: ErrorOptions,
  ) {
    super(errorCode, description, options);
  }
}

interface DesiredGroup {
  readonly name: string;
  readonly active: boolean;
}

const maxSends = 4;

/**
 * Sends name and status, and reads the group back. If an answer is lost, it reads the group before it sends the update
 * again: if the group already has the name, the server could append a number to it.
 *
 * @throws GroupError if the change is not confirmed; AfterChangeError once it is.
 */
export async function applyUpdate(context: OperationContext, before: Group, desired: DesiredGroup): Promise<Group> {
  let current = await sendUntilConfirmed(context, before, desired);
  if (isNumbered(current.name, desired.name) && (await isFree(context, current, desired.name))) {
    // This server counts a group's own name as taken. No group has the name now, so a second update succeeds.
    current = await sendUntilConfirmed(context, current, desired);
  }
  if (current.active !== undefined && current.active !== desired.active)
    throw new AfterChangeError(
      "status-rejected" satisfies ProviderErrorCode,
      `Could not set the status of ${groupLabel(current)}: Deepcall accepted status ${desired.active ? "1 (active)" : "0 (inactive)"} ` +
        `but still lists the group as ${current.active ? "active" : "inactive"}. ` +
        "If the next run fails too, set the status in Deepcall's panel and report this message: the meaning of other statuses is not documented.",
      current,
    );
  return current;
}

/** Reads a group back after a write that Deepcall confirmed. */
export async function readBack(context: OperationContext, group: { name: string; id: number }): Promise<Group> {
  let current: Group | undefined;
  try {
    current = await withGroupError("read back", group, confirmed, () =>
      readAndRecord(context, group.id, { retryEveryFailure: true }),
    );
  } catch (error) {
    if (!(error instanceof GroupError)) throw error;
    throw new AfterChangeError(error.errorCode, error.description, undefined, { cause: error });
  }
  if (current) return current;
  throw new AfterChangeError(
    "not-visible" satisfies ProviderErrorCode,
    `Could not read back ${groupLabel(group)}: Deepcall confirmed the change, but the list for its id does not contain the group. ` +
      "Run `pulumi up --refresh` to check again.",
    undefined,
  );
}

async function readAndRecord(context: OperationContext, id: number, options?: ReadOptions): Promise<Group | undefined> {
  const current = await context.groups.readById(id, options);
  if (current) context.groups.record(current);
  return current;
}

const confirmed = forEveryOutcome("Deepcall confirmed the change, but its result is unknown.");

async function sendUntilConfirmed(context: OperationContext, before: Group, desired: DesiredGroup): Promise<Group> {
  for (let sends = 1; ; sends++) {
    try {
      await send(context, before, desired);
      return await readBack(context, before);
    } catch (error) {
      if (!isLost(error)) throw error;
      const { outcome, transient } = error.cause;
      if (outcome === "unknown") await sleep(context.retryPolicy.lateCommitMs);
      const current = await withGroupError("check the result of the update of", before, uncertain, () =>
        readAndRecord(context, before.id),
      );
      if (current && hasArrived(current, before, desired)) return current;
      if (!current || !transient || sends === maxSends) throw error;
      await sleep(backoff(sends, Math.random(), context.retryPolicy));
    }
  }
}

/** Whether the group has the name that was sent, possibly with an appended number, and the status. */
function hasArrived(current: Group, before: Group, desired: DesiredGroup): boolean {
  const hasName =
    current.name === desired.name || (current.name !== before.name && isNumbered(current.name, desired.name));
  // A status that lists don't include cannot be confirmed; sending it again does no harm.
  return hasName && current.active === desired.active;
}

/** Whether no group has the name, so that the appended number can only come from the group itself. */
async function isFree(context: OperationContext, current: Group, name: string): Promise<boolean> {
  const groups = await withGroupError("check the requested name of", current, confirmed, () =>
    context.groups.readByName(name),
  );
  return groups.length === 0;
}

type LostError = GroupError & { readonly cause: CallError };

function isLost(error: unknown): error is LostError {
  if (!(error instanceof GroupError) || error instanceof AfterChangeError) return false;
  return error.cause instanceof CallError && (error.cause.outcome === "unknown" || error.cause.outcome === "answered");
}

const uncertainText =
  "The change may or may not have been applied; the next `pulumi up` checks before it sends it again.";
const uncertain = forEveryOutcome(uncertainText);

async function send(context: OperationContext, before: Group, desired: DesiredGroup): Promise<void> {
  const target = `The update was to set the name to ${JSON.stringify(desired.name)} and the status to ${desired.active ? "active" : "inactive"}.`;
  const notApplied = `${target} Nothing was changed.`;
  const maybeApplied = `${target} ${uncertainText}`;
  await withGroupError(
    "update",
    before,
    { "not sent": notApplied, refused: notApplied, answered: maybeApplied, unknown: maybeApplied },
    () => context.write(before.id, (client) => client.update(before.id, desired)),
  );
}
