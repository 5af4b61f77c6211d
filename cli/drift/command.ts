import { type Command, Option } from "commander";
import { pluralize } from "../formatting";
import { exitCodes, type SetExitCode, type Io } from "../io";
import { addStackOptions, previewStack, type StackFlags, withAccount, withProgress } from "../preview/command";
import type { Progress } from "../preview/progress";
import { ReadOnlyStack } from "../preview/stack";
import { findAccounts, type Step } from "../preview/steps";
import { compare, type ListedAccount } from "./compare";
import { renderMarkdown } from "./formats/markdown";
import { renderText } from "./formats/text";
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

interface Flags extends StackFlags {
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
  addStackOptions(program.command("drift"), "compare with Deepcall")
    .description("report manual changes in Deepcall since the last `pulumi up`")
    .addOption(new Option("--format <format>", "output format").choices(Object.keys(formats)).default("text"))
    .option("--undeclared", "also report groups that no resource declares")
    .addHelpText("after", help)
    .action((flags: Flags) => runDrift(flags, io, setExitCode));
}

async function runDrift(flags: Flags, io: Io, setExitCode: SetExitCode): Promise<void> {
  await withProgress(io, setExitCode, async (progress) => {
    const report = await createReport(flags, io, progress);
    progress.end();
    io.out(formats[flags.format](report, io));
    if (hasDrift(report)) setExitCode(exitCodes.changes);
  });
}

async function createReport({ stack: name, cwd, undeclared }: Flags, io: Io, progress: Progress): Promise<Report> {
  const stack = await ReadOnlyStack.open(name, cwd);
  progress.startStage(`Comparing stack ${name} with Deepcall`);
  const steps: Step[] = [];
  await previewStack(stack, { refresh: true, steps }, io, progress);
  if (!undeclared) return compare(name, steps);
  const accounts = findAccounts(steps);
  progress.startStage(`Listing the groups of ${pluralize(accounts.length, "account")}`);
  const listed = accounts.map(async (account): Promise<ListedAccount> => ({
    provider: account.provider,
    list: await withAccount(account, stack, io, (client) => client.list()),
  }));
  return compare(name, steps, await Promise.all(listed));
}
