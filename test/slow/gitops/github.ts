import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Result } from "../../e2e/stack";

interface Step {
  id?: string;
  if?: string;
  uses?: string;
  run?: string;
  env?: Record<string, string>;
}
interface Job {
  env?: Record<string, string>;
  outputs?: Record<string, string>;
  steps: Step[];
}
type Values = Record<string, unknown>;

/** How a job ended. */
export interface Outcome {
  readonly result: "success" | "failure";
  readonly outputs: Record<string, string>;
  /** The run's summary. */
  readonly summary: string;
  /** The output of its steps. */
  readonly log: string;
}

interface Issue {
  number: number;
  open: boolean;
  user: { login: string };
  labels: string[];
  title: string;
  body: string;
}
interface GitHubState {
  issues: Issue[];
  comments: { number: number; user: { login: string }; body: string }[];
  labels: string[];
  releases: { tag: string; title: string; notes: string; assets: string[] }[];
  /** The `gh` commands that were run. */
  calls: string[];
}

const github = { repository: "org/groups", server_url: "https://github.com", run_id: 1, token: "t" };

/** The files of a repository: where its workflows are, and how their scripts run. */
export interface Checkout {
  readonly folder: string;
  /** The variables and secrets of the repository. */
  readonly settings?: Record<string, string>;
  bash(script: string, env: Record<string, string>): Promise<Result>;
}

/** A repository on GitHub: its issues and comments, and a runner for the jobs of its workflows. */
export class GitHub {
  constructor(private readonly checkout: Checkout) {
    this.state = { issues: [], comments: [], labels: [], releases: [], calls: [] };
  }

  get state(): GitHubState {
    return JSON.parse(readFileSync(this.stateFile, "utf8")) as GitHubState;
  }

  set state(state: GitHubState) {
    writeFileSync(this.stateFile, JSON.stringify(state));
  }

  /**
   * Runs the shell steps of a job in order. Actions (checkout, Node, the Pulumi CLI) are skipped.
   *
   * @param secrets - override the secrets of the repository.
   */
  async run(workflow: string, job: string, secrets: Record<string, string> = {}): Promise<Outcome> {
    const { settings } = this.checkout;
    return this.runWith(workflow, job, { vars: settings, secrets: { ...settings, ...secrets } });
  }

  /**
   * Like `run`, without the repository's variables and secrets.
   *
   * @param context - the values for the job's expressions, in addition to `github.repository` and the like.
   */
  async runWith(workflow: string, job: string, context: Values): Promise<Outcome> {
    const text = readFileSync(join(this.checkout.folder, `.github/workflows/${workflow}.yml`), "utf8");
    const { jobs } = parse(text) as { jobs: Record<string, Job> };
    const definition = jobs[job];
    if (definition === undefined) throw new Error(`no job ${job} in ${workflow}.yml`);
    return this.runJob(definition, context);
  }

  private async runJob({ steps, env = {}, outputs = {} }: Job, context: Values): Promise<Outcome> {
    const values: Values & { steps: Record<string, { outputs: Record<string, string> }> } = {
      ...context,
      github: { ...github, ...(context["github"] as object | undefined) },
      steps: {},
    };
    const files = { GITHUB_OUTPUT: this.file("output"), GITHUB_STEP_SUMMARY: this.file("summary") };
    for (const file of Object.values(files)) rmSync(file, { force: true });
    let result: Outcome["result"] = "success";
    let log = "";
    for (const step of steps) {
      if (step.run === undefined || !shouldRun(step.if, result, values)) continue;
      const stepEnv = substitute({ ...env, ...step.env }, values);
      rmSync(files.GITHUB_OUTPUT, { force: true });
      const stub = { GITHUB_STATE: this.stateFile, GH_STUB: join(__dirname, "gh.cjs") };
      const { code, output } = await this.checkout.bash(step.run, { ...stepEnv, ...files, ...stub });
      log += output;
      if (code !== 0) result = "failure";
      if (step.id !== undefined) values.steps[step.id] = { outputs: readOutputs(readIfExists(files.GITHUB_OUTPUT)) };
    }
    const summary = readIfExists(files.GITHUB_STEP_SUMMARY);
    // GitHub drops a larger one.
    if (Buffer.byteLength(summary) > 2 ** 20) throw new Error("The summary has more than 1 MiB.");
    return { result, outputs: substitute(outputs, values), summary, log };
  }

  private get stateFile(): string {
    return this.file("github.json");
  }

  private file(name: string): string {
    return join(this.checkout.folder, "tmp", name);
  }
}

function readIfExists(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** Evaluates the conditions that the workflows use: none, `!cancelled()`, and a comparison of two values. */
function shouldRun(condition: string | undefined, result: Outcome["result"], values: Values): boolean {
  if (condition === undefined) return result === "success";
  const expression = condition.replace(/^\$\{\{ (.*) \}\}$/, "$1");
  if (expression === "!cancelled()") return true;
  const [left = "", right = "", ...rest] = expression.split(" == ");
  if (rest.length > 0 || right === "") throw new Error(`this test does not support the condition ${condition}`);
  return result === "success" && lookUp(left, values) === lookUp(right, values);
}

function substitute(texts: Record<string, string>, values: Values): Record<string, string> {
  const replace = (text: string) => text.replace(/\$\{\{ ([\w.-]+) \}\}/g, (_, path: string) => lookUp(path, values));
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, replace(text)]));
}

/** An unset value is an empty string, as on GitHub. */
function lookUp(path: string, values: Values): string {
  let value: unknown = values;
  for (const key of path.split(".")) value = (value as Values | undefined)?.[key];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function readOutputs(text: string): Record<string, string> {
  const pattern = /^(\w+)<<(.+)\n([^]*?)\n\2$|^(\w+)=(.*)$/gm;
  return Object.fromEntries(
    [...text.matchAll(pattern)].map(([, key, , long, name, short]) => [key ?? name ?? "", long ?? short ?? ""]),
  );
}
