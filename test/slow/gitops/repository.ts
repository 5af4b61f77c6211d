import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, delimiter, join, resolve } from "node:path";
import { execute, type Result, TestStack } from "../../e2e/stack";
import type { Checkout } from "./github";

const example = resolve(__dirname, "../../../examples/gitops");

/** The files that belong to the repository; the stack's folder contains others too. */
const files = readdirSync(example).filter((name) => name !== "node_modules");

/** The example as a Git repository with one commit on main, and an empty stack. */
export class Repository implements Checkout {
  private constructor(readonly stack: TestStack) {}

  get folder(): string {
    return this.stack.folder;
  }

  static async create(): Promise<Repository> {
    const stack = await TestStack.create({}, {}, (folder) => {
      cpSync(example, folder, { recursive: true, filter: (path) => basename(path) !== "node_modules" });
    });
    const repository = new Repository(stack);
    await repository.git("init", "--quiet", "--initial-branch=main");
    await repository.commit("main");
    return repository;
  }

  /** The variables and secrets that docs/gitops.md lists. */
  get settings(): Record<string, string> {
    const { env, emulator } = this.stack;
    const variables = Object.entries(env).filter(([key]) => /^DEEPCALL_|^PULUMI_(BACKEND|CONFIG)_/.test(key));
    return { ...Object.fromEntries(variables), PULUMI_STACK: "dev", DEEPCALL_BASE_URL: emulator.url };
  }

  /** Changes groups.yaml. */
  edit(from: string, to: string): void {
    const file = join(this.stack.folder, "groups.yaml");
    const before = readFileSync(file, "utf8");
    expect(before).toContain(from);
    writeFileSync(file, before.replace(from, to));
  }

  /** Commits the current state of the example's files. */
  async commit(message: string, ...options: string[]): Promise<void> {
    await this.git("add", "--", ...files);
    const author = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
    await this.git(...author, "commit", "--quiet", "--allow-empty", "--message", message, ...options);
  }

  /** Runs a script like both CI systems. Only `env` provides settings. */
  async bash(script: string, env: Record<string, string>): Promise<Result> {
    const { folder, env: stackEnv } = this.stack;
    const path = [join(__dirname, "bin"), stackEnv["PATH"]].join(delimiter);
    const { PULUMI_HOME = "", TMPDIR = "", NODE_COMPILE_CACHE = "", PULUMI_NODEJS_TRANSPILE_ONLY = "" } = stackEnv;
    const file = join(folder, "tmp/step.sh");
    writeFileSync(file, script);
    const baseEnv = {
      PULUMI_HOME,
      TMPDIR,
      NODE_COMPILE_CACHE,
      PULUMI_NODEJS_TRANSPILE_ONLY,
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    return execute("bash", ["--noprofile", "--norc", "-eo", "pipefail", file], folder, {
      ...baseEnv,
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
