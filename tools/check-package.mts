// Part of `npm run lint`: checks the tarball with publint and attw ("are the types wrong?"), and its size.
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pack, readLockfile, runtimePackages } from "./package.mts";
import { Failure, main, run } from "./process.mjs";

/** The most bytes; half of them are the plugin's bundle. Raise them on purpose only. */
const budget = {
  tarball: 600_000,
  unpacked: 2_400_000,
  // Without the peer @pulumi/pulumi.
  "installed with its dependencies": 14_900_000,
};

const root = fileURLToPath(new URL("..", import.meta.url));

await main(async () => {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-deepcall-package-"));
  try {
    // A release checks the tarball that it will publish.
    const { filename, size, unpackedSize } = await pack(root, folder, process.env["PULUMI_DEEPCALL_TARBALL"]);
    const tarball = join(folder, filename);
    checkSizes({
      tarball: size,
      unpacked: unpackedSize,
      "installed with its dependencies": unpackedSize + installedSize(),
    });
    await check("publint", "node_modules/publint/src/cli.js", ["run", tarball, "--strict"]);
    // Only the providers in the state load "lifecycle", so TypeScript's old resolution, which finds no subpaths, never does.
    const attw = "node_modules/@arethetypeswrong/cli/dist/index.js";
    await check("attw", attw, [tarball, "--exclude-entrypoints", "lifecycle"]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function installedSize(): number {
  const folders = runtimePackages(readLockfile(root)).map(([path]) => join(root, path));
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
  );
  return files.map((file) => statSync(file)).reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
}

function checkSizes(sizes: typeof budget): void {
  console.log(`package size in bytes: ${JSON.stringify(sizes)}`);
  for (const [key, size] of Object.entries(sizes)) {
    const most = budget[key as keyof typeof budget];
    if (size > most)
      throw new Failure(
        `The package is too large (${key}): ${size} bytes, and the budget is ${most}. ` +
          "Reduce it, or raise the budget in tools/check-package.mts.",
      );
  }
}

async function check(name: string, script: string, args: string[]): Promise<void> {
  const { code, output } = await run(process.execPath, [script, ...args], { cwd: root, capture: true });
  if (code !== 0) throw new Failure(`${output.trim()}\n\n${name} reported problems of the package, see above.`);
}
