import { AuthenticationError, CallError, DeepcallError, type Outcome } from "../../client/errors";
import { groupLabel } from "./names";

/** The error codes of this folder's errors. */
export type ProviderErrorCode = (typeof providerErrorCodes)[number];
export const providerErrorCodes = [
  "arguments",
  "groups-file",
  "name-taken",
  "group-gone",
  "other-account",
  "shared-group",
  "has-agents",
  "lost-add",
  "existing-id",
  "status-rejected",
  "not-visible",
  "invalid-id",
  "invalid-state",
  "other-agents",
  "agents-rejected",
  "group-not-found",
  "ambiguous-name",
  "incomplete-list",
  "status-not-listed",
] as const;

/**
 * A resource or a lookup has arguments or options that cannot work. Nothing was changed. Code `arguments`, for
 * the groups of a `DeepcallGroups` `groups-file`, and for agents that would be removed `other-agents`.
 */
export class ResourceError extends DeepcallError {
  constructor(description: string, errorCode: ProviderErrorCode = "arguments") {
    super(errorCode, description);
  }
}

/** The groups of a `DeepcallGroups`, or the file that contains them, are not valid. Nothing was changed. Code `groups-file`. */
export class GroupsError extends ResourceError {
  /**
   * Makes Pulumi print the message without a stack trace, because the problem is not in the program's code.
   *
   * @internal
   */
  readonly __pulumiRunError = true;

  constructor(
    description: string,
    /** Every problem, each as one line; in a file for example `groups.yaml:12:5: groups.support.nme: …`. */
    readonly problems: readonly string[],
  ) {
    super([description, ...problems, "Correct this and run the command again."].join("\n"), "groups-file");
  }
}

/** A group with the requested name exists, and `onNameConflict` does not allow another name. Code `name-taken`. */
export class NameTakenError extends DeepcallError {
  constructor(description: string) {
    super("name-taken" satisfies ProviderErrorCode, description);
  }
}

/** A group does not exist any more. Code `group-gone`. */
export class GroupGoneError extends DeepcallError {
  constructor(description: string) {
    super("group-gone" satisfies ProviderErrorCode, description);
  }
}

/**
 * "Not found or not authorized" for a group of another account: these credentials cannot show whether it exists. Code
 * `other-account`.
 */
export class OtherAccountError extends DeepcallError {
  constructor(description: string) {
    super("other-account" satisfies ProviderErrorCode, description);
  }
}

/** Two resources of one program declare the same group. Code `shared-group`. */
export class SharedGroupError extends DeepcallError {
  constructor(description: string) {
    super("shared-group" satisfies ProviderErrorCode, description);
  }
}

/**
 * A lookup has no result. Its `errorCode` is `"group-not-found"`, `"ambiguous-name"`, `"incomplete-list"` (Deepcall returned
 * only a part of the groups) or `"status-not-listed"`. A lookup that fails because of a call is a `GroupError`.
 */
export class LookupError extends DeepcallError {
  constructor(
    errorCode: ProviderErrorCode,
    { failure, reason, hint }: { readonly failure: string; readonly reason: string; readonly hint: string },
  ) {
    super(errorCode, `${failure}: ${reason}. ${lookupOutcome} ${hint}`);
  }
}

/** What a failed lookup has and hasn't done. */
export const lookupOutcome = "The lookup changed nothing.";

/** A group is not deleted because it has agents. Code `has-agents`. */
export class GroupHasAgentsError extends DeepcallError {
  constructor(description: string) {
    super("has-agents" satisfies ProviderErrorCode, description);
  }
}

/** A step failed for one group. If a call failed, `cause` is its {@link CallError}, and the code is the same. */
export class GroupError extends DeepcallError {}

/** A step failed after the group's id was known. Pulumi keeps the group in the state, and the next `pulumi up` continues. */
export class UnfinishedGroupError extends GroupError {
  constructor(
    { errorCode, description }: DeepcallError,
    /** The group's id, which Pulumi reads from the error. */
    readonly id: string,
    /** The group's outputs, which Pulumi keeps in the state. */
    readonly properties: Record<string, unknown>,
    options?: ErrorOptions,
    subject = "The group",
  ) {
    super(
      errorCode,
      `${description} ${subject} is in the state with id ${id}. Run \`pulumi up\` again to finish.`,
      options,
    );
  }

  /**
   * Pulumi shows these instead of the message.
   *
   * @internal
   */
  get reasons(): string[] {
    return [this.message];
  }
}

/** Unless the program runs, Pulumi configures a provider from the state (pulumi/pulumi#4981). */
export const staleConfigHint =
  "`pulumi refresh` and `pulumi destroy` use the config and provider arguments of the last `pulumi up` unless you add --run-program; environment variables are always current.";

/** What was and wasn't done, for each outcome of a failed call. */
export type OutcomeText = Readonly<Record<Outcome, string>>;

/** Runs a step for one group. A failed call becomes a {@link GroupError} that names the action and the next step. */
export async function withGroupError<T>(
  action: string,
  group: { name: string; id?: number | string },
  outcomeText: OutcomeText,
  step: () => Promise<T>,
): Promise<T> {
  return withCallError(`${action} ${groupLabel(group)}`, outcomeText, step);
}

/** Runs a step. A failed call becomes a {@link GroupError} that says what could not be done, and the next step. */
export async function withCallError<T>(what: string, outcomeText: OutcomeText, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw error instanceof CallError ? callErrorOf(what, error, outcomeText) : error;
  }
}

/** The error for a call that failed in a step. */
export function callErrorOf(what: string, error: CallError, outcomeText: OutcomeText): GroupError {
  const hint = error instanceof AuthenticationError ? `${error.hint} ${staleConfigHint}` : error.hint;
  return callFailure(`Could not ${what}.`, error, outcomeText[error.outcome], hint);
}

/** The error for a failed call: what failed, why, what was and wasn't done, and what to do next. */
export function callFailure(failure: string, error: CallError, outcome: string, hint = error.hint): GroupError {
  const tries = error.tries > 1 ? `The call was sent ${error.tries} times.` : "";
  const sentences = [failure, error.description, tries, outcome, hint];
  return new GroupError(error.errorCode, sentences.filter((sentence) => sentence !== "").join(" "), { cause: error });
}

export function forEveryOutcome(text: string): OutcomeText {
  return { "not sent": text, refused: text, answered: text, unknown: text };
}

/** For every failed read. */
export const nothingChanged = forEveryOutcome("Nothing was changed.");
