import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { environmentSource, readSettings } from "../../client/settings";
import { exitCodes, type ExitCode, type Io, UsageError } from "../io";
import { diagnose, type Trial } from "./diagnose";
import { toReport, toText } from "./output";

interface Flags {
  format: "text" | "json";
  report?: string;
  envPrefix: string;
  tryChanges?: true;
  yes?: true;
  cleanUp?: true;
  agent?: string[];
  unknownAgent?: string;
}

export async function run(flags: Flags, io: Io): Promise<ExitCode> {
  const { format, report, envPrefix } = flags;
  if (report !== undefined && existsSync(report))
    throw reportError(report, "the file already exists. No call was made. Choose another file name.");
  const needsTrial = flags.yes ?? flags.cleanUp ?? flags.agent ?? flags.unknownAgent;
  if (!flags.tryChanges && needsTrial !== undefined)
    throw new UsageError("--yes, --agent, --unknown-agent and --clean-up require --try-changes. No call was made.");
  const trial = flags.tryChanges && (await confirmTrial(flags, io));
  if (trial === false) return exitCodes.failed;
  io.err(`Checking the account (${trial ? "trying changes on its own groups" : "read-only"}) ...\n`);
  const result = await diagnose(io.env, envPrefix, trial);
  const { diagnosis } = result;
  io.out(format === "json" ? `${JSON.stringify(diagnosis, undefined, 2)}\n` : toText(diagnosis));
  if (report !== undefined) {
    try {
      writeFileSync(report, toReport(result, io.version), { flag: "wx" });
    } catch (error) {
      throw reportError(report, `${(error as Error).message}.`);
    }
    io.err(`Wrote the report to ${report}. Review it before you attach it.\n`);
  }
  if (diagnosis.healthy) return exitCodes.ok;
  return diagnosis.credentialsRefused ? exitCodes.credentialsRefused : exitCodes.failed;
}

/** What the trial may do, if the user agrees to it. No call has been made yet. */
async function confirmTrial(flags: Flags, io: Io): Promise<Trial | false> {
  const { agent: agents = [], unknownAgent, cleanUp: isCleanUp = false, yes } = flags;
  if (agents.length > 2 || new Set([...agents, unknownAgent]).size <= agents.length)
    throw trialError("--agent can be given twice, and every agent only once.");
  const host = readSettings([environmentSource(io.env, flags.envPrefix)], io.env).settings?.baseUrl.origin;
  const onAgents =
    agents.length === 0
      ? ""
      : ` It assigns ${agents.join(" and ")} to these groups.\nIf Deepcall removes the agents of a deleted group from all groups, they lose their other groups, too.`;
  const question = isCleanUp
    ? `This deletes the groups that an interrupted trial created in the account at ${host}.`
    : `This creates up to 12 groups named "pulumi-deepcall trial ..." in the account at ${host} and deletes them again.\n` +
      `It changes nothing else.${onAgents} It makes about 60 calls.`;
  if (!yes && host !== undefined) {
    if (!io.ask) throw trialError("there is no terminal to ask for your agreement. Add --yes.");
    if ((await io.ask(`${question} Continue? yes/no: `)).trim() !== "yes") {
      io.err("Nothing was done, and no call was made.\n");
      return false;
    }
  }
  const journal = resolve("pulumi-deepcall-trial.jsonl");
  if (!isCleanUp && existsSync(journal))
    throw trialError(`${journal} lists groups of an earlier trial. Delete them first with --try-changes --clean-up.`);
  return { agents, unknownAgent, isCleanUp, journal, interrupted: io.untilStopped() };
}

function trialError(reason: string): UsageError {
  return new UsageError(`Could not try changes: ${reason} No call was made.`);
}

function reportError(file: string, reason: string): UsageError {
  return new UsageError(`Could not write the report to ${file}: ${reason}`);
}
