import { cpSync, mkdirSync, mkdtempSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { execute } from "../e2e/stack";
import { GitHub } from "./gitops/github";

const root = resolve(__dirname, "../..");

test("failures with the newest Pulumi are reported in one issue, which a success closes", async () => {
  const folder = mkdtempSync(join(process.env["E2E_FOLDER"] ?? "", "weekly-"));
  cpSync(join(root, ".github"), join(folder, ".github"), { recursive: true });
  mkdirSync(join(folder, "tmp"));
  const path = [join(__dirname, "gitops/bin"), process.env["PATH"]].join(delimiter);
  const github = new GitHub({
    folder,
    bash: async (script, env) => execute("bash", ["-eo", "pipefail", "-c", script], folder, { ...env, PATH: path }),
  });
  /** Runs the job after tests and trials of the plugin with these results; returns the issues, and the commands that changed something. */
  const report = async (result: string, versions = '{"pulumi":"3.1.0"}', plugin = "success") => {
    github.state = { ...github.state, calls: [] };
    const needs = { test: { result, outputs: { versions } }, plugin: { result: plugin } };
    expect((await github.runWith("weekly", "report", { needs })).result).toBe("success");
    const { issues, calls } = github.state;
    return {
      issues: issues.map(({ number, open, body }) => ({ number, open, body })),
      writes: calls.filter((call) => !call.startsWith("issue list")),
    };
  };
  const run = "https://github.com/org/groups/actions/runs/1";

  expect(await report("success")).toEqual({ issues: [], writes: [] });
  expect(await report("failure")).toEqual({
    issues: [
      { number: 1, open: true, body: `Result: failure\nPlugin: success\nVersions: {"pulumi":"3.1.0"}\nRun: ${run}\n` },
    ],
    writes: ["label create newest-pulumi", "issue create"],
  });
  expect(await report("failure", '{"pulumi":"3.2.0"}')).toMatchObject({
    issues: [{ number: 1, open: true, body: expect.stringContaining("3.2.0") as string }],
    writes: ["issue edit 1"],
  });
  expect(await report("success")).toMatchObject({ issues: [{ number: 1, open: false }], writes: ["issue close 1"] });
  expect(await report("failure")).toMatchObject({ issues: [{ open: false }, { number: 2, open: true }] });
  // On one of the systems, for example.
  expect(await report("success", "{}", "failure")).toMatchObject({
    issues: [{}, { number: 2, open: true, body: expect.stringContaining("Plugin: failure") as string }],
  });
});
