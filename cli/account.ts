import { createRequire } from "node:module";
import type { DeepcallClient } from "../provider/client/client";
import { completeSettings, findSettings } from "../provider/settings";
import type { Io } from "./io";

/**
 * The account that the environment's settings (`DEEPCALL_…`) name. Close it at the end.
 *
 * @throws SettingsError when a setting is missing or malformed; no call was made.
 */
export function openAccount(io: Io): DeepcallClient {
  const settings = completeSettings(findSettings(() => undefined, io.env));
  // Not a static import: `--help` should not wait for undici.
  const { DeepcallClient } = createRequire(__filename)("../provider/client/client") as Client;
  return new DeepcallClient(settings);
}

type Client = typeof import("../provider/client/client");
