import { GitHub, type Outcome } from "./github";
import { Repository } from "./repository";

/** The context of a pull request's jobs, without secrets and variables; `from` is the source repository. */
function eventContext(from = "org/groups"): Record<string, unknown> {
  return { github: { event: { pull_request: { number: 7, head: { repo: { full_name: from } } } } } };
}

/** Runs both jobs of preview.yml for HEAD as a pull request. HEAD^1 is the target of the merge. */
async function pullRequest(github: GitHub): Promise<{ preview: Outcome; report: Outcome }> {
  const preview = await github.runWith("preview", "preview", eventContext());
  return { preview, report: await github.runWith("preview", "report", { ...eventContext(), needs: { preview } }) };
}

test("a pull request gets one comment with the changes, without a call to the account", async () => {
  const repository = await Repository.create();
  const github = new GitHub(repository);
  repository.edit("support: { name: Support }", 'support: { name: "**Help** @desk" }\n  care: { name: Care }');
  await repository.commit("a rename, and a new group");
  const { preview, report } = await pullRequest(github);
  expect([preview.result, report.result]).toEqual(["success", "success"]);
  expect(preview.outputs["report"]).toMatch(
    /^### What merging would change\n\n1 group to create, 1 to rename; 3 unchanged\.\n\n\| change/,
  );
  expect(report.summary).toMatch(/^\| \+ create \| `Care` \| {2}\|$/m);
  expect(report.summary).toMatch(/^\| ~ rename \| `Support` → `\*\*Help\*\* @desk` \| id \d+ \|$/m);
  // Pulumi's output is collapsed, and nothing in it can be interpreted as Markdown.
  const collapsed = /<details><summary>Pulumi's output<\/summary>\n\n( {4}.*\n|\n)+<\/details>\n*$/;
  expect(preview.outputs["report"]).toMatch(collapsed);
  expect(report.summary).toMatch(/^ {8}\+ 1 to create\n {8}~ 1 to update$/m);
  expect(github.state.comments).toEqual([expect.objectContaining({ number: 7, body: report.summary })]);

  // From a fork: the same summary, but no comment.
  const { comments } = github.state;
  const fork = await github.runWith("preview", "report", { ...eventContext("somebody/groups"), needs: { preview } });
  expect([fork.result, fork.summary]).toEqual(["success", report.summary]);
  expect(github.state.comments).toEqual(comments);

  // A second push, and known drift.
  const issues = [drift(3, "somebody", "Not ours"), drift(4, "github-actions[bot]", "One group is gone.")];
  github.state = { ...github.state, issues };
  repository.edit("\n  care: { name: Care }", "");
  await repository.commit("the rename only", "--amend");
  const second = await pullRequest(github);
  expect(github.state.comments).toEqual([expect.objectContaining({ number: 7, body: second.report.summary })]);
  expect(second.report.summary).toMatch(/~ 1 to update[^]*### Drift now: #4\n\nOne group is gone\.\n$/);
  expect(second.report.summary).not.toContain("Care");
  expect(repository.stack.emulator.calls).toEqual([]);
  // The comparison leaves nothing behind.
  expect((await repository.git("status", "--short")).output).not.toContain("Pulumi.preview");
  expect((await repository.git("worktree", "list")).output.trim().split("\n")).toHaveLength(1);
});

function drift(number: number, login: string, body: string) {
  return { number, open: true, user: { login }, labels: ["deepcall-drift"], title: "Drift", body };
}

test("the preview fails for a removed group and for an invalid file, and the comment says why", async () => {
  const repository = await Repository.create();
  const github = new GitHub(repository);
  repository.edit("  sales: { name: Sales }\n", "");
  await repository.commit("no sales");
  const removal = await pullRequest(github);
  expect([removal.preview.result, removal.report.result]).toEqual(["failure", "success"]);
  expect(github.state.comments[0]?.body).toMatch(
    /^\| ! protected \| `Sales` \| id \d+, is protected: will be refused \|$/m,
  );
  expect(github.state.comments[0]?.body).toMatch(/sales" cannot be deleted\s+because it is protected/);
  expect(github.state.comments[0]?.body).toContain("**The preview failed.**");

  repository.edit("name: Billing", "nmae: Billing");
  await repository.commit("a typo", "--amend");
  const typo = await pullRequest(github);
  expect([typo.preview.result, typo.report.result]).toEqual(["failure", "success"]);
  expect(github.state.comments).toHaveLength(1);
  expect(github.state.comments[0]?.body).toMatch(/groups\.yaml:\d+:\d+.*nmae/);
});

test("the first pull request is compared with an empty account", async () => {
  const repository = await Repository.create();
  await repository.git("checkout", "--quiet", "--orphan", "empty");
  await repository.git("rm", "--quiet", "--cached", "-r", ".");
  const author = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
  await repository.git(...author, "commit", "--quiet", "--allow-empty", "--message", "empty");
  await repository.commit("the groups");
  const { preview } = await pullRequest(new GitHub(repository));
  expect(preview.result).toBe("success");
  expect(preview.outputs["report"]).toMatch(
    /^4 groups to create; 0 unchanged\.[^]*^Other resources: 2 to create\.[^]*\+ 6 to create/m,
  );
});
