import { request } from "node:http";
import { type Emulator, type EmulatorSettings, startEmulator } from "../../emulator";

/** The credentials of the default seed. */
export const bySsid = { ssid: "demo-ssid" };
export const byToken = { userId: "demo", token: "demo-token" };

/** Starts emulators and ends all of them after each test. */
export function useEmulators(): (settings?: EmulatorSettings) => Promise<Emulator> {
  const running: Emulator[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((emulator) => emulator.close()));
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

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
