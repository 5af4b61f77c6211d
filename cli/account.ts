import { createRequire } from "node:module";
import type { DeepcallClient } from "../provider/client/client";
import { completeSettings, findSettings, type ReadConfig } from "../provider/settings";
import type { Io } from "./io";

/**
 * The account that the environment's settings (`DEEPCALL_…`) name. Close it at the end.
 *
 * @param config - a stack's config, which counts before the environment; default: there is none.
 * @throws SettingsError when a setting is missing or malformed; no call was made.
 */
export function openAccount(io: Io, config: ReadConfig = () => undefined): DeepcallClient {
  const settings = completeSettings(findSettings(config, io.env));
  // Not a static import: `--help` should not wait for undici.
  const { DeepcallClient } = createRequire(__filename)("../provider/client/client") as Client;
  return new DeepcallClient(settings);
}

type Client = typeof import("../provider/client/client");
