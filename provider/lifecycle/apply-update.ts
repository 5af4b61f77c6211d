import type { CallError } from "../../client/errors";
import type { ReadOptions } from "../../client/retry";
import type { Group } from "../../client/responses";
import { attempt, forEveryOutcome, GroupError } from "../model/errors";
import { groupLabel, isNumbered } from "../model/names";
import type { OperationContext } from "./context";
import { sendOnce } from "./send-once";

/** A group while it is changed. If a later step fails, the state must contain what is known by then. */
export interface Progress {
  current: Group;
  /** Whether Deepcall has confirmed a change that the state does not contain yet. */
  isChanged: boolean;
}

interface DesiredGroup {
  readonly name: string;
  readonly active: boolean;
}

/**
 * Sends name and status, and reads the group back. If an answer is lost, it reads the group before it sends the update
 * again: if the group already has the name, the server could append a number to it.
 */
export async function applyUpdate(context: OperationContext, progress: Progress, desired: DesiredGroup): Promise<void> {
  await send(context, progress, desired);
  if (isNumbered(progress.current.name, desired.name) && (await isFree(context, progress.current, desired.name))) {
    // This server counts a group's own name as taken. No group has the name now, so a second update succeeds.
    await send(context, progress, desired);
  }
  const { current } = progress;
  if (current.active === undefined || current.active === desired.active) return;
  throw new GroupError("status-rejected", {
    failure: `Could not set the status of ${groupLabel(current)}`,
    reason:
      `Deepcall accepted status ${desired.active ? "1 (active)" : "0 (inactive)"} ` +
      `but still lists the group as ${current.active ? "active" : "inactive"}`,
    done: "",
    next: "If the next run fails too, set the status in Deepcall's panel and report this message: the meaning of other statuses is not documented.",
  });
}

/** Reads a group back after a write that Deepcall confirmed. */
export async function readBack(context: OperationContext, group: Group): Promise<Group> {
  const label = groupLabel(group);
  const current = await attempt(`read back ${label}`, confirmed, () =>
    readAndRecord(context, group.id, { retryEveryFailure: true }),
  );
  if (current) return current;
  throw new GroupError("not-visible", {
    failure: `Could not read back ${label}`,
    reason: "Deepcall confirmed the change, but the list for its id does not contain the group",
    done: "",
    next: "Run `pulumi up --refresh` to check again.",
  });
}

async function readAndRecord(context: OperationContext, id: number, options?: ReadOptions): Promise<Group | undefined> {
  const current = await context.groups.readById(id, options);
  if (current) context.groups.record(current);
  return current;
}

const confirmed = forEveryOutcome("Deepcall confirmed the change, but its result is unknown.");
const uncertainText =
  "The change may or may not have been applied; the next `pulumi up` checks before it sends it again.";

async function send(context: OperationContext, progress: Progress, desired: DesiredGroup): Promise<void> {
  const before = progress.current;
  const label = groupLabel(before);
  const target = `The update was to set the name to ${JSON.stringify(desired.name)} and the status to ${desired.active ? "active" : "inactive"}.`;
  const notApplied = `${target} Nothing was changed.`;
  const maybeApplied = `${target} ${uncertainText}`;
  const look = async (lost: CallError) => {
    const current = await attempt(`check the result of the update of ${label}`, forEveryOutcome(uncertainText), () =>
      readAndRecord(context, before.id),
    );
    if (current && hasArrived(current, before, desired)) return { result: current };
    return { error: lost, maySendAgain: current !== undefined };
  };
  const found = await attempt(
    `update ${label}`,
    { "not sent": notApplied, refused: notApplied, answered: maybeApplied, unknown: maybeApplied },
    () =>
      sendOnce<Group | undefined>(
        context.retryPolicy,
        async () => {
          await context.update(before.id, desired);
          return undefined;
        },
        look,
      ),
  );
  progress.isChanged = true;
  progress.current = { ...before, ...desired };
  progress.current = found ?? (await readBack(context, before));
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
  const groups = await attempt(`check the requested name of ${groupLabel(current)}`, confirmed, () =>
    context.groups.readByName(name),
  );
  return groups.length === 0;
}
