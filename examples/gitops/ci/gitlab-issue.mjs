// Maintains one issue about drift: `node ci/gitlab-issue.mjs drift.md` opens or updates it, `node ci/gitlab-issue.mjs` closes it.
import { readFileSync } from "node:fs";

const { CI_API_V4_URL, CI_PROJECT_ID, CI_PIPELINE_URL, GITLAB_TOKEN } = process.env;
if (!GITLAB_TOKEN) throw new Error("GITLAB_TOKEN is not set. Set it to a project access token with the scope `api`.");
const label = "deepcall-drift";

async function issues(method, path, body) {
  const response = await fetch(`${CI_API_V4_URL}/projects/${CI_PROJECT_ID}/issues${path}`, {
    method,
    headers: { "PRIVATE-TOKEN": GITLAB_TOKEN, "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) throw new Error(`GitLab answered ${response.status} to ${method} issues${path}`);
  return response.json();
}

const [file] = process.argv.slice(2);
const [issue] = await issues("GET", `?state=opened&labels=${label}`);
const comment = (body) => issues("POST", `/${issue.iid}/notes`, { body: `${body} ${CI_PIPELINE_URL}` });

if (file === undefined) {
  if (issue) {
    await comment("The drift is gone:");
    await issues("PUT", `/${issue.iid}`, { state_event: "close" });
  }
} else {
  const description = readFileSync(file, "utf8").trimEnd();
  if (!issue) {
    await issues("POST", "", { title: "Deepcall and groups.yaml differ", labels: label, description });
  } else if (issue.description !== description) {
    await issues("PUT", `/${issue.iid}`, { description });
    // GitLab sends no notification for an edit.
    await comment("The drift changed:");
  }
}
