import type { Command } from "commander";
import type { DeepcallClient } from "../../client/client";
import { DeepcallError } from "../../client/errors";
import type { SettingsResult } from "../../client/settings";
import { providerLabel } from "../../provider/model/names";
import { groupType } from "../../provider/state-contract";
import { createClient } from "../create-client";
import { exitCodes, type Io, type SetExitCode, UsageError } from "../io";
import { type Progress, startProgress } from "./progress";
import { PulumiError, ReadOnlyStack } from "./stack";
import type { Account, Step } from "./steps";

/** The flags of the commands that preview a stack. */
export interface StackFlags {
  readonly stack: string;
  readonly cwd: string;
}

export function addStackOptions(command: Command, purpose: string): Command {
  return command
    .requiredOption("--stack <name>", `stack to ${purpose}`)
    .option("--cwd <dir>", "folder of the Pulumi project", ".");
}

/** Runs the action, shows its progress, and reports errors of Pulumi and of the provider. */
export async function withProgress(
  io: Io,
  setExitCode: SetExitCode,
  action: (progress: Progress) => Promise<void>,
): Promise<void> {
  const progress = startProgress(io);
  try {
    await action(progress);
  } catch (error) {
    progress.end();
    if (!(error instanceof PulumiError)) throw error;
    reportFailure(error, io, setExitCode);
  }
}

export function reportFailure({ failure }: PulumiError, io: Io, setExitCode: SetExitCode): void {
  for (const message of failure.messages) io.err(`error: ${message}\n`);
  setExitCode(failure.credentialsRefused ? exitCodes.credentialsRefused : exitCodes.failed);
}

/**
 * Previews the stack and collects the steps.
 *
 * @throws PulumiError if the preview fails. `steps` then has the steps until then.
 */
export async function previewStack(
  stack: ReadOnlyStack,
  { refresh, steps }: { readonly refresh: boolean; readonly steps: Step[] },
  io: Io,
  progress: Progress,
): Promise<void> {
  await runInterruptible(io, (signal) =>
    stack.preview({
      refresh,
      onStep: (step) => {
        steps.push(step);
        if (step.type === groupType && step.op === "refresh") progress.countGroup();
      },
      onDebug: (line) => {
        if (io.env["DEEPCALL_DEBUG"] === "1") io.err(line);
      },
      signal,
    }),
  );
}

/**
 * Calls Deepcall with the credentials of an account.
 *
 * @returns `undefined` if the credentials are stored in the state, where the engine does not show them.
 */
export async function withAccount<T>(
  { provider, inputs }: Account,
  stack: ReadOnlyStack,
  io: Io,
  action: (client: DeepcallClient, result: SettingsResult) => Promise<T>,
): Promise<T | undefined> {
  const values = new Map(Object.entries(inputs));
  if ([...values.values()].some((value) => typeof value !== "string")) return undefined;
  const config = provider === null ? await stack.config() : (key: string) => values.get(key) as string | undefined;
  // Not a static import, because `--help` must not wait for zod.
  const { accountSettings } =
    require("../../provider/account-settings") as typeof import("../../provider/account-settings");
  try {
    const result = accountSettings(config, io.env);
    const client = createClient(result);
    try {
      return await action(client, result);
    } finally {
      await client.close();
    }
  } catch (error) {
    if (error instanceof DeepcallError && provider !== null) error.prefixWith(providerLabel(provider));
    throw error;
  }
}

/** How long Pulumi may wait for calls in flight after a signal. CI systems kill a job soon after its signal. */
const gracePeriodMs = 2_000;

/** When the user stops the command, lets Pulumi exit on its own, so that none of its processes is left running. */
async function runInterruptible(io: Io, action: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  void io.untilStopped().then(() => {
    controller.abort();
    // Like a second Ctrl-C, this makes Pulumi exit at once. A preview has nothing to lose.
    timer = setTimeout(() => controller.signal.dispatchEvent(new Event("abort")), gracePeriodMs);
  });
  try {
    await action(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  if (controller.signal.aborted)
    throw new UsageError("The command was interrupted, so the result is unknown. Nothing was changed.");
}
