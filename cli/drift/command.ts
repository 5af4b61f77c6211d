import { type Command, Option } from "commander";
import type { GroupList } from "../../client/responses";
import { groupType } from "../../provider/type";
import { openAccount } from "../account";
import { exitCodes, type Finish, type Io, UsageError } from "../io";
import { compare, type Step } from "./compare";
import { renderJson } from "./formats/json";
import { renderJunit } from "./formats/junit";
import { renderMarkdown } from "./formats/markdown";
import { renderText } from "./formats/text";
import { PulumiError, ReadOnlyStack } from "./preview";
import { type Progress, startProgress } from "./progress";
import { hasDrift, type Report } from "./report";

interface Flags {
  stack: string;
  cwd: string;
  format: keyof typeof formats;
  undeclared?: true;
}

const formats = {
  text: (report: Report, io: Io) => renderText(report, io.terminals?.out === true && !io.env["NO_COLOR"]),
  markdown: renderMarkdown,
  json: renderJson,
  junit: renderJunit,
};

const help = `
Exit codes:
  0  no drift
  1  an error: the comparison could not be made
  2  drift, or with --undeclared a group that nothing declares
  3  Deepcall refused the credentials

Examples:
  $ pulumi-deepcall drift --stack prod
  $ pulumi-deepcall drift --stack prod --undeclared --format markdown >> "$GITHUB_STEP_SUMMARY"
  $ pulumi-deepcall drift --stack org/project/prod --cwd infra --format junit > drift.xml
`;

/** Adds `drift`, which tells what was changed in Deepcall since the last `pulumi up`. */
export function addDriftCommand(program: Command, io: Io, finish: Finish): void {
  program
    .command("drift")
    .description("tell what was changed in Deepcall by hand; changes nothing, neither there nor in the stack's state")
    .requiredOption("--stack <name>", "the stack to compare")
    .option("--cwd <dir>", "the folder of the Pulumi project", ".")
    .addOption(new Option("--format <format>", "the form of the report").choices(Object.keys(formats)).default("text"))
    .option("--undeclared", "report groups of the account, too, that no resource of the stack declares")
    .addHelpText("after", help)
    .action((flags: Flags) => runDrift(flags, io, finish));
}

async function runDrift(flags: Flags, io: Io, finish: Finish): Promise<void> {
  const progress = startProgress(io);
  try {
    const report = await observe(flags, io, progress);
    progress.end();
    io.out(formats[flags.format](report, io));
    if (hasDrift(report)) finish(exitCodes.drift);
  } catch (error) {
    progress.end();
    if (!(error instanceof PulumiError)) throw error;
    for (const message of error.failure.messages) io.err(`error: ${message}\n`);
    finish(error.failure.credentialsRefused ? exitCodes.credentialsRefused : exitCodes.failed);
  }
}

async function observe({ stack: name, cwd, undeclared }: Flags, io: Io, progress: Progress): Promise<Report> {
  const stack = await ReadOnlyStack.open(name, cwd);
  let account: GroupList | undefined;
  if (undeclared) {
    progress.stage("Listing the account's groups");
    // Before the preview: a group that an `up` makes meanwhile is not in the list.
    account = await listAccount(stack, io);
  }
  progress.stage(`Comparing stack ${name} with Deepcall`);
  const steps: Step[] = [];
  await interruptible(io, (signal) =>
    stack.preview({
      onStep: (step) => {
        steps.push(step);
        if (step.type === groupType && step.op === "refresh") progress.group();
      },
      onDebug: (line) => {
        if (io.env["DEEPCALL_DEBUG"] === "1") io.err(line);
      },
      signal,
    }),
  );
  return compare(name, steps, account);
}

async function listAccount(stack: ReadOnlyStack, io: Io): Promise<GroupList> {
  const client = openAccount(io, await stack.config());
  try {
    return await client.list();
  } finally {
    await client.close();
  }
}

/** How long Pulumi may let running calls end after it was asked to stop, in milliseconds; CI systems kill it soon. */
const graceMs = 2_000;

/** Lets Pulumi end by itself when the user stops the command, so that none of its processes is left behind. */
async function interruptible(io: Io, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  let again: NodeJS.Timeout | undefined;
  void io.untilStopped().then(() => {
    stop.abort();
    // As a second Ctrl-C does: Pulumi then waits for nothing. A preview has nothing to lose.
    again = setTimeout(() => stop.signal.dispatchEvent(new Event("abort")), graceMs);
  });
  try {
    await work(stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    clearTimeout(again);
  }
  if (stop.signal.aborted) throw new UsageError("stopped before the comparison was done; nothing was changed");
}
