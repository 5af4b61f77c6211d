import { existsSync, writeFileSync } from "node:fs";
import { exitCodes, type ExitCode, type Io, UsageError } from "../io";
import { diagnose } from "./diagnose";
import { toReport, toText } from "./output";

interface Flags {
  format: "text" | "json";
  report?: string;
  envPrefix: string;
}

export async function run({ format, report, envPrefix }: Flags, io: Io): Promise<ExitCode> {
  if (report !== undefined && existsSync(report))
    throw reportError(report, "the file already exists. No call was made. Choose another file name.");
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
  if (diagnosis.healthy) return exitCodes.ok;
  return diagnosis.credentialsRefused ? exitCodes.credentialsRefused : exitCodes.failed;
}

function reportError(file: string, reason: string): UsageError {
  return new UsageError(`Could not write the report to ${file}: ${reason}`);
}
