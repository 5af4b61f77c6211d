import { type ClientRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from "node:http";
import { setImmediate } from "node:timers/promises";
import { type Emulator, type EmulatorSettings, startEmulator } from "../../emulator";

/** The credentials of the default seed. */
export const bySsid = { ssid: "demo-ssid" };
export const byToken = { userId: "demo", token: "demo-token" };

let clients = new AbortController();

/** Ends a client when its test is over. */
export function clientSignal(): AbortSignal {
  return clients.signal;
}

/** Starts emulators and ends all of them after each test. */
export function useEmulators(): (settings?: EmulatorSettings) => Promise<Emulator> {
  const running: Emulator[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((emulator) => emulator.close()));
  });
  // Apart and after it, so that an emulator that waits for its clients is a red test and not a run without end.
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

export interface Raw {
  status: number;
  headers: Headers;
  text: string;
  body: Record<string, unknown>;
}

/** Posts a call as it is: an object as JSON, a string as it stands. */
export async function post(emulator: Emulator, operation: string, body: unknown): Promise<Raw> {
  const response = await fetch(`${emulator.url}/api/v2/Group/${operation}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
    signal: clients.signal,
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parse(text) };
}

/** The code of the answer to a call of the demo account. */
export async function codeOf(emulator: Emulator, operation: string, fields: object): Promise<unknown> {
  return (await post(emulator, operation, { ...bySsid, ...fields })).body["code"];
}

/** What `list` answers to the demo account. */
export async function list(emulator: Emulator, fields: object = {}): Promise<unknown> {
  return (await post(emulator, "list", { ...bySsid, ...fields })).body["response"];
}

/** The names of the groups, by id. */
export function names(emulator: Emulator): string[] {
  return emulator.groups().map(({ name }) => name);
}

/** The bytes of an answer and its raw header lines, without a client that tidies them up. */
export function postRaw(url: string, body: string): Promise<{ rawHeaders: string[]; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method: "POST", headers: { "Content-Type": "application/json" } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => {
        resolve({ rawHeaders: answer.rawHeaders, bytes: Buffer.concat(chunks) });
      });
    });
    call.on("error", reject);
    call.end(body);
  });
}

/** What a client sees: an answer, or how it failed, or the beginning of an answer and how that broke off. */
export interface Seen {
  status?: number | undefined;
  headers: IncomingHttpHeaders;
  text: string;
  error?: string;
}

/** A request on a connection of its own. */
export interface Sent {
  readonly request: ClientRequest;
  readonly seen: Promise<Seen>;
  /** Whether an answer has begun. */
  readonly answered: () => boolean;
}

/** Sends a request as it is, and doesn't fail. */
export function send(url: string, method: string, body?: object | string, headers: OutgoingHttpHeaders = {}): Sent {
  const call = request(url, { method, headers, agent: false, signal: clients.signal });
  let answered = false;
  const seen = new Promise<Seen>((resolve) => {
    call.on("error", ({ message }) => {
      resolve({ headers: {}, text: "", error: message });
    });
    call.on("response", (answer) => {
      answered = true;
      const { statusCode: status, headers } = answer;
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      answer.on("error", ({ message }) => {
        resolve({ status, headers, text, error: message });
      });
      answer.on("end", () => {
        resolve({ status, headers, text });
      });
    });
  });
  call.end(typeof body === "object" ? JSON.stringify(body) : body);
  return { request: call, seen, answered: () => answered };
}

/** Sends a call of the demo account. */
export function sendCall(emulator: Emulator, operation: string, fields: object = {}): Sent {
  return send(`${emulator.url}/api/v2/Group/${operation}`, "POST", { ...bySsid, ...fields });
}

/** What a client sees of a call of the demo account. */
export function see(emulator: Emulator, operation: string, fields: object = {}): Promise<Seen> {
  return sendCall(emulator, operation, fields).seen;
}

/** Resolves when the next call has reached the emulator and its fault, if any, was applied, answered or not. */
export async function nextCall(emulator: Emulator): Promise<void> {
  await new Promise<void>((resolve) => {
    emulator.intercept = () => {
      emulator.intercept = undefined;
      resolve();
      return undefined;
    };
  });
  // The handler runs in this turn of the event loop.
  await setImmediate();
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
