import { existsSync, writeFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { envPrefixOption } from "../create-client";
import { exitCodes, type SetExitCode, type Io, UsageError } from "../io";

interface Flags {
  format: "text" | "json";
  report?: string;
  envPrefix: string;
}

const help = `
Settings come from the environment: DEEPCALL_BASE_URL, and DEEPCALL_SSID or DEEPCALL_USER_ID with DEEPCALL_TOKEN. With
--env-prefix DEEPCALL_EMEA, they are called DEEPCALL_EMEA_BASE_URL, and so on.
The command creates, changes and deletes nothing in the account.

Exit codes: 0 healthy (possibly with notes and warnings), 1 not healthy, 3 credentials refused.

Examples:
  $ pulumi-deepcall doctor
  $ pulumi-deepcall doctor --format json | jq .server
  $ pulumi-deepcall doctor --report deepcall-report.json   # to attach to a bug report
`;

export function addDoctorCommand(program: Command, io: Io, setExitCode: SetExitCode): void {
  program
    .command("doctor")
    .description("check an account before the first `pulumi up` (read-only)")
    .addOption(new Option("--format <format>", "output format").choices(["text", "json"]).default("text"))
    .addOption(envPrefixOption())
    .option("--report <file>", "also write an anonymous report to a new file")
    .addHelpText("after", help)
    .action(async ({ format, report, envPrefix }: Flags) => {
      if (report !== undefined && existsSync(report))
        throw reportError(report, "the file already exists. No call was made. Choose another file name.");
      // Not static imports, because `--help` must not wait for the client and the emulator's options.
      const { diagnose } = require("./diagnose") as typeof import("./diagnose");
      const { toReport, toText } = require("./output") as typeof import("./output");
      io.err("Checking the account (read-only) ...\n");
      const result = await diagnose(io.env, envPrefix);
      const { diagnosis } = result;
      io.out(format === "json" ? `${JSON.stringify(diagnosis, undefined, 2)}\n` : toText(diagnosis));
      if (report !== undefined) {
        try {
          writeFileSync(report, toReport(result, io.version), { flag: "wx" });
        } catch (error) {
          throw reportError(report, `${(error as Error).message}.`);
        }
        io.err(`Wrote the report to ${report}. Review it before you attach it.\n`);
      }
      if (!diagnosis.healthy)
        setExitCode(diagnosis.credentialsRefused ? exitCodes.credentialsRefused : exitCodes.failed);
    });
}

function reportError(file: string, reason: string): UsageError {
  return new UsageError(`Could not write the report to ${file}: ${reason}`);
}
