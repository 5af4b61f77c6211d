import { authenticationCodes, codeIn } from "../../client/errors";
import { staleConfigHint } from "../../provider/lifecycle/errors";

/** Why a preview could not be made. */
export interface Failure {
  /** For the user: what Pulumi or the provider said, without stack traces. */
  readonly messages: readonly string[];
  /** Whether Deepcall refused the credentials. */
  readonly credentialsRefused: boolean;
}

/** How many messages are shown: with no server, every group has one that says the same. */
const most = 5;

/**
 * Explains why a preview failed.
 *
 * @param diagnostics - the errors among the engine's events; they hold the provider's own messages.
 * @param output - what the command printed before it ended; it counts where the engine did not come to run.
 */
export function explain(diagnostics: readonly string[], output: string): Failure {
  const own = diagnostics.map(clean).filter((message) => message !== "" && !/^(preview|update) failed$/.test(message));
  const said = own.length > 0 ? own : errorsIn(output);
  const messages = [...new Set(said)];
  const rest = messages.length - most;
  return {
    messages: rest > 0 ? [...messages.slice(0, most), `… and ${rest} more like these`] : messages,
    // Pulumi hands on nothing of the provider's error but its message.
    credentialsRefused: said.some((message) => authenticationCodes.has(codeIn(message) ?? 0)),
  };
}

/** What the user can act on: the program's own lines of a stack trace, not those of Node and of Pulumi. */
function clean(message: string): string {
  return (
    message
      .split("\n")
      .filter((line) => !/^\s+at .*(node:|node_modules)/.test(line))
      .join("\n")
      .replace(/^Preview failed: /, "")
      // A preview that runs the program uses today's config.
      .replaceAll(staleConfigHint, "")
      .trim()
  );
}

function errorsIn(output: string): string[] {
  if (output.includes("spawn pulumi ENOENT"))
    return [
      "The Pulumi CLI was not found: install it (https://www.pulumi.com/docs/install/), or put its folder on the PATH.",
    ];
  // The Automation API repeats the command's output in its message.
  const errors = [...output.matchAll(/^error: (.*(?:\n(?! err\?:| std|error: ).+)*)/gm)].map(([, text = ""]) =>
    withAdvice(text.trim()),
  );
  return errors.length > 0 ? errors : [output.trim()];
}

const advice: readonly (readonly [RegExp, string])[] = [
  [
    /no stack named/,
    "`pulumi stack ls` shows the stacks that this backend (PULUMI_BACKEND_URL, or `pulumi login`) has.",
  ],
  [/no Pulumi\.yaml project file/, "Run the command in the folder of a Pulumi project, or name that with --cwd."],
  [
    /unknown flag/,
    "This Pulumi CLI is too old: `pulumi-deepcall drift` needs one that has `pulumi preview --run-program`.",
  ],
];

function withAdvice(error: string): string {
  const [, next] = advice.find(([pattern]) => pattern.test(error)) ?? [];
  return next === undefined ? error : `${error}. ${next}`;
}
