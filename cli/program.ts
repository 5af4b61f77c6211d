import { Command, CommanderError } from "commander";
import { AuthenticationError, DeepcallError } from "../client/errors";
import { addDoctorCommand } from "./doctor/command";
import { addDriftCommand } from "./drift/command";
import { addEmulatorCommand } from "./emulator";
import { addExportCommand } from "./export/command";
import { exitCodes, type ExitCode, type Finish, type Io, UsageError } from "./io";

// Each in a file of its own that loads what it needs only when it runs.
const commands: ((program: Command, io: Io, finish: Finish) => void)[] = [
  addDoctorCommand,
  addExportCommand,
  addDriftCommand,
  addEmulatorCommand,
];

/**
 * Runs a command line.
 * @param argv the arguments after the program's name
 * @returns the exit code: what the command says, 1 when the command line or what it names is at fault or a call
 *   failed, 3 when Deepcall refused the credentials
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let exitCode: ExitCode = exitCodes.ok;
  const finish: Finish = (code) => (exitCode = code);
  const program = new Command("pulumi-deepcall")
    .description("Deepcall agent groups as code.")
    .version(io.version, "--version", "print the version")
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .exitOverride();
  for (const add of commands) add(program, io, finish);

  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (!(error instanceof UsageError || error instanceof DeepcallError)) throw error;
    io.err(`error: ${error.message}\n`);
    return error instanceof AuthenticationError ? exitCodes.credentialsRefused : exitCodes.failed;
  }
}
