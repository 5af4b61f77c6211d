import { setTimeout as sleep } from "node:timers/promises";
import { Semaphore } from "async-mutex";
import type { Dispatcher } from "undici";
import { AnswerError, AuthenticationError, CallError, RateLimitError, type ApiOperation } from "./errors";
import { createRedact, type Redact } from "./redact";
import { readPages } from "./pages";
import { assertNotDeleted, readRelation, type AgentCount, type AssignedAgent, type Relation } from "./relations";
import { readAnswer, readList, readNewId, type GroupList, type JsonObject } from "./responses";
import { delayBeforeRetry, pause, standardRetryPolicy, type ReadOptions, type RetryPolicy } from "./retry";
import type { ClientSettings } from "./settings";
import { createDispatcher, send, type HttpReply } from "./transport";

/** One attempt of a call: each time that it was sent. */
export interface Attempt {
  readonly operation: ApiOperation;
  readonly fields: JsonObject;
  /** In milliseconds, as `performance.now()` counts them. */
  readonly startedAt: number;
  readonly ms: number;
  /** The answer, if one arrived; not that of a call that was refused with HTTP 429. */
  readonly reply: HttpReply | undefined;
  readonly error: CallError | undefined;
}

/**
 * Deepcall's Group API v2.0, typed and without Pulumi.
 *
 * Each method makes one call and sends it again if that is safe (`retry.ts`). Methods throw `ConnectionError`,
 * `TimeoutError`, `RateLimitError`, `AnswerError` or `ApiError` (`AuthenticationError`, `PermissionError`,
 * `NotFoundError`).
 */
export class DeepcallClient {
  readonly #settings: ClientSettings;
  readonly #policy: RetryPolicy;
  readonly #dispatcher: Dispatcher;
  readonly #semaphore: Semaphore;
  readonly #redact: Redact;
  readonly #onAttempt: ((attempt: Attempt) => void) | undefined;
  #nextStart = 0;
  #pausedUntil = 0;

  /**
   * @param policy - shorter in tests.
   * @param dispatcher - undici's connections; a MockAgent in tests.
   * @param onAttempt - called after every attempt of every call.
   */
  constructor(
    settings: ClientSettings,
    policy: RetryPolicy = standardRetryPolicy,
    dispatcher: Dispatcher = createDispatcher(settings.baseUrl, settings.maxConcurrency),
    onAttempt?: (attempt: Attempt) => void,
  ) {
    this.#settings = settings;
    this.#policy = policy;
    this.#dispatcher = dispatcher;
    this.#onAttempt = onAttempt;
    this.#semaphore = new Semaphore(settings.maxConcurrency);
    const { credentials } = settings;
    this.#redact = createRedact(["ssid" in credentials ? credentials.ssid : credentials.token]);
  }

  /**
   * Creates a group (Group: Add). If the name is taken, the server appends a number and its answer does not say so:
   * read the group back to learn its name. Not idempotent.
   *
   * @returns the new group's id.
   */
  async add(name: string): Promise<number> {
    return this.#call("add", { name }, readNewId);
  }

  /** Sets name and status (Group: Update). Both are always sent, because an update without status activates the group. */
  async update(id: number, { name, active }: { name: string; active: boolean }): Promise<void> {
    await this.#call("update", { groupId: String(id), name, status: active ? 1 : 0 }, readAnswer);
  }

  /** Permanently deletes a group and its assignments to agents (Group: Delete). */
  async delete(id: number): Promise<void> {
    await this.#call("delete", { groupId: String(id) }, readAnswer);
  }

  /**
   * Lists groups (Group: List), all pages of them.
   *
   * @param filter - `id` selects one group; the documentation spells this filter in two ways, so both are sent.
   *   `name` selects names that contain the text, in any case.
   */
  async list(filter: { id?: number; name?: string } = {}, options?: ReadOptions): Promise<GroupList> {
    const { id, name } = filter;
    const fields = {
      ...(id !== undefined && { groupid: String(id), groupId: id }),
      ...(name !== undefined && { name }),
    };
    const deleted = new Set<number>();
    const list = await readPages(
      (page) => this.#call("list", { ...fields, ...page }, readList, options),
      this.#settings.maxConcurrency,
      ({ groups, rowIds }) => {
        if (id === undefined || !rowIds.includes(id)) return false;
        if (!groups.some((group) => group.id === id)) deleted.add(id);
        return true;
      },
    );
    // A row that is marked as deleted is no group, whatever else the list contains or lacks.
    return id !== undefined && deleted.has(id) ? { groups: [], complete: true } : list;
  }

  /**
   * Confirms that a group exists (Group: Group Agent Relation, the only read that requires an id).
   *
   * @throws NotFoundError if the group does not exist or belongs to another account.
   */
  async assertExists(id: number, options?: ReadOptions): Promise<void> {
    await this.#call("getGroupAgentRelation", { groupId: String(id), quick: true }, assertNotDeleted, options);
  }

  /**
   * Reads the agents of a group (Group: Group Agent Relation), sorted by id.
   *
   * @throws NotFoundError if the group does not exist or belongs to another account.
   */
  async listAgents(id: number, options?: ReadOptions): Promise<AssignedAgent[]> {
    const relation = await this.#readRelation(id, "quick", options);
    const { agents } = relation.key === "relationData" ? relation : await this.#readRelation(id, "plain", options);
    if (agents instanceof AnswerError) throw agents;
    return agents;
  }

  /**
   * Reads the ids in `agentData` of a group (Group: Group Agent Relation): the agents of the account, or only those of the
   * group.
   */
  async listAgentData(id: number): Promise<readonly string[]> {
    return (await this.#readRelation(id, "quick")).agentDataIds;
  }

  /**
   * Assigns agents to a group (Group: Submit Assign Group To Agent). It is not documented whether agents that the list
   * omits are removed: read the agents back.
   *
   * @param onFailure - called for every failed attempt, including those that are retried.
   */
  async assignAgents(
    id: number,
    agents: readonly AssignedAgent[],
    onFailure?: (error: CallError) => void,
  ): Promise<void> {
    const fields = {
      groupId: String(id),
      agent_unique_id: agents.map((agent) => agent.id),
      receive_call: agents.filter(({ receivesCalls }) => receivesCalls).map((agent) => agent.id),
    };
    await this.#call("submitAssignGroupToAgent", fields, readAnswer, { onFailure });
  }

  /**
   * Counts the agents of a group before it is deleted, in any form of answer (Group: Group Agent Relation). "No agents"
   * counts only if the answer without `quick` says so, too.
   *
   * @throws NotFoundError if the group does not exist or belongs to another account.
   */
  async countAgents(id: number): Promise<AgentCount> {
    const quick = assertCounted(await this.#readRelation(id, "quick"));
    if (quick.key === "relationData" && quick.count > 0) return quick;
    const plain = assertCounted(await this.#readRelation(id, "plain"));
    // `agentData` may list all agents of the account, so it decides only where an answer has no `relationData`.
    return plain.key === "agentData" && plain.count === 0 ? quick : plain;
  }

  /** @param form - with `quick`, which is documented as the complete form, or without. */
  async #readRelation(id: number, form: "quick" | "plain", options?: ReadOptions): Promise<Relation> {
    const fields = { groupId: String(id), ...(form === "quick" && { quick: true }) };
    return this.#call("getGroupAgentRelation", fields, (...answer) => readRelation(...answer, id), options);
  }

  /** Makes a call with exactly these fields, once, for `pulumi-deepcall doctor`, which examines the answer itself. */
  async callRaw(operation: ApiOperation, fields: JsonObject): Promise<void> {
    await this.#call(operation, fields, readAnswer, { once: true });
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    await this.#dispatcher.close();
  }

  async #call<T>(
    operation: ApiOperation,
    fields: JsonObject,
    read: (operation: ApiOperation, reply: HttpReply) => T,
    options: ReadOptions & { readonly onFailure?: ((error: CallError) => void) | undefined } = {},
  ): Promise<T> {
    const firstStart = performance.now();
    for (let attempts = 1; ; attempts++) {
      try {
        return await this.#semaphore.runExclusive(async () => this.#attempt(operation, fields, read, attempts));
      } catch (error) {
        if (!(error instanceof CallError)) throw error;
        error.tries = attempts;
        options.onFailure?.(error);
        const elapsedMs = performance.now() - firstStart;
        const delay = delayBeforeRetry(error, attempts, elapsedMs, Math.random(), this.#policy, options);
        if (delay !== undefined) await pause(delay, this.#policy);
        if (delay === undefined || this.#policy.signal?.aborted) throw error;
      }
    }
  }

  async #attempt<T>(
    operation: ApiOperation,
    fields: JsonObject,
    read: (operation: ApiOperation, reply: HttpReply) => T,
    attempt: number,
  ): Promise<T> {
    await this.#throttle();
    const { baseUrl, credentials, timeoutMs, loginHint } = this.#settings;
    const url = new URL(`${baseUrl.pathname.replace(/\/+$/, "")}/api/v2/Group/${operation}`, baseUrl);
    const startedAt = performance.now();
    let reply: HttpReply | undefined;
    let failure: CallError | undefined;
    let outcome = "failed";
    try {
      const body = { ...credentials, ...fields };
      reply = await send(this.#dispatcher, url, operation, body, timeoutMs, this.#redact);
      const result = read(operation, reply);
      outcome = "ok";
      return result;
    } catch (error) {
      if (error instanceof CallError) {
        failure = error;
        outcome = error.name;
      }
      if (error instanceof AuthenticationError && loginHint !== undefined) error.addHint(loginHint);
      if (error instanceof RateLimitError) {
        // The rate limit applies to the account, so every call waits.
        const pauseMs = error.retryAfterMs ?? this.#policy.firstDelayMs;
        this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + pauseMs);
      }
      throw error;
    } finally {
      const ms = performance.now() - startedAt;
      this.#onAttempt?.({ operation, fields, startedAt, ms, reply, error: failure });
      if (this.#settings.debug)
        process.stderr.write(`deepcall: ${operation} ${outcome} ${Math.round(ms)} ms, attempt ${attempt}\n`);
    }
  }

  /** Waits until the next call may start: within `requestsPerSecond`, and after any pause that Deepcall asked for. */
  async #throttle(): Promise<void> {
    // The pause may be extended by another call in the meantime.
    for (let now = performance.now(); now < this.#pausedUntil; now = performance.now()) {
      if (this.#policy.signal?.aborted) break;
      await pause(this.#pausedUntil - now, this.#policy);
    }
    const { requestsPerSecond } = this.#settings;
    if (requestsPerSecond === undefined) return;
    const now = performance.now();
    const start = Math.max(now, this.#nextStart);
    this.#nextStart = start + 1000 / requestsPerSecond;
    if (start > now) await sleep(start - now);
  }
}

/** @throws AnswerError if an answer does not show whether the group has agents. */
function assertCounted(relation: Relation): Relation {
  if (relation.key === undefined && relation.agents instanceof AnswerError) throw relation.agents;
  return relation;
}
