import { existsSync, writeFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { type Command, Option } from "commander";
import type { DeepcallClient } from "../../client/client";
import type { GroupList } from "../../client/responses";
import { createClient, environmentSettings, envPrefixOption } from "../create-client";
import { pluralize } from "../formatting";
import { type Io, UsageError } from "../io";
import { formats, schemaPath, skippedLine, unknownStatusLines } from "./formats";
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

const help = `
Exports the account that DEEPCALL_BASE_URL and DEEPCALL_USER_ID with DEEPCALL_TOKEN (or DEEPCALL_SSID) identify. Makes no
changes there.

With --import, \`pulumi import\` (Pulumi CLI 3.254 or later) takes every group into the state by its id. Without it, each
entry has onNameConflict: adopt, so that the first \`pulumi up\` adopts the group by its name. Neither changes a group.

With --agents, the export also lists the agents of each group, and makes one more call per group. It contains the ids of
agents, not their names. Groups without agents get no list.

Groups that cannot be declared are skipped: names with control characters or surrounding whitespace and, without --import,
duplicate names. A comment in the export and a warning on standard error name them, and the exit code stays 0. An
incomplete list from Deepcall is an error.

Examples:
  $ pulumi-deepcall export --out groups.yaml --import import.json
  $ pulumi import --file import.json --generate-code=false --yes

  $ pulumi-deepcall export
  $ pulumi-deepcall export --format typescript --out index.ts --force
  $ pulumi-deepcall export --name support | less
  $ pulumi-deepcall export --agents --out groups.yaml --import import.json
`;

export function addExportCommand(program: Command, io: Io): void {
  program
    .command("export")
    .description("write an account's groups to a file that declares them")
    .addOption(new Option("--format <format>", "output format").choices(Object.keys(formats)).default("yaml"))
    .option("--out <file>", "write to this file (default: standard output)")
    .option("--import <file>", "also write an import file for `pulumi import`")
    .option("--force", "overwrite existing files")
    .option("--name <text>", "only groups whose name contains this, ignoring case")
    .option("--agents", "also export the groups' agents")
    .addOption(envPrefixOption())
    .addHelpText("after", help)
    .action((flags: Flags) => runExport(flags, io));
}

async function runExport(flags: Flags, io: Io): Promise<void> {
  const { out, import: importFile } = flags;
  checkFiles(flags);
  const { plan, userId } = await planAccount(io, flags);
  const schema = schemaPath(out === undefined ? "." : dirname(resolve(out)));
  const text = formats[flags.format].write(plan, out === undefined ? undefined : basename(out), schema);
  const files: OutputFile[] = [];
  if (out !== undefined) files.push({ flag: "out", file: out, text });
  if (importFile !== undefined) {
    // Not a static import, because `--help` must not wait for zod.
    const { toImportFile } = require("./import-file") as typeof import("./import-file");
    files.push({ flag: "import", file: importFile, text: toImportFile(plan, userId) });
  }
  writeFiles(files, flags.force === true);
  if (out === undefined) io.out(text);
  const cliWarning = importFile === undefined ? undefined : await oldCliWarning(io.env);
  for (const line of summaryLines(plan, files, cliWarning)) io.err(`${line}\n`);
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
  // Not static imports, because `--help` must not wait for zod.
  const { requireSettings, userIdOf } = require("../../client/settings") as typeof import("../../client/settings");
  const result = environmentSettings(io.env, flags.envPrefix);
  const settings = requireSettings(result);
  const client = createClient(result);
  try {
    const { groups, complete } = await listGroups(client, flags.name);
    if (!complete) throw new UsageError(incompleteListMessage(groups.length));
    const plan = planExport(groups, {
      include: (group) => containsIgnoringCase(group.name, flags.name ?? ""),
      inComponent: formats[flags.format].inComponent,
      environmentPrefix: flags.envPrefix,
      importFile: flags.import === undefined ? undefined : basename(flags.import),
    });
    const userId = userIdOf(settings);
    if (flags.agents === undefined) return { plan, userId };
    const { addAgents } = require("./agents") as typeof import("./agents");
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

function incompleteListMessage(count: number): string {
  return (
    `Could not export the account: Deepcall reported more groups than the ${count} it returned. Nothing was written. ` +
    "Export the groups in parts with --name, and combine the parts."
  );
}
