import type { dynamic } from "@pulumi/pulumi";
import { DeepcallError } from "../../client/errors";
import { standardRetryPolicy, type RetryPolicy } from "../../client/retry";
import { requireSettings, settingsError, type Environment, type SettingsResult, userIdOf } from "../../client/settings";
import { accountSettings, type ReadConfig } from "../account-settings";
import { providerNameKey } from "../state-contract";
import type { OperationContext } from "./context";
import { UnfinishedGroupError } from "./errors";
import { GroupOwners } from "./group-owners";
import { providerLabel } from "./names";

type Properties = Readonly<Record<string, unknown>>;

/** The methods that Pulumi's engine calls for a resource. */
export interface LifecycleProvider extends dynamic.ResourceProvider<Properties, Properties> {
  configure(request: dynamic.ConfigureRequest): Promise<void>;
  check(olds: Properties, news: Properties): Promise<dynamic.CheckResult<Properties>>;
  diff(id: string, olds: Properties, news: Properties): Promise<dynamic.DiffResult>;
  create(inputs: Properties): Promise<dynamic.CreateResult<Properties>>;
  read(id: string, props?: Properties): Promise<dynamic.ReadResult<Properties>>;
  update(id: string, olds: Properties, news: Properties): Promise<dynamic.UpdateResult<Properties>>;
  delete(id: string, props: Properties): Promise<void>;
}

/** What the providers of all resources share in one run: the settings and, once a call is needed, the context. */
export class Run {
  /** Which resource has which group. */
  readonly groupOwners = new GroupOwners();
  /** Which resource has which group's agents. */
  readonly agentsOwners = new GroupOwners();
  #readConfig: ReadConfig = () => undefined;
  #settings: SettingsResult | undefined;
  #context: OperationContext | undefined;

  constructor(
    private readonly environment: Environment,
    private readonly retryPolicy: RetryPolicy = standardRetryPolicy,
  ) {}

  /** Pulumi makes other calls while this runs, so it must neither wait nor throw. */
  configure({ config }: dynamic.ConfigureRequest): void {
    this.#readConfig = (key) => config.get(key);
    this.#settings = undefined;
  }

  /** The name of the explicit provider. */
  get providerName(): string | undefined {
    return this.#readConfig(providerNameKey);
  }

  /** The `userId` of the credentials, if it is known without a call. */
  get userId(): string | undefined {
    const { settings } = this.#result;
    return settings && userIdOf(settings);
  }

  /** @throws SettingsError if settings are missing or malformed. */
  get context(): OperationContext {
    if (this.#context) return this.#context;
    const { howToEnable } = this.#result;
    const complete = requireSettings(this.#result);
    // Loaded only for calls: previews, and updates without changes, don't wait for undici.
    const { OperationContext } = require("./context") as typeof import("./context");
    return (this.#context = new OperationContext(complete, this.groupOwners, this.retryPolicy, howToEnable));
  }

  /** The result of `check` if a setting is malformed. Missing ones matter only to calls. */
  malformedSettings(): dynamic.CheckFailure | undefined {
    const { malformed, advice } = this.#result;
    if (malformed.length === 0) return undefined;
    return { property: "", reason: this.#named(settingsError({ malformed, missing: [], advice })).message };
  }

  /** Runs one method. Errors begin with the name of the explicit provider. */
  async attempt<T>(step: () => T | Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      throw error instanceof DeepcallError ? this.#named(error) : error;
    }
  }

  get #result(): SettingsResult {
    return (this.#settings ??= accountSettings(this.#readConfig, this.environment));
  }

  #named(error: DeepcallError): DeepcallError {
    if (this.providerName !== undefined) error.prefixWith(providerLabel(this.providerName));
    return error;
  }
}

/** What one type of resource does; {@link createLifecycleProvider} adds what all types have in common. */
export interface ResourceMethods {
  /** `check` and `diff` make no call: previews work without a network and without credentials. */
  check(news: Properties): dynamic.CheckResult<Properties>;
  diff(id: string, olds: Properties, news: Properties): dynamic.DiffResult;
  create(inputs: Properties): Promise<dynamic.CreateResult<Properties>>;
  read(id: string, props: Properties): Promise<dynamic.ReadResult<Properties>>;
  /** Returns the outputs. */
  update(id: string, olds: Properties, news: Properties): Promise<Properties>;
  delete(id: string, props: Properties): Promise<void>;
}

/** Creates the provider of one type of resource for one run. */
export function createLifecycleProvider(run: Run, methods: ResourceMethods): LifecycleProvider {
  return {
    configure(request) {
      run.configure(request);
      return Promise.resolve();
    },
    check(_olds, news) {
      const failure = run.malformedSettings();
      return Promise.resolve(failure ? { inputs: news, failures: [failure] } : methods.check(news));
    },
    diff: (id, olds, news) => run.attempt(async () => withShortStack(() => methods.diff(id, olds, news))),
    create: (inputs) => run.attempt(async () => withProviderText(inputs, async () => methods.create(inputs))),
    read: (id, props = {}) => run.attempt(async () => withShortStack(async () => methods.read(id, props))),
    update: (id, olds, news) =>
      run.attempt(async () => withProviderText(news, async () => ({ outs: await methods.update(id, olds, news) }))),
    delete: (id, props) => run.attempt(async () => withShortStack(async () => methods.delete(id, props))),
  };
}

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
