import { Command, CommanderError } from "commander";
import { addEmulatorCommand } from "./emulator";
import { type Io, UsageError } from "./io";

// Each in a file of its own that loads what it needs only when it runs.
const commands = [addEmulatorCommand];

/**
 * Runs a command line.
 * @param argv the arguments after the program's name
 * @returns the exit code: 0, or 1 when the command line or what it names is at fault
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const program = new Command("pulumi-deepcall")
    .description("Deepcall agent groups as code.")
    .version(io.version, "--version", "print the version")
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .exitOverride();
  for (const add of commands) add(program, io);

  try {
    await program.parseAsync(argv, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (!(error instanceof UsageError)) throw error;
    io.err(`error: ${error.message}\n`);
    return 1;
  }
}
