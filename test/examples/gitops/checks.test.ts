import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Ajv } from "ajv";
import { parse, parseAllDocuments } from "yaml";

const root = resolve(__dirname, "../../..");
const example = join(root, "examples/gitops");
const read = (name: string): string => readFileSync(join(example, name), "utf8");

interface Step {
  uses?: string;
  run?: string;
  env?: Record<string, string>;
}
interface Job {
  environment?: string;
  permissions?: Record<string, string>;
  steps: Step[];
}
interface Workflow {
  on: string | Record<string, unknown>;
  concurrency: { "cancel-in-progress": boolean };
  env?: unknown;
  jobs: Record<string, Job>;
}

const workflows = ["preview", "up", "drift"].map((name) => {
  const text = read(`.github/workflows/${name}.yml`);
  const workflow = parse(text) as Workflow;
  return { name, text, workflow, jobs: Object.entries(workflow.jobs) };
});

describe("GitHub Actions", () => {
  test("every workflow is checked here", () => {
    const files = workflows.map(({ name }) => `${name}.yml`);
    expect(readdirSync(join(example, ".github/workflows")).toSorted()).toEqual(files.toSorted());
  });

  test.each(workflows)("$name: only steps that need secrets get them, from an environment", (checked) => {
    expect(JSON.stringify({ ...checked.workflow, jobs: {} })).not.toContain("secrets.");
    for (const [, { steps, ...job }] of checked.jobs) {
      expect(JSON.stringify(job)).not.toContain("secrets.");
      for (const { env = {}, ...step } of steps) {
        expect(JSON.stringify(step)).not.toContain("secrets.");
        if (!JSON.stringify(env).includes("secrets.")) continue;
        expect(job.environment).toMatch(/^deepcall(-read)?$/);
        expect(step.run).toMatch(/^(pulumi up|ci\/plan\.sh|npx --no pulumi-deepcall drift) /m);
      }
    }
  });

  test("a job that runs a pull request's code has no secrets, and a job with write permissions runs none of it", () => {
    const preview = workflows.find(({ name }) => name === "preview");
    expect(Object.keys(preview?.workflow.on ?? {})).toEqual(["pull_request", "merge_group"]);
    expect(preview?.text).not.toContain("secrets.");
    const writers = workflows.flatMap(({ name, jobs }) =>
      jobs
        .filter(([, job]) => Object.values(job.permissions ?? {}).includes("write"))
        .map(([job, { steps }]) => `${name}/${job}: ${steps.some(({ uses }) => uses) ? "main" : "no checkout"}`),
    );
    expect(writers).toEqual(["preview/report: no checkout", "drift/drift: main"]);
  });

  test("`up` is never canceled and never runs concurrently", () => {
    const up = workflows.find(({ name }) => name === "up");
    expect(up?.workflow.concurrency).toEqual({ group: "deepcall-up", "cancel-in-progress": false });
  });
});

test("every workflow and the operator use the Node of .node-version, which the image of the Stack reads", () => {
  expect(read(".node-version")).toBe("24\n");
  for (const { text } of workflows) {
    const versions = text.match(/node-version.*/g) ?? [];
    expect(new Set(versions)).toEqual(new Set(["node-version-file: .node-version"]));
  }
  expect(read(".gitlab-ci.yml")).toContain("image: pulumi/pulumi-nodejs-24:");
});

describe("GitLab CI", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "deepcall-gitlab-"));
    cpSync(join(example, ".gitlab-ci.yml"), join(folder, ".gitlab-ci.yml"));
    execFileSync("git", ["init", "--quiet", "--initial-branch=main", folder]);
    const commit = ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message=a"];
    execFileSync("git", ["-C", folder, ...commit, "--allow-empty"]);
    execFileSync("git", ["-C", folder, "remote", "add", "origin", "git@gitlab.example.com:org/groups.git"]);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** The jobs of a pipeline. gitlab-ci-local validates the file against GitLab's schema and evaluates its rules. */
  function jobs(source: string): Record<string, string> {
    const cli = join(root, "node_modules/gitlab-ci-local/dist/index.js");
    const args = ["--list-json", "--variable", `CI_PIPELINE_SOURCE=${source}`];
    const options = ["--ignore-predefined-vars", "CI_PIPELINE_SOURCE", "--home", folder];
    const output = execFileSync(process.execPath, [cli, ...args, ...options], { cwd: folder, stdio: "pipe" });
    const listed = JSON.parse(output.toString()) as { name: string; when: string }[];
    return Object.fromEntries(listed.filter(({ when }) => when !== "never").map(({ name, when }) => [name, when]));
  }

  test.each([
    ["merge_request_event", { preview: "on_success" }],
    ["push", { plan: "on_success", up: "manual" }],
    ["web", { plan: "on_success", up: "manual" }],
    ["schedule", { drift: "on_success" }],
  ])("the file matches GitLab's schema, and %s runs %j", (source, expected) => {
    expect(jobs(source)).toEqual(expected);
  });

  test("`up` waits for an earlier one; drift is a warning, an error is not", () => {
    const { up, drift } = parse(read(".gitlab-ci.yml")) as Record<string, Record<string, unknown>>;
    expect(up?.["resource_group"]).toBe("deepcall");
    expect(up).not.toHaveProperty("interruptible");
    expect(drift?.["allow_failure"]).toEqual({ exit_codes: 2 });
  });
});

describe("the Pulumi Kubernetes Operator", () => {
  interface Manifest {
    kind: string;
    metadata: { name: string; namespace: string };
    subjects?: { name: string; namespace: string }[];
    spec?: { serviceAccountName: string; envRefs: Record<string, { type: string; literal?: { value: string } }> };
  }
  const manifests = parseAllDocuments(read("operator/stack.yaml")).map((document) => document.toJS() as Manifest);
  const stack = manifests.find(({ kind }) => kind === "Stack");

  test("the Stack has only fields of the operator's CRD", () => {
    const schema = JSON.parse(readFileSync(join(__dirname, "stack.schema.json"), "utf8")) as object;
    const validate = new Ajv({ allErrors: true }).compile(schema);
    validate(stack);
    expect(validate.errors).toBeNull();
  });

  test("its service account exists and has a role", () => {
    const account = manifests.find(({ kind }) => kind === "ServiceAccount")?.metadata;
    expect(stack).toMatchObject({
      metadata: { namespace: account?.namespace },
      spec: { serviceAccountName: account?.name },
    });
    const subject = { name: account?.name, namespace: account?.namespace };
    expect(manifests.find(({ kind }) => kind === "ClusterRoleBinding")?.subjects).toMatchObject([subject]);
  });

  test("only the base URL is a literal; everything else comes from secrets", () => {
    const literals = Object.entries(stack?.spec?.envRefs ?? {}).filter(([, { type }]) => type === "Literal");
    expect(literals.map(([key]) => key)).toEqual(["DEEPCALL_BASE_URL"]);
  });
});
