import {
  environmentSource,
  readSettings,
  type Environment,
  type SettingName,
  type SettingsResult,
  type SettingsSource,
} from "../client/settings";
import { environmentPrefixKey, providerNameKey, settingKey } from "./state-contract";

/** Reads one value of a provider's config by its key, for example `deepcall:baseUrl`. */
export type ReadConfig = (key: string) => string | undefined;

/**
 * Reads the settings of one account.
 *
 * @param config - the stack's config, or the inputs of a `DeepcallProvider`, which uses nothing of the stack's config and
 *   only the environment variables with its own prefix.
 */
export function accountSettings(config: ReadConfig, environment: Environment): SettingsResult {
  return readSettings(sources(config, environment), environment);
}

function sources(config: ReadConfig, environment: Environment): SettingsSource[] {
  const get = (name: SettingName): string | undefined => config(settingKey(name));
  if (config(providerNameKey) === undefined) {
    const place = "the stack's config (`pulumi config set`, with --secret for ssid and token)";
    // Unless the program runs, Pulumi uses the config of the last `up` (pulumi/pulumi#4981).
    const howToEnable = (name: SettingName): string =>
      `run \`pulumi config set ${settingKey(name)} true\` (\`pulumi destroy\` then needs --run-program)`;
    // Pulumi passes a number on as text (pulumi/pulumi#8776): nothing else distinguishes it from an id in quotes.
    const loginHint = (userId: string): string | undefined =>
      /^[1-9]\d*$/.test(userId)
        ? `${settingKey("userId")} is ${userId}: if the id begins with 0, write it in quotes in the stack's file, because YAML reads 0123 as the number 83.`
        : undefined;
    return [{ place, label: settingKey, get, howToEnable, loginHint }, environmentSource(environment)];
  }
  const prefix = config(environmentPrefixKey);
  return [
    {
      place: "the arguments of the DeepcallProvider",
      label: (name) => name,
      get,
      howToEnable: (name) => `set ${name}: true on the DeepcallProvider and run \`pulumi up\``,
    },
    ...(prefix === undefined ? [] : [environmentSource(environment, prefix)]),
  ];
}
