// Builds dist/ and schema/, and links the package into its own node_modules. npm runs this as `prepare`.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { linkSelf } from "./link-self.mjs";
import { Failure, main, run } from "./process.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = `${root}/dist`;
const buildInfo = `${root}/node_modules/.cache/tsc/build.tsbuildinfo`;

export async function build() {
  // An incremental build writes only what changed since its notes, so without one of the two the other is worthless.
  if (!existsSync(dist) || !existsSync(buildInfo)) {
    rmSync(dist, { recursive: true, force: true });
    rmSync(buildInfo, { force: true });
  }
  const code = await run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], {
    cwd: root,
    patience: 2_000,
  });
  if (code !== 0) throw new Failure("The build of dist/ failed; the messages are above.");
  removeStale();
  writeSchema();
  linkSelf();
}

/** The JSON Schema of groups files, for editors; made from what reads them. */
function writeSchema() {
  const { groupsJsonSchema } = createRequire(import.meta.url)(`${dist}/provider/groups-file/schema.js`);
  mkdirSync(`${root}/schema`, { recursive: true });
  writeFileSync(`${root}/schema/groups.schema.json`, `${JSON.stringify(groupsJsonSchema(), null, 2)}\n`);
}

/** tsc leaves what it made of sources that are gone since, and that would be packed and published. */
function removeStale() {
  for (const file of readdirSync(dist, { recursive: true })) {
    const source = file.replace(/(\.d\.ts|\.js)$/, ".ts");
    if (source !== file && !existsSync(`${root}/${source}`)) rmSync(`${dist}/${file}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    // tools/run.mjs builds after its install, with progress shown.
    if (process.env.PULUMI_DEEPCALL_PREPARE !== "skip") await build();
  });
}
