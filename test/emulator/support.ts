import { type ClientRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from "node:http";
import { setImmediate } from "node:timers/promises";
import { type Emulator, type EmulatorSettings, startEmulator } from "../../emulator";

/** The credentials of the default seed. */
export const bySsid = { ssid: "demo-ssid" };
export const byToken = { userId: "demo", token: "demo-token" };

let clients = new AbortController();

/** Aborted at the end of each test. */
export function clientSignal(): AbortSignal {
  return clients.signal;
}

/** Returns a function that starts an emulator, and stops all emulators after each test. */
export function useEmulators(): (settings?: EmulatorSettings) => Promise<Emulator> {
  const running: Emulator[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((emulator) => emulator.close()));
  });
  // A separate hook that runs later: an emulator that waits for its clients then fails the test instead of hanging.
  afterEach(() => {
    clients.abort();
    clients = new AbortController();
  });
  return async (settings) => {
    const emulator = await startEmulator(settings);
    running.push(emulator);
    return emulator;
  };
}

interface PostResponse {
  status: number;
  headers: Headers;
  text: string;
  body: Record<string, unknown>;
}

/** Posts a call; a string body is sent unchanged. */
export async function post(emulator: Emulator, operation: string, body: unknown): Promise<PostResponse> {
  const response = await fetch(`${emulator.url}/api/v2/Group/${operation}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
    signal: clients.signal,
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parse(text) };
}

/** Calls an operation as the demo account. Returns the code of the response. */
export async function codeOf(emulator: Emulator, operation: string, fields: object): Promise<unknown> {
  return (await post(emulator, operation, { ...bySsid, ...fields })).body["code"];
}

/** Calls `list` as the demo account. Returns the list. */
export async function list(emulator: Emulator, fields: object = {}): Promise<unknown> {
  return (await post(emulator, "list", { ...bySsid, ...fields })).body["response"];
}

/** The names of the groups, by id. */
export function names(emulator: Emulator): string[] {
  return emulator.groups().map(({ name }) => name);
}

/** Posts a call. Returns the raw headers and the bytes of the response. */
export function postRaw(url: string, body: string): Promise<{ rawHeaders: string[]; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method: "POST", headers: { "Content-Type": "application/json" } }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        resolve({ rawHeaders: response.rawHeaders, bytes: Buffer.concat(chunks) });
      });
    });
    call.on("error", reject);
    call.end(body);
  });
}

/** What a client sees: a response, an error, or the beginning of a response and then an error. */
export interface Outcome {
  status?: number | undefined;
  headers: IncomingHttpHeaders;
  text: string;
  error?: string;
}

/** A request on its own connection. */
interface Sent {
  readonly request: ClientRequest;
  readonly outcome: Promise<Outcome>;
  /** Whether a response has started. */
  readonly hasResponse: () => boolean;
}

/** Sends a request. Errors are part of the result. */
export function send(url: string, method: string, body?: object | string, headers: OutgoingHttpHeaders = {}): Sent {
  const call = request(url, { method, headers, agent: false, signal: clients.signal });
  let hasResponse = false;
  const outcome = new Promise<Outcome>((resolve) => {
    call.on("error", ({ message }) => {
      resolve({ headers: {}, text: "", error: message });
    });
    call.on("response", (response) => {
      hasResponse = true;
      const { statusCode: status, headers } = response;
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("error", ({ message }) => {
        resolve({ status, headers, text, error: message });
      });
      response.on("end", () => {
        resolve({ status, headers, text });
      });
    });
  });
  call.end(typeof body === "object" ? JSON.stringify(body) : body);
  return { request: call, outcome, hasResponse: () => hasResponse };
}

/** Sends a call as the demo account. */
export function sendCall(emulator: Emulator, operation: string, fields: object = {}): Sent {
  return send(`${emulator.url}/api/v2/Group/${operation}`, "POST", { ...bySsid, ...fields });
}

/** Sends a call as the demo account. Returns what the client sees. */
export function outcomeOf(emulator: Emulator, operation: string, fields: object = {}): Promise<Outcome> {
  return sendCall(emulator, operation, fields).outcome;
}

/** Resolves when the emulator has received the next call and applied its fault, if any. */
export async function nextCall(emulator: Emulator): Promise<void> {
  await new Promise<void>((resolve) => {
    emulator.intercept = () => {
      emulator.intercept = undefined;
      resolve();
      return undefined;
    };
  });
  // The call is handled in this turn of the event loop.
  await setImmediate();
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
