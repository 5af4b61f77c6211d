import type { Group } from "../client/wire";
import { attempt, GroupError } from "./errors";
import { isNumbered, label } from "./names";
import type { Operation } from "./operation";

/** Thrown by `push` and `readBack` once Deepcall has confirmed a change: the state must not go back to before it. */
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

/**
 * Sends name and status, and reads back what the server made of them.
 *
 * @throws GroupError while nothing, or nothing for certain, has changed; AfterChangeError afterwards.
 */
export async function push(
  operation: Operation,
  live: Group,
  wanted: { name: string; active: boolean },
): Promise<Group> {
  await send(operation, live, wanted);
  let now = await readBack(operation, live);
  if (live.name === wanted.name && isNumbered(now.name, wanted.name)) {
    // This server counts a group's own name as taken. Now that the group has left the name, it can have it back.
    await send(operation, now, wanted);
    now = await readBack(operation, now);
  }
  if (now.active !== undefined && now.active !== wanted.active)
    throw new AfterChangeError(
      `Deepcall accepted status ${wanted.active ? "1 (active)" : "0 (inactive)"} for ${label(now)} and still lists it as ${now.active ? "active" : "inactive"}. ` +
        "If it stays so after the next run, set the status in Deepcall's panel and report this: the meaning of other statuses is not documented.",
      now,
    );
  return now;
}

/** The group as it is after a write. */
export async function readBack(operation: Operation, group: { name: string; id: number }): Promise<Group> {
  try {
    const now = await attempt("read back", group, afterWrite, () => operation.groups.withId(group.id));
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

const done = "Deepcall has confirmed the change; only what it came to is not known.";
const afterWrite = { "not sent": done, refused: done, unknown: done };

async function send(operation: Operation, live: Group, wanted: { name: string; active: boolean }): Promise<void> {
  await attempt(
    "update",
    live,
    {
      "not sent": "Nothing was changed.",
      refused: "Nothing was changed.",
      unknown: "The change may have been made or not; the next `pulumi up` looks before it sends it again.",
    },
    async () => {
      try {
        await operation.client.update(live.id, wanted);
      } finally {
        operation.groups.wrote();
      }
    },
  );
}
