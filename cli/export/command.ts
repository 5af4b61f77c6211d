import { existsSync, writeFileSync } from "node:fs";
import { type Command, Option } from "commander";
import type { DeepcallClient } from "../../client/client";
import type { Group, GroupList } from "../../client/responses";
import { createClient, environmentSettings, envPrefixOption } from "../create-client";
import { pluralize } from "../formatting";
import { type Io, UsageError } from "../io";
import { skippedLine, toTypeScript, toYaml, unknownStatusLines } from "./formats";
import { planExport, type Plan } from "./plan";

const formats = { yaml: toYaml, typescript: toTypeScript };

interface Flags {
  format: keyof typeof formats;
  out?: string;
  force?: true;
  name?: string;
  envPrefix: string;
}

const help = `
Exports the account that DEEPCALL_BASE_URL and DEEPCALL_USER_ID with DEEPCALL_TOKEN (or DEEPCALL_SSID) identify. Makes no
changes there. Each entry has onNameConflict: adopt, so that the first \`pulumi up\` adopts the group without changing it.
Groups that cannot be declared (duplicate names, or names with control characters or surrounding whitespace) are skipped: a
comment in the export and a warning on standard error name them, and the exit code stays 0. An incomplete list from
Deepcall is an error.

Examples:
  $ pulumi-deepcall export
  $ pulumi-deepcall export --out groups.yaml
  $ pulumi-deepcall export --format typescript --out index.ts --force
  $ pulumi-deepcall export --name support | less
`;

export function addExportCommand(program: Command, io: Io): void {
  program
    .command("export")
    .description("write an account's groups to a file that declares them")
    .addOption(new Option("--format <format>", "output format").choices(Object.keys(formats)).default("yaml"))
    .option("--out <file>", "write to this file (default: standard output)")
    .option("--force", "overwrite an existing file")
    .option("--name <text>", "only groups whose name contains this, ignoring case")
    .addOption(envPrefixOption())
    .addHelpText("after", help)
    .action((flags: Flags) => runExport(flags, io));
}

async function runExport({ format, out, force, name, envPrefix }: Flags, io: Io): Promise<void> {
  if (out !== undefined && force === undefined && existsSync(out)) throw new UsageError(fileExistsMessage(out));
  const plan = planExport(await readGroups(io, envPrefix, name));
  const text = formats[format](plan);
  if (out === undefined) io.out(text);
  else writeFile(out, text, force === true);
  for (const line of summaryLines(plan, out)) io.err(`${line}\n`);
}

async function readGroups(io: Io, envPrefix: string, name: string | undefined): Promise<Group[]> {
  const client = createClient(environmentSettings(io.env, envPrefix));
  try {
    const { groups, complete } = await listGroups(client, name);
    if (!complete) throw new UsageError(incompleteListMessage(groups.length));
    return groups.filter((group) => containsIgnoringCase(group.name, name ?? ""));
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

function writeFile(file: string, text: string, force: boolean): void {
  try {
    writeFileSync(file, text, { flag: force ? "w" : "wx" });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(code === "EEXIST" ? fileExistsMessage(file) : `Could not write ${file}: ${message}`);
  }
}

function summaryLines(plan: Plan, out: string | undefined): string[] {
  const { entries, skipped } = plan;
  return [
    ...(out === undefined ? [] : [`Wrote ${pluralize(entries.length, "group")} to ${out}.`]),
    ...(entries.length === 0 && skipped.length === 0 ? ["No matching groups were found in the account."] : []),
    ...unknownStatusLines(plan).map((line) => `warning: ${line}`),
    ...skipped.map((group) => `warning: skipped ${skippedLine(group)}`),
  ];
}

function fileExistsMessage(file: string): string {
  return `Could not write ${file}: it already exists. It was not changed. Overwrite it with --force, or choose another --out.`;
}

function incompleteListMessage(count: number): string {
  return (
    `Could not export the account: Deepcall reported more groups than the ${count} it returned. Nothing was written. ` +
    "Export the groups in parts with --name, and combine the parts."
  );
}
