import { resourceName } from "../../provider/urn";
import { authenticationCodes } from "../../client/errors";
import { quote } from "../formatting";

/** An error event of the engine. */
export interface Diagnostic {
  readonly message: string;
  /** The resource that it is about; none or empty for the whole stack. */
  readonly urn?: string;
}

/** The error for a mandatory policy that a resource violates: the engine itself reports only that the preview failed. */
export function policyViolation(violation: {
  readonly policyName: string;
  readonly policyPackName: string;
  readonly message: string;
  readonly resourceUrn?: string;
}): Diagnostic {
  const { policyName, policyPackName, message, resourceUrn } = violation;
  const resource = resourceUrn === undefined ? "" : ` by the resource ${quote(resourceName(resourceUrn))}`;
  // The engine's markup for colors.
  const reason = message.replace(/<\{%.*?%\}>/g, "").trim();
  return {
    message: `The mandatory policy ${quote(policyName)} of ${quote(policyPackName)} is violated${resource}: ${reason}`,
  };
}

/** Why a preview failed. */
export interface Failure {
  /** Messages of Pulumi or the provider for the user, without irrelevant stack traces. */
  readonly messages: readonly string[];
  /** Whether Deepcall refused the credentials. */
  readonly credentialsRefused: boolean;
  /** Whether the only reason is that the program removes or replaces protected resources. */
  readonly onlyProtected: boolean;
}

/** Pulumi or the provider reported an error. */
export class PulumiError extends Error {
  override readonly name = "PulumiError";
  constructor(readonly failure: Failure) {
    super(failure.messages.join("\n"));
  }
}

/** If the server is down, every group reports the same error, so only some are shown. */
const maxMessages = 5;
/** Of what a program printed, before it failed without an error event. */
const maxPrintedLines = 20;

/**
 * Explains why a preview failed.
 *
 * @param diagnostics - the error events of the engine, which contain the provider's messages.
 * @param output - what the Pulumi CLI printed; used if there are no error events, because the engine did not start.
 * @param protectedUrns - the resources whose deletion the engine refused.
 * @param printed - the lines that the program wrote to standard error: where programs in YAML and Python report what is wrong with
 *   them.
 */
export function explainFailure(
  diagnostics: readonly Diagnostic[],
  output: string,
  protectedUrns: ReadonlySet<string>,
  printed: readonly string[] = [],
): Failure {
  const errors = diagnostics
    .map(({ message, urn = "" }) => ({ message: clean(message), urn }))
    .filter(({ message }) => message !== "" && !/^(preview|update) failed$/.test(message));
  const lines = printed.flatMap((text) => text.trimEnd().split("\n"));
  const isUnexplained = errors.every(({ message }) => /: program exited with non-zero exit code: \d+$/.test(message));
  const all =
    isUnexplained && lines.length > 0
      ? [clean(lines.slice(-maxPrintedLines).join("\n")).replace(/^Error: /, "")]
      : errors.length > 0
        ? errors.map(({ message }) => message)
        : explainOutput(output);
  const messages = [...new Set(all)];
  const omitted = messages.length - maxMessages;
  return {
    messages: omitted > 0 ? [...messages.slice(0, maxMessages), `… and ${omitted} more like these`] : messages,
    credentialsRefused: all.some((message) => authenticationCodes.has(Number(errorCode(message)))),
    onlyProtected: errors.length > 0 && errors.every(({ urn }) => protectedUrns.has(urn)),
  };
}

/** Keeps the program's own lines of a stack trace, and removes those of Node and Pulumi. */
function clean(message: string): string {
  return message
    .split("\n")
    .filter((line) => !/^\s+at .*(node:|node_modules)/.test(line))
    .join("\n")
    .replace(/^Preview failed: /, "")
    .trim();
}

/**
 * The code of an error of this package. Pulumi passes on only the message of a provider's error, so the message ends
 * with the code. Elsewhere in the message, a group's name could contain the same text.
 */
function errorCode(message: string): string | undefined {
  return /\[deepcall:([\w-]+)\]$/.exec(message)?.[1];
}

function explainOutput(output: string): string[] {
  if (output.includes("spawn pulumi ENOENT"))
    return [
      "The Pulumi CLI was not found. Install it (https://www.pulumi.com/docs/install/), or add its folder to the PATH.",
    ];
  // The Automation API's message contains the command's output twice.
  const errors = [...output.matchAll(/^error: (.*(?:\n(?! err\?:| std|error: ).+)*)/gm)].map(([, text = ""]) =>
    addHint(text.trim()),
  );
  return errors.length > 0 ? errors : [output.trim()];
}

/** Advice for errors of the Pulumi CLI, which has no error codes. */
const hints: readonly (readonly [RegExp, string])[] = [
  [
    /no stack named/,
    "`pulumi stack ls` lists the stacks in this backend (PULUMI_BACKEND_URL, or the backend of `pulumi login`).",
  ],
  [
    /no Pulumi\.yaml project file/,
    "Run the command in the folder of a Pulumi project, or specify the folder with --cwd.",
  ],
  [/no stack selected/, "Specify the stack with --stack."],
  [/unknown flag/, "This Pulumi CLI is too old: this command requires one with `pulumi preview --run-program`."],
];

function addHint(error: string): string {
  const [, hint] = hints.find(([pattern]) => pattern.test(error)) ?? [];
  return hint === undefined ? error : `${error}. ${hint}`;
}
