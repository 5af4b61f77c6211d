import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join, resolve } from "node:path";

interface Manifest {
  devDependencies: Record<string, string>;
}

/** The prefix of the folders, followed by the id of the process that created them. */
const prefix = "pulumi-deepcall-e2e-";

/** Installs the packed package into a folder outside the repository, as a user would, once for all end-to-end tests. */
export default function install(): void {
  if (!process.env["PULUMI_CLI_BIN"])
    throw new Error("The end-to-end tests need the Pulumi CLI: run them with `npm test`, which provides it.");
  removeAbandoned();
  const root = resolve(__dirname, "../../..");
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`)));
  removeWhenInterrupted(folder);
  process.env["E2E_FOLDER"] = folder;

  const npm = (args: string[], cwd: string): string =>
    execFileSync("npm", [...args, "--loglevel=error"], { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  // The build is up to date: `npm test` builds first. A release tests the tarball that it will publish.
  const tarball = process.env["PULUMI_DEEPCALL_TARBALL"] ?? ".";
  const packed = npm(["pack", tarball, "--ignore-scripts", "--json", "--pack-destination", folder], root);
  const [{ filename } = { filename: "" }] = JSON.parse(packed) as { filename: string }[];
  // Its tests install the package into each project in another way.
  if (process.env["TEST_SUITE"] === "compatibility") return;
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  const dependencies = {
    "@pulumi/pulumi": devDependencies["@pulumi/pulumi"],
    "pulumi-deepcall": `file:${filename}`,
    typescript: devDependencies["typescript"],
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies }));
  npm(["install", "--prefer-offline", "--no-audit", "--no-fund"], folder);
}

/** Jest runs no teardown when it is interrupted. */
function removeWhenInterrupted(folder: string): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => {
      tryToRemove(folder);
      process.exit(128 + constants.signals[signal]);
    });
}

/** Removes the folders of earlier runs that were killed or interrupted. */
function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = name.startsWith(prefix) ? /^(\d+)-/.exec(name.slice(prefix.length))?.[1] : undefined;
    if (owner !== undefined && !isRunning(Number(owner))) tryToRemove(join(tmpdir(), name));
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Any other error means that it is running under another user.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function tryToRemove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // A process still writes there, or it belongs to another user: a later run may succeed.
  }
}
