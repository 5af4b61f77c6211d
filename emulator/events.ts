import { setTimeout as delay } from "node:timers/promises";
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { Changes } from "./changes";
import { kindNames, kinds, kindSyntax } from "./faults/kinds";
import { defaultOptions } from "./options";
import type { EmulatorState, RecentCall } from "./state";

/** What never changes: the first event of a stream. */
export interface Reference {
  readonly defaultOptions: Readonly<EmulatorState["options"]>;
  readonly faultKinds: readonly { readonly syntax: string; readonly meaning: string; readonly example: string }[];
}

/** The state with the last calls: every other event of a stream. */
export type LiveState = EmulatorState & { readonly recentCalls: readonly RecentCall[] };

const reference: Reference = {
  defaultOptions,
  faultKinds: kindNames.map((name) => ({
    syntax: kindSyntax(name),
    meaning: kinds[name].meaning,
    example: kinds[name].example,
  })),
};

/** Changes within this time are sent together. */
const intervalMs = 50;

/**
 * Sends the state now and after every change, until the client disconnects. Each event has the whole state, so a client
 * that connects again has missed nothing. The next event waits until the client has read the one before.
 */
export function streamEvents(c: Context, changes: Changes, readState: () => LiveState): Response {
  const closed = new AbortController();
  const { signal } = closed;
  return streamSSE(c, async (stream) => {
    stream.onAbort(() => {
      closed.abort();
    });
    await stream.writeSSE({ event: "reference", data: JSON.stringify(reference), retry: 1000 });
    try {
      while (!signal.aborted) {
        const { count } = changes;
        await stream.writeSSE({ event: "state", data: JSON.stringify(readState()) });
        await changes.moreThan(count, signal);
        await delay(intervalMs, undefined, { signal, ref: false });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  });
}
