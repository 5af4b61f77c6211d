import { environmentVariables, type SettingsResult, type SettingName } from "../../client/settings";
import { finding, ok, type Check } from "./diagnosis";

const names = Object.keys(environmentVariables) as SettingName[];
const withDefault: ReadonlySet<SettingName> = new Set(["timeoutMs", "maxConcurrency", "requestsPerSecond"]);

/** Where each setting comes from; never its value. */
export function originsOf({ origins }: SettingsResult): Record<SettingName, string> {
  const origin = (name: SettingName) => origins[name] ?? (withDefault.has(name) ? "default" : "nowhere");
  return Object.fromEntries(names.map((name) => [name, origin(name)])) as Record<SettingName, string>;
}

/** Whether the settings are complete and valid, and where they come from. */
export function checkSettings(found: SettingsResult): Check {
  const { settings, malformed, missing, origins } = found;
  if (settings) return ok("settings", sentence(origins));
  return finding(
    "settings",
    "failed",
    [...(malformed.length > 0 ? ["settings-malformed"] : []), ...(missing.length > 0 ? ["settings-missing"] : [])],
    `no call was made. ${[...malformed, ...missing.map((what) => `Missing: ${what}`)].join(". ")}.`,
    "Export them in this shell: doctor reads the environment only, not the config of a stack.",
  );
}

function sentence(origins: SettingsResult["origins"]): string {
  const given = names.filter((name) => origins[name] !== undefined);
  const rest = names.filter((name) => origins[name] === undefined && withDefault.has(name));
  const defaults = rest.length === 0 ? "" : `; by default ${rest.join(", ")}`;
  return `${given.map((name) => `${name} from ${origins[name]}`).join(", ")}${defaults}`;
}
