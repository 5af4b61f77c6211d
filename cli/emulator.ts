import { spawn } from "node:child_process";
import { type Command, InvalidArgumentError } from "commander";
import type { Call, Emulator, EmulatorOptions, EmulatorSettings } from "../emulator";
import { shellQuote } from "./formatting";
import { type Io, UsageError } from "./io";

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

const examples = `
Examples:
  $ pulumi-deepcall emulator
  $ pulumi-deepcall emulator --port 0 --seed accounts.json --data state.json
  $ pulumi-deepcall emulator --option suffix=parens --option listShape=byId
  $ pulumi-deepcall emulator --like deepcall-report.json
  $ pulumi-deepcall emulator --fault add:reset-after --fault any:http-before:503@10x2

Control it while it runs, in a browser (--open, or open its address) or with curl:
  $ curl http://127.0.0.1:8920/_emulator/state
  $ curl -d '{"fault":"add:reset-after"}' http://127.0.0.1:8920/_emulator/faults

A seed file:
  {"accounts":[{"userId":"1","token":"t","ssid":"s","groups":[{"id":28,"name":"Support","active":true}]}]}
If the file of --data exists, its accounts replace those of the seed.
`;

/** Adds `emulator`, which runs a Deepcall emulator until it is stopped. */
export function addEmulatorCommand(program: Command, io: Io): void {
  program
    .command("emulator")
    .description("run a Deepcall emulator on this machine's loopback address")
    .option("--port <n>", "port to listen on; 0 selects any free port", parsePort, 8920)
    .option("--seed <file>", 'initial accounts, groups and agents, as JSON (default: account "demo")')
    .option("--data <file>", "file that keeps accounts, groups and agents across restarts")
    .option("--option <key=value>", "behavior where the API is undocumented (below); repeatable", collect)
    .option("--like <file>", "behave like the server of a doctor report; --option takes precedence")
    .option("--fault <text>", "fault to inject (below); repeatable", collect)
    .option("--quiet", "do not print a line per call")
    .option("--open", "open the emulator's page in a browser")
    .addHelpText("after", () => `\n${optionsAndFaultsHelp()}\n${examples}`)
    .action((flags: Flags) => runEmulator(flags, io));
}

async function runEmulator(flags: Flags, io: Io): Promise<void> {
  const stopped = io.untilStopped();
  const emulator = await start(flags, io);
  io.out(greeting(emulator));
  if (flags.open) openPage(`${emulator.url}/`, io);
  await stopped;
  await emulator.close();
}

async function start({ port, seed, data, like, option = [], fault, quiet }: Flags, io: Io): Promise<Emulator> {
  const { loadReport, loadSeed, readOptionText, SetupError, startEmulator } = loadEmulator();
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

// Loaded on demand, so that other commands start fast; synchronously, because Commander's help texts are synchronous.
function loadEmulator(): typeof import("../emulator") {
  return require("../emulator") as typeof import("../emulator");
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

function optionsAndFaultsHelp(): string {
  const { describeFaults, describeOptions } = loadEmulator();
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

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new InvalidArgumentError("It must be a number from 0 to 65535.");
  return port;
}

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}
