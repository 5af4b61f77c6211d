import { InvalidArgumentError, Option } from "commander";
import { environmentPrefixPattern } from "../provider/state-contract";
import { standardPrefix, type ExitCode, type Io } from "./io";

/**
 * A command: its flags and its help, so that `--help` loads nothing else; and `load`, which is called when it runs.
 */
interface CommandDefinition {
  readonly description: string;
  readonly options: readonly Option[];
  readonly help: string | (() => string);
  readonly load: () => { readonly run: (flags: never, io: Io) => Promise<ExitCode> };
}

const format = (...choices: readonly [string, ...string[]]): Option =>
  new Option("--format <format>", "output format").choices(choices).default(choices[0]);

const stackOptions = (purpose: string): Option[] => [
  new Option("--stack <name>", `stack to ${purpose} (default: the selected stack)`),
  new Option("--cwd <dir>", "folder of the Pulumi project").default("."),
];

/** For commands that read the settings of one account from the environment. */
const envPrefix = new Option("--env-prefix <prefix>", "prefix of the environment variables")
  .default(standardPrefix)
  .argParser((prefix: string) => {
    if (environmentPrefixPattern.test(prefix)) return prefix;
    throw new InvalidArgumentError("It must be the start of the variables' names, for example DEEPCALL_EMEA.");
  });

/** The commands in the order of `--help`. The modules are loaded synchronously, because Commander's help texts are synchronous. */
export const commands: Readonly<Record<string, CommandDefinition>> = {
  doctor: {
    description: "check an account before the first `pulumi up` (read-only)",
    options: [
      format("text", "json"),
      envPrefix,
      new Option("--report <file>", "also write an anonymous report to a new file"),
      new Option("--try-changes", "also try changes, on groups that it creates and deletes"),
      new Option("--yes", "try changes without asking"),
      new Option("--agent <id>", "agent to assign to these groups; repeatable once").argParser(collect),
      new Option("--unknown-agent <id>", "agent that does not exist, to assign to these groups"),
      new Option("--clean-up", "only delete what an interrupted --try-changes left"),
    ],
    load: () => require("./doctor/command") as typeof import("./doctor/command"),
    help: `
Settings come from the environment: DEEPCALL_BASE_URL, and DEEPCALL_SSID or DEEPCALL_USER_ID with DEEPCALL_TOKEN. With
--env-prefix DEEPCALL_EMEA, they are called DEEPCALL_EMEA_BASE_URL, and so on.
Without --try-changes, the command creates, changes and deletes nothing in the account. With it, the command creates up to
12 groups named "pulumi-deepcall trial ...", changes them, and deletes them again. It changes nothing else.

Exit codes: 0 healthy (possibly with notes and warnings), 1 not healthy, 3 credentials refused.

Examples:
  $ pulumi-deepcall doctor
  $ pulumi-deepcall doctor --format json | jq .server
  $ pulumi-deepcall doctor --report deepcall-report.json   # to attach to a bug report
  $ pulumi-deepcall doctor --try-changes --agent 1001 --agent 1002 --report deepcall-report.json
`,
  },
  export: {
    description: "write an account's groups to a file that declares them",
    options: [
      format("yaml", "typescript", "typescript-resources", "pulumi-yaml", "python"),
      new Option("--out <file>", "write to this file (default: standard output)"),
      new Option("--import <file>", "also write an import file for `pulumi import`"),
      new Option("--force", "overwrite existing files"),
      new Option("--name <text>", "only groups whose name contains this, ignoring case"),
      new Option("--agents", "also export the groups' agents"),
      envPrefix,
    ],
    load: () => require("./export/command") as typeof import("./export/command"),
    help: `
Exports the account that DEEPCALL_BASE_URL and DEEPCALL_USER_ID with DEEPCALL_TOKEN (or DEEPCALL_SSID) identify. Makes no
changes there.

The formats pulumi-yaml and python write a program that uses the plugin; the others are for TypeScript programs. yaml is a groups
file.

With --import, \`pulumi import\` (for TypeScript programs: Pulumi CLI 3.254 or later) takes every group into the state by its id. Without it, each
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
`,
  },
  plan: {
    description: "show what the next `pulumi up` would do",
    options: [
      ...stackOptions("preview"),
      format("text", "markdown", "json"),
      new Option("--refresh", "compare the state with Deepcall first"),
    ],
    load: () => require("./plan/command") as typeof import("./plan/command"),
    help: `
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
`,
  },
  drift: {
    description: "report manual changes in Deepcall since the last `pulumi up`",
    options: [
      ...stackOptions("compare with Deepcall"),
      format("text", "markdown", "json", "junit"),
      new Option("--undeclared", "also report groups that no resource declares"),
    ],
    load: () => require("./drift/command") as typeof import("./drift/command"),
    help: `
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
`,
  },
  emulator: {
    description: "run a Deepcall emulator on this machine's loopback address",
    options: [
      new Option("--port <n>", "port to listen on; 0 selects any free port").argParser(parsePort).default(8920),
      new Option("--seed <file>", 'initial accounts, groups and agents, as JSON (default: account "demo")'),
      new Option("--data <file>", "file that keeps accounts, groups and agents across restarts"),
      new Option("--option <key=value>", "behavior where the API is undocumented (below); repeatable").argParser(
        collect,
      ),
      new Option("--like <file>", "behave like the server of a doctor report; --option takes precedence"),
      new Option("--fault <text>", "fault to inject (below); repeatable").argParser(collect),
      new Option("--quiet", "do not print a line per call"),
      new Option("--open", "open the emulator's page in a browser"),
    ],
    load: loadEmulatorCommand,
    help: () => `
${loadEmulatorCommand().optionsAndFaultsHelp()}

Examples:
  $ pulumi-deepcall emulator
  $ pulumi-deepcall emulator --port 0 --seed accounts.json --data state.json
  $ pulumi-deepcall emulator --option suffix=parens --option listShape=byId
  $ pulumi-deepcall emulator --like deepcall-report.json
  $ pulumi-deepcall emulator --fault add:reset-after --fault any:http-before:503@10x2

Control it while it runs, in a browser (--open, or open its address) or with curl:
  $ curl http://127.0.0.1:8920/_emulator/state
  $ curl -d '{"fault":"add:reset-after"}' http://127.0.0.1:8920/_emulator/faults

A seed file:
  {"accounts":[{"userId":"1","token":"t","ssid":"s","groups":[{"id":28,"name":"Support","active":true}]}]}
If the file of --data exists, its accounts replace those of the seed.
`,
  },
};

function loadEmulatorCommand(): typeof import("./emulator") {
  return require("./emulator") as typeof import("./emulator");
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new InvalidArgumentError("It must be a number from 0 to 65535.");
  return port;
}

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}
