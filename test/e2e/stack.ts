import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import { emulate, token } from "../support/lifecycle";
import type { Emulator, EmulatorOptions } from "../../emulator";

/** How a command of the CLI ended. */
export interface Result {
  readonly code: number;
  /** What it printed, stdout and stderr. */
  readonly output: string;
}

/** A resource as `pulumi stack export` shows it. */
export interface StateResource {
  urn: string;
  id?: string;
  type: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** Runs a command to its end, whatever that is. */
export async function execute(
  command: string,
  args: string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<Result> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env: { ...process.env, ...env }, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      const output = stdout + stderr;
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, output });
    });
  });
}

function emptyProject(folder: string): void {
  writeFileSync(join(folder, "Pulumi.yaml"), "name: test\nruntime: nodejs\n");
  writeFileSync(join(folder, "package.json"), '{"name":"test","main":"index.js"}');
  writeFileSync(join(folder, "index.js"), "");
}

/** One stack with a folder, a backend and an emulator of its own. */
export class TestStack {
  private constructor(
    readonly emulator: Emulator,
    readonly folder: string,
    /** What the commands find in the environment, beside this process's own. */
    readonly env: Record<string, string>,
    private readonly stack: Stack,
  ) {}

  /**
   * Makes a stack with account 7's credentials: in the environment, unless `config` holds some. Pulumi keeps the
   * config of the last `up` in the state and uses it for a refresh, so only the environment can change at any time.
   * `prepare` fills the stack's folder with a Pulumi project; the default is one for {@link program}.
   */
  static async create(
    options: Partial<EmulatorOptions> = {},
    config: Record<string, string> = {},
    prepare = emptyProject,
  ): Promise<TestStack> {
    const emulator = await emulate(options);
    const home = process.env["E2E_FOLDER"] ?? "";
    const folder = mkdtempSync(join(home, "stack-"));
    mkdirSync(join(folder, "state"));
    mkdirSync(join(folder, "tmp"));
    prepare(folder);

    const bin = process.env["PULUMI_CLI_BIN"] ?? "";
    const env = {
      PATH: [bin, process.env["PATH"]].join(delimiter),
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "e2e",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // Pulumi's language host leaves its pipes behind; here they go with everything else.
      TMPDIR: join(folder, "tmp"),
      ...(Object.keys(config).length === 0 && { DEEPCALL_USER_ID: "7", DEEPCALL_TOKEN: token }),
    };
    // The language host is found beside the CLI.
    process.env["PATH"] = env.PATH;
    const cli = await PulumiCommand.get({ root: join(bin, ".."), skipVersionCheck: true });
    const stack = await LocalWorkspace.createStack(
      { stackName: "dev", workDir: folder },
      { pulumiCommand: cli, envVars: env, pulumiHome: env.PULUMI_HOME },
    );
    const made = new TestStack(emulator, folder, env, stack);
    await made.configure({ baseUrl: emulator.url, ...config });
    return made;
  }

  /** Sets `deepcall:…` in the stack's config; an empty value removes it. */
  async configure(config: Record<string, string>): Promise<void> {
    for (const [key, value] of Object.entries(config)) {
      if (value === "") await this.stack.removeConfig(`deepcall:${key}`);
      else await this.stack.setConfig(`deepcall:${key}`, { value, secret: key === "token" || key === "ssid" });
    }
  }

  /** Writes the program. `body` finds `DeepcallGroup`, `DeepcallGroups` and `pulumi` there, and fills `exports`. */
  program(body: string): void {
    const head =
      'const pulumi = require("@pulumi/pulumi");\nconst { DeepcallGroup, DeepcallGroups } = require("pulumi-deepcall");\n';
    writeFileSync(join(this.folder, "index.js"), head + body);
  }

  /** Writes any file of the program's folder. */
  file(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** Runs a command of the CLI without colours and questions. */
  async run(...args: string[]): Promise<Result> {
    return this.execute("pulumi", [...args, "--non-interactive", "--color", "never", "--stack", "dev"]);
  }

  /** Runs any command as {@link run} does, in this stack's folder or in another one. */
  async execute(command: string, args: string[], cwd = this.folder): Promise<Result> {
    return execute(command, args, cwd, this.env);
  }

  /** `pulumi up` that must succeed. */
  async up(...args: string[]): Promise<Result> {
    const result = await this.run("up", "--yes", "--skip-preview", ...args);
    if (result.code !== 0) throw new Error(`up ended with ${result.code}:\n${result.output}`);
    return result;
  }

  /** The commands that tell drift in CI, both read-only. */
  async drift(): Promise<{ preview: Result; refresh: Result }> {
    return {
      preview: await this.run("preview", "--refresh", "--expect-no-changes", "--diff"),
      refresh: await this.run("refresh", "--preview-only", "--expect-no-changes", "--diff"),
    };
  }

  /** The exit codes of a preview and of both drift commands. */
  async driftCodes(): Promise<number[]> {
    const { preview, refresh } = await this.drift();
    return [(await this.run("preview", "--expect-no-changes")).code, preview.code, refresh.code];
  }

  /** The groups in the state, as the backend keeps them. */
  async groups(): Promise<StateResource[]> {
    const { resources = [] } = (await this.stack.exportStack()).deployment as { resources?: StateResource[] };
    return resources.filter(({ type }) => type === "pulumi-nodejs:dynamic/deepcall:Group");
  }

  /** What the state says of the groups, without what the engine notes for itself. */
  async recorded(): Promise<unknown[]> {
    return (await this.groups()).map(({ urn, id, inputs, outputs }) => ({ urn, id, inputs, outputs }));
  }

  /** The stack's outputs, secrets shown. */
  async outputs(): Promise<Record<string, unknown>> {
    const outputs = await this.stack.outputs();
    return Object.fromEntries(Object.entries(outputs).map(([key, { value }]) => [key, value as unknown]));
  }
}
