import * as pulumi from "@pulumi/pulumi";
import type { SettingName } from "../client/settings";
import { providerLabel } from "./model/names";
import {
  environmentPrefixKey,
  environmentPrefixPattern,
  providerIdentity,
  providerNameKey,
  settingKey,
} from "./state-contract";

/**
 * The settings of an account. They are stored in the stack's state, `ssid` and `token` encrypted, unless they come from
 * environment variables with `environmentPrefix`.
 */
export interface DeepcallProviderArgs {
  /**
   * The address of the API without `/api/v2`, for example `https://v4-api.deepcall.com`; `http:` only for this machine.
   * Required, here or in the environment variable with `environmentPrefix`.
   */
  baseUrl?: pulumi.Input<string>;
  /** The id of a session (field `ssid` of every call). Set either this, or `userId` and `token`. Always treated as a secret. */
  ssid?: pulumi.Input<string>;
  /** The id of the user that the token belongs to (field `userId` of every call). Not treated as a secret. */
  userId?: pulumi.Input<string>;
  /** The user's token (field `token` of every call). Always treated as a secret. */
  token?: pulumi.Input<string>;
  /**
   * The time limit for one call in milliseconds: a whole number from 1 to 600000.
   *
   * @defaultValue `30000`
   */
  timeoutMs?: pulumi.Input<number>;
  /**
   * The maximum number of calls at the same time: a whole number from 1 to 256.
   *
   * @defaultValue `8`
   */
  maxConcurrency?: pulumi.Input<number>;
  /**
   * The maximum number of calls started per second: a number greater than 0.
   *
   * @defaultValue no limit
   */
  requestsPerSecond?: pulumi.Input<number>;
  /**
   * Whether groups of this account that have agents may be deleted.
   *
   * @defaultValue `false`
   */
  deleteWithAgents?: pulumi.Input<boolean>;
  /**
   * Reads the settings that are not given here from environment variables with this prefix: with `"DEEPCALL_EMEA"`, the
   * token is `DEEPCALL_EMEA_TOKEN`. These are always current and never stored. The prefix consists of letters, digits and
   * `_`, starts with a letter or `_`, and ends with a letter or digit.
   *
   * @defaultValue no variables are read
   */
  environmentPrefix?: string;
}

/**
 * An account of Deepcall, for programs with several accounts. Pass it to resources as the option `provider`.
 *
 * It uses only its own arguments and variables: neither the stack's config nor variables such as `DEEPCALL_TOKEN`. Use
 * one provider per account, because locks, shared lists and rate limits apply to each provider separately.
 *
 * @example
 * ```ts
 * import { DeepcallGroup, DeepcallProvider } from "pulumi-deepcall";
 *
 * const emea = new DeepcallProvider("emea", { environmentPrefix: "DEEPCALL_EMEA" });
 * const support = new DeepcallGroup("support", { name: "Support" }, { provider: emea });
 * ```
 */
export class DeepcallProvider extends pulumi.ProviderResource {
  /**
   * Declares an account.
   *
   * @param name - the provider's name in this program. Errors about the account's groups begin with it.
   * @param args - the settings of the account.
   * @param opts - Pulumi's options.
   * @throws {@link SettingsError} (`settings`) if a setting is not valid, or missing although there is no
   *   `environmentPrefix`.
   */
  constructor(name: string, args: DeepcallProviderArgs, opts: pulumi.ResourceOptions = {}) {
    assertArgs(name, args);
    const { environmentPrefix, ...settings } = args;
    const inputs: pulumi.Inputs = providerIdentity(name, environmentPrefix);
    for (const [key, value] of Object.entries<pulumi.Input<SettingValue> | undefined>(settings))
      if (value !== undefined) inputs[settingKey(key as SettingName)] = toInput(key, value);
    super("pulumi-nodejs", name, inputs, opts);
    providerInputs.set(this, inputs);
  }
}

/** The inputs of each provider in this program, for lookups. */
export const providerInputs = new WeakMap<pulumi.ProviderResource, pulumi.Inputs>();

type SettingValue = string | number | boolean;

/** Providers accept only strings. */
function toInput(key: string, value: pulumi.Input<SettingValue>): pulumi.Output<string> {
  const text = pulumi.output(value).apply(String);
  return key === "ssid" || key === "token" ? pulumi.secret(text) : text;
}

function assertArgs(name: string, args: DeepcallProviderArgs): void {
  // Loaded only here: other programs don't wait for zod.
  const { accountSettings } = require("./account-settings") as typeof import("./account-settings");
  const { settingNames, settingsError } = require("../client/settings") as typeof import("../client/settings");
  const { environmentPrefix, ...given } = args;
  const names = Object.keys(settingNames);
  const isPrefix = environmentPrefix === undefined || environmentPrefixPattern.test(environmentPrefix);
  const plain = new Map<string, string | undefined>([
    [providerNameKey, name],
    [environmentPrefixKey, isPrefix ? environmentPrefix : undefined],
    ...Object.entries(given).map(([key, value]): [string, string | undefined] => [
      settingKey(key as SettingName),
      plainText(key, value),
    ]),
  ]);
  const { malformed, missing, advice } = accountSettings((key) => plain.get(key), process.env);
  const problems = [
    ...Object.keys(given)
      .filter((key) => !names.includes(key))
      .map((key) => `${key}: unknown property; a DeepcallProvider has ${names.join(", ")} and environmentPrefix`),
    ...(isPrefix ? [] : ['environmentPrefix must be the start of the variables\' names, for example "DEEPCALL_EMEA"']),
    ...malformed,
  ];
  // Previews work without credentials in the environment.
  const missingArguments = environmentPrefix === undefined ? missing : [];
  if (problems.length + missingArguments.length === 0) return;
  const error = settingsError({ malformed: problems, missing: missingArguments, advice });
  error.prefixWith(providerLabel(name));
  throw error;
}

/** A value that is known only later is checked when a resource uses the provider; until then, any valid value will do. */
function plainText(key: string, value: pulumi.Input<SettingValue> | undefined): string | undefined {
  if (pulumi.Output.isInstance(value) || value instanceof Promise)
    return key === "baseUrl" ? "https://v4-api.deepcall.com" : "1";
  return value === undefined ? undefined : String(value);
}
