/** What a command has of the world around it; tests give their own. */
export interface Io {
  /** Writes to standard output. */
  readonly out: (text: string) => void;
  /** Writes to standard error. */
  readonly err: (text: string) => void;
  /** Resolves when the user asks the process to end (SIGINT, SIGTERM). */
  readonly untilStopped: () => Promise<void>;
  /** The version of this package. */
  readonly version: string;
}

/** The command can't do what was asked; the message is one line for the user. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
