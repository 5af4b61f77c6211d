import { DeepcallClient } from "../../client/client";
import { DeepcallError } from "../../client/errors";
import type { GroupList } from "../../client/responses";
import { requireSettings, type SettingsResult } from "../../client/settings";
import { accountSettings } from "../../provider/account-settings";
import { providerLabel } from "../../provider/model/names";
import { agentsType, groupType } from "../../provider/state-contract";
import { resourceName } from "../../provider/urn";
import { type Io, UsageError } from "../io";
import { findAgentsDrift, findDrift, type AgentsDrift, type Drift } from "./drift";
import type { PulumiError } from "./failure";
import { type Progress, startProgress } from "./progress";
import { ReadOnlyStack, removePulumiOptions } from "./stack";
import { compareText, findAccounts, type Account, type PendingOperation, type Step } from "./steps";

/** What a preview of a stack shows. `plan` and `drift` are views of it. */
export interface Preview {
  readonly stack: string;
  /** Whether the state was compared with Deepcall first. */
  readonly refresh: boolean;
  readonly accounts: readonly Account[];
  /** In the engine's order, also of resources of other types. */
  readonly steps: readonly Step[];
  /** The groups, sorted by resource. */
  readonly groups: readonly Resource<Drift>[];
  /** The resources `DeepcallGroupAgents`, sorted by resource. */
  readonly agents: readonly Resource<AgentsDrift>[];
  /** Of the stack's state. */
  readonly pendingOperations: readonly PendingOperation[];
}

/** The steps of one resource. */
export interface Resource<D = unknown> {
  readonly urn: string;
  /** The resource's name in the program. */
  readonly resource: string;
  /** The step that compared the state with Deepcall. */
  readonly refresh: Step | undefined;
  /** What the next `up` does. */
  readonly plan: readonly Step[];
  readonly drift: readonly D[];
}

/** The groups of the accounts that were listed, by provider. */
export type AccountLists = ReadonlyMap<string | null, GroupList>;

export function toPreview(
  stack: string,
  refresh: boolean,
  steps: readonly Step[],
  pendingOperations: readonly PendingOperation[] = [],
): Preview {
  const groups = toResources(steps, groupType, findDrift);
  const agents = toResources(steps, agentsType, findAgentsDrift);
  return { stack, refresh, accounts: findAccounts(steps), steps, groups, agents, pendingOperations };
}

function toResources<D>(
  steps: readonly Step[],
  type: string,
  find: (refresh: Step, plan: readonly Step[]) => readonly D[],
): Resource<D>[] {
  const byUrn = Map.groupBy(
    steps.filter((step) => step.type === type),
    ({ urn }) => urn,
  );
  return [...byUrn]
    .map(([urn, all]) => {
      const refresh = all.find(({ op }) => op === "refresh");
      const plan = all.filter(({ op }) => op !== "refresh");
      return { urn, resource: resourceName(urn), refresh, plan, drift: refresh?.old ? find(refresh, plan) : [] };
    })
    .toSorted(byResource);
}

export function byResource(a: Resource, b: Resource): number {
  return compareText(a.resource, b.resource) || compareText(a.urn, b.urn);
}

/** The flags of the commands that preview a stack. */
export interface StackFlags {
  readonly stack?: string;
  readonly cwd: string;
}

/** A preview, and what is needed to ask Deepcall more about it. */
export interface PreviewSession {
  readonly preview: Preview;
  /** If the program removes a protected resource, the preview fails, but its steps are complete. */
  readonly failure: PulumiError | undefined;
  readonly progress: Progress;
  /**
   * Calls Deepcall with the credentials of an account.
   *
   * @returns `undefined` if the credentials are stored in the state, where the engine does not show them.
   */
  readonly withAccount: <T>(
    account: Account,
    action: (client: DeepcallClient, result: SettingsResult) => Promise<T>,
  ) => Promise<T | undefined>;
}

/**
 * Previews a stack and shows the progress until the action has ended.
 *
 * @throws UsageError, PulumiError, SettingsError, CallError
 */
export async function withPreview<T>(
  flags: StackFlags & { readonly refresh?: boolean },
  io: Io,
  action: (session: PreviewSession) => T | Promise<T>,
): Promise<T> {
  for (const name of removePulumiOptions(process.env))
    io.err(`warning: ${name} is ignored: this command always compares everything. \`pulumi up\` obeys it.\n`);
  const progress = startProgress(io);
  try {
    const stack = await ReadOnlyStack.open(flags.stack, flags.cwd);
    const { name } = stack;
    const refresh = flags.refresh === true || (await stack.isRefreshedByDefault());
    progress.startStage(refresh ? `Comparing stack ${name} with Deepcall` : `Previewing stack ${name}`);
    const steps: Step[] = [];
    const [failure, pendingOperations] = await runInterruptible(
      io,
      async (signal): Promise<[PulumiError | undefined, readonly PendingOperation[]]> => [
        await stack.preview({
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
        await stack.pendingOperations(),
      ],
    );
    return await action({
      preview: toPreview(name, refresh, steps, pendingOperations),
      failure,
      progress,
      withAccount: (account, call) => withAccount(account, stack, io, call),
    });
  } finally {
    progress.end();
  }
}

async function withAccount<T>(
  { provider, inputs }: Account,
  stack: ReadOnlyStack,
  io: Io,
  action: (client: DeepcallClient, result: SettingsResult) => Promise<T>,
): Promise<T | undefined> {
  const values = new Map(Object.entries(inputs));
  if ([...values.values()].some((value) => typeof value !== "string")) return undefined;
  const config = provider === null ? await stack.config() : (key: string) => values.get(key) as string | undefined;
  try {
    const result = accountSettings(config, io.env);
    const client = new DeepcallClient(requireSettings(result));
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
async function runInterruptible<T>(io: Io, action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  void io.untilStopped().then(() => {
    controller.abort();
    // Like a second Ctrl-C, this makes Pulumi exit at once. A preview has nothing to lose.
    timer = setTimeout(() => controller.signal.dispatchEvent(new Event("abort")), gracePeriodMs);
  });
  try {
    const result = await action(controller.signal);
    if (!controller.signal.aborted) return result;
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  throw new UsageError("The command was interrupted, so the result is unknown. Nothing was changed.");
}
