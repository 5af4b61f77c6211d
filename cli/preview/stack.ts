import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import type { EngineEvent, ProjectSettings, Stack, Workspace } from "@pulumi/pulumi/automation";
import { UsageError } from "../io";
import { explainFailure, policyViolation, PulumiError, type Diagnostic } from "./failure";
import { fromPlugin, stepFromPlugin } from "./plugin-steps";
import { isProtected, type PendingOperation, type Step } from "./steps";

interface PreviewOptions {
  /** Whether to compare the state with Deepcall first. */
  readonly refresh: boolean;
  /**
   * Called when a step is complete; and for the deletion of a protected resource, which makes the preview fail.
   */
  readonly onStep: (step: Step) => void;
  /** Called for each line that the provider writes to standard error (`DEEPCALL_DEBUG`). */
  readonly onDebug: (line: string) => void;
  /** Stops Pulumi as Ctrl-C does. */
  readonly signal: AbortSignal;
}

/** A stack, accessed through Pulumi's Automation API without changing anything in it. */
export class ReadOnlyStack {
  private constructor(
    private readonly stack: Stack,
    /** As the user specified it, or the name of the selected stack. */
    readonly name: string,
  ) {}

  /**
   * @param name - the default is the selected stack.
   * @param cwd - the project's folder, or a folder inside it.
   * @throws UsageError, PulumiError
   */
  static async open(name: string | undefined, cwd: string): Promise<ReadOnlyStack> {
    if (!existsSync(cwd)) throw new UsageError(`Folder ${resolve(cwd)} does not exist.`);
    const { LocalWorkspace, Stack } = loadAutomationApi(cwd);
    return withExplainedFailure(async () => {
      const workspace = await LocalWorkspace.create({ workDir: projectFolder(cwd) });
      // The original runs `pulumi stack select`, which changes the stack that the user's own commands work on.
      workspace.selectStack = () => Promise.resolve();
      const fullName =
        name ?? (await runPulumi(workspace, "stack", "--show-name", "--fully-qualify-stack-names")).trim();
      return new ReadOnlyStack(await Stack.select(fullName, workspace), name ?? fullName.replace(/.*\//, ""));
    });
  }

  /** Whether `pulumi up` without `--refresh` compares the state with Deepcall, too. */
  async isRefreshedByDefault(): Promise<boolean> {
    const variable = process.env["PULUMI_OPTION_REFRESH"];
    // As Go's `strconv.ParseBool` reads it; Pulumi refuses other values.
    if (variable) return /^(1|t|true)$/i.test(variable);
    const settings = await withExplainedFailure(() => this.stack.workspace.projectSettings());
    // The Automation API's type lacks `options`.
    return (settings as ProjectSettings & { options?: { refresh?: unknown } }).options?.refresh === "always";
  }

  /** The operations of interrupted commands, whose results are not in the state. */
  async pendingOperations(): Promise<readonly PendingOperation[]> {
    // Unlike the Automation API's `exportStack`, this does not decrypt secrets.
    const json = await withExplainedFailure(() =>
      runPulumi(this.stack.workspace, "stack", "export", "--stack", this.stack.name),
    );
    const { deployment } = JSON.parse(json) as { deployment?: { pending_operations?: PendingOperation[] } };
    const operations = deployment?.pending_operations ?? [];
    return operations.map((operation) => ({ ...operation, resource: fromPlugin(operation.resource) }));
  }

  /** Reads the stack's config, decrypted. */
  async config(): Promise<(key: string) => string | undefined> {
    const config = await withExplainedFailure(() => this.stack.getAllConfig());
    return (key) => config[key]?.value;
  }

  /**
   * Runs `pulumi preview`; with `refresh`, also `--run-program`, which uses the current config.
   *
   * @returns the error of a preview that fails only because the program removes protected resources: it is complete.
   */
  async preview({ refresh, onStep, onDebug, signal }: PreviewOptions): Promise<PulumiError | undefined> {
    const errors: Diagnostic[] = [];
    const printed: string[] = [];
    const protectedUrns = new Set<string>();
    const onEvent = ({ resourcePreEvent, resOutputsEvent, diagnosticEvent, policyEvent }: EngineEvent): void => {
      if (resOutputsEvent) onStep(stepFromPlugin(resOutputsEvent.metadata));
      if (resourcePreEvent && isProtected(resourcePreEvent.metadata)) {
        protectedUrns.add(resourcePreEvent.metadata.urn);
        // Unlike a replacement, it is never complete.
        if (resourcePreEvent.metadata.op === "delete") onStep(stepFromPlugin(resourcePreEvent.metadata));
      }
      if (policyEvent?.enforcementLevel === "mandatory") errors.push(policyViolation(policyEvent));
      if (diagnosticEvent?.severity === "error") errors.push(diagnosticEvent);
      if (diagnosticEvent?.severity === "info#err") {
        printed.push(diagnosticEvent.message);
        onDebug(diagnosticEvent.message);
      }
    };
    const options = { refresh, ...(refresh && { runProgram: true }), suppressProgress: true, onEvent, signal };
    try {
      const run = () => this.stack.preview({ ...options, color: "never" });
      await withExplainedFailure(run, errors, protectedUrns, printed);
      return undefined;
    } catch (error) {
      if (error instanceof PulumiError && error.failure.onlyProtected) return error;
      throw error;
    }
  }
}

/**
 * Every option of Pulumi's commands can be set by a variable. These decide with what a stack is run, and apply here as they
 * do to `pulumi up`. All others are removed: they would compare only a part of the stack, write files or change the output.
 */
const usedOptions = new Set(
  [
    "CONFIG",
    "CONFIG_FILE",
    "CONFIG_PATH",
    "DISABLE_INTEGRITY_CHECKING",
    "PARALLEL",
    "POLICY_PACK",
    "POLICY_PACK_CONFIG",
  ]
    .concat("REFRESH", "REPLACE", "STACK")
    .map((option) => `PULUMI_OPTION_${option}`),
);

/**
 * Removes Pulumi's options that must not apply from the environment of this process.
 *
 * @returns the removed variables that would limit what `pulumi up` does.
 */
export function removePulumiOptions(env: NodeJS.ProcessEnv): string[] {
  const removed = Object.keys(env).filter(
    (name) => /^PULUMI_OPTION_/i.test(name) && !usedOptions.has(name.toUpperCase()),
  );
  const limiting = removed.filter((name) => env[name] && /TARGET|EXCLUDE/i.test(name));
  for (const name of removed) Reflect.deleteProperty(env, name);
  return limiting;
}

/** The folder that contains the project file; Pulumi searches for it in the same way. */
function projectFolder(cwd: string): string {
  let folder = resolve(cwd);
  while (!["yaml", "yml", "json"].some((extension) => existsSync(join(folder, `Pulumi.${extension}`)))) {
    if (dirname(folder) === folder) return cwd;
    folder = dirname(folder);
  }
  return folder;
}

async function runPulumi({ pulumiCommand, workDir }: Workspace, ...args: string[]): Promise<string> {
  return (await promisify(execFile)(pulumiCommand.command, args, { cwd: workDir, maxBuffer: Infinity })).stdout;
}

/**
 * @param diagnostics - receives the engine's error events while the action runs.
 * @param protectedUrns - receives the resources whose deletion the engine refuses.
 * @param printed - receives what the program writes to standard error.
 */
async function withExplainedFailure<T>(
  action: () => Promise<T>,
  diagnostics: readonly Diagnostic[] = [],
  protectedUrns: ReadonlySet<string> = new Set(),
  printed: readonly string[] = [],
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const output = error instanceof Error ? error.message : String(error);
    throw new PulumiError(explainFailure(diagnostics, output, protectedUrns, printed));
  }
}

/**
 * Loads the project's own Automation API, or else the one installed with this package: npx installs this peer dependency, too,
 * so that the command works in projects of every language.
 */
function loadAutomationApi(cwd: string): typeof import("@pulumi/pulumi/automation") {
  for (const from of [join(resolve(cwd), "package.json"), __filename]) {
    const require = createRequire(from);
    let path: string;
    try {
      path = require.resolve("@pulumi/pulumi/automation");
    } catch {
      continue;
    }
    return require(path) as typeof import("@pulumi/pulumi/automation");
  }
  const advice = existsSync(join(cwd, "package.json"))
    ? "Run `npm install` there."
    : "Run this command with npx, which installs it, too: `npx pulumi-deepcall …`.";
  throw new UsageError(`@pulumi/pulumi is not installed in ${resolve(cwd)}. ${advice}`);
}
