import { existsSync, writeFileSync } from "node:fs";
import { type Command, Option } from "commander";
import type { DeepcallClient } from "../../client/client";
import type { Group, GroupList } from "../../client/responses";
import { openAccount } from "../account";
import { type Io, UsageError } from "../io";
import { statusNotes } from "./notes";
import { contains, planExport, quoted, type Plan } from "./plan";
import { toTypeScript } from "./typescript";
import { toYaml } from "./yaml";

interface Flags {
  format: "yaml" | "typescript";
  out?: string;
  force?: true;
  name?: string;
}

const help = `
Reads the account that DEEPCALL_BASE_URL and DEEPCALL_USER_ID with DEEPCALL_TOKEN (or DEEPCALL_SSID) name, and changes
nothing there. Each group is written with onNameConflict: adopt, so that the first \`pulumi up\` takes it over as it is.
Groups that can't be declared (two of one name, names with control characters or with blanks at their edges) stand as
comments in the export and are told on stderr; that is no failure. A list that Deepcall has cut off is one.

Examples:
  $ pulumi-deepcall export
  $ pulumi-deepcall export --out groups.yaml
  $ pulumi-deepcall export --format typescript --out index.ts --force
  $ pulumi-deepcall export --name support | less
`;

const write = { yaml: toYaml, typescript: toTypeScript };

/** Adds `export`, which writes an account's groups as a groups file or a program. */
export function addExportCommand(program: Command, io: Io): void {
  program
    .command("export")
    .description("write the groups of an account as a file that takes them under management")
    .addOption(new Option("--format <format>", "what to write").choices(["yaml", "typescript"]).default("yaml"))
    .option("--out <file>", "write to this file; one that exists is left alone (default: standard output)")
    .option("--force", "overwrite the file")
    .option("--name <text>", "only groups whose name contains the text, in any case")
    .addHelpText("after", help)
    .action((flags: Flags) => runExport(flags, io));
}

async function runExport({ format, out, force, name }: Flags, io: Io): Promise<void> {
  if (out !== undefined && force === undefined && existsSync(out)) throw new UsageError(exists(out));
  const plan = planExport(await readAccount(io, name));
  const text = write[format](plan);
  if (out === undefined) io.out(text);
  else writeOut(out, text, force === true);
  for (const line of report(plan, out)) io.err(`${line}\n`);
}

async function readAccount(io: Io, name: string | undefined): Promise<Group[]> {
  const account = openAccount(io);
  try {
    const { groups, complete } = await list(account, name);
    if (!complete) throw new UsageError(cutOff(groups.length));
    return groups.filter((group) => contains(group.name, name ?? ""));
  } finally {
    await account.close();
  }
}

/** Every group; where Deepcall cuts that list off, those of the name. Its filter alone may know whole names only. */
async function list(account: DeepcallClient, name: string | undefined): Promise<GroupList> {
  const everything = await account.list();
  return everything.complete || name === undefined ? everything : await account.list({ name });
}

function writeOut(file: string, text: string, force: boolean): void {
  try {
    writeFileSync(file, text, { flag: force ? "w" : "wx" });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(code === "EEXIST" ? exists(file) : `${file} could not be written: ${message}`);
  }
}

function report(plan: Plan, out: string | undefined): string[] {
  const { entries, leftOut } = plan;
  const count = entries.length === 1 ? "1 group" : `${entries.length} groups`;
  return [
    ...(out === undefined ? [] : [`Wrote ${count} to ${out}.`]),
    ...(entries.length === 0 && leftOut.length === 0 ? ["There is no such group in the account."] : []),
    ...statusNotes(plan).map((line) => `warning: ${line}`),
    ...leftOut.map(({ group, reason }) => `warning: left out ${quoted(group.name)} (id ${group.id}): ${reason}`),
  ];
}

function exists(file: string): string {
  return `${file} exists already, and was left as it is. Give --force to overwrite it, or another --out.`;
}

function cutOff(count: number): string {
  return (
    `Deepcall says that its list is cut off: there are more groups than the ${count} that it told. Nothing was written. ` +
    "Export them in parts with --name, and put the parts together."
  );
}
