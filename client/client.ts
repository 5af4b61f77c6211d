import { setTimeout as sleep } from "node:timers/promises";
import { Semaphore } from "async-mutex";
import type { Dispatcher } from "undici";
import { CallError, NotFoundError, RateLimitError, type ApiOperation } from "./errors";
import { createRedact, type Redact } from "./redact";
import { standardRetryPolicy, delayBeforeRetry, type RetryPolicy } from "./retry";
import { createDispatcher, readJson, send, type HttpReply } from "./transport";
import { readAnswer, readList, readNewId, type JsonObject, type GroupList } from "./responses";

/** One kind of credential, as Deepcall takes it: in the body of every call. */
export type Credentials = { readonly ssid: string } | { readonly userId: string; readonly token: string };

/** What the client needs to know; see `provider/settings.ts` for where it comes from. */
export interface ClientSettings {
  /** Address of the API without `/api/v2`, e.g. `https://v4-api.deepcall.com`. */
  readonly baseUrl: URL;
  readonly credentials: Credentials;
  /** Time for one call from its sending to the end of its answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Calls in flight at a time. */
  readonly maxConcurrency: number;
  /** Calls begun per second; `undefined` sets no limit. */
  readonly requestsPerSecond: number | undefined;
  /** A line per call on stderr: operation, outcome, milliseconds. */
  readonly debug: boolean;
}

/**
 * Deepcall's Group API v2.0, typed. It knows nothing of Pulumi.
 *
 * Every method makes one call, and sends it again where that is safe (see `retry.ts`). It may end in `ConnectionError`,
 * `TimeoutError`, `RateLimitError`, `AnswerError` or `ApiError` (with its subclasses `AuthenticationError`,
 * `PermissionError`, `NotFoundError`).
 */
export class DeepcallClient {
  readonly #settings: ClientSettings;
  readonly #pace: RetryPolicy;
  readonly #dispatcher: Dispatcher;
  readonly #places: Semaphore;
  readonly #redact: Redact;
  #nextStart = 0;
  #pausedUntil = 0;

  /**
   * @param pace - how patient it is; tests are less so.
   * @param dispatcher - undici's connections; tests put a MockAgent here.
   */
  constructor(
    settings: ClientSettings,
    pace: RetryPolicy = standardRetryPolicy,
    dispatcher: Dispatcher = createDispatcher(settings.baseUrl, settings.maxConcurrency),
  ) {
    this.#settings = settings;
    this.#pace = pace;
    this.#dispatcher = dispatcher;
    this.#places = new Semaphore(settings.maxConcurrency);
    const { credentials } = settings;
    this.#redact = createRedact("ssid" in credentials ? [credentials.ssid] : [credentials.token]);
  }

  /**
   * Makes a group (Group: Add). A name that is taken gets a number appended by the server, and the answer does not
   * tell: read the group back to know its name. Not safe to send twice.
   *
   * @returns the new group's id.
   */
  async add(name: string): Promise<number> {
    return this.#call("add", { name }, readNewId);
  }

  /** Sets name and status (Group: Update); both always go together, because a missing status re-activates the group. */
  async update(id: number, group: { name: string; active: boolean }): Promise<void> {
    await this.#call("update", { groupId: String(id), name: group.name, status: group.active ? 1 : 0 }, readNothing);
  }

  /** Deletes a group for good, with all its relations to agents (Group: Delete). */
  async delete(id: number): Promise<void> {
    await this.#call("delete", { groupId: String(id) }, readNothing);
  }

  /**
   * Lists groups (Group: List).
   *
   * @param filter - `id` asks for one group; the documentation spells that filter in two ways, so both are sent.
   *   `name` asks for names that contain the text, in any case.
   * @returns the groups; none also where Deepcall says 1503, for whether it does is not documented.
   */
  async list(filter: { id?: number; name?: string } = {}): Promise<GroupList> {
    const { id, name } = filter;
    const fields = {
      ...(id !== undefined && { groupid: String(id), groupId: id }),
      ...(name !== undefined && { name }),
    };
    try {
      return await this.#call("list", fields, readList);
    } catch (error) {
      // Whether nothing found is an empty list or error 1503 is not documented.
      if (error instanceof NotFoundError) return { groups: [], complete: true };
      throw error;
    }
  }

  /**
   * Asks for one group by its id (Group: Group Agent Relation), the only read that needs one.
   *
   * @throws NotFoundError when the group does not exist or belongs to somebody else.
   */
  async probe(id: number): Promise<void> {
    await this.#call("getGroupAgentRelation", { groupId: String(id), quick: true }, readNothing);
  }

  /**
   * Makes a call that only reads, with exactly these fields, and gives what came back, understood or not.
   * For looking at what a server does, as `pulumi-deepcall doctor` does.
   *
   * @param onFailure - receives the error of every attempt that fails, including those that are retried.
   * @throws ConnectionError, TimeoutError or RateLimitError.
   */
  async ask(
    operation: "list" | "getGroupAgentRelation",
    fields: JsonObject,
    onFailure?: (error: CallError) => void,
  ): Promise<HttpReply> {
    return this.#exchange(operation, fields, (reply) => reply, onFailure);
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await this.#dispatcher.close();
  }

  async #call<T>(
    operation: ApiOperation,
    fields: JsonObject,
    read: (operation: ApiOperation, answer: JsonObject) => T,
  ): Promise<T> {
    return this.#exchange(operation, fields, (reply) =>
      read(operation, readAnswer(operation, reply.httpStatus, readJson(operation, reply))),
    );
  }

  async #exchange<T>(
    operation: ApiOperation,
    fields: JsonObject,
    read: (reply: HttpReply) => T,
    onFailure?: (error: CallError) => void,
  ): Promise<T> {
    const first = performance.now();
    for (let tries = 1; ; tries++) {
      try {
        return await this.#places.runExclusive(async () => this.#try(operation, fields, read, tries));
      } catch (error) {
        if (!(error instanceof CallError)) throw error;
        error.tries = tries;
        onFailure?.(error);
        const wait = delayBeforeRetry(error, tries, performance.now() - first, Math.random(), this.#pace);
        if (wait === undefined) throw error;
        await sleep(wait);
      }
    }
  }

  async #try<T>(operation: ApiOperation, fields: JsonObject, read: (reply: HttpReply) => T, tries: number): Promise<T> {
    await this.#turn();
    const started = performance.now();
    try {
      const result = read(await this.#send(operation, fields));
      this.#log(operation, "ok", started, tries);
      return result;
    } catch (error) {
      this.#log(operation, error instanceof CallError ? error.name : "failed", started, tries);
      if (error instanceof RateLimitError) this.#pause(error.retryAfterMs ?? this.#pace.firstWaitMs);
      throw error;
    }
  }

  async #send(operation: ApiOperation, fields: JsonObject): Promise<HttpReply> {
    const { baseUrl, credentials, timeoutMs } = this.#settings;
    const url = new URL(`${baseUrl.pathname.replace(/\/+$/, "")}/api/v2/Group/${operation}`, baseUrl);
    const body = { ...credentials, ...fields };
    return send(this.#dispatcher, url, operation, body, timeoutMs, this.#redact);
  }

  /** Too many calls are too many from all of us: nobody begins one before the time that Deepcall asks for. */
  #pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + ms);
  }

  /** Waits until the next call may begin: no more than `requestsPerSecond`, and none while Deepcall asks to wait. */
  async #turn(): Promise<void> {
    // While one call waits, another may be asked to wait longer.
    for (let now = performance.now(); now < this.#pausedUntil; now = performance.now())
      await sleep(this.#pausedUntil - now);
    const { requestsPerSecond } = this.#settings;
    if (requestsPerSecond === undefined) return;
    const now = performance.now();
    const start = Math.max(now, this.#nextStart);
    this.#nextStart = start + 1000 / requestsPerSecond;
    if (start > now) await sleep(start - now);
  }

  #log(operation: ApiOperation, outcome: string, started: number, tries: number): void {
    if (!this.#settings.debug) return;
    const ms = Math.round(performance.now() - started);
    process.stderr.write(`deepcall: ${operation} ${outcome} ${ms} ms, attempt ${tries}\n`);
  }
}

/** Of some successes there is nothing to read. */
function readNothing(): void {
  return;
}
