import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

interface Manifest {
  devDependencies: Record<string, string>;
}

/** Installs the packed package into a folder outside the repository, as a user would, once for all end-to-end tests. */
export default function install(): void {
  if (!process.env["PULUMI_CLI_BIN"])
    throw new Error("The end-to-end tests need the Pulumi CLI: run them with `npm test`, which provides it.");
  const root = resolve(__dirname, "../../..");
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pulumi-deepcall-e2e-")));
  process.env["E2E_FOLDER"] = folder;

  const npm = (args: string[], cwd: string): string =>
    execFileSync("npm", [...args, "--loglevel=error"], { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  // The build is up to date: `npm test` makes it first.
  const packed = npm(["pack", "--ignore-scripts", "--json", "--pack-destination", folder], root);
  const [{ filename } = { filename: "" }] = JSON.parse(packed) as { filename: string }[];
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  const dependencies = {
    "@pulumi/pulumi": devDependencies["@pulumi/pulumi"],
    "pulumi-deepcall": `file:${filename}`,
    typescript: devDependencies["typescript"],
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies }));
  npm(["install", "--prefer-offline", "--no-audit", "--no-fund"], folder);
}
