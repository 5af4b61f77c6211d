import { settingNames, settingsError, type SettingName } from "../../client/settings";
import type { Run } from "../lifecycle/run";
import { accountSettings } from "../account-settings";
import { unknownValue } from "../model/resource";
import { environmentPrefixKey, environmentPrefixPattern, providerNameKey, settingKey } from "../state-contract";
import { resourceName } from "../urn";
import type { Unwrapped, Values } from "./values";

/** The arguments of a provider resource, or the config of the stack for the default provider. */
export interface Settings {
  /** Makes no call. Values may be unknown in a preview. */
  check(urn: string, given: Unwrapped): { readonly inputs: Unwrapped; readonly problems: readonly string[] };
  configure(urn: string, given: Unwrapped): void;
}

const providerArguments = [...Object.keys(settingNames), "environmentPrefix"];
const secretSettings = ["ssid", "token"];
/** What the engine adds. */
const engineKeys = ["version", "pluginDownloadURL", "__internal"];

export function createSettings(run: Run): Settings {
  return {
    check(urn, { values, secrets }) {
      const name = explicitName(urn);
      const { environmentPrefix: prefix, ...given } = values;
      const known = readConfig(name, mapUnknown(values));
      const { malformed, missing, advice } = accountSettings(known, process.env);
      const isPrefix =
        prefix === undefined ||
        prefix === unknownValue ||
        (typeof prefix === "string" && environmentPrefixPattern.test(prefix));
      const problems = [
        // The stack's config may contain other keys of a project that is called deepcall.
        ...Object.keys(name === undefined ? {} : given)
          .filter((key) => ![...providerArguments, ...engineKeys].includes(key))
          .map((key) => `${key}: unknown property; a provider has ${providerArguments.join(", ")}`),
        ...(isPrefix
          ? []
          : ['environmentPrefix must be the start of the variables\' names, for example "DEEPCALL_EMEA"']),
        ...(name === undefined && prefix !== undefined ? ["environmentPrefix is for explicit providers only"] : []),
        ...malformed,
      ];
      // Previews work without credentials, unless only the arguments could contain them.
      const missingArguments = name === undefined || prefix !== undefined ? [] : missing;
      const inputs = { values, secrets: new Set([...secrets, ...secretSettings]) };
      if (problems.length + missingArguments.length === 0) return { inputs, problems: [] };
      return {
        inputs,
        problems: [settingsError({ malformed: problems, missing: missingArguments, advice }).message],
      };
    },

    configure(urn, { values }) {
      run.configure(readConfig(explicitName(urn), values));
    },
  };
}

/** The name of a provider resource of the program; `undefined` for the default provider, which the engine creates. */
function explicitName(urn: string): string | undefined {
  const name = resourceName(urn);
  return /^(|default|default_.*)$/.test(name) ? undefined : name;
}

/** Numbers and booleans arrive as JSON text from some languages, and as themselves from others. */
function readConfig(name: string | undefined, values: Values): (key: string) => string | undefined {
  const texts = new Map<string, string | undefined>([[providerNameKey, name]]);
  for (const [key, value] of Object.entries(values))
    texts.set(key === "environmentPrefix" ? environmentPrefixKey : settingKey(key as SettingName), String(value));
  return (key) => texts.get(key);
}

/** A value that is unknown is checked when it is known; until then, any valid value will do. */
function mapUnknown(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      if (value !== unknownValue) return [key, value];
      return [key, key === "baseUrl" ? "https://v4-api.deepcall.com" : "1"];
    }),
  );
}
