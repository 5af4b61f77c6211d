import { AuthenticationError, CallError, DeepcallError, type Outcome } from "../../client/errors";

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
  "unreadable-stack",
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

/** What a failed method leaves in the state. */
interface Kept {
  readonly id: string;
  readonly state: unknown;
}

interface ErrorParts {
  /** What failed and for what, without a period: `Could not create group "Support"`. */
  readonly failure: string;
  /** Why, as a clause; if a call failed, its error says why. */
  readonly reason?: string;
  /** What was and wasn't done. */
  readonly done: string;
  /** What to do next. */
  readonly next: string;
  /** The code, if it is not that of the failed call. */
  readonly code?: ProviderErrorCode | undefined;
}

/**
 * A step failed for one group or for its agents. If a call failed, `cause` is its {@link CallError}, and the code is the
 * same. The codes of all other failures are in `docs/errors.md`.
 */
export class GroupError extends DeepcallError {
  /**
   * What must stay in the state, because the group exists or was changed.
   *
   * @internal
   */
  kept: Kept | undefined;

  /** @internal */
  constructor(cause: ProviderErrorCode | CallError, { failure, reason, done, next, code }: ErrorParts) {
    const call = cause instanceof CallError ? cause : undefined;
    const tries = call && call.tries > 1 ? `The call was sent ${call.tries} times.` : "";
    const what = `${failure}${reason === undefined ? "" : `: ${reason}`}.`;
    const sentences = [what, call?.description ?? "", tries, done, next].filter((sentence) => sentence !== "");
    super(code ?? call?.errorCode ?? String(cause), sentences.join(" "), call && { cause: call });
  }

  /**
   * Keeps a resource in the state.
   *
   * @param subject - what is in the state: `The group`.
   * @internal
   */
  keep(id: string, state: unknown, subject: string): this {
    this.kept = { id, state };
    this.append(`${subject} is in the state with id ${id}. Run \`pulumi up\` again to finish.`);
    return this;
  }
}

/** Unless the program runs, Pulumi configures a provider from the state (pulumi/pulumi#4981). */
export const staleConfigHint =
  "`pulumi refresh` and `pulumi destroy` use the config and provider arguments of the last `pulumi up` unless you add --run-program; environment variables are always current.";

/** What was and wasn't done, for each outcome of a failed call. */
export type OutcomeText = Readonly<Record<Outcome, string>>;

/**
 * Runs a step. A failed call becomes a {@link GroupError} that says what could not be done, and the next step.
 *
 * @param what - completes "Could not": `read group "Support" (id 42)`.
 * @param code - the error's code, if it is not that of the failed call.
 */
export async function attempt<T>(
  what: string,
  outcomeText: OutcomeText,
  step: () => Promise<T>,
  code?: ProviderErrorCode,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw error instanceof CallError ? callFailure(what, error, outcomeText, code) : error;
  }
}

/** The error for a call that failed in a step; see {@link attempt}. */
export function callFailure(
  what: string,
  error: CallError,
  outcomeText: OutcomeText,
  code?: ProviderErrorCode,
): GroupError {
  const next = error instanceof AuthenticationError ? `${error.hint} ${staleConfigHint}` : error.hint;
  return new GroupError(error, { failure: `Could not ${what}`, done: outcomeText[error.outcome], next, code });
}

export function forEveryOutcome(text: string): OutcomeText {
  return { "not sent": text, refused: text, answered: text, unknown: text };
}

/** For every failed read. */
export const nothingChanged = forEveryOutcome("Nothing was changed.");
