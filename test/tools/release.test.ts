import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const script = resolve(__dirname, "../../tools/release.mts");
const changelog =
  "# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-11-25\n\n### Fixed\n\n- A bug.\n\n## [1.2.2] - 2026-10-01\n\n- A.\n";
const manifest = {
  version: "1.2.3",
  repository: { type: "git", url: "git+https://github.com/org/name.git" },
  homepage: "https://github.com/org/name#readme",
  bugs: { url: "https://github.com/org/name/issues" },
};

interface Case {
  tag?: string;
  manifest?: object;
  changelog?: string;
  repository?: string;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deepcall-release-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function check(given: Case): Promise<{ code: number; out: string; err: string }> {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ ...manifest, ...given.manifest }));
  writeFileSync(join(folder, "CHANGELOG.md"), given.changelog ?? changelog);
  const env = { PATH: process.env["PATH"], NODE_NO_WARNINGS: "1", GITHUB_REPOSITORY: given.repository ?? "org/name" };
  const args = [script, "check", given.tag ?? "v1.2.3"];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder, env }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

test.each<[string, Case]>([
  ["everything agrees", {}],
  ["no section for unreleased changes", { changelog: changelog.replace("## [Unreleased]\n\n", "") }],
  ["headings without entries under Unreleased", { changelog: changelog.replace("ed]\n", "ed]\n\n### Added\n") }],
  ["on another machine than GitHub's", { repository: "" }],
])("%s: passes", async (_, given) => {
  expect(await check(given)).toEqual({ code: 0, out: "v1.2.3 can be released.\n", err: "" });
});

const metadata = 'Run the "npm pkg set" command of docs/releasing.md.';
test.each<[string, Case, string]>([
  ["another tag", { tag: "v1.2.4" }, "The tag is v1.2.4, but the version in package.json is 1.2.3."],
  ["a tag without v", { tag: "1.2.3" }, "The tag is 1.2.3, but the version in package.json is 1.2.3."],
  [
    "a prerelease",
    {
      tag: "v2.0.0-rc.1",
      manifest: { version: "2.0.0-rc.1" },
      changelog: changelog.replace("1.2.3", "2.0.0-rc.1"),
    },
    'The version in package.json is "2.0.0-rc.1", which is not of the form 1.2.3.',
  ],
  [
    "no section in the changelog",
    { changelog: changelog.replace("1.2.3", "1.2.1") },
    'CHANGELOG.md has no section "## [1.2.3] - YYYY-MM-DD".',
  ],
  ...["", " - soon", " - 2026-02-30", " - 2026-1-1"].map((date): [string, Case, string] => [
    `the date "${date}"`,
    { changelog: changelog.replace(" - 2026-11-25", date) },
    "The section of 1.2.3 in CHANGELOG.md has no date YYYY-MM-DD.",
  ]),
  [
    "a section without entries",
    { changelog: changelog.replace("- A bug.\n", "") },
    "The section of 1.2.3 in CHANGELOG.md is empty.",
  ],
  [
    "unreleased entries",
    { changelog: changelog.replace("ed]\n", "ed]\n\n- Another.\n") },
    'CHANGELOG.md still has entries under "Unreleased".',
  ],
  ["no repository", { manifest: { repository: undefined } }, `package.json has no repository.url. ${metadata}`],
  [
    "a fork",
    { repository: "somebody/name" },
    `repository.url in package.json is "git+https://github.com/org/name.git", but this release runs in somebody/name. ${metadata}`,
  ],
  ["no homepage", { manifest: { homepage: undefined } }, `package.json has no homepage. ${metadata}`],
  ["no address for bugs", { manifest: { bugs: undefined } }, `package.json has no bugs.url. ${metadata}`],
])("%s: fails", async (_, given, problem) => {
  const { code, err } = await check(given);
  expect([code, err]).toEqual([
    1,
    `\nCould not release ${given.tag ?? "v1.2.3"}. Nothing was published.\n- ${problem}\n` +
      "Correct this on main, delete the tag, and tag the new commit. See docs/releasing.md.\n",
  ]);
});

test("all problems are reported at once", async () => {
  const { err } = await check({ tag: "v9.9.9", manifest: { repository: undefined, homepage: "" }, changelog: "" });
  expect(err.match(/^- /gm)).toHaveLength(4);
});
