import { execFile } from "node:child_process";
import type { Io } from "../io";

/** The first version whose `pulumi import --file` accepts outputs. */
const firstVersion = { major: 3, minor: 254 };

/**
 * Runs `pulumi version`.
 *
 * @returns a warning if that CLI is too old for import files; `undefined` also if its version is unknown.
 */
export async function oldCliWarning(env: Io["env"]): Promise<string | undefined> {
  const version = await pulumiVersion(env);
  const [, major, minor] = /^v?(\d+)\.(\d+)\./.exec(version) ?? [];
  if (major === undefined) return undefined;
  const isOld =
    Number(major) < firstVersion.major || (Number(major) === firstVersion.major && Number(minor) < firstVersion.minor);
  if (!isOld) return undefined;
  return (
    `the Pulumi CLI ${version} is too old for the import file: \`pulumi import\` would fail and change nothing. ` +
    `Update the CLI to ${firstVersion.major}.${firstVersion.minor} or later, or export without --import and adopt the groups.`
  );
}

async function pulumiVersion(env: Io["env"]): Promise<string> {
  return new Promise((resolve) => {
    const options = { env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" }, timeout: 10_000 };
    execFile("pulumi", ["version"], options, (error, stdout) => {
      resolve(error ? "" : stdout.trim());
    });
  });
}
