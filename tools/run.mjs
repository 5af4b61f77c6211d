// The entry of `npm start`, `npm test` and the other tasks. It has to run on a fresh clone, so with Node 18 and
// nothing installed: it makes what is missing, then runs the task with the Node and the Pulumi CLI of package.json.
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureCli } from "./cli.mjs";
import { credentialProblem } from "./credentials.mjs";
import { Failure, main, run } from "./process.mjs";
import { build } from "./build.mjs";
import { elapsed, withHeartbeat } from "./progress.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = join(root, "node_modules/.bin");

/** Each task is a list of scripts for Node, with their arguments. */
const tasks = {
  start: () => [["tools/start.mjs"]],
  bench: (args) => [["bench/main.mjs", ...args]],
  test: (args) => [["node_modules/jest/bin/jest.js", ...args]],
  "test:mutations": (args) => [["tools/mutations.mjs", ...args]],
  "test:slow": (args) => [["node_modules/jest/bin/jest.js", ...args]],
  lint: () => [
    ["node_modules/eslint/bin/eslint.js", "."],
    ["node_modules/prettier/bin/prettier.cjs", "--check", "."],
    ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json", "--noEmit"],
  ],
};

await main(async () => {
  const [task, ...args] = process.argv.slice(2);
  if (!(task in tasks)) throw new Failure(`usage: node tools/run.mjs ${Object.keys(tasks).join("|")} [arguments]`);
  const problem = task === "start" && credentialProblem(process.env);
  if (problem) throw new Failure(problem);

  await install();
  const node = chooseNode();
  await build();
  const env = { ...process.env };
  if (needsCli(task, args)) env.PULUMI_CLI_BIN = await ensureCli();
  // The CLI comes first: node_modules/.bin has a `pulumi` of its own, which would download.
  env.PATH = [env.PULUMI_CLI_BIN, bin, process.env.PATH].filter(Boolean).join(delimiter);
  // jest.config.cjs reads it.
  env.TEST_SUITE = task === "test:slow" ? "slow" : "fast";

  let worst = 0;
  for (const script of tasks[task](args)) {
    worst = Math.max(worst, await run(node, script, { cwd: root, env, stdio: "inherit" }));
  }
  return worst;
});

async function install() {
  if (isInstalled()) return;
  console.log("Installing the npm packages ...");
  const start = Date.now();
  const windows = process.platform === "win32";
  const env = { ...process.env, PULUMI_DEEPCALL_PREPARE: "skip" };
  // Not with the Node from node_modules, which may be about to be replaced.
  env.PATH = env.PATH.split(delimiter)
    .filter((folder) => folder !== bin)
    .join(delimiter);
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  let output = "";
  const code = await withHeartbeat(
    () => "npm ci",
    () =>
      run(windows ? "npm.cmd" : "npm", args, {
        cwd: root,
        env,
        shell: windows,
        patience: 5_000,
        onOutput: (text) => (output += text),
      }),
  );
  if (code !== 0) throw new Failure(`${output.trim()}\n\nnpm ci failed; its messages are above.`);
  console.log(`  installed in ${elapsed(start)}`);
}

/** Whether node_modules has what package-lock.json asks for, by the notes that npm keeps when an install succeeded. */
function isInstalled() {
  const notes = join(root, "node_modules/.package-lock.json");
  if (!existsSync(notes)) return false;
  const packages = (file) => JSON.parse(readFileSync(file, "utf8")).packages;
  const have = packages(notes);
  return Object.entries(packages(join(root, "package-lock.json"))).every(
    // Optional ones may be for another platform.
    ([path, { version, optional }]) => path === "" || (have[path] ? have[path].version === version : optional),
  );
}

/** Pulumi's SDK asks for Node 22; a devDependency brings one where the machine's is older. */
function chooseNode() {
  const own = join(root, "node_modules/node/bin/node");
  if (existsSync(own)) return own;
  if (Number(process.versions.node.split(".")[0]) >= 22) return process.execPath;
  throw new Failure(
    `Node 22.19 or newer is needed, and ${own} is not there. Run: npm rebuild node --ignore-scripts=false`,
  );
}

/** A run of single layers of tests goes without the CLI, unless one of them is the end-to-end layer. */
function needsCli(task, args) {
  if (task === "start" || task === "bench" || task === "test:slow") return true;
  const isNarrow = args.some((arg) => /^(\.[/\\])?test[/\\]\w/.test(arg) || arg.startsWith("--selectProjects"));
  return task === "test" && (!isNarrow || args.some((arg) => arg.includes("e2e")));
}
