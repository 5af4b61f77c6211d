import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Emulator, EmulatorOptions } from "../../emulator";
import { emulate, token } from "../support/lifecycle";

/** The result of a command. */
export interface Result {
  readonly code: number;
  /** stdout and stderr. */
  readonly output: string;
}

/** A resource as the backend keeps it. */
interface StateResource {
  urn: string;
  id?: string;
  type: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  protect?: boolean;
  ignoreChanges?: string[];
  dependencies?: string[];
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

/** Plain JavaScript: without ts-node a program starts a second sooner. */
function emptyProject(folder: string): void {
  writeFileSync(join(folder, "Pulumi.yaml"), "name: test\nruntime: { name: nodejs, options: { typescript: false } }\n");
  writeFileSync(join(folder, "package.json"), '{"name":"test","main":"index.js"}');
  writeFileSync(join(folder, "index.js"), "");
}

/** One stack with a folder, a backend and an emulator of its own. */
export class TestStack {
  private constructor(
    readonly emulator: Emulator,
    readonly folder: string,
    /** The environment variables that the commands get in addition to this process's own. */
    readonly env: Record<string, string>,
  ) {}

  /**
   * Creates a stack with account 7's credentials: in the environment, unless `config` contains credentials. Pulumi keeps
   * the config of the last `up` in the state and uses it for a refresh, so only the environment can change at any time.
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

    const env = {
      PATH: [process.env["PULUMI_CLI_BIN"], process.env["PATH"]].join(delimiter),
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "e2e",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // Program and plugin each load 800 files of the SDK; compiled once, they load in half the time.
      NODE_COMPILE_CACHE: join(home, "compile-cache"),
      // ts-node would check the types at each start; the tests run tsc where types matter.
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      // Pulumi's language host leaves its pipes behind; here they are removed with everything else.
      TMPDIR: join(folder, "tmp"),
      DEEPCALL_BASE_URL: emulator.url,
      ...(Object.keys(config).length === 0 && { DEEPCALL_USER_ID: "7", DEEPCALL_TOKEN: token }),
    };
    const stack = new TestStack(emulator, folder, env);
    await stack.succeeding("stack", "init");
    await stack.configure(config);
    return stack;
  }

  /** Sets `deepcall:…` in the stack's config; an empty value removes it. */
  async configure(config: Record<string, string>): Promise<void> {
    for (const [key, value] of Object.entries(config)) {
      const secret = key === "token" || key === "ssid" ? ["--secret"] : [];
      const args = value === "" ? ["rm", `deepcall:${key}`] : ["set", `deepcall:${key}`, value, ...secret];
      await this.succeeding("config", ...args);
    }
  }

  /** Writes the program. `body` can use `pulumi` and this package's classes, and sets `exports`. */
  program(body: string): void {
    const head =
      'const pulumi = require("@pulumi/pulumi");\nconst { DeepcallGroup, DeepcallGroups, DeepcallProvider } = require("pulumi-deepcall");\n';
    this.file("index.js", head + body);
  }

  /** Writes any file of the program's folder. */
  file(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** Reads a file of the program's folder. */
  read(name: string): string {
    return readFileSync(join(this.folder, name), "utf8");
  }

  /** Runs a command of the CLI without colors and questions. */
  async run(...args: string[]): Promise<Result> {
    return this.execute("pulumi", [...args, "--non-interactive", "--color", "never", "--stack", "dev"]);
  }

  /** Runs any command as {@link run} does, in this stack's folder or in another one. */
  async execute(command: string, args: string[], cwd = this.folder): Promise<Result> {
    return execute(command, args, cwd, this.env);
  }

  /** `pulumi up` that must succeed. */
  async up(...args: string[]): Promise<Result> {
    return this.succeeding("up", "--yes", "--skip-preview", ...args);
  }

  /** A command that must succeed. */
  private async succeeding(...args: string[]): Promise<Result> {
    const result = await this.run(...args);
    if (result.code !== 0) throw new Error(`${args.join(" ")} ended with ${result.code}:\n${result.output}`);
    return result;
  }

  /** `pulumi up` that must fail with an error; returns its output. */
  async failingUp(...args: string[]): Promise<string> {
    return this.failing("up", "--yes", "--skip-preview", ...args);
  }

  /** A command that must fail with an error, which is neither success nor "changes found"; returns its output. */
  async failing(...args: string[]): Promise<string> {
    const { code, output } = await this.run(...args);
    expect([0, 7]).not.toContain(code);
    return output;
  }

  /** The read-only command that reports drift in CI: 0 = as declared, 7 = changes. */
  async drift(): Promise<Result> {
    return this.run("preview", "--refresh", "--expect-no-changes", "--diff");
  }

  /** The account and the state are as the program declares. */
  async expectNoDrift(): Promise<void> {
    expect(await this.drift()).toEqual({ code: 0, output: expect.any(String) as string });
  }

  /** The groups in the state, as the backend keeps them. */
  groups(): StateResource[] {
    return this.allResources().filter(({ type }) => type === "pulumi-nodejs:dynamic/deepcall:Group");
  }

  /** What the state contains about the groups, without the engine's own fields, sorted by URN. */
  recorded(): unknown[] {
    const groups = this.groups().toSorted((a, b) => (a.urn < b.urn ? -1 : 1));
    return groups.map(({ urn, id, inputs, outputs }) => ({ urn, id, inputs, outputs }));
  }

  /** The URNs of all resources in the state. */
  urns(): string[] {
    return this.allResources().map(({ urn }) => urn);
  }

  /** The stack's outputs; secrets are encrypted. */
  outputs(): Record<string, unknown> {
    return this.allResources().find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
  }

  /** Reads the file of the backend: a command of the CLI would take a quarter of a second. */
  allResources(): StateResource[] {
    const stacks = join(this.folder, "state/.pulumi/stacks");
    const [project = ""] = readdirSync(stacks);
    const file = JSON.parse(readFileSync(join(stacks, project, "dev.json"), "utf8")) as {
      checkpoint: { latest?: { resources?: StateResource[] } };
    };
    return file.checkpoint.latest?.resources ?? [];
  }
}

/** The program of a stack that moves from the classes to the plugin: a numbered name, a secret one, and a component's children. */
export const programToMove = `
    new DeepcallGroup("support", { name: "Support" });
    new DeepcallGroup("hush", { name: pulumi.secret("Hush"), active: false });
    new DeepcallGroups("groups", { groups: { sales: { name: "Sales", agents: ["1001"] } } });`;

/** Written out here because it is part of every user's state. */
const providerText = 'exports.handler=()=>require("pulumi-deepcall/lifecycle").provider';

/** Expects the same short provider text in every group. */
export function expectSmallProvider(stack: TestStack): void {
  const groups = stack.groups();
  expect(groups).not.toEqual([]);
  for (const { inputs, outputs } of groups)
    expect([inputs?.["__provider"], outputs?.["__provider"]]).toEqual([providerText, providerText]);
  expect(Buffer.byteLength(providerText)).toBeLessThanOrEqual(300);
}
