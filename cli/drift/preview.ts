import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { UsageError } from "../io";
import type { Step } from "./compare";
import { explainFailure, type Failure } from "./failure";

interface PreviewOptions {
  /** Called when a step is complete. */
  readonly onStep: (step: Step) => void;
  /** Called for each line that the provider writes to standard error (`DEEPCALL_DEBUG`). */
  readonly onDebug: (line: string) => void;
  /** Stops Pulumi as Ctrl-C does. */
  readonly signal: AbortSignal;
}

/** Pulumi or the provider reported an error. */
export class PulumiError extends Error {
  override readonly name = "PulumiError";
  constructor(readonly failure: Failure) {
    super(failure.messages.join("\n"));
  }
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
    return withExplainedFailure([], async () => {
      const workspace = await LocalWorkspace.create({ workDir: cwd });
      // The original runs `pulumi stack select`, which changes the stack that the user's own commands work on.
      workspace.selectStack = () => Promise.resolve();
      return new ReadOnlyStack(await Stack.select(name, workspace));
    });
  }

  /** Reads the stack's config, decrypted. */
  async config(): Promise<(key: string) => string | undefined> {
    const config = await withExplainedFailure([], () => this.stack.getAllConfig());
    return (key) => config[key]?.value;
  }

  /** Runs `pulumi preview --refresh --run-program`, which uses the current config. */
  async preview({ onStep, onDebug, signal }: PreviewOptions): Promise<void> {
    const errors: string[] = [];
    const onEvent = ({ resOutputsEvent, diagnosticEvent }: EngineEvent): void => {
      if (resOutputsEvent) onStep(resOutputsEvent.metadata);
      if (diagnosticEvent?.severity === "error") errors.push(diagnosticEvent.message);
      if (diagnosticEvent?.severity === "info#err") onDebug(diagnosticEvent.message);
    };
    await withExplainedFailure(errors, () =>
      this.stack.preview({ refresh: true, runProgram: true, color: "never", suppressProgress: true, onEvent, signal }),
    );
  }
}

/** @param diagnostics - receives the engine's error events while the action runs. */
async function withExplainedFailure<T>(diagnostics: readonly string[], action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw new PulumiError(explainFailure(diagnostics, error instanceof Error ? error.message : String(error)));
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
