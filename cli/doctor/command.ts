import { existsSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Command, Option } from "commander";
import { exitCodes, type Finish, type Io, UsageError } from "../io";

interface Flags {
  format: "text" | "json";
  report?: string;
}

const examples = `
The settings come from the environment: DEEPCALL_BASE_URL, and DEEPCALL_SSID or DEEPCALL_USER_ID with DEEPCALL_TOKEN.
Nothing is made, changed or deleted in the account.

Exit codes: 0 healthy (there may be notes and warnings), 1 not, 3 credentials refused.

Examples:
  $ pulumi-deepcall doctor
  $ pulumi-deepcall doctor --format json | jq .server
  $ pulumi-deepcall doctor --report deepcall-report.json   # to attach to a bug report
`;

/** Adds `doctor`, which looks at a real account before the first `up`, and changes nothing. */
export function addDoctorCommand(program: Command, io: Io, finish: Finish): void {
  program
    .command("doctor")
    .description("look at an account before the first `pulumi up`; it only reads")
    .addOption(new Option("--format <format>", "how the result is printed").choices(["text", "json"]).default("text"))
    .option(
      "--report <file>",
      "also write a report without names, ids, credentials and host; never over a file that exists",
    )
    .addHelpText("after", examples)
    .action(async (flags: Flags) => {
      await runDoctor(flags, io, finish);
    });
}

async function runDoctor({ format, report }: Flags, io: Io, finish: Finish): Promise<void> {
  // Before any call: nobody should wait for a result that can't be written.
  if (report !== undefined && existsSync(report)) throw new UsageError(`${report} exists; name another file`);
  const { examine, toJson, toReport, toText } = loadDoctor();
  io.err("Looking at the account; this only reads ...\n");
  const examination = await examine(io.env);
  const { diagnosis } = examination;
  io.out(format === "json" ? toJson(diagnosis) : toText(diagnosis));
  if (report !== undefined) write(report, toReport(examination, io.version), io);
  if (!diagnosis.healthy) finish(diagnosis.credentialsRefused ? exitCodes.credentialsRefused : exitCodes.failed);
}

function write(file: string, text: string, io: Io): void {
  try {
    writeFileSync(file, text, { flag: "wx" });
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}`);
  }
  io.err(`Report written to ${file}; look through it before you attach it.\n`);
}

// Not a static import: `--help` should not wait for undici and the emulator.
function loadDoctor(): typeof import("./index") {
  return createRequire(__filename)("./index") as typeof import("./index");
}
