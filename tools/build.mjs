// Builds dist/, schema/ and the bundle in plugin/, and links the package into its own node_modules. npm runs this script before it packs the package.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Failure, main, run } from "./process.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = `${root}/dist`;
const buildInfo = `${root}/node_modules/.cache/tsc/build.tsbuildinfo`;

export async function build() {
  // tsc writes only what changed since buildInfo, so dist/ and buildInfo are useless without each other.
  if (!existsSync(dist) || !existsSync(buildInfo)) {
    rmSync(dist, { recursive: true, force: true });
    rmSync(buildInfo, { force: true });
  }
  const { code } = await run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], {
    cwd: root,
    gracePeriodMs: 2_000,
  });
  if (code !== 0) throw new Failure("Could not build dist/: see the messages of tsc above.");
  removeStaleFiles();
  await removeComments();
  copyPage();
  writeSchema();
  linkPackage();
  await bundlePlugin();
}

/** tsc keeps the output of sources that were deleted, and npm would publish it. */
function removeStaleFiles() {
  for (const file of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
    const source = file.replace(/(\.d\.ts|\.js)$/, ".ts");
    if (source !== file && !existsSync(`${root}/${source}`)) rmSync(`${dist}/${file}`);
  }
}

/** A quarter of the code's size. The declarations keep the comments. */
async function removeComments() {
  const { transform } = await import("esbuild");
  const files = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".js"));
  await Promise.all(
    files.map(async (file) => {
      const { code } = await transform(readFileSync(`${dist}/${file}`, "utf8"), { legalComments: "none" });
      writeFileSync(`${dist}/${file}`, code);
    }),
  );
}

/** The files of the emulator's page, which browsers get as they are. */
function copyPage() {
  const folder = `${dist}/emulator/page`;
  rmSync(folder, { recursive: true, force: true });
  cpSync(`${root}/emulator/page`, folder, { recursive: true, filter: (file) => !file.endsWith("tsconfig.json") });
}

/** The JSON Schema of groups files, for editors, generated from the schema that the provider reads them with. */
function writeSchema() {
  /** @type {typeof import("../dist/provider/groups-file/schema.js")} */
  const { groupsJsonSchema } = createRequire(import.meta.url)(`${dist}/provider/groups-file/schema.js`);
  mkdirSync(`${root}/schema`, { recursive: true });
  writeFileSync(`${root}/schema/groups.schema.json`, `${JSON.stringify(groupsJsonSchema(), null, 2)}\n`);
}

/** What the plugin's dependencies load and the plugin never uses: half of the bundle. */
const unusedFiles = new RegExp(
  [
    "zod/v4/(locales/index|core/json-schema-processors|classic/from-json-schema)",
    "undici/lib/(mock|cache|web|interceptor|milo)/",
    "undici/lib/handler/(cache|dedup|redirect|retry)",
    // Undici falls back to the other parser.
    "undici/lib/llhttp/llhttp_simd",
    "@grpc/proto-loader/",
  ]
    .map((file) => `/node_modules/${file}`.replaceAll("/", "[/\\\\]"))
    .join("|"),
);

/** The provider plugin in one file, because Pulumi starts it where no dependencies are installed. */
async function bundlePlugin() {
  // Not a static import: tools/run.mjs imports this file before anything is installed.
  const { build: bundle, transform } = await import("esbuild");
  const { metafile } = await bundle({
    absWorkingDir: root,
    entryPoints: ["provider/plugin/index.ts"],
    outfile: "plugin/provider.cjs",
    bundle: true,
    platform: "node",
    target: "node22",
    minify: true,
    logLevel: "warning",
    legalComments: "none",
    metafile: true,
    // The build for browsers has modules, so that what is not used can be left out.
    alias: { yaml: "./node_modules/yaml/browser/index.js" },
    plugins: [
      {
        name: "unused-files",
        setup(bundler) {
          // Undici's entry creates an object of one of the classes.
          const contents = "module.exports = new Proxy({}, { get: () => class {} });";
          bundler.onLoad({ filter: unusedFiles }, () => ({ contents, loader: "js" }));
          // DEEPCALL_DEBUG prints the names of these classes. All other names would delay the start, and enlarge the bundle.
          bundler.onLoad({ filter: /[/\\]client[/\\]errors\.ts$/ }, async ({ path }) => ({
            contents: (await transform(readFileSync(path, "utf8"), { loader: "ts", keepNames: true })).code,
            loader: "js",
          }));
        },
      },
    ],
  });
  writeLicenses(Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs)));
  writePluginSchema();
}

/**
 * The licenses of the bundled packages, which must accompany the bundle. Every text is written once, without the one of this
 * package's own LICENSE.
 * @param {string[]} files the sources of the bundle
 */
function writeLicenses(files) {
  /** @type {Map<string, string[]>} */
  const owners = new Map();
  const folders = files
    .filter((file) => !unusedFiles.test(`/${file}`))
    .map((file) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  for (const folder of new Set(folders)) {
    if (folder === undefined) continue;
    /** @type {{ name: string, version: string, license: string }} */
    const { name, version, license } = JSON.parse(readFileSync(`${root}/${folder}/package.json`, "utf8"));
    const names = readdirSync(`${root}/${folder}`).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
    if (names.length === 0) throw new Failure(`Could not bundle the plugin: ${folder} has no license file.`);
    for (const file of names) {
      const text = readFileSync(`${root}/${folder}/${file}`, "utf8").trim();
      const isOwn = /Apache License\s+Version 2.0/.test(text);
      const copyright = isOwn ? "" : (/^Copyright.*$/m.exec(text)?.[0] ?? "");
      const terms = isOwn
        ? "See the file LICENSE of this package."
        : text
            .replace(copyright, "")
            .replace(/^.*MIT License.*$/m, "")
            .replace(/\s+/g, " ")
            .trim();
      owners.set(terms, [
        ...(owners.get(terms) ?? []),
        `${name} ${version}, ${license}${copyright && `: ${copyright}`}`,
      ]);
    }
  }
  const texts = [...owners].map(([terms, packages]) => `${packages.join("\n")}\n\n${terms}\n`);
  writeFileSync(
    `${root}/plugin/THIRD-PARTY-LICENSES.txt`,
    `provider.cjs contains these packages.\n\n${texts.join("\n\n")}`,
  );
}

/** With the address from which Pulumi downloads the plugin, once package.json says in which repository its releases are. */
function writePluginSchema() {
  /** @type {(file: string) => { repository?: { url?: string } }} */
  const readJson = (file) => JSON.parse(readFileSync(`${root}/${file}`, "utf8"));
  const url = readJson("package.json").repository?.url ?? "";
  const [, name] = /github\.com\/([^/]+\/.+)\.git$/.exec(url) ?? [];
  const addresses = name && {
    repository: `https://github.com/${name}`,
    pluginDownloadURL: `github://api.github.com/${name}`,
  };
  const schema = { ...readJson("provider/plugin/schema.json"), ...addresses };
  writeFileSync(`${root}/plugin/schema.json`, JSON.stringify(schema));
}

/**
 * Links node_modules/pulumi-deepcall to this folder, so that the examples can import the package by its name. Every
 * `npm install` removes the link.
 */
function linkPackage() {
  const link = `${root}/node_modules/pulumi-deepcall`;
  // Processes that are running may use the link, so replace it only if it is wrong.
  if (existsSync(link) && realpathSync(link) === realpathSync(root)) return;
  rmSync(link, { recursive: true, force: true });
  symlinkSync(root, link, "junction");
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(build);
}
