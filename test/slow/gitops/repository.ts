import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, delimiter, join, resolve } from "node:path";
import { execute, type Result, TestStack } from "../../e2e/stack";

const example = resolve(__dirname, "../../../examples/gitops");

/** Of the stack's folder, what belongs to the repository. */
const files = readdirSync(example).filter((name) => name !== "node_modules");

/** The example as a repository of its own, whose commit is main, and a stack that nothing was made in yet. */
export class Repository {
  private constructor(readonly stack: TestStack) {}

  static async create(): Promise<Repository> {
    const stack = await TestStack.create({}, {}, (folder) => {
      cpSync(example, folder, { recursive: true, filter: (path) => basename(path) !== "node_modules" });
    });
    const repository = new Repository(stack);
    await repository.git("init", "--quiet", "--initial-branch=main");
    await repository.commit("main");
    return repository;
  }

  /** What a CI system keeps, by the names that docs/gitops.md gives. */
  get settings(): Record<string, string> {
    const { env, emulator } = this.stack;
    const kept = Object.entries(env).filter(([key]) => /^DEEPCALL_|^PULUMI_(BACKEND|CONFIG)_/.test(key));
    return { ...Object.fromEntries(kept), PULUMI_STACK: "dev", DEEPCALL_BASE_URL: emulator.url };
  }

  /** Changes groups.yaml. */
  edit(from: string, to: string): void {
    const file = join(this.stack.folder, "groups.yaml");
    const before = readFileSync(file, "utf8");
    expect(before).toContain(from);
    writeFileSync(file, before.replace(from, to));
  }

  /** Commits what the example's own files are now. */
  async commit(message: string, ...options: string[]): Promise<void> {
    await this.git("add", "--", ...files);
    const author = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
    await this.git(...author, "commit", "--quiet", "--allow-empty", "--message", message, ...options);
  }

  /** Runs a script as both CI systems do, with nothing of the settings but what `env` says. */
  async bash(script: string, env: Record<string, string>): Promise<Result> {
    const { folder, env: own } = this.stack;
    const path = [join(__dirname, "bin"), own["PATH"]].join(delimiter);
    const { PULUMI_HOME = "", TMPDIR = "", NODE_COMPILE_CACHE = "", PULUMI_NODEJS_TRANSPILE_ONLY = "" } = own;
    const file = join(folder, "tmp/step.sh");
    writeFileSync(file, script);
    const quiet = {
      PULUMI_HOME,
      TMPDIR,
      NODE_COMPILE_CACHE,
      PULUMI_NODEJS_TRANSPILE_ONLY,
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    return execute("bash", ["--noprofile", "--norc", "-eo", "pipefail", file], folder, {
      ...quiet,
      ...env,
      PATH: path,
    });
  }

  async git(...args: string[]): Promise<Result> {
    const result = await execute("git", args, this.stack.folder);
    expect(result).toMatchObject({ code: 0 });
    return result;
  }
}
