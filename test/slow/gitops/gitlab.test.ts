import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { join } from "node:path";
import { parse } from "yaml";
import type { Result } from "../../e2e/stack";
import { Repository } from "./repository";

interface Issue {
  iid: number;
  state: string;
  labels: string;
  description: string;
}

/** The part of GitLab's issues API that ci/gitlab-issue.mjs uses; `writes` are the calls that change something. */
class IssuesApi {
  readonly all: Issue[] = [];
  writes: string[] = [];
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      void text(request).then((body) => {
        const { method = "", url = "", headers } = request;
        const isAllowed = headers["private-token"] === "api-token" && url.startsWith("/api/v4/projects/9/issues");
        const answer = isAllowed ? this.answer(method, url, body) : undefined;
        response.writeHead(answer === undefined ? 401 : 200).end(JSON.stringify(answer ?? {}));
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/api/v4`;
  }

  close(): void {
    this.server.close();
  }

  private answer(method: string, url: string, body: string): unknown {
    const [, iid, notes] = /issues(?:\/(\d+))?(\/notes)?(?:\?.*)?$/.exec(url) ?? [];
    if (method === "GET") return this.all.filter(({ state, labels }) => state === "opened" && url.includes(labels));
    const fields = JSON.parse(body) as Partial<Issue> & { state_event?: string };
    this.writes.push(`${method} ${iid ?? "new"}${notes ?? ""}${fields.state_event === undefined ? "" : " close"}`);
    if (notes !== undefined) return {};
    const issue = this.all.find((one) => one.iid === Number(iid));
    if (issue === undefined) this.all.push({ iid: 1, state: "opened", labels: "", description: "", ...fields });
    else Object.assign(issue, fields, fields.state_event === "close" ? { state: "closed" } : {});
    return {};
  }
}

/** Runs a job's script; protected variables must be passed explicitly. */
async function run(repository: Repository, job: string, variables: Record<string, string>): Promise<Result> {
  const pipeline = parse(readFileSync(join(repository.stack.folder, ".gitlab-ci.yml"), "utf8")) as {
    default: { before_script: string[] };
  } & Record<string, { script: string[] }>;
  const lines = [...pipeline.default.before_script, ...(pipeline[job]?.script ?? [])];
  return repository.bash(lines.join("\n"), variables);
}

const issues = new IssuesApi();
afterAll(() => {
  issues.close();
});

test("a merge request's preview needs no variables; main is previewed and applied", async () => {
  const repository = await Repository.create();
  repository.edit("name: Support", "name: Helpdesk");
  await repository.commit("a rename");
  const { output } = await repository.git("rev-parse", "HEAD^1");
  const preview = await run(repository, "preview", { CI_MERGE_REQUEST_DIFF_BASE_SHA: output.trim() });
  expect(preview.code).toBe(0);
  const report = readFileSync(join(repository.stack.folder, "preview.md"), "utf8");
  expect(report).toContain("| ~ rename | `Support` → `Helpdesk` |");
  expect(repository.stack.emulator.calls).toEqual([]);

  const plan = await run(repository, "plan", repository.settings);
  expect([plan.code, plan.output]).toEqual([0, expect.stringContaining("4 groups to create; 0 unchanged.")]);
  expect(repository.stack.emulator.groups("7")).toEqual([]);
  const up = await run(repository, "up", repository.settings);
  expect([up.code, up.output]).toEqual([0, expect.stringContaining("+ 6 created")]);
  expect(repository.stack.emulator.groups("7")).toHaveLength(4);
});

test("the scheduled job reports drift as exit code 2, JUnit and one issue; errors leave the issue unchanged; no drift closes it", async () => {
  const repository = await Repository.create();
  const gitlab = {
    CI_API_V4_URL: await issues.listen(),
    CI_PROJECT_ID: "9",
    CI_PIPELINE_URL: "https://gitlab.example.com/1",
  };
  const drift = async (variables: Record<string, string> = {}) => {
    issues.writes = [];
    const all = { ...repository.settings, ...gitlab, GITLAB_TOKEN: "api-token", ...variables };
    const { code, output } = await run(repository, "drift", all);
    return { code, output, writes: issues.writes };
  };
  const { emulator } = repository.stack;
  const account = emulator.account("7");
  const junit = join(repository.stack.folder, "drift.xml");
  await repository.stack.up();

  account.add("By hand");
  expect(await drift()).toMatchObject({ code: 2, writes: ["POST new"] });
  expect(issues.all).toMatchObject([
    { labels: "deepcall-drift", description: expect.stringContaining("`By hand`") as string },
  ]);
  expect(readFileSync(junit, "utf8")).toMatch(/<failure[^]*By hand/);

  for (const group of emulator.groups("7")) if (group.name === "Billing") account.remove(group.id);
  expect(await drift()).toMatchObject({ code: 2, writes: ["PUT 1", "POST 1/notes"] });

  const refused = await drift({ DEEPCALL_TOKEN: "wrong-token" });
  expect(refused).toMatchObject({ code: 3, writes: [] });
  expect(refused.output).not.toContain("wrong-token");
  expect(existsSync(junit)).toBe(false);

  await repository.stack.up("--refresh");
  for (const group of emulator.groups("7")) if (group.name === "By hand") account.remove(group.id);
  const unauthorized = await drift({ GITLAB_TOKEN: "another" });
  expect(unauthorized).toMatchObject({ code: 1, output: expect.stringContaining("GitLab answered 401") as string });
  expect(await drift()).toMatchObject({ code: 0, writes: ["POST 1/notes", "PUT 1 close"] });
  expect(issues.all).toMatchObject([{ state: "closed" }]);
});
