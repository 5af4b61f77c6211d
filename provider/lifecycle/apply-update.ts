import { setTimeout as sleep } from "node:timers/promises";
import { CallError } from "../../client/errors";
import { backoff } from "../../client/retry";
import type { Group } from "../../client/responses";
import { forEveryOutcome, attempt, GroupError } from "./errors";
import { isNumbered, groupLabel } from "./names";
import type { OperationContext } from "./context";

/** Thrown once Deepcall has confirmed a change: the state must not go back to before it. */
export class AfterChangeError extends GroupError {
  constructor(
    message: string,
    /** The group as it is after the change, where that is known. */
    readonly now: Group | undefined,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

interface DesiredGroup {
  readonly name: string;
  readonly active: boolean;
}

/** How often an update whose answer was lost is sent, with a look in between. */
const mostSends = 4;

/**
 * Sends name and status, and reads back what the server made of them. Where an answer is lost, it looks before it
 * sends again: a name that has arrived would be numbered against itself.
 *
 * @throws GroupError while nothing, or nothing for certain, has changed; AfterChangeError afterwards.
 */
export async function applyUpdate(context: OperationContext, live: Group, wanted: DesiredGroup): Promise<Group> {
  let now = await sendUntilKnown(context, live, wanted);
  if (isNumbered(now.name, wanted.name) && (await isFree(context, now, wanted.name))) {
    // This server counts a group's own name as taken. Now that the group has left the name, it can have it back.
    now = await sendUntilKnown(context, now, wanted);
  }
  if (now.active !== undefined && now.active !== wanted.active)
    throw new AfterChangeError(
      `Deepcall accepted status ${wanted.active ? "1 (active)" : "0 (inactive)"} for ${groupLabel(now)} and still lists it as ${now.active ? "active" : "inactive"}. ` +
        "If it stays so after the next run, set the status in Deepcall's panel and report this: the meaning of other statuses is not documented.",
      now,
    );
  return now;
}

/** The group as it is after a write that Deepcall confirmed. */
export async function readBack(context: OperationContext, group: { name: string; id: number }): Promise<Group> {
  try {
    const now = await attempt("read back", group, confirmed, () => look(context, group.id));
    if (now) return now;
  } catch (error) {
    if (error instanceof GroupError) throw new AfterChangeError(error.message, undefined, { cause: error });
    throw error;
  }
  throw new AfterChangeError(
    `Deepcall confirmed the change to ${groupLabel(group)}, and a list for its id does not show it. ` +
      "Run `pulumi up --refresh` to see whether it is there now.",
    undefined,
  );
}

/** Reads a group after a write, also for the reads that share a list from before it. */
async function look(context: OperationContext, id: number): Promise<Group | undefined> {
  const now = await context.groups.withId(id);
  if (now) context.groups.markRead(now);
  return now;
}

const confirmed = forEveryOutcome("Deepcall has confirmed the change; only what it came to is not known.");

async function sendUntilKnown(context: OperationContext, live: Group, wanted: DesiredGroup): Promise<Group> {
  for (let sends = 1; ; sends++) {
    try {
      await send(context, live, wanted);
      return await readBack(context, live);
    } catch (error) {
      if (!isLost(error)) throw error;
      if (error.cause.outcome === "unknown") await sleep(context.retryPolicy.settleMs);
      const now = await attempt("look what became of", live, unsure, () => look(context, live.id));
      if (now && hasArrived(now, live, wanted)) return now;
      // Only what may pass is worth another try; an answer in a strange form stays strange.
      if (!now || !error.cause.transient || sends === mostSends) throw error;
      await sleep(backoff(sends, Math.random(), context.retryPolicy));
    }
  }
}

/** Whether what the server shows is what was sent: the name may have got a number on the way. */
function hasArrived(now: Group, before: Group, wanted: DesiredGroup): boolean {
  const name = now.name === wanted.name || (now.name !== before.name && isNumbered(now.name, wanted.name));
  // A status that is not shown can't be seen to have arrived; sending it twice does no harm.
  return name && now.active === wanted.active;
}

/** Whether nobody has the name, so that the number at it can only come from the group itself. */
async function isFree(context: OperationContext, now: Group, name: string): Promise<boolean> {
  const holders = await attempt("look who has the name of", now, confirmed, () => context.groups.withName(name));
  return holders.length === 0;
}

type LostError = GroupError & { readonly cause: CallError };

function isLost(error: unknown): error is LostError {
  if (!(error instanceof GroupError) || error instanceof AfterChangeError) return false;
  return error.cause instanceof CallError && (error.cause.outcome === "unknown" || error.cause.outcome === "answered");
}

const unsure = forEveryOutcome(
  "The change may have been made or not; the next `pulumi up` looks before it sends it again.",
);

async function send(context: OperationContext, live: Group, wanted: DesiredGroup): Promise<void> {
  const goal = `It was to become ${JSON.stringify(wanted.name)}, ${wanted.active ? "active" : "inactive"}.`;
  const nothing = `${goal} Nothing was changed.`;
  const maybe = `${goal} That may have been done or not; the next \`pulumi up\` looks before it sends it again.`;
  await attempt("update", live, { "not sent": nothing, refused: nothing, answered: maybe, unknown: maybe }, () =>
    context.write(live.id, (client) => client.update(live.id, wanted)),
  );
}
