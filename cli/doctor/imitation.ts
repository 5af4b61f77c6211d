import { defaultOptions } from "../../emulator/options";
import type { Observed } from "./diagnosis";

/** The command line that starts an emulator which plays what was seen; what was not has the emulator's default. */
export function imitation(observed: Observed): string {
  const options = Object.entries(observed)
    .filter(([key, value]) => value !== defaultOptions[key as keyof Observed])
    .map(([key, value]) => ` --option ${key}=${value}`);
  return `pulumi-deepcall emulator${options.join("")}`;
}
