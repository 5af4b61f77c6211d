import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join, resolve } from "node:path";
import { GitHub } from "../../slow/gitops/github";

const root = resolve(__dirname, "../../..");
const example = join(root, "examples/gitops");
const stubs = join(root, "test/slow/gitops/bin");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deepcall-workflows-"));
  cpSync(example, folder, { recursive: true, filter: (path) => basename(path) !== "node_modules" });
  cpSync(stubs, join(folder, "bin"), { recursive: true });
  mkdirSync(join(folder, "tmp"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Replaces a command. */
function stub(command: string, script: string): void {
  writeFileSync(join(folder, "bin", command), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

async function bash(script: string, env: Record<string, string> = {}): Promise<{ code: number; output: string }> {
  const all = { ...process.env, ...env, PATH: [join(folder, "bin"), process.env["PATH"]].join(delimiter) };
  return new Promise((done) => {
    const args = ["--noprofile", "--norc", "-eo", "pipefail", "-c", script];
    execFile("bash", args, { cwd: folder, env: all, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      done({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, output: stdout + stderr });
    });
  });
}

function github(): GitHub {
  stub("npm", "");
  return new GitHub({ folder, bash });
}

/** Fails for half a character, which others replace by U+FFFD. */
const decode = (bytes: Buffer): string => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

const line = (n: number) => `ग्राहक सहायता 🎧 ${n}`;
const lines = (count: number) => Array.from({ length: count }, (_, n) => line(n)).join("\n") + "\n";

describe("ci/code-block.sh", () => {
  test("prints a short file whole", async () => {
    writeFileSync(join(folder, "file"), "a\n\nb");
    expect(await bash("ci/code-block.sh file 100")).toEqual({ code: 0, output: "    a\n    \n    b\n" });
  });

  test("prints the last whole lines of a long file, wherever the limit is", async () => {
    writeFileSync(join(folder, "file"), lines(9));
    const all = decode(Buffer.from(lines(9).replaceAll(/^(?=.)/gm, "    ")));
    expect(await bash("for max in {100..160}; do ci/code-block.sh file $max > block-$max; done")).toMatchObject({
      code: 0,
    });
    for (let max = 100; max <= 160; max++) {
      const [, omitted = "", block = ""] =
        /^\(Without the first (\d+) lines; the log contains all\.\)\n\n([^]*)$/.exec(
          decode(readFileSync(join(folder, `block-${max}`))),
        ) ?? [];
      expect(all.endsWith(`\n${block}`)).toBe(true);
      expect(block.split("\n")).toHaveLength(9 - Number(omitted) + 1);
      expect(Buffer.byteLength(block)).toBeLessThanOrEqual(max);
      expect(Buffer.byteLength(`    ${line(0)}\n${block}`)).toBeGreaterThan(max);
    }
  });
});

test("nothing cuts text between two bytes or characters", () => {
  const files = [".github/workflows", "ci"].flatMap((name) =>
    readdirSync(join(example, name)).map((file) => `${name}/${file}`),
  );
  const cuts = [...files, ".gitlab-ci.yml"].flatMap((file) =>
    (
      readFileSync(join(example, file), "utf8").match(
        /.*(\b(head|tail) -c|\bcut -[bc]|\bdd\b|\$\{\w+:\d|\.(slice|substring)\(0).*/g,
      ) ?? []
    ).map((cut) => `${file}: ${cut.trim()}`),
  );
  expect(cuts).toEqual([]);
});

test.each(["", "a", "ab"])(
  "the drift issue gets no comment while the report stays the same: %j and 69 kB of Devanagari",
  async (prefix) => {
    writeFileSync(join(folder, "report"), `${prefix}${lines(1_500)}`);
    stub("npx", "cat report; exit 2");
    const repository = github();
    expect(await repository.run("drift", "drift")).toMatchObject({ result: "success" });
    const opened = repository.state;
    expect(opened.issues).toMatchObject([{ open: true, body: readFileSync(join(folder, "report"), "utf8") }]);
    expect(await repository.run("drift", "drift")).toMatchObject({ result: "success" });
    expect(repository.state).toMatchObject({ issues: opened.issues, comments: [] });
  },
);

test.each([
  ["a pull request", {}, "HEAD^1"],
  ["an entry of a merge queue, which may have several commits", { merge_group: { base_sha: "abc123" } }, "abc123"],
])("the preview compares %s with its target", async (_, event, target) => {
  writeFileSync(join(folder, "ci/preview.sh"), '#!/bin/sh\necho "since $1"\n');
  const preview = await github().runWith("preview", "preview", { github: { event } });
  expect(preview).toMatchObject({ result: "success", outputs: { report: `since ${target}\n` } });
});

test("the comment of a pull request has whole lines of a long drift issue", async () => {
  const repository = github();
  const labels = ["deepcall-drift"];
  const body = lines(1_500);
  const issue = { number: 4, open: true, user: { login: "github-actions[bot]" }, labels, title: "Drift", body };
  repository.state = { ...repository.state, issues: [issue] };
  const needs = { preview: { result: "success", outputs: { report: "Plan" } } };
  const { summary } = await repository.runWith("preview", "report", { needs });
  expect(summary.length).toBeLessThan(27_000);
  const [, shown = ""] =
    /### Drift now: #4\n\n([^]*)\n\n\(Truncated; the issue contains all\.\)\n$/.exec(summary) ?? [];
  expect(shown.length).toBeGreaterThan(24_000);
  expect(body.startsWith(`${shown}\n`)).toBe(true);
});

test("the summary of `up` stays under GitHub's limit of 1 MiB and shows the error at the end", async () => {
  writeFileSync(join(folder, "output"), `${lines(40_000)}error: name taken\n`);
  stub("pulumi", "cat output; exit 255");
  const { result, summary, log } = await github().run("up", "up");
  expect(result).toBe("failure");
  expect(Buffer.byteLength(log)).toBeGreaterThan(2 ** 20);
  expect(summary).toMatch(
    /^### What `pulumi up` did\n\n\(Without the first \d+ lines; the log contains all\.\)\n\n {4}ग्र/,
  );
  expect(summary).toMatch(/\n {4}error: name taken\n$/);
});
