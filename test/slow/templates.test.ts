import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parse } from "yaml";
import { TestStack } from "../e2e/stack";
import { token } from "../support/lifecycle";

const root = resolve(__dirname, "../..");
const installed = process.env["E2E_FOLDER"] ?? "";
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };

/** A copy of an example that depends on the packed package, because `pulumi new` installs the dependencies. */
function createTemplate(example: string): string {
  const folder = mkdtempSync(join(installed, "template-"));
  const isSource = (path: string) => basename(path) !== "node_modules";
  cpSync(join(root, "examples", example), folder, { recursive: true, filter: isSource });
  const file = join(folder, "package.json");
  const manifest = readFileSync(file, "utf8");
  const tarball = join(installed, `pulumi-deepcall-${version}.tgz`);
  writeFileSync(file, manifest.replace(/("pulumi-deepcall": )".*"/, `$1"file:${tarball}"`));
  return folder;
}

/** All files of a folder, and whether each is executable. */
function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => !/^node_modules(\/|$)|^package-lock\.json$|^Pulumi\.dev\.yaml$/.test(path))
    .map((path) => ({ path, stats: statSync(join(folder, path)) }))
    .filter(({ stats }) => stats.isFile())
    .map(({ path, stats }) => `${path}${(stats.mode & 0o100) === 0 ? "" : " (executable)"}`)
    .toSorted();
}

/** A new project in an empty folder. */
class NewProject {
  private constructor(
    readonly stack: TestStack,
    readonly folder: string,
  ) {}

  /** Runs `pulumi new`; account 7's credentials are in the environment, unless `keys` are for the stack's config. */
  static async create(example: string, answers: string[] = [], keys: Record<string, string> = {}): Promise<NewProject> {
    const template = createTemplate(example);
    const stack = await TestStack.create({}, keys);
    const project = new NewProject(stack, join(stack.folder, "new"));
    mkdirSync(project.folder);
    const config = answers.flatMap((answer) => ["--config", answer]);
    await project.succeeding("pulumi", "new", template, "--yes", "--name", "renamed", "--stack", "dev", ...config);
    expect(files(project.folder)).toEqual(files(template));
    return project;
  }

  async succeeding(command: string, ...args: string[]): Promise<void> {
    const options = command === "pulumi" ? ["--non-interactive", "--color", "never"] : [];
    const { code, output } = await this.stack.execute(command, [...args, ...options], this.folder);
    if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${output}`);
  }

  /** What `pulumi new` stored in the stack's config. */
  get config(): Record<string, unknown> | undefined {
    return (this.read("Pulumi.dev.yaml") as { config?: Record<string, unknown> } | null)?.config;
  }

  read(file: string): unknown {
    return parse(readFileSync(join(this.folder, file), "utf8"));
  }

  /** The first `up` creates these groups, and the next preview is empty. */
  async expectUp(groups: string[]): Promise<void> {
    await this.succeeding("pulumi", "up", "--yes", "--skip-preview");
    expect(
      this.stack.emulator
        .groups("7")
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(groups);
    await this.succeeding("pulumi", "preview", "--expect-no-changes");
  }
}

const team = ["Billing", "Night shift", "Sales", "Support"];

test("every example is tested here, or in test/e2e/yaml.test.ts", () => {
  expect(readdirSync(join(root, "examples")).toSorted()).toEqual(["adopt-existing", "gitops", "quickstart", "yaml"]);
});

test("quickstart: the default address is stored, and nothing else; all settings in the stack's config", async () => {
  // The key also keeps the credentials out of the environment.
  const project = await NewProject.create("quickstart", [], { userId: "7" });
  expect(project.config).toEqual({ "deepcall:baseUrl": "https://v4-api.deepcall.com" });
  expect(project.read("Pulumi.yaml")).toMatchObject({ name: "renamed", runtime: "nodejs" });
  expect(project.read("Pulumi.yaml")).not.toHaveProperty("template");
  await project.succeeding("pulumi", "config", "set", "deepcall:baseUrl", project.stack.emulator.url);
  await project.succeeding("pulumi", "config", "set", "deepcall:userId", "7");
  await project.succeeding("pulumi", "config", "set", "--secret", "deepcall:token", token);
  expect(project.stack.env).not.toHaveProperty("DEEPCALL_TOKEN");
  await project.expectUp(team);
});

test("quickstart: empty answers mean the environment", async () => {
  const empty = ["baseUrl", "userId", "token"].map((key) => `deepcall:${key}=`);
  const project = await NewProject.create("quickstart", empty);
  expect(project.config).toEqual({ "deepcall:baseUrl": "", "deepcall:userId": "", "deepcall:token": "" });
  await project.expectUp(team);
});

test("gitops: no settings are stored; with its .github folder and .gitlab-ci.yml", async () => {
  const project = await NewProject.create("gitops");
  expect(project.config).toBeUndefined();
  const { groups } = project.read("groups.yaml") as { groups: Record<string, { name: string }> };
  await project.expectUp(
    Object.values(groups)
      .map(({ name }) => name)
      .toSorted(),
  );
});

test("adopt-existing: the commands of its README", async () => {
  const project = await NewProject.create("adopt-existing");
  expect(project.config).toBeUndefined();
  for (const name of team) project.stack.emulator.account("7").add(name);
  const exportArgs = ["export", "--out", "groups.yaml", "--import", "import.json"];
  await project.succeeding("node_modules/.bin/pulumi-deepcall", ...exportArgs);
  await project.succeeding("pulumi", "import", "--file", "import.json", "--generate-code=false", "--yes");
  await project.succeeding("pulumi", "preview", "--expect-no-changes");
  await project.expectUp(team);
});
