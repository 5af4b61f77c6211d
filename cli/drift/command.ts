import { type Command, Option } from "commander";
import { DeepcallError } from "../../client/errors";
import type { GroupList } from "../../client/responses";
import type { ReadConfig } from "../../provider/account-settings";
import { providerLabel } from "../../provider/lifecycle/names";
import { groupType } from "../../provider/state-contract";
import { createClient } from "../create-client";
import { pluralize } from "../formatting";
import { exitCodes, type SetExitCode, type Io, UsageError } from "../io";
import { compare, findAccounts, type Account, type ListedAccount, type Step } from "./compare";
import { renderMarkdown } from "./formats/markdown";
import { renderText } from "./formats/text";
import { PulumiError, ReadOnlyStack } from "./preview";
import { type Progress, startProgress } from "./progress";
import { hasDrift, renderJson, type Report } from "./report";

const formats = {
  text: (report: Report, io: Io) => renderText(report, io.terminals?.out === true && !io.env["NO_COLOR"]),
  markdown: renderMarkdown,
  json: renderJson,
  junit: (report: Report) => {
    // Not a static import, because `--help` must not wait for fast-xml-builder.
    const { renderJunit } = require("./formats/junit") as typeof import("./formats/junit");
    return renderJunit(report);
  },
};

interface Flags {
  stack: string;
  cwd: string;
  format: keyof typeof formats;
  undeclared?: true;
}

const help = `
Changes nothing, neither in Deepcall nor in the stack's state.

Exit codes:
  0  no drift
  1  error; the result is unknown
  2  drift, or with --undeclared an undeclared group
  3  Deepcall refused the credentials

Examples:
  $ pulumi-deepcall drift --stack prod
  $ pulumi-deepcall drift --stack prod --undeclared --format markdown >> "$GITHUB_STEP_SUMMARY"
  $ pulumi-deepcall drift --stack org/project/prod --cwd infra --format junit > drift.xml
`;

export function addDriftCommand(program: Command, io: Io, setExitCode: SetExitCode): void {
  program
    .command("drift")
    .description("report manual changes in Deepcall since the last `pulumi up`")
    .requiredOption("--stack <name>", "stack to compare with Deepcall")
    .option("--cwd <dir>", "folder of the Pulumi project", ".")
    .addOption(new Option("--format <format>", "output format").choices(Object.keys(formats)).default("text"))
    .option("--undeclared", "also report groups that no resource declares")
    .addHelpText("after", help)
    .action((flags: Flags) => runDrift(flags, io, setExitCode));
}

async function runDrift(flags: Flags, io: Io, setExitCode: SetExitCode): Promise<void> {
  const progress = startProgress(io);
  try {
    const report = await createReport(flags, io, progress);
    progress.end();
    io.out(formats[flags.format](report, io));
    if (hasDrift(report)) setExitCode(exitCodes.drift);
  } catch (error) {
    progress.end();
    if (!(error instanceof PulumiError)) throw error;
    for (const message of error.failure.messages) io.err(`error: ${message}\n`);
    setExitCode(error.failure.credentialsRefused ? exitCodes.credentialsRefused : exitCodes.failed);
  }
}

async function createReport({ stack: name, cwd, undeclared }: Flags, io: Io, progress: Progress): Promise<Report> {
  const stack = await ReadOnlyStack.open(name, cwd);
  progress.startStage(`Comparing stack ${name} with Deepcall`);
  const steps: Step[] = [];
  await runInterruptible(io, (signal) =>
    stack.preview({
      onStep: (step) => {
        steps.push(step);
        if (step.type === groupType && step.op === "refresh") progress.countGroup();
      },
      onDebug: (line) => {
        if (io.env["DEEPCALL_DEBUG"] === "1") io.err(line);
      },
      signal,
    }),
  );
  if (!undeclared) return compare(name, steps);
  const accounts = findAccounts(steps);
  progress.startStage(`Listing the groups of ${pluralize(accounts.length, "account")}`);
  return compare(name, steps, await Promise.all(accounts.map(async (account) => listAccount(account, stack, io))));
}

async function listAccount({ provider, inputs }: Account, stack: ReadOnlyStack, io: Io): Promise<ListedAccount> {
  const values = new Map(Object.entries(inputs));
  // The engine does not show secrets.
  if ([...values.values()].some((value) => typeof value !== "string")) return { provider, list: undefined };
  const config = provider === null ? await stack.config() : (key: string) => values.get(key) as string | undefined;
  try {
    return { provider, list: await listGroups(config, io) };
  } catch (error) {
    if (error instanceof DeepcallError && provider !== null) error.prefixWith(providerLabel(provider));
    throw error;
  }
}

async function listGroups(config: ReadConfig, io: Io): Promise<GroupList> {
  // Not a static import, because `--help` must not wait for zod.
  const { accountSettings } =
    require("../../provider/account-settings") as typeof import("../../provider/account-settings");
  const client = createClient(accountSettings(config, io.env));
  try {
    return await client.list();
  } finally {
    await client.close();
  }
}

/** How long Pulumi may wait for calls in flight after a signal. CI systems kill a job soon after its signal. */
const gracePeriodMs = 2_000;

/** When the user stops the command, lets Pulumi exit on its own, so that none of its processes is left running. */
async function runInterruptible(io: Io, action: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  void io.untilStopped().then(() => {
    controller.abort();
    // Like a second Ctrl-C, this makes Pulumi exit at once. A preview has nothing to lose.
    timer = setTimeout(() => controller.signal.dispatchEvent(new Event("abort")), gracePeriodMs);
  });
  try {
    await action(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  if (controller.signal.aborted)
    throw new UsageError("The comparison was interrupted, so the result is unknown. Nothing was changed.");
}
