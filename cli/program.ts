import { Command, CommanderError } from "commander";
import { AuthenticationError, CallError, DeepcallError, withErrorCode } from "../client/errors";
import { assertNodeVersion } from "../client/node-version";
import { addDoctorCommand } from "./doctor/command";
import { addDriftCommand } from "./drift/command";
import { addEmulatorCommand } from "./emulator";
import { addExportCommand } from "./export/command";
import { exitCodes, type ExitCode, type SetExitCode, type Io, UsageError } from "./io";
import { addPlanCommand } from "./plan/command";

// A command loads its heavy dependencies when it runs, so that `--help` is fast.
const commands: readonly ((program: Command, io: Io, setExitCode: SetExitCode) => void)[] = [
  addDoctorCommand,
  addExportCommand,
  addPlanCommand,
  addDriftCommand,
  addEmulatorCommand,
];

/**
 * Runs a command line.
 *
 * @param argv - the arguments after the program's name.
 * @returns the exit code: the one that the command set; 1 for a usage error or a failed call; 3 if Deepcall refused the
 *   credentials.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let exitCode: ExitCode = exitCodes.ok;
  const setExitCode: SetExitCode = (code) => (exitCode = code);
  const program = new Command("pulumi-deepcall")
    .description("Deepcall agent groups as code.")
    .version(io.version, "--version", "print the version")
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .exitOverride();
  for (const add of commands) add(program, io, setExitCode);

  try {
    assertNodeVersion();
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (!(error instanceof UsageError || error instanceof DeepcallError)) throw error;
    const message =
      error instanceof CallError ? withErrorCode(`${error.description} ${error.hint}`, error.errorCode) : error.message;
    io.err(`error: ${message}\n`);
    return error instanceof AuthenticationError ? exitCodes.credentialsRefused : exitCodes.failed;
  }
}
