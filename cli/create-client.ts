import { InvalidArgumentError, Option } from "commander";
import type { DeepcallClient } from "../client/client";
import type { SettingsResult } from "../client/settings";
import { environmentPrefixPattern } from "../provider/state-contract";
import type { Io } from "./io";

/** The prefix of the default account's environment variables. */
export const standardPrefix = "DEEPCALL";

/** For commands that read the settings of one account from the environment. */
export const envPrefixOption = (): Option =>
  new Option("--env-prefix <prefix>", "prefix of the environment variables")
    .default(standardPrefix)
    .argParser((prefix: string) => {
      if (environmentPrefixPattern.test(prefix)) return prefix;
      throw new InvalidArgumentError("It must be the start of the variables' names, for example DEEPCALL_EMEA.");
    });

/** Reads the settings in the environment variables with this prefix. */
export function environmentSettings(env: Io["env"], prefix: string): SettingsResult {
  // Not a static import, because `--help` must not wait for zod.
  const { environmentSource, readSettings } = require("../client/settings") as typeof import("../client/settings");
  return readSettings([environmentSource(env, prefix)], env);
}

/**
 * Creates a client. The caller closes it.
 *
 * @throws SettingsError when a setting is missing or invalid; no call was made.
 */
export function createClient(result: SettingsResult): DeepcallClient {
  // Not static imports, because `--help` must not wait for zod and undici.
  const { requireSettings } = require("../client/settings") as typeof import("../client/settings");
  const { DeepcallClient } = require("../client/client") as typeof import("../client/client");
  return new DeepcallClient(requireSettings(result));
}
