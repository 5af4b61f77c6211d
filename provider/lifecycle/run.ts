import { DeepcallError } from "../../client/errors";
import { standardRetryPolicy, type RetryPolicy } from "../../client/retry";
import {
  requireSettings,
  settingsError,
  userIdOf,
  type ClientSettings,
  type Environment,
  type SettingsResult,
} from "../../client/settings";
import { accountSettings, type ReadConfig } from "../account-settings";
import type { PlannedAgents } from "../model/agents";
import type { PlannedInputs } from "../model/group";
import { providerLabel } from "../model/names";
import { providerNameKey } from "../state-contract";
import type { OperationContext } from "./context";
import { Owners } from "./owners";
import { Renames } from "./renames";
import { StackHoldings, type ReadStack } from "./stack";

/** What the lifecycles of all resources share in one run: the settings and, once a call is needed, the context. */
export class Run {
  /** Which resource has which group. */
  readonly groups = new Owners<PlannedInputs>();
  /** Which resource has which group's agents. */
  readonly agents = new Owners<PlannedAgents>();
  readonly renames: Renames;
  readonly stack: StackHoldings;
  #readConfig: ReadConfig = () => undefined;
  #settings: SettingsResult | undefined;
  #context: OperationContext | undefined;

  readonly #cancellation = new AbortController();
  readonly retryPolicy: RetryPolicy;

  constructor(
    private readonly environment: Environment,
    retryPolicy: RetryPolicy = standardRetryPolicy,
    readStack: ReadStack = () => Promise.resolve([]),
  ) {
    this.stack = new StackHoldings(readStack);
    this.retryPolicy = { ...retryPolicy, signal: this.#cancellation.signal };
    const { registrationMs = 1_000 } = retryPolicy;
    this.renames = new Renames(registrationMs, (id) => this.groups.has(String(id)));
  }

  /** Ends all waits: failed calls are not sent again. */
  cancel(): void {
    this.#cancellation.abort();
  }

  /** Pulumi makes other calls while this runs, so it must neither wait nor throw. */
  configure(readConfig: ReadConfig): void {
    this.#readConfig = readConfig;
    this.#settings = undefined;
  }

  /** The name of the `DeepcallProvider`; empty for the default account. */
  get account(): string {
    return this.#readConfig(providerNameKey) ?? "";
  }

  /** The `userId` of the credentials, if it is known without a call. */
  get userId(): string | undefined {
    const { settings } = this.#result;
    return settings && userIdOf(settings);
  }

  /** @throws SettingsError if settings are missing or malformed. */
  get settings(): ClientSettings {
    return requireSettings(this.#result);
  }

  /** @throws SettingsError if settings are missing or malformed. */
  get context(): OperationContext {
    if (this.#context) return this.#context;
    // Loaded only for calls: previews, and updates without changes, don't wait for undici.
    const { OperationContext } = require("./context") as typeof import("./context");
    return (this.#context = new OperationContext(this.settings, this.retryPolicy, this.#result.howToEnable));
  }

  /** Why every check fails. Missing settings matter only to calls. */
  malformedSettings(): DeepcallError | undefined {
    const { malformed, advice } = this.#result;
    return malformed.length === 0 ? undefined : this.#named(settingsError({ malformed, missing: [], advice }));
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
    if (this.account !== "") error.prefixWith(providerLabel(this.account));
    return error;
  }
}
