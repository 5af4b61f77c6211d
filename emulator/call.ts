import type { HttpBindings } from "@hono/node-server";
import type { ApiError } from "./errors";
import type { ActiveFault } from "./faults/fault";
import type { EmulatorOptions } from "./options";
import type { JsonObject } from "./requests";
import type { Account } from "./store";

/** A call that the emulator received. */
export interface Call {
  /** The last part of the path, for example "add". */
  readonly operation: string;
  /** The account, or "" if authentication failed. */
  readonly userId: string;
  /** The body without the credentials; empty if it could not be parsed. */
  readonly body: JsonObject;
  /** When it arrived, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** The code in the response. Absent while the call is running, and if the response had no code or was cut off. */
  code?: number;
  /** How long it took, in milliseconds. Absent while the call is running. */
  ms?: number;
  /** The fault that was applied, as text; absent if none was. */
  fault?: string;
}

/** What Hono passes along with a call. */
export interface CallEnv {
  Bindings: HttpBindings;
  Variables: {
    options: EmulatorOptions;
    body: JsonObject;
    account: Account | ApiError;
    call: Call;
    fault: ActiveFault | undefined;
    withinRateLimit: boolean;
  };
}
