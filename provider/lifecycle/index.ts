import type { dynamic } from "@pulumi/pulumi";
import { z } from "zod";
import { DeepcallError } from "../../client/errors";
import { standardRetryPolicy, type RetryPolicy } from "../../client/retry";
import { requireSettings, settingsError, type Environment, type SettingsResult, userIdOf } from "../../client/settings";
import { accountSettings, type ReadConfig } from "../account-settings";
import { providerNameKey } from "../state-contract";
import { checkInputs } from "./check";
import type { OperationContext } from "./context";
import { createGroup } from "./create";
import { deleteGroup } from "./delete";
import { accountMayDiffer, activeDiffers, deleteWithAgentsDiffers, nameDiffers, unknownValue } from "./diff";
import { UnfinishedGroupError, type ProviderErrorCode } from "./errors";
import { GroupOwners } from "./group-owners";
import { readGroup } from "./read";
import { inputsSchema, stateSchema, type GroupInputs, type GroupState } from "./state";
import { updateGroup } from "./update";

type Properties = Readonly<Record<string, unknown>>;

/** The methods that Pulumi's engine calls for a `DeepcallGroup`. */
export interface GroupProvider extends dynamic.ResourceProvider<Properties, Properties> {
  configure(request: dynamic.ConfigureRequest): Promise<void>;
  check(olds: Properties, news: Properties): Promise<dynamic.CheckResult<Properties>>;
  diff(id: string, olds: Properties, news: Properties): Promise<dynamic.DiffResult>;
  create(inputs: Properties): Promise<dynamic.CreateResult<Properties>>;
  read(id: string, props?: Properties): Promise<dynamic.ReadResult<Properties>>;
  update(id: string, olds: Properties, news: Properties): Promise<dynamic.UpdateResult<Properties>>;
  delete(id: string, props: Properties): Promise<void>;
}

/** The inputs as a preview passes them to `diff`. */
const desiredSchema = inputsSchema.extend({
  active: z.union([z.boolean(), z.literal(unknownValue)]),
  deleteWithAgents: z.union([z.boolean(), z.literal(unknownValue)]).default(false),
});

/**
 * Creates a provider for one run.
 *
 * @param retryPolicy - shorter in tests.
 */
export function createProvider(
  environment: Environment,
  retryPolicy: RetryPolicy = standardRetryPolicy,
): GroupProvider {
  const owners = new GroupOwners();
  // Not keyed by resource name: two resources under different parents may share one.
  const declared: GroupInputs[] = [];
  let readConfig: ReadConfig = () => undefined;
  let settings: SettingsResult | undefined;
  let currentContext: OperationContext | undefined;

  const getSettings = (): SettingsResult => (settings ??= accountSettings(readConfig, environment));

  const getContext = (): OperationContext => {
    if (currentContext) return currentContext;
    const { howToEnable } = getSettings();
    const complete = requireSettings(getSettings());
    // Loaded only for calls: previews, and updates without changes, don't wait for undici.
    const { OperationContext } = require("./context") as typeof import("./context");
    return (currentContext = new OperationContext(complete, owners, retryPolicy, howToEnable));
  };

  const nameProvider = (error: DeepcallError): DeepcallError => {
    const name = readConfig(providerNameKey);
    if (name !== undefined) error.prefixWith(`DeepcallProvider ${JSON.stringify(name)}`);
    return error;
  };

  /** Runs one method. Errors begin with the name of the explicit provider. */
  const run = async <T>(step: () => T | Promise<T>): Promise<T> => {
    try {
      return await step();
    } catch (error) {
      throw error instanceof DeepcallError ? nameProvider(error) : error;
    }
  };

  return {
    // Pulumi makes other calls while this runs, so it must neither wait nor throw.
    configure({ config }) {
      readConfig = (key) => config.get(key);
      settings = undefined;
      return Promise.resolve();
    },

    // `check` and `diff` make no call: previews work without a network and without credentials.
    check(_olds, news) {
      const { malformed, advice } = getSettings();
      if (malformed.length > 0) {
        const { message: reason } = nameProvider(settingsError({ malformed, missing: [], advice }));
        return Promise.resolve({ inputs: news, failures: [{ property: "", reason }] });
      }
      const checked = checkInputs(news, readConfig(providerNameKey));
      const inputs = inputsSchema.safeParse(checked.inputs);
      if (inputs.success) declared.push(inputs.data);
      return Promise.resolve(checked);
    },

    diff(id, olds, news) {
      return run(async () =>
        withShortStack(() => {
          const state = parseState(id, olds);
          const desired = desiredSchema.parse(news);
          const { __resource: resource, requestedName } = desired;
          // A refresh calls this too, also for resources that are not in the program any more.
          if (declared.some(({ __resource }) => __resource === resource))
            owners.declare(id, { resource, key: state.__key, requestedName });
          const { settings } = getSettings();
          const userId = settings && userIdOf(settings);
          return {
            changes:
              nameDiffers(state, desired) ||
              activeDiffers(state, desired) ||
              deleteWithAgentsDiffers(state, desired) ||
              accountMayDiffer(state, desired, userId),
          };
        }),
      );
    },

    create: (inputs) =>
      run(async () => withProviderText(inputs, async () => createGroup(getContext(), inputsSchema.parse(inputs)))),

    read: (id, props = {}) => run(async () => withShortStack(async () => readGroup(getContext(), parseId(id), props))),

    update: (id, olds, news) =>
      run(async () =>
        withProviderText(news, async () => ({
          outs: await updateGroup(getContext(), parseId(id), parseState(id, olds), inputsSchema.parse(news)),
        })),
      ),

    delete: (id, props) =>
      run(async () =>
        withShortStack(async () => {
          const state = parseState(id, props);
          await deleteGroup(getContext(), parseId(id), state, declared);
        }),
      ),
  };
}

/** The provider that `providerText` in `provider/state-contract.ts` loads. */
export const provider: GroupProvider = createProvider(process.env);

/** Shortens what Pulumi prints a second time, under the stack: the message is already shown with the resource. */
async function withShortStack<T>(step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof DeepcallError) {
      error.toString = () => "deepcall";
      error.stack = `${error.description.split(". ", 1)[0] ?? ""} (see the resource's error)`;
    }
    throw error;
  }
}

/** Adds `__provider` to what stays in the state after a failure: later runs need it. */
async function withProviderText<T>(inputs: Properties, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof UnfinishedGroupError) error.properties["__provider"] = inputs["__provider"];
    throw error;
  }
}

function parseId(id: string): string {
  if (/^[1-9]\d{0,14}$/.test(id)) return id;
  throw new DeepcallError(
    "invalid-id" satisfies ProviderErrorCode,
    `${JSON.stringify(id)} is not a valid group id: it must be a number, for example "42". No call was made.`,
  );
}

function parseState(id: string, props: Properties): GroupState {
  const state = stateSchema.safeParse(props);
  if (state.success) return state.data;
  const keys = state.error.issues.map(({ path }) => path.join(".")).join(", ");
  throw new DeepcallError(
    "invalid-state" satisfies ProviderErrorCode,
    `Could not read the state of the group with id ${id}: these properties are missing or not valid: ${keys}. No call was made. ` +
      "The state was edited manually or written by a newer version of pulumi-deepcall. Install that version, or restore the state with `pulumi stack import`.",
  );
}
