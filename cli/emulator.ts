import { spawn } from "node:child_process";
import {
  describeFaults,
  describeOptions,
  loadReport,
  loadSeed,
  readOptionText,
  SetupError,
  startEmulator,
} from "../emulator";
import type { Call, Emulator, EmulatorOptions, EmulatorSettings } from "../emulator";
import { shellQuote } from "./formatting";
import { exitCodes, type ExitCode, type Io, UsageError } from "./io";

interface Flags {
  port: number;
  seed?: string;
  data?: string;
  like?: string;
  option?: string[];
  fault?: string[];
  quiet?: true;
  open?: true;
}

/** Runs until the user stops it. */
export async function run(flags: Flags, io: Io): Promise<ExitCode> {
  const stopped = io.untilStopped();
  const emulator = await start(flags, io);
  io.out(greeting(emulator));
  if (flags.open) openPage(`${emulator.url}/`, io);
  await stopped;
  await emulator.close();
  return exitCodes.ok;
}

async function start({ port, seed, data, like, option = [], fault, quiet }: Flags, io: Io): Promise<Emulator> {
  try {
    const settings: EmulatorSettings = {
      port,
      seed: seed === undefined ? undefined : loadSeed(seed),
      file: data,
      options: Object.assign(
        like === undefined ? {} : loadReport(like),
        ...option.map(readOptionText),
      ) as Partial<EmulatorOptions>,
      faults: fault,
    };
    if (quiet === undefined)
      settings.onResponse = (call, ms) => {
        io.out(callLine(call, ms));
      };
    return await startEmulator(settings);
  } catch (error) {
    throw error instanceof SetupError ? new UsageError(error.message) : error;
  }
}

function greeting({ url, accounts }: Emulator): string {
  const [account] = accounts;
  const settings =
    account?.token === undefined
      ? [["ssid", "SSID", account?.ssid ?? ""] as const]
      : [["userId", "USER_ID", account.userId] as const, ["token", "TOKEN", account.token] as const];
  const lines = [["baseUrl", "BASE_URL", url] as const, ...settings];
  return [
    `Deepcall emulator: ${url} (press Ctrl-C to stop)`,
    `  page: ${url}/`,
    ...lines.map(([key, , value]) => {
      const secret = key === "token" || key === "ssid" ? "--secret " : "";
      return `  pulumi config set ${secret}deepcall:${key} ${shellQuote(value)}`;
    }),
    "or",
    ...lines.map(([, variable, value]) => `  export DEEPCALL_${variable}=${shellQuote(value)}`),
    "",
  ].join("\n");
}

/** Opens the page with the program that the system has for that. */
function openPage(url: string, io: Io): void {
  const [command, ...args] = openers[process.platform] ?? ["xdg-open"];
  // Detached, so that Ctrl-C does not end a browser that this starts.
  const opener = spawn(command, [...args, url], {
    env: { ...io.env },
    detached: true,
    stdio: "ignore",
    windowsHide: true,
  });
  const report = (reason: string): void => {
    io.err(`Could not open the page: ${reason}. The emulator is running. Open ${url} in a browser.\n`);
  };
  opener.once("error", ({ message }) => {
    report(message);
  });
  opener.once("exit", (code) => {
    if (code !== 0 && code !== null) report(`${command} ended with exit code ${code}`);
  });
  opener.unref();
}

const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

function callLine({ operation, userId, code, fault }: Call, ms: number): string {
  const line = `${operation} ${userId === "" ? "-" : userId} ${code ?? "-"} ${ms}ms`;
  return fault === undefined ? `${line}\n` : `${line} (fault ${fault})\n`;
}

export function optionsAndFaultsHelp(): string {
  return [
    "Values of --option, the default first:",
    ...describeOptions().map((line) => `  ${line}`),
    "",
    "Values of --fault: OPERATION:KIND[:PARAM][@NTH][xTIMES]",
    "  OPERATION is add, update, delete, list, getGroupAgentRelation, submitAssignGroupToAgent or any.",
    "  The fault applies to the NTH call of the operation (default 1), and to TIMES calls in a row",
    "  (default 1; 0 for every call from then on). KIND is one of:",
    ...describeFaults().map((line) => `  ${line}`),
  ].join("\n");
}
