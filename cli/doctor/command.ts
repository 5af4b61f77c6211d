import { existsSync, writeFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { exitCodes, type Finish, type Io, UsageError } from "../io";

interface Flags {
  format: "text" | "json";
  report?: string;
}

const help = `
Settings come from the environment: DEEPCALL_BASE_URL, and DEEPCALL_SSID or DEEPCALL_USER_ID with DEEPCALL_TOKEN.
The command creates, changes and deletes nothing in the account.

Exit codes: 0 healthy (possibly with notes and warnings), 1 not healthy, 3 credentials refused.

Examples:
  $ pulumi-deepcall doctor
  $ pulumi-deepcall doctor --format json | jq .server
  $ pulumi-deepcall doctor --report deepcall-report.json   # to attach to a bug report
`;

/** Adds `doctor`, which checks a real account before the first `up` without changing anything. */
export function addDoctorCommand(program: Command, io: Io, finish: Finish): void {
  program
    .command("doctor")
    .description("check an account before the first `pulumi up` (read-only)")
    .addOption(new Option("--format <format>", "output format").choices(["text", "json"]).default("text"))
    .option("--report <file>", "also write a report without names, ids, credentials and host to a new file")
    .addHelpText("after", help)
    .action(async (flags: Flags) => {
      await runDoctor(flags, io, finish);
    });
}

async function runDoctor({ format, report }: Flags, io: Io, finish: Finish): Promise<void> {
  if (report !== undefined && existsSync(report))
    throw new UsageError(
      `Could not write the report to ${report}: the file already exists. No call was made. Choose another file name.`,
    );
  // Not static imports, because `--help` must not wait for the client and the emulator.
  /* eslint-disable @typescript-eslint/no-require-imports */
  const { diagnose } = require("./diagnose") as typeof import("./diagnose");
  const { toJson, toReport, toText } = require("./output") as typeof import("./output");
  /* eslint-enable @typescript-eslint/no-require-imports */
  io.err("Checking the account (read-only) ...\n");
  const result = await diagnose(io.env);
  const { diagnosis } = result;
  io.out(format === "json" ? toJson(diagnosis) : toText(diagnosis));
  if (report !== undefined) writeReport(report, toReport(result, io.version), io);
  if (!diagnosis.healthy) finish(diagnosis.credentialsRefused ? exitCodes.credentialsRefused : exitCodes.failed);
}

function writeReport(file: string, text: string, io: Io): void {
  try {
    writeFileSync(file, text, { flag: "wx" });
  } catch (error) {
    throw new UsageError(`Could not write the report to ${file}: ${(error as Error).message}.`);
  }
  io.err(`Wrote the report to ${file}. Review it before you attach it.\n`);
}
