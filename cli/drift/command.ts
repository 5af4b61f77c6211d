import type { GroupList } from "../../client/responses";
import { pluralize } from "../formatting";
import { exitCodes, usesColors, type ExitCode, type Io } from "../io";
import { interruptedAccounts } from "../preview/state-problems";
import { withPreview, type PreviewSession, type StackFlags } from "../preview/preview";
import { renderJunit } from "./formats/junit";
import { renderMarkdown } from "./formats/markdown";
import { renderText } from "./formats/text";
import { createReport, hasDrift, renderJson, type Report } from "./report";

const formats = { text: renderText, markdown: renderMarkdown, json: renderJson, junit: renderJunit };

interface Flags extends StackFlags {
  readonly format: keyof typeof formats;
  readonly undeclared?: boolean;
}

export async function run(flags: Flags, io: Io): Promise<ExitCode> {
  const report = await withPreview({ ...flags, refresh: true }, io, (session) => reportDrift(flags, session));
  io.out(formats[flags.format](report, usesColors(io)));
  return hasDrift(report) ? exitCodes.changes : exitCodes.ok;
}

async function reportDrift({ undeclared = false }: Flags, session: PreviewSession): Promise<Report> {
  const { preview, failure, progress, withAccount } = session;
  if (failure) throw failure;
  const interrupted = interruptedAccounts(preview);
  const accounts = preview.accounts.filter(({ provider }) => undeclared || interrupted.has(provider));
  if (accounts.length > 0) progress.startStage(`Listing the groups of ${pluralize(accounts.length, "account")}`);
  const lists = new Map<string | null, GroupList>();
  await Promise.all(
    accounts.map(async (account) => {
      const list = await withAccount(account, (client) => client.list());
      if (list) lists.set(account.provider, list);
    }),
  );
  return createReport(preview, lists, undeclared);
}
