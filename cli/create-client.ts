import type { DeepcallClient } from "../client/client";
import type { ReadConfig } from "../client/settings";
import type { Io } from "./io";

/**
 * Creates a client from the `DEEPCALL_…` settings in the environment. The caller closes it.
 *
 * @param config - reads a stack's config, which takes precedence over the environment; default: no config.
 * @throws SettingsError when a setting is missing or invalid; no call was made.
 */
export function createClient(io: Io, config: ReadConfig = () => undefined): DeepcallClient {
  // Not static imports, because `--help` must not wait for zod and undici.
  const { readSettings, requireSettings } = require("../client/settings") as typeof import("../client/settings");
  const { DeepcallClient } = require("../client/client") as typeof import("../client/client");
  return new DeepcallClient(requireSettings(readSettings(config, io.env)));
}
