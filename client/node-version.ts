import { DeepcallError, type ClientErrorCode } from "./errors";

/**
 * @throws DeepcallError if the Node that runs this is older than the one that the package requires. This module and what
 *   it imports must load on such a Node.
 */
export function assertNodeVersion(): void {
  // By its name, because the path differs between the sources and the build.
  const { engines } = require("pulumi-deepcall/package.json") as { engines: { node: string } };
  const error = nodeVersionError(engines.node, process.versions.node);
  if (error) throw error;
}

/** @param required - for example `>=22.19.0`. */
export function nodeVersionError(required: string, running: string): DeepcallError | undefined {
  const oldest = required.replace(">=", "");
  if (!isOlder(running, oldest)) return undefined;
  const error = new DeepcallError(
    "node-version" satisfies ClientErrorCode,
    `pulumi-deepcall requires Node ${oldest.replace(/\.0$/, "")} or later, but this is v${running}. No call was made. ` +
      "Install a newer Node, make sure that `node --version` shows it, and run the same command again.",
  );
  // The program and the plugin throw this while they load: Pulumi then prints the text without a stack trace.
  return Object.assign(error, { __pulumiRunError: true, stack: error.message, toString: () => "deepcall" });
}

function isOlder(version: string, than: string): boolean {
  // Not `localeCompare`, which takes 9 ms the first time.
  const numbers = than.split(".").map(Number);
  const differences = version.split(".").map((part, i) => parseInt(part, 10) - (numbers[i] ?? 0));
  return (differences.find((difference) => difference !== 0) ?? 0) < 0;
}
