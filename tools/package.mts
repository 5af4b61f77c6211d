// What the checks and the release of the package share: its tarball, and the packages that are installed with it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure, run, type RunOptions } from "./process.mjs";

export interface Manifest {
  name: string;
  version: string;
  license: string;
  repository?: { url?: string };
  homepage?: string;
  bugs?: { url?: string };
  dependencies: Record<string, string>;
}

interface Lockfile {
  packages: Record<string, { dev?: boolean }>;
}

interface Packed {
  filename: string;
  size: number;
  unpackedSize: number;
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

export function readLockfile(folder: string): Lockfile {
  return JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")) as Lockfile;
}

/** The lockfile's packages that are installed with this one: not those for development, and not the peer. */
export function runtimePackages({ packages }: Lockfile): [path: string, Lockfile["packages"][string]][] {
  return Object.entries(packages).filter(([path, { dev }]) => path !== "" && dev !== true);
}

/** Packs the build in `folder` without building again, or copies the tarball `source`. */
export async function pack(folder: string, destination: string, source = "."): Promise<Packed> {
  const args = ["pack", source, "--ignore-scripts", "--json", "--pack-destination", destination];
  const [packed] = JSON.parse(await npm(args, folder)) as Packed[];
  if (!packed) throw new Failure(`Could not pack ${folder}: "npm pack" reported no tarball.`);
  return packed;
}

/** Runs npm and returns what it printed. */
export async function npm(args: string[], cwd: string): Promise<string> {
  const windows = process.platform === "win32";
  const options: RunOptions = { capture: true };
  const all = [...args, "--loglevel=error"];
  const { code, output } = await run(windows ? "npm.cmd" : "npm", all, { ...options, cwd, shell: windows });
  if (code !== 0) throw new Failure(`"npm ${args.join(" ")}" exited with code ${code}:\n${output.trim()}`);
  return output;
}
