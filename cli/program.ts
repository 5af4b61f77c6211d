import { Command, CommanderError } from "commander";
import { AuthenticationError, CallError, DeepcallError, withErrorCode } from "../client/errors";
import { assertNodeVersion } from "../client/node-version";
import { commands } from "./commands";
import { exitCodes, type ExitCode, type Io, UsageError } from "./io";
import { PulumiError } from "./preview/failure";

/**
 * Runs a command line.
 *
 * @param argv - the arguments after the program's name.
 * @returns the exit code: the result of the command's `run`, or that of an error.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let exitCode: ExitCode = exitCodes.ok;
  const program = new Command("pulumi-deepcall")
    .description("Deepcall agent groups as code.")
    .version(io.version, "--version", "print the version")
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .exitOverride();
  for (const [name, { description, options, help, load }] of Object.entries(commands)) {
    const command = program
      .command(name)
      .description(description)
      .addHelpText("after", () => (typeof help === "string" ? help : help()));
    for (const option of options) command.addOption(option);
    command.action(async () => {
      refuseEmptyValues(command);
      exitCode = await load().run(command.opts(), io);
    });
  }
  try {
    assertNodeVersion();
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    return reportError(error, io);
  }
}

/** In CI, an empty value comes from an unset variable. The default would then apply to something else than was meant. */
function refuseEmptyValues(command: Command): void {
  for (const option of command.options) {
    const value: unknown = command.getOptionValue(option.attributeName());
    if ([value].flat().some((one) => typeof one === "string" && one.trim() === ""))
      throw new UsageError(
        `${option.long ?? option.flags} must not be empty. Nothing was done. Check the variable that the value comes from, or omit the option.`,
      );
  }
}

/** Shows an error that has a message for the user. Its exit code is 3 if Deepcall refused the credentials. */
function reportError(error: unknown, io: Io): number {
  if (error instanceof CommanderError) return error.exitCode;
  if (error instanceof PulumiError) {
    for (const message of error.failure.messages) io.err(`error: ${message}\n`);
    return error.failure.credentialsRefused ? exitCodes.credentialsRefused : exitCodes.failed;
  }
  if (!(error instanceof UsageError || error instanceof DeepcallError)) throw error;
  const message =
    error instanceof CallError ? withErrorCode(`${error.description} ${error.hint}`, error.errorCode) : error.message;
  io.err(`error: ${message}\n`);
  return error instanceof AuthenticationError ? exitCodes.credentialsRefused : exitCodes.failed;
}
