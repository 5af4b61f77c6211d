// What .github/workflows/release.yml runs, in the folder of the package:
//   node tools/release.mts check TAG     fails unless this commit can be released as TAG
//   node tools/release.mts pack FOLDER   writes the tarball, its SBOM, the licenses in it, the plugin's archives and the release notes
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Manifest, npm, pack, readLockfile, readManifest, runtimePackages } from "./package.mts";
import { packPlugin } from "./plugin-archives.mts";
import { Failure, main } from "./process.mjs";

interface Sbom {
  components: { name: string; version: string; licenses?: { license?: { id?: string }; expression?: string }[] }[];
}

const root = process.cwd();

await main(async () => {
  const [command, argument, ...rest] = process.argv.slice(2);
  if (!argument || rest.length > 0 || (command !== "check" && command !== "pack"))
    throw new Failure("usage: node tools/release.mts check TAG | pack FOLDER");
  const manifest = readManifest(root);
  if (command === "check") check(argument, manifest);
  else await packRelease(resolve(argument), manifest);
});

function check(tag: string, manifest: Manifest): void {
  const found = problems(tag, manifest, process.env["GITHUB_REPOSITORY"] ?? "");
  if (found.length > 0)
    throw new Failure(
      `Could not release ${tag}. Nothing was published.\n${found.map((problem) => `- ${problem}\n`).join("")}` +
        "Correct this on main, delete the tag, and tag the new commit. See docs/releasing.md.",
    );
  console.log(`${tag} can be released.`);
}

function problems(tag: string, { version, repository, homepage, bugs }: Manifest, gitHub: string): string[] {
  const changelog = sections(readFileSync(join(root, "CHANGELOG.md"), "utf8"));
  const section = changelog.get(version);
  const url = `git+https://github.com/${gitHub}.git`;
  const setMetadata = 'Run the "npm pkg set" command of docs/releasing.md.';
  const rows: [boolean, string][] = [
    [!/^\d+\.\d+\.\d+$/.test(version), `The version in package.json is "${version}", which is not of the form 1.2.3.`],
    [tag !== `v${version}`, `The tag is ${tag}, but the version in package.json is ${version}.`],
    [!section, `CHANGELOG.md has no section "## [${version}] - YYYY-MM-DD".`],
    [
      section !== undefined && !isDate(section.date),
      `The section of ${version} in CHANGELOG.md has no date YYYY-MM-DD.`,
    ],
    [section?.text === "", `The section of ${version} in CHANGELOG.md is empty.`],
    [!!changelog.get("Unreleased")?.text, `CHANGELOG.md still has entries under "Unreleased".`],
    [!repository?.url, `package.json has no repository.url. ${setMetadata}`],
    [
      !!gitHub && !!repository?.url && repository.url !== url,
      `repository.url in package.json is "${repository?.url}", but this release runs in ${gitHub}. ${setMetadata}`,
    ],
    [!homepage, `package.json has no homepage. ${setMetadata}`],
    [!bugs?.url, `package.json has no bugs.url. ${setMetadata}`],
  ];
  return rows.filter(([applies]) => applies).map(([, problem]) => problem);
}

/** The sections `## [version] - date` of a changelog. The text of a section that only has headings is empty. */
function sections(changelog: string): Map<string, { date: string; text: string }> {
  const found = changelog.matchAll(/^## \[?([^\]\s]+)\]?(?: - (.*))?\n([^]*?)(?=^## |$(?![^]))/gm);
  return new Map(
    [...found].map(([, version = "", date = "", text = ""]) => {
      const isEmpty = text.replace(/^#.*$/gm, "").trim() === "";
      return [version, { date, text: isEmpty ? "" : text.trim() }];
    }),
  );
}

function isDate(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(`${text}T`);
}

async function packRelease(folder: string, manifest: Manifest): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const { filename } = await pack(root, folder);
  await packPlugin(root, folder, manifest.version);
  const sbom = await readSbom(manifest);
  writeFileSync(join(folder, "sbom.cdx.json"), sbom);
  writeFileSync(join(folder, "licenses.txt"), licenses(JSON.parse(sbom) as Sbom));
  const section = sections(readFileSync(join(root, "CHANGELOG.md"), "utf8")).get(manifest.version);
  writeFileSync(join(folder, "notes.md"), `${section?.text ?? ""}\n`);
  console.log(filename);
}

/**
 * From a copy of the lockfile without the packages for development: "npm sbom --omit=dev" also omits packages that
 * something for development needs, too.
 */
async function readSbom({ name, version, license, dependencies }: Manifest): Promise<string> {
  const temp = mkdtempSync(join(tmpdir(), "pulumi-deepcall-sbom-"));
  try {
    // npm names the package in the SBOM after the folder.
    const folder = join(temp, name);
    mkdirSync(folder);
    const manifest = { name, version, license, dependencies };
    const lockfile = readLockfile(root);
    const packages = { "": manifest, ...Object.fromEntries(runtimePackages(lockfile)) };
    writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
    writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ ...lockfile, packages }));
    return await npm(["sbom", "--package-lock-only", "--sbom-format=cyclonedx"], folder);
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

function licenses({ components }: Sbom): string {
  return components
    .map(({ name, version, licenses = [] }) => {
      const names = licenses.map(({ license, expression }) => license?.id ?? expression ?? "unknown");
      return `${name}@${version}: ${names.join(", ") || "unknown"}\n`;
    })
    .toSorted()
    .join("");
}
