/** What a command has of the world around it; tests give their own. */
export interface Io {
  /** Writes to standard output. */
  readonly out: (text: string) => void;
  /** Writes to standard error. */
  readonly err: (text: string) => void;
  /** Resolves when the user asks the process to end (SIGINT, SIGTERM). */
  readonly untilStopped: () => Promise<void>;
  /** The environment: settings come from there. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The version of this package. */
  readonly version: string;
  /** Which outputs are terminals: only there are colours and lines that redraw themselves. Default: none is. */
  readonly terminals?: { readonly out: boolean; readonly err: boolean };
}

/** What the exit codes of all commands mean. */
export const exitCodes = { ok: 0, failed: 1, drift: 2, credentialsRefused: 3 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Sets what the process ends with when its command comes to its end; 0 unless it is called. */
export type Finish = (code: ExitCode) => void;

/** The command can't do what was asked; the message is one line for the user. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
