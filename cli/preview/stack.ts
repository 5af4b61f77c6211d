import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { UsageError } from "../io";
import { explainFailure, PulumiError, type Diagnostic } from "./failure";
import { isProtected, type Step } from "./steps";

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
  private constructor(private readonly stack: Stack) {}

  /**
   * @param cwd - the project's folder, or a folder inside it.
   * @throws UsageError, PulumiError
   */
  static async open(name: string, cwd: string): Promise<ReadOnlyStack> {
    if (!existsSync(cwd)) throw new UsageError(`Folder ${resolve(cwd)} does not exist.`);
    const { LocalWorkspace, Stack } = loadAutomationApi(cwd);
    return withExplainedFailure(async () => {
      const workspace = await LocalWorkspace.create({ workDir: cwd });
      // The original runs `pulumi stack select`, which changes the stack that the user's own commands work on.
      workspace.selectStack = () => Promise.resolve();
      return new ReadOnlyStack(await Stack.select(name, workspace));
    });
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
    const protectedUrns = new Set<string>();
    const onEvent = ({ resourcePreEvent, resOutputsEvent, diagnosticEvent }: EngineEvent): void => {
      if (resOutputsEvent) onStep(resOutputsEvent.metadata);
      if (resourcePreEvent && isProtected(resourcePreEvent.metadata)) {
        protectedUrns.add(resourcePreEvent.metadata.urn);
        // Unlike a replacement, it is never complete.
        if (resourcePreEvent.metadata.op === "delete") onStep(resourcePreEvent.metadata);
      }
      if (diagnosticEvent?.severity === "error") errors.push(diagnosticEvent);
      if (diagnosticEvent?.severity === "info#err") onDebug(diagnosticEvent.message);
    };
    const options = { refresh, ...(refresh && { runProgram: true }), suppressProgress: true, onEvent, signal };
    try {
      await withExplainedFailure(() => this.stack.preview({ ...options, color: "never" }), errors, protectedUrns);
      return undefined;
    } catch (error) {
      if (error instanceof PulumiError && error.failure.onlyProtected) return error;
      throw error;
    }
  }
}

/**
 * @param diagnostics - receives the engine's error events while the action runs.
 * @param protectedUrns - receives the resources whose deletion the engine refuses.
 */
async function withExplainedFailure<T>(
  action: () => Promise<T>,
  diagnostics: readonly Diagnostic[] = [],
  protectedUrns: ReadonlySet<string> = new Set(),
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const output = error instanceof Error ? error.message : String(error);
    throw new PulumiError(explainFailure(diagnostics, output, protectedUrns));
  }
}

/** Loads the project's own Automation API, or else the one installed with this package (a peer dependency). */
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
  throw new UsageError(`@pulumi/pulumi is not installed in ${resolve(cwd)}. Run \`npm install\` there.`);
}
