/** A command's access to its process; tests pass a replacement. */
export interface Io {
  /** Writes to standard output. */
  readonly out: (text: string) => void;
  /** Writes to standard error. */
  readonly err: (text: string) => void;
  /** Resolves when the user asks the process to stop (SIGINT, SIGTERM). */
  readonly untilStopped: () => Promise<void>;
  /** Asks the user; absent if there is no terminal. Returns "" if the user gives no answer. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
  /** The environment variables, which hold the settings. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The version of this package. */
  readonly version: string;
  /** Which outputs are terminals; only those get colors and lines that redraw themselves. Default: none. */
  readonly terminals?: { readonly out: boolean; readonly err: boolean };
}

/** The prefix of the default account's environment variables. */
export const standardPrefix = "DEEPCALL";

/** The exit codes of all commands. */
export const exitCodes = { ok: 0, failed: 1, changes: 2, credentialsRefused: 3 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Whether the text on standard output may have colors. */
export function usesColors({ terminals, env }: Io): boolean {
  return terminals?.out === true && !env["NO_COLOR"];
}

/** The command cannot do what the user asked; the message is shown without a stack trace. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
