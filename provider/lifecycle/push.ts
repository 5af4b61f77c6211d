import { setTimeout as sleep } from "node:timers/promises";
import { CallError } from "../client/errors";
import { backoff } from "../client/retry";
import type { Group } from "../client/wire";
import { always, attempt, GroupError } from "./errors";
import { isNumbered, label } from "./names";
import type { Operation } from "./operation";

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

interface Wanted {
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
export async function push(operation: Operation, live: Group, wanted: Wanted): Promise<Group> {
  let now = await sendUntilKnown(operation, live, wanted);
  if (isNumbered(now.name, wanted.name) && (await isFree(operation, now, wanted.name))) {
    // This server counts a group's own name as taken. Now that the group has left the name, it can have it back.
    now = await sendUntilKnown(operation, now, wanted);
  }
  if (now.active !== undefined && now.active !== wanted.active)
    throw new AfterChangeError(
      `Deepcall accepted status ${wanted.active ? "1 (active)" : "0 (inactive)"} for ${label(now)} and still lists it as ${now.active ? "active" : "inactive"}. ` +
        "If it stays so after the next run, set the status in Deepcall's panel and report this: the meaning of other statuses is not documented.",
      now,
    );
  return now;
}

/** The group as it is after a write that Deepcall confirmed. */
export async function readBack(operation: Operation, group: { name: string; id: number }): Promise<Group> {
  try {
    const now = await attempt("read back", group, confirmed, () => look(operation, group.id));
    if (now) return now;
  } catch (error) {
    if (error instanceof GroupError) throw new AfterChangeError(error.message, undefined, { cause: error });
    throw error;
  }
  throw new AfterChangeError(
    `Deepcall confirmed the change to ${label(group)}, and a list for its id does not show it. ` +
      "Run `pulumi up --refresh` to see whether it is there now.",
    undefined,
  );
}

/** Reads a group after a write, also for the reads that share a list from before it. */
async function look(operation: Operation, id: number): Promise<Group | undefined> {
  const now = await operation.groups.withId(id);
  if (now) operation.groups.seen(now);
  return now;
}

const confirmed = always("Deepcall has confirmed the change; only what it came to is not known.");

async function sendUntilKnown(operation: Operation, live: Group, wanted: Wanted): Promise<Group> {
  for (let sends = 1; ; sends++) {
    try {
      await send(operation, live, wanted);
      return await readBack(operation, live);
    } catch (error) {
      if (!isLost(error)) throw error;
      if (error.cause.outcome === "unknown") await sleep(operation.pace.settleMs);
      const now = await attempt("look what became of", live, unsure, () => look(operation, live.id));
      if (now && hasArrived(now, live, wanted)) return now;
      // Only what may pass is worth another try; an answer in a strange form stays strange.
      if (!now || !error.cause.passing || sends === mostSends) throw error;
      await sleep(backoff(sends, Math.random(), operation.pace));
    }
  }
}

/** Whether what the server shows is what was sent: the name may have got a number on the way. */
function hasArrived(now: Group, before: Group, wanted: Wanted): boolean {
  const name = now.name === wanted.name || (now.name !== before.name && isNumbered(now.name, wanted.name));
  // A status that is not shown can't be seen to have arrived; sending it twice does no harm.
  return name && now.active === wanted.active;
}

/** Whether nobody has the name, so that the number at it can only come from the group itself. */
async function isFree(operation: Operation, now: Group, name: string): Promise<boolean> {
  const holders = await attempt("look who has the name of", now, confirmed, () => operation.groups.withName(name));
  return holders.length === 0;
}

type LostError = GroupError & { readonly cause: CallError };

function isLost(error: unknown): error is LostError {
  if (!(error instanceof GroupError) || error instanceof AfterChangeError) return false;
  return error.cause instanceof CallError && (error.cause.outcome === "unknown" || error.cause.outcome === "answered");
}

const unsure = always("The change may have been made or not; the next `pulumi up` looks before it sends it again.");

async function send(operation: Operation, live: Group, wanted: Wanted): Promise<void> {
  const goal = `It was to become ${JSON.stringify(wanted.name)}, ${wanted.active ? "active" : "inactive"}.`;
  const nothing = `${goal} Nothing was changed.`;
  const maybe = `${goal} That may have been done or not; the next \`pulumi up\` looks before it sends it again.`;
  await attempt("update", live, { "not sent": nothing, refused: nothing, answered: maybe, unknown: maybe }, () =>
    operation.write(live.id, (client) => client.update(live.id, wanted)),
  );
}
