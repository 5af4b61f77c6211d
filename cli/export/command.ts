import { existsSync, writeFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { DeepcallClient } from "../../client/client";
import { describeIncomplete } from "../../client/pages";
import type { GroupList } from "../../client/responses";
import { environmentSource, readSettings, requireSettings, userIdOf } from "../../client/settings";
import { pluralize } from "../formatting";
import { exitCodes, type ExitCode, type Io, UsageError } from "../io";
import { addAgents } from "./agents";
import { formats, schemaPath, skippedLine, unknownStatusLines, usesPlugin } from "./formats";
import { entriesWithAgents, planExport, type Plan } from "./plan";
import { oldCliWarning } from "./pulumi-version";

interface Flags {
  format: keyof typeof formats;
  out?: string;
  import?: string;
  force?: true;
  name?: string;
  agents?: true;
  envPrefix: string;
}

export async function run(flags: Flags, io: Io): Promise<ExitCode> {
  const { out, import: importFile } = flags;
  checkFiles(flags);
  const { plan, userId } = await planAccount(io, flags);
  const schema = schemaPath(out === undefined ? "." : dirname(resolve(out)));
  const text = formats[flags.format].write(plan, out === undefined ? undefined : basename(out), schema);
  const files: OutputFile[] = [];
  if (out !== undefined) files.push({ flag: "out", file: out, text });
  if (importFile !== undefined)
    files.push({ flag: "import", file: importFile, text: formats[flags.format].writeImport(plan, userId) });
  writeFiles(files, flags.force === true);
  if (out === undefined) io.out(text);
  const cliWarning = importFile === undefined || plan.usesPlugin ? undefined : await oldCliWarning(io.env);
  for (const line of summaryLines(plan, files, cliWarning)) io.err(`${line}\n`);
  return exitCodes.ok;
}

/** Checks the files before any call. */
function checkFiles(flags: Flags): void {
  const { out, import: importFile, force } = flags;
  if (out !== undefined && importFile !== undefined) {
    const isSame = (file: string): boolean => resolve(file) === resolve(importFile);
    if (isSame(out)) throw new UsageError("--out and --import must name different files. Nothing was written.");
    if (out.endsWith(".ts") && isSame(out.replace(/ts$/, "json")))
      throw new UsageError(
        `Node.js would load ${basename(importFile)} instead of ${basename(out)}. Nothing was written. Choose another --import.`,
      );
  }
  for (const flag of ["out", "import"] as const) {
    const file = flags[flag];
    if (file !== undefined && force === undefined && existsSync(file))
      throw new UsageError(fileExistsMessage(flag, file));
  }
}

/** Reads the account. */
async function planAccount(io: Io, flags: Flags): Promise<{ plan: Plan; userId: string | undefined }> {
  const settings = requireSettings(readSettings([environmentSource(io.env, flags.envPrefix)], io.env));
  const client = new DeepcallClient(settings);
  try {
    const list = await listGroups(client, flags.name);
    if (!list.complete) throw new UsageError(incompleteListMessage(list));
    const plan = planExport(list.groups, {
      include: (group) => containsIgnoringCase(group.name, flags.name ?? ""),
      inComponent: formats[flags.format].inComponent,
      usesPlugin: usesPlugin(flags.format),
      environmentPrefix: flags.envPrefix,
      importFile: flags.import === undefined ? undefined : basename(flags.import),
    });
    const userId = userIdOf(settings);
    if (flags.agents === undefined) return { plan, userId };
    return { plan: await addAgents(plan, client, settings.maxConcurrency), userId };
  } finally {
    await client.close();
  }
}

/** Uses Deepcall's name filter only if the full list is incomplete, because the filter may match whole names only. */
async function listGroups(client: DeepcallClient, name: string | undefined): Promise<GroupList> {
  const all = await client.list();
  return all.complete || name === undefined ? all : await client.list({ name });
}

export function containsIgnoringCase(name: string, text: string): boolean {
  return name.toLowerCase().includes(text.toLowerCase());
}

interface OutputFile {
  readonly flag: "out" | "import";
  readonly file: string;
  readonly text: string;
}

function writeFiles(files: readonly OutputFile[], force: boolean): void {
  const written: string[] = [];
  for (const { flag, file, text } of files) {
    try {
      writeFileSync(file, text, { flag: force ? "w" : "wx" });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const problem = code === "EEXIST" ? fileExistsMessage(flag, file) : `Could not write ${file}: ${message}.`;
      throw new UsageError([problem, ...written.map((other) => `${other} was written.`)].join(" "));
    }
    written.push(file);
  }
}

function summaryLines(plan: Plan, files: readonly OutputFile[], cliWarning: string | undefined): string[] {
  const { entries, skipped } = plan;
  const names = files.map(({ file }) => file);
  const withAgents = entriesWithAgents(plan).length;
  const agents = entries.some((entry) => entry.agents) ? ` and the agents of ${pluralize(withAgents, "group")}` : "";
  return [
    ...(names.length === 0 ? [] : [`Wrote ${pluralize(entries.length, "group")}${agents} to ${names.join(" and ")}.`]),
    ...(entries.length === 0 && skipped.length === 0 ? ["No matching groups were found in the account."] : []),
    ...unknownStatusLines(plan).map((line) => `warning: ${line}`),
    ...skipped.map((group) => `warning: skipped ${skippedLine(group)}`),
    ...(cliWarning === undefined ? [] : [`warning: ${cliWarning}`]),
  ];
}

function fileExistsMessage(flag: OutputFile["flag"], file: string): string {
  return `Could not write ${file}: it already exists. It was not changed. Overwrite it with --force, or choose another --${flag}.`;
}

function incompleteListMessage(list: GroupList): string {
  return (
    `Could not export the account: ${describeIncomplete(list)}. Nothing was written. ` +
    "Export the groups in parts with --name, and combine the parts."
  );
}
