import { setTimeout as delay } from "node:timers/promises";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { type Answer, failure } from "../answers";
import type { CallEnv } from "../middleware";
import type { EmulatorOptions } from "../options";
import { errorOf } from "../refusal";
import { echoOf, render, send, sendEmpty, sendPage } from "../send";
import type { ActiveFault } from "./fault";
import type { KindName } from "./kinds";
import type { LateCommits } from "./late-commits";
import { readKind } from "./read";

/** A call that a fault hits. */
export interface Victim {
  readonly c: Context<CallEnv>;
  /** Carries the call out; gives the answer that it should have had. */
  readonly commit: () => Answer;
  readonly options: EmulatorOptions;
  readonly lateCommits: LateCommits;
}

type Break = (victim: Victim, ...parameters: number[]) => Response | Promise<Response>;

const breaks: Record<KindName, Break> = {
  "reset-before": reset,
  "reset-after": after(reset),
  "hang-before": hang,
  "hang-after": after(hang),
  "cut-after": cut,
  "late-commit": commitLate,
  slow,
  "error-before": error,
  "error-after": after(error),
  "http-before": httpError,
  "http-after": after(httpError),
  "html-after": after(({ c, options }) => sendPage(c, 200, options)),
  "shape-after": after(strangeShape),
  "empty-after": after(({ c, options }) => sendEmpty(c, 200, {}, options)),
  redirect,
};

/** Answers a call as the fault wants it, or not at all. */
export function strike(fault: ActiveFault, victim: Victim): Response | Promise<Response> {
  victim.c.var.call.fault = fault.text;
  const { name, parameters } = readKind(fault.kind, fault.text);
  return breaks[name](victim, ...parameters);
}

/** The same, but the call is carried out before. */
function after(then: Break): Break {
  return (victim, ...parameters) => {
    victim.commit();
    return then(victim, ...parameters);
  };
}

function reset({ c }: Victim): Response {
  // With a TCP reset; the other cuts end the connection in good order.
  c.env.incoming.socket.resetAndDestroy();
  return RESPONSE_ALREADY_SENT;
}

async function hang({ c }: Victim): Promise<Response> {
  const { socket } = c.env.incoming;
  if (!socket.destroyed) await new Promise((resolve) => socket.once("close", resolve));
  return RESPONSE_ALREADY_SENT;
}

async function cut({ c, commit, options }: Victim): Promise<Response> {
  const answer = render(c, commit(), options);
  const body = Buffer.from(await answer.arrayBuffer());
  const { incoming, outgoing } = c.env;
  if (outgoing.destroyed) return RESPONSE_ALREADY_SENT;
  outgoing.writeHead(answer.status, { ...Object.fromEntries(answer.headers), "Content-Length": body.length });
  outgoing.write(body.subarray(0, body.length / 2), () => incoming.socket.destroy());
  return RESPONSE_ALREADY_SENT;
}

function commitLate({ c, commit, lateCommits }: Victim, ms: number): Response {
  lateCommits.schedule(ms, commit);
  c.env.incoming.socket.destroy();
  return RESPONSE_ALREADY_SENT;
}

async function slow({ c, commit, options }: Victim, ms: number): Promise<Response> {
  const answer = commit();
  // Not holding the process: after close() nobody waits for this answer.
  await delay(ms, undefined, { ref: false });
  return send(c, answer, options);
}

function error({ c, options }: Victim, code: number): Response {
  return send(c, failure(errorOf(code), options), options);
}

async function httpError({ c, options }: Victim, status: number, seconds?: number): Promise<Response> {
  const retryAfter = seconds ?? (status === 429 ? 1 : undefined);
  if (retryAfter !== undefined) c.header("Retry-After", String(retryAfter));
  return sendPage(c, status as ContentfulStatusCode, options);
}

function strangeShape({ c, options }: Victim): Response {
  return render(c, { body: { ok: true, result: { rows: 1 } }, httpStatus: 200 }, options);
}

function redirect({ c, options }: Victim): Response {
  const secrets = echoOf(c, options);
  // A name that no network resolves (RFC 6761).
  const target = new URL(c.req.path, "https://deepcall.invalid");
  if (secrets !== "") target.searchParams.set("echo", secrets);
  return sendEmpty(c, 302, { Location: target.href }, options);
}
