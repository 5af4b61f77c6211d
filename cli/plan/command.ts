import { DeepcallError, NotFoundError, SettingsError } from "../../client/errors";
import type { AgentCount } from "../../client/relations";
import type { GroupList } from "../../client/responses";
import { exitCodes, usesColors, type ExitCode, type Io } from "../io";
import { withPreview, type PreviewSession, type StackFlags } from "../preview/preview";
import { renderMarkdown } from "./formats/markdown";
import { renderText } from "./formats/text";
import type { Facts } from "./context";
import { createPlan, openQuestions } from "./plan";
import { hasChanges, renderJson, type Plan } from "./report";

const formats = { text: renderText, markdown: renderMarkdown, json: renderJson };

interface Flags extends StackFlags {
  readonly format: keyof typeof formats;
  readonly refresh?: boolean;
}

export async function run(flags: Flags, io: Io): Promise<ExitCode> {
  const { plan, failure } = await withPreview(flags, io, async (session) => {
    const { preview, failure } = session;
    return { plan: createPlan(preview, await findFacts(createPlan(preview), session)), failure };
  });
  io.out(formats[flags.format](plan, usesColors(io)));
  if (failure) throw failure;
  return hasChanges(plan) ? exitCodes.changes : exitCodes.ok;
}

/**
 * Finds out whether the changes will succeed: with `--refresh`, from one `list` per account and up to two calls per deletion;
 * otherwise without a call.
 */
async function findFacts(plan: Plan, { preview, withAccount }: PreviewSession): Promise<Facts> {
  const { agentsOf, namesIn } = openQuestions(plan);
  const facts = {
    lists: new Map<string | null, GroupList>(),
    agents: new Map<string, AgentCount | string>(),
    deleteWithAgents: new Set<string | null>(),
  };
  for (const account of preview.accounts) {
    const { provider } = account;
    const deleted = agentsOf.filter((group) => group.provider === provider);
    const isNamed = namesIn.includes(provider);
    if (deleted.length === 0 && !(isNamed && plan.refresh)) continue;
    try {
      await withAccount(account, async (client, { settings }) => {
        if (settings?.deleteWithAgents === true) facts.deleteWithAgents.add(provider);
        if (!plan.refresh) return;
        if (isNamed) facts.lists.set(provider, await client.list());
        await Promise.all(
          deleted.map(async ({ urn, id }) => facts.agents.set(urn, await countAgents(() => client.countAgents(id)))),
        );
      });
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
