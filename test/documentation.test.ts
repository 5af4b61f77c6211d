import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { environmentSource, settingNames, type SettingName } from "../client/settings";
import { settingKey } from "../provider/state-contract";

const root = resolve(__dirname, "..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");

/** The rows of the table of settings. */
function settingsTable(file: string): string {
  return /^\| config \| environment \| meaning \|\n(\|.*\n)+/m.exec(read(file))?.[0] ?? "";
}

test("README.md and docs/installation-configuration.md have the same table of settings", () => {
  expect(settingsTable("docs/installation-configuration.md")).toBe(settingsTable("README.md"));
});

test.each(Object.keys(settingNames) as SettingName[])("the table of settings has %s", (name) => {
  const table = settingsTable("README.md");
  expect(table).toContain(`\`${settingKey(name)}\``);
  expect(table).toContain(`\`${environmentSource({}).label(name)}\``);
});

test("docs/README.md lists every page", () => {
  const pages = globSync("**/*.md", { cwd: join(root, "docs") }).filter((page) => page !== "README.md");
  const index = read("docs/README.md");
  expect(pages.filter((page) => !index.includes(`(${page})`))).toEqual([]);
});

test.each(["docs/_index.md", "docs/installation-configuration.md"])(
  "%s begins with what the Pulumi Registry asks for",
  (file) => {
    expect(read(file)).toMatch(/^---\ntitle: .+\nmeta_desc: .{20,160}\nlayout: package\n---\n/);
  },
);

test("docs/errors.md has every error code of the API reference", () => {
  const names = read("docs/api/README.md").match(/(?<=`)[a-z]+(-[a-z]+)+(?=`)/g) ?? [];
  const codes = new Set(names.filter((name) => name !== "pulumi-deepcall"));
  expect(codes.size).toBeGreaterThan(10);
  for (const code of codes) expect(read("docs/errors.md")).toContain(`| \`${code}\` |`);
});
