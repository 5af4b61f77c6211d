import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { UsageError } from "../io";
import type { Step } from "./compare";
import { explain, type Failure } from "./failure";

/** Who watches a preview. */
export interface Watch {
  /** Told of each step when it is done. */
  readonly onStep: (step: Step) => void;
  /** Told of the provider's own lines (`DEEPCALL_DEBUG`). */
  readonly onDebug: (line: string) => void;
  /** Ends the command, as Ctrl-C does. */
  readonly signal: AbortSignal;
}

/** What Pulumi could not do. */
export class PulumiError extends Error {
  override readonly name = "PulumiError";
  constructor(readonly failure: Failure) {
    super(failure.messages.join("\n"));
  }
}

/** A stack of a Pulumi project, reached through the Automation API; nothing of it is changed. */
export class ReadOnlyStack {
  private constructor(private readonly stack: Stack) {}

  /**
   * @param cwd - the project's folder, or one below it.
   * @throws UsageError, PulumiError
   */
  static async open(name: string, cwd: string): Promise<ReadOnlyStack> {
    if (!existsSync(cwd)) throw new UsageError(`there is no folder ${resolve(cwd)}`);
    const { LocalWorkspace, Stack } = loadAutomation(cwd);
    return attempt([], async () => {
      const workspace = await LocalWorkspace.create({ workDir: cwd });
      // Otherwise `pulumi stack select` would be run, and change what the user's own commands work on.
      workspace.selectStack = () => Promise.resolve();
      return new ReadOnlyStack(await Stack.select(name, workspace));
    });
  }

  /** The stack's config, decrypted. */
  async config(): Promise<(key: string) => string | undefined> {
    const config = await attempt([], () => this.stack.getAllConfig());
    return (key) => config[key]?.value;
  }

  /** Runs `pulumi preview --refresh --run-program`, which uses today's config. */
  async preview({ onStep, onDebug, signal }: Watch): Promise<void> {
    const errors: string[] = [];
    const onEvent = ({ resOutputsEvent, diagnosticEvent }: EngineEvent): void => {
      if (resOutputsEvent) onStep(resOutputsEvent.metadata);
      if (diagnosticEvent?.severity === "error") errors.push(diagnosticEvent.message);
      if (diagnosticEvent?.severity === "info#err") onDebug(diagnosticEvent.message);
    };
    await attempt(errors, () =>
      this.stack.preview({ refresh: true, runProgram: true, color: "never", suppressProgress: true, onEvent, signal }),
    );
  }
}

async function attempt<T>(errors: readonly string[], step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw new PulumiError(explain(errors, error instanceof Error ? error.message : String(error)));
  }
}

/** The project's own Automation API, else the one that is installed beside this package (a peer dependency). */
function loadAutomation(cwd: string): typeof import("@pulumi/pulumi/automation") {
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
  throw new UsageError(`@pulumi/pulumi is not installed in ${resolve(cwd)}: run \`npm install\` there first`);
}
