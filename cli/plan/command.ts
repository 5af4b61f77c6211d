import { type Command, Option } from "commander";
import { DeepcallError, NotFoundError, SettingsError } from "../../client/errors";
import type { AgentCount } from "../../client/relations";
import type { GroupList } from "../../client/responses";
import { exitCodes, type Io, type SetExitCode } from "../io";
import {
  addStackOptions,
  previewStack,
  reportFailure,
  type StackFlags,
  withAccount,
  withProgress,
} from "../preview/command";
import type { Progress } from "../preview/progress";
import { PulumiError, ReadOnlyStack } from "../preview/stack";
import { findAccounts, type Account, type Step } from "../preview/steps";
import { renderMarkdown } from "./formats/markdown";
import { renderText } from "./formats/text";
import type { Facts } from "./context";
import { createPlan, openQuestions } from "./plan";
import { hasChanges, renderJson, type Plan } from "./report";

const formats = {
  text: (plan: Plan, io: Io) => renderText(plan, io.terminals?.out === true && !io.env["NO_COLOR"]),
  markdown: renderMarkdown,
  json: renderJson,
};

interface Flags extends StackFlags {
  format: keyof typeof formats;
  refresh?: boolean;
}

const help = `
Changes nothing, neither in Deepcall nor in the stack's state. Without --refresh, the plan compares the program with the
state, as \`pulumi up\` does. With --refresh, it compares both with Deepcall, as \`pulumi up --refresh\` does.

Exit codes:
  0  nothing to do
  1  error, or a protected group would be deleted
  2  changes
  3  Deepcall refused the credentials

Examples:
  $ pulumi-deepcall plan --stack prod
  $ pulumi-deepcall plan --stack prod --refresh --format markdown >> "$GITHUB_STEP_SUMMARY"
`;

export function addPlanCommand(program: Command, io: Io, setExitCode: SetExitCode): void {
  addStackOptions(program.command("plan"), "preview")
    .description("show what the next `pulumi up` would do")
    .addOption(new Option("--format <format>", "output format").choices(Object.keys(formats)).default("text"))
    .option("--refresh", "compare the state with Deepcall first")
    .addHelpText("after", help)
    .action((flags: Flags) => runPlan(flags, io, setExitCode));
}

async function runPlan(flags: Flags, io: Io, setExitCode: SetExitCode): Promise<void> {
  await withProgress(io, setExitCode, async (progress) => {
    const { plan, failure } = await previewPlan(flags, io, progress);
    progress.end();
    io.out(formats[flags.format](plan, io));
    if (failure) reportFailure(failure, io, setExitCode);
    else if (hasChanges(plan)) setExitCode(exitCodes.changes);
  });
}

interface Outcome {
  readonly plan: Plan;
  /** If the program removes a protected resource, the preview fails, but its steps are complete. */
  readonly failure: PulumiError | undefined;
}

async function previewPlan({ stack: name, cwd, refresh = false }: Flags, io: Io, progress: Progress): Promise<Outcome> {
  const stack = await ReadOnlyStack.open(name, cwd);
  progress.startStage(refresh ? `Comparing stack ${name} with Deepcall` : `Previewing stack ${name}`);
  const steps: Step[] = [];
  let failure: PulumiError | undefined;
  try {
    await previewStack(stack, { refresh, steps }, io, progress);
  } catch (error) {
    if (!(error instanceof PulumiError && error.failure.onlyProtected)) throw error;
    failure = error;
  }
  const scope = { stack: name, refresh };
  const plan = createPlan(scope, steps);
  return { plan: createPlan(scope, steps, await findFacts(plan, steps, stack, io)), failure };
}

/**
 * Finds out whether the changes will succeed: with `--refresh`, from one `list` per account and up to two calls per deletion;
 * otherwise without a call.
 */
async function findFacts(plan: Plan, steps: readonly Step[], stack: ReadOnlyStack, io: Io): Promise<Facts> {
  const { agentsOf, namesIn } = openQuestions(plan);
  const facts = {
    lists: new Map<string | null, GroupList>(),
    agents: new Map<string, AgentCount | string>(),
    deleteWithAgents: new Set<string | null>(),
  };
  const ask = async (account: Account): Promise<void> => {
    const { provider } = account;
    const deleted = agentsOf.filter((group) => group.provider === provider);
    const isNamed = namesIn.includes(provider);
    if (deleted.length === 0 && !(isNamed && plan.refresh)) return;
    await withAccount(account, stack, io, async (client, { settings }) => {
      if (settings?.deleteWithAgents === true) facts.deleteWithAgents.add(provider);
      if (!plan.refresh) return;
      if (isNamed) facts.lists.set(provider, await client.list());
      for (const [urn, agents] of await Promise.all(
        deleted.map(async ({ urn, id }) => [urn, await countAgents(() => client.countAgents(id))] as const),
      ))
        facts.agents.set(urn, agents);
    });
  };
  for (const account of findAccounts(steps)) {
    try {
      await ask(account);
    } catch (error) {
      // Without calls, a plan needs no credentials.
      if (plan.refresh || !(error instanceof SettingsError)) throw error;
    }
  }
  return facts;
}

/** The agents of a group, or why they cannot be read: then `pulumi up` refuses to delete the group, too. */
async function countAgents(read: () => Promise<AgentCount>): Promise<AgentCount | string> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof NotFoundError) return { count: 0, ids: [] };
    if (error instanceof DeepcallError) return `its agents cannot be read (${error.description})`;
    throw error;
  }
}
