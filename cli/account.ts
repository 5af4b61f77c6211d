import { createRequire } from "node:module";
import type { DeepcallClient } from "../client/client";
import type { ReadConfig } from "../client/settings";
import type { Io } from "./io";

/**
 * The account that the environment's settings (`DEEPCALL_…`) name. Close it at the end.
 *
 * @param config - a stack's config, which counts before the environment; default: there is none.
 * @throws SettingsError when a setting is missing or malformed; no call was made.
 */
export function openAccount(io: Io, config: ReadConfig = () => undefined): DeepcallClient {
  // Not static imports: `--help` should not wait for zod and undici.
  const load = createRequire(__filename);
  const { requireSettings, readSettings } = load("../client/settings") as typeof import("../client/settings");
  const { DeepcallClient } = load("../client/client") as typeof import("../client/client");
  return new DeepcallClient(requireSettings(readSettings(config, io.env)));
}
