import { AuthenticationError, CallError, DeepcallError, type Outcome } from "../../client/errors";
import { groupLabel } from "./names";

/** A resource is declared with arguments or options that cannot work. */
export class ResourceError extends DeepcallError {}

/** The groups of a `DeepcallGroups`, or the file with them, can't be right. Nothing was changed. */
export class GroupsError extends ResourceError {
  constructor(
    message: string,
    /** All that is wrong, each as a line; in a file like `groups.yaml:12:5: groups.support.nme: …`. */
    readonly problems: readonly string[],
  ) {
    super(`${message}\n${problems.join("\n")}`);
  }

  /** Tells Pulumi to print the message without the stack: what is wrong is not in the program's code. */
  readonly __pulumiRunError = true;
}

/** A group of the wished name exists, and `onNameConflict` says that it must stay as it is. */
export class NameTakenError extends DeepcallError {}

/** A group of the state is not there any more. */
export class GroupGoneError extends DeepcallError {}

/** "Not found or not authorized" for a group of somebody else: its absence can't be told with these credentials. */
export class OtherAccountError extends DeepcallError {}

/** Two resources of one program mean the same group. */
export class SharedGroupError extends DeepcallError {}

/** A step failed for one group; `cause` is the error of the call. */
export class GroupError extends DeepcallError {}

/**
 * A step failed after the group's id was known. Pulumi keeps the group in the state, and the next `pulumi up`
 * finishes the job.
 */
export class UnfinishedGroupError extends GroupError {
  constructor(
    message: string,
    /** The group's id, as Pulumi wants it. */
    readonly id: string,
    /** What the state keeps of the group. */
    readonly properties: Record<string, unknown>,
    options?: ErrorOptions,
  ) {
    super(`${message} The group is in the state with the id ${id}; the next \`pulumi up\` finishes it.`, options);
  }

  /** Pulumi shows these in place of the message. */
  get reasons(): string[] {
    return [this.message];
  }
}

/** Pulumi configures a provider from the state unless the program runs (pulumi/pulumi#4981). */
export const staleConfigHint =
  "If they were changed in the stack's config: refresh and destroy use the config of the last `pulumi up`, unless --run-program is given.";

/** What was and wasn't done, for each outcome of the call that failed. */
export type OutcomeText = Readonly<Record<Outcome, string>>;

/**
 * Runs a step for one group. A failed call comes out as an error that says what was attempted, on which group, what
 * happened, what was and wasn't done, and what to do next.
 */
export async function attempt<T>(
  what: string,
  group: { name: string; id?: number | string },
  done: OutcomeText,
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    const hint = error instanceof AuthenticationError ? ` ${staleConfigHint}` : "";
    const tried = error.tries > 1 ? ` It was tried ${error.tries} times.` : "";
    const message = `Could not ${what} ${groupLabel(group)}. ${error.message}${tried} ${done[error.outcome]} ${error.hint}${hint}`;
    throw new GroupError(message, { cause: error });
  }
}

/** The same words, whatever became of the call. */
export function forEveryOutcome(words: string): OutcomeText {
  return { "not sent": words, refused: words, answered: words, unknown: words };
}

/** What is true of every failed read. */
export const nothingChanged = forEveryOutcome("Nothing was changed.");
