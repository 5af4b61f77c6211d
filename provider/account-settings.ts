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
    return [{ place, label: settingKey, get, howToEnable }, environmentSource(environment)];
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
