import { setTimeout as delay } from "node:timers/promises";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { CallEnv } from "../call";
import { ApiError } from "../errors";
import { type ApiResult, echoedSecrets, failure, send, sendEmpty, sendPage, toResponse } from "../responses";
import type { LateCommits } from "./late-commits";

/** A number in the text of a kind. */
export interface Parameter {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly default?: number;
  /** Whether it may be left out although it has no default. */
  readonly optional?: true;
}

/** A call that a fault applies to. */
export interface FaultContext {
  readonly c: Context<CallEnv>;
  /** Executes the call. Returns the result that the client would get without the fault. */
  readonly execute: () => ApiResult;
  readonly lateCommits: LateCommits;
}

export type FaultHandler = (context: FaultContext, ...parameters: number[]) => Response | Promise<Response>;

interface Kind {
  readonly parameters: readonly Parameter[];
  readonly meaning: string;
  readonly example: string;
  readonly handler: FaultHandler;
}

const ms: Parameter = { name: "MS", min: 0, max: 600_000, default: 1000 };
const code: Parameter = { name: "CODE", min: 1000, max: 9999 };
const status: Parameter = { name: "STATUS", min: 400, max: 599 };
const seconds: Parameter = { name: "SECONDS", min: 0, max: 3600, optional: true };

export const kinds = {
  "reset-before": {
    parameters: [],
    meaning: "not executed; the connection is reset, no response",
    example: "add:reset-before",
    handler: reset,
  },
  "reset-after": {
    parameters: [],
    meaning: "executed; the connection is reset, no response",
    example: "add:reset-after",
    handler: afterExecuting(reset),
  },
  "hang-before": {
    parameters: [],
    meaning: "not executed; the client never gets a response",
    example: "list:hang-before",
    handler: hang,
  },
  "hang-after": {
    parameters: [],
    meaning: "executed; the client never gets a response",
    example: "update:hang-after",
    handler: afterExecuting(hang),
  },
  "cut-after": {
    parameters: [],
    meaning: "executed; the connection closes in the middle of the response body",
    example: "add:cut-after",
    handler: cutBody,
  },
  "late-commit": {
    parameters: [ms],
    meaning: "the connection closes immediately, no response; executed MS milliseconds later (default 1000)",
    example: "add:late-commit:1500",
    handler: commitLate,
  },
  slow: {
    parameters: [ms],
    meaning: "executed; the response is sent MS milliseconds later (default 1000)",
    example: "any:slow:500x0",
    handler: respondSlowly,
  },
  "error-before": {
    parameters: [code],
    meaning: "not executed; a Deepcall error with this code",
    example: "update:error-before:1009@2x3",
    handler: sendError,
  },
  "error-after": {
    parameters: [code],
    meaning: "executed; a Deepcall error with this code",
    example: "delete:error-after:1032",
    handler: afterExecuting(sendError),
  },
  "http-before": {
    parameters: [status, seconds],
    meaning: "not executed; an HTML page with this HTTP status, with Retry-After if given or for 429",
    example: "any:http-before:429:2x5",
    handler: sendHttpError,
  },
  "http-after": {
    parameters: [status, seconds],
    meaning: "executed; an HTML page with this HTTP status, with Retry-After if given or for 429",
    example: "add:http-after:502",
    handler: afterExecuting(sendHttpError),
  },
  "html-after": {
    parameters: [],
    meaning: "executed; HTTP 200 with an HTML page",
    example: "update:html-after",
    handler: afterExecuting(({ c }) => sendPage(c, 200)),
  },
  "shape-after": {
    parameters: [],
    meaning: "executed; HTTP 200 with JSON in an unknown format",
    example: "list:shape-after",
    handler: afterExecuting(({ c }) => toResponse(c, { body: { ok: true, result: { rows: 1 } }, httpStatus: 200 })),
  },
  "empty-after": {
    parameters: [],
    meaning: "executed; HTTP 200 without a body",
    example: "add:empty-after",
    handler: afterExecuting(({ c }) => sendEmpty(c, 200)),
  },
  redirect: {
    parameters: [],
    meaning: "not executed; HTTP 302 to another origin",
    example: "list:redirectx0",
    handler: redirect,
  },
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof kinds;
export const kindNames = Object.keys(kinds) as KindName[];

/** A kind with its parameters, for example `http-before:STATUS[:SECONDS]`. */
export function kindSyntax(name: KindName): string {
  const parameters: readonly Parameter[] = kinds[name].parameters;
  return name + parameters.map((one) => (isRequired(one) ? `:${one.name}` : `[:${one.name}]`)).join("");
}

export function isRequired(parameter: Parameter): boolean {
  return parameter.default === undefined && parameter.optional !== true;
}

/** A line for each kind with its parameters, its meaning and an example. */
export function describeFaults(): string[] {
  const width = Math.max(...kindNames.map((name) => kindSyntax(name).length));
  return kindNames.map(
    (name) => `${kindSyntax(name).padEnd(width)}  ${kinds[name].meaning}; e.g. ${kinds[name].example}`,
  );
}

function afterExecuting(handler: FaultHandler): FaultHandler {
  return (context, ...parameters) => {
    context.execute();
    return handler(context, ...parameters);
  };
}

function reset({ c }: FaultContext): Response {
  // A TCP reset; the other faults close the connection normally.
  c.env.incoming.socket.resetAndDestroy();
  return RESPONSE_ALREADY_SENT;
}

async function hang({ c }: FaultContext): Promise<Response> {
  const { socket } = c.env.incoming;
  if (!socket.destroyed) await new Promise((resolve) => socket.once("close", resolve));
  return RESPONSE_ALREADY_SENT;
}

async function cutBody({ c, execute }: FaultContext): Promise<Response> {
  const response = toResponse(c, execute());
  const body = Buffer.from(await response.arrayBuffer());
  const { incoming, outgoing } = c.env;
  if (outgoing.destroyed) return RESPONSE_ALREADY_SENT;
  outgoing.writeHead(response.status, { ...Object.fromEntries(response.headers), "Content-Length": body.length });
  outgoing.write(body.subarray(0, body.length / 2), () => incoming.socket.destroy());
  return RESPONSE_ALREADY_SENT;
}

function commitLate({ c, execute, lateCommits }: FaultContext, ms: number): Response {
  lateCommits.schedule(ms, execute);
  c.env.incoming.socket.destroy();
  return RESPONSE_ALREADY_SENT;
}

async function respondSlowly({ c, execute }: FaultContext, ms: number): Promise<Response> {
  const result = execute();
  // Does not keep the process alive: after close() no client waits for the response.
  await delay(ms, undefined, { ref: false });
  return send(c, result);
}

function sendError({ c }: FaultContext, code: number): Response {
  return send(c, failure(new ApiError(code), c.var.options));
}

async function sendHttpError({ c }: FaultContext, status: number, seconds?: number): Promise<Response> {
  const retryAfter = seconds ?? (status === 429 ? 1 : undefined);
  if (retryAfter !== undefined) c.header("Retry-After", String(retryAfter));
  return sendPage(c, status as ContentfulStatusCode);
}

function redirect({ c }: FaultContext): Response {
  const secrets = echoedSecrets(c);
  // A host name that never resolves (RFC 6761).
  const target = new URL(c.req.path, "https://deepcall.invalid");
  if (secrets !== "") target.searchParams.set("echo", secrets);
  return sendEmpty(c, 302, { Location: target.href });
}
