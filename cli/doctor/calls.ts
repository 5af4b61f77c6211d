import { DeepcallClient, type Attempt } from "../../client/client";
import { AnswerError, ApiError, CallError, noDataCode, RateLimitError, type ApiOperation } from "../../client/errors";
import { readRelation } from "../../client/relations";
import { isJsonObject, payloadOf, readList, type JsonObject, type ListPage } from "../../client/responses";
import type { RetryPolicy } from "../../client/retry";
import type { ClientSettings } from "../../client/settings";

/** One attempt of a call, and what its answer contains. */
export interface Exchange extends Attempt, Partial<ListPage> {
  /** The fields of the answer if it is a JSON object, and its payload if it is a success. */
  readonly body: JsonObject;
  readonly response: unknown;
  /** Why the `groups` of a list cannot be read. */
  readonly problem?: string;
  /** What a read of a group's agents contains, and the ids of the agents if they are understood. */
  readonly relationData?: unknown;
  readonly agentData?: unknown;
  readonly agents?: readonly string[] | AnswerError | undefined;
}

export type Call = (operation: ApiOperation, fields?: JsonObject) => Promise<Exchange>;

const standardPolicy: RetryPolicy = {
  ...{ firstDelayMs: 1_000, maxDelayMs: 1_000, deadlineMs: 12_000, lateCommitMs: 5_000 },
  maxAttempts: { failed: 4, rateLimited: 6 },
};

export type Caller = ReturnType<typeof createCaller>;

/** A client that makes one call at a time, and all attempts that it has made. */
export function createCaller(settings: ClientSettings, policy = standardPolicy) {
  const exchanges: Exchange[] = [];
  const client = new DeepcallClient({ ...settings, maxConcurrency: 1 }, policy, undefined, (attempt) => {
    exchanges.push(readExchange(attempt));
  });
  /** Throws only RateLimitError: Deepcall refused the last attempt, too. */
  const call: Call = async (operation, fields = {}) => {
    await client.callRaw(operation, fields).catch((error: unknown) => {
      if (!(error instanceof CallError) || error instanceof RateLimitError) throw error;
    });
    const [last] = exchanges.slice(-1) as [Exchange];
    return last;
  };
  return { settings, client, call, exchanges, policy };
}

/** "No data found" is another way to say that a group does not exist. */
export const isNoData = ({ error }: Exchange): boolean => error instanceof ApiError && error.code === noDataCode;

function readExchange(attempt: Attempt): Exchange {
  const { operation, fields, reply, error } = attempt;
  const body = isJsonObject(reply?.json?.value) ? reply.json.value : {};
  const response = error ? undefined : payloadOf(body);
  const exchange = { ...attempt, body, response };
  if (operation === "list") {
    // An error that means "nothing found" is a list without groups.
    const list = reply ? orError(() => readList(operation, reply)) : error;
    return { ...exchange, ...(list instanceof CallError ? { problem: list.description } : list) };
  }
  if (operation !== "getGroupAgentRelation" || !reply || error) return exchange;
  const relation = orError(() => readRelation(operation, reply, Number(fields["groupId"])));
  const agents = relation instanceof CallError ? undefined : relation.agents;
  const { relationData, agentData } = isJsonObject(response) ? response : {};
  const ids = agents instanceof AnswerError ? agents : agents?.map(({ id }) => id);
  return { ...exchange, relationData, agentData, agents: ids };
}

function orError<T>(read: () => T): T | CallError {
  try {
    return read();
  } catch (error) {
    if (error instanceof CallError) return error;
    throw error;
  }
}
