import { createRequire } from "node:module";
import { type Command, InvalidArgumentError } from "commander";
import type { Call, Emulator, EmulatorOptions, EmulatorSettings } from "../emulator";
import { type Io, UsageError } from "./io";

interface Flags {
  port: number;
  seed?: string;
  data?: string;
  option?: string[];
  fault?: string[];
  quiet?: true;
}

const examples = `
Examples:
  $ pulumi-deepcall emulator
  $ pulumi-deepcall emulator --port 0 --seed accounts.json --data state.json
  $ pulumi-deepcall emulator --option suffix=parens --option listShape=byId
  $ pulumi-deepcall emulator --fault add:reset-after --fault any:http-before:503@10x2

While it runs (GET /_emulator/state shows what there is):
  $ curl http://127.0.0.1:8920/_emulator/state
  $ curl -d '{"fault":"add:reset-after"}' http://127.0.0.1:8920/_emulator/faults

A seed:
  {"accounts":[{"userId":"1","token":"t","ssid":"s","groups":[{"id":28,"name":"Support","active":true}]}]}
`;

/** Adds `emulator`, which runs a Deepcall on this machine until it is stopped. */
export function addEmulatorCommand(program: Command, io: Io): void {
  program
    .command("emulator")
    .description("run a Deepcall on this machine, on the loopback address only")
    .option("--port <n>", "the port to listen on; 0 takes any free one", parsePort, 8920)
    .option("--seed <file>", "JSON file with the accounts and groups to start with (default: one account, demo)")
    .option(
      "--data <file>",
      "keep accounts and groups in this file over a restart; once it exists, it replaces the seed",
    )
    .option("--option <key=value>", "how an undocumented point plays, see below; repeatable", collect)
    .option("--fault <text>", "what goes wrong on purpose, see below; repeatable", collect)
    .option("--quiet", "don't print a line for each call")
    .addHelpText("after", () => `\n${optionsHelp()}\n\n${faultsHelp()}\n${examples}`)
    .action((flags: Flags) => runEmulator(flags, io));
}

async function runEmulator(flags: Flags, io: Io): Promise<void> {
  const stopped = io.untilStopped();
  const emulator = await start(flags, io);
  io.out(greeting(emulator));
  await stopped;
  await emulator.close();
}

async function start({ port, seed, data, option = [], fault, quiet }: Flags, io: Io): Promise<Emulator> {
  const { loadSeed, readOptionText, SetupError, startEmulator } = loadEmulator();
  try {
    const settings: EmulatorSettings = {
      port,
      seed: seed === undefined ? undefined : loadSeed(seed),
      file: data,
      options: Object.assign({}, ...option.map(readOptionText)) as Partial<EmulatorOptions>,
      faults: fault,
    };
    if (quiet === undefined)
      settings.onAnswer = (call, ms) => {
        io.out(callLine(call, ms));
      };
    return await startEmulator(settings);
  } catch (error) {
    throw error instanceof SetupError ? new UsageError(error.message) : error;
  }
}

// Not a static import: no other command should wait for the emulator to load.
function loadEmulator(): typeof import("../emulator") {
  return createRequire(__filename)("../emulator") as typeof import("../emulator");
}

function greeting({ url, accounts }: Emulator): string {
  const [account] = accounts;
  const settings =
    account?.token === undefined
      ? [["ssid", "SSID", account?.ssid ?? ""] as const]
      : [["userId", "USER_ID", account.userId] as const, ["token", "TOKEN", account.token] as const];
  const lines = [["baseUrl", "BASE_URL", url] as const, ...settings];
  return [
    `Deepcall emulator: ${url} (Ctrl-C ends it)`,
    ...lines.map(([key, , value]) => {
      const secret = key === "token" || key === "ssid" ? "--secret " : "";
      return `  pulumi config set ${secret}deepcall:${key} ${shellWord(value)}`;
    }),
    "or",
    ...lines.map(([, variable, value]) => `  export DEEPCALL_${variable}=${shellWord(value)}`),
    "",
  ].join("\n");
}

function callLine({ operation, userId, answer, fault }: Call, ms: number): string {
  const line = `${operation} ${userId === "" ? "-" : userId} ${answer ?? "-"} ${ms}ms`;
  return fault === undefined ? `${line}\n` : `${line} (fault ${fault})\n`;
}

function optionsHelp(): string {
  const { describeOptions } = loadEmulator();
  return ["Values of --option, the default first:", ...describeOptions().map((line) => `  ${line}`)].join("\n");
}

function faultsHelp(): string {
  const { describeFaults } = loadEmulator();
  return [
    "Values of --fault: OPERATION:KIND[:PARAM][@NTH][xTIMES]",
    "  OPERATION is add, update, delete, list, getGroupAgentRelation, submitAssignGroupToAgent or any;",
    "  the fault hits the NTH of its calls (1) and TIMES calls in a row (1; 0 for good). KIND is one of:",
    ...describeFaults().map((line) => `  ${line}`),
  ].join("\n");
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new InvalidArgumentError("Expected a number from 0 to 65535.");
  return port;
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

// Quoted only where the shell would see more than one plain word.
function shellWord(value: string): string {
  return /^[\w./:@-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}
