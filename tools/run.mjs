// The entry point of `npm start`, `npm test` and the other tasks. Runs with Node 20 in a fresh clone, where nothing is
// installed: it installs what is missing, then runs the task with the Node and the Pulumi CLI of package.json.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "./build.mjs";
import { ensureCli } from "./install-cli.mjs";
import { elapsed, Failure, main, run } from "./process.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = join(root, "node_modules/.bin");
const jest = "node_modules/jest/bin/jest.js";

/**
 * The scripts of each task, with their arguments.
 * @type {Record<string, (args: string[]) => string[][]>}
 */
const tasks = {
  start: (args) => [[process.env["DEEPCALL_BASE_URL"] ? "tools/real-account.mts" : "tools/demo.mts", ...args]],
  pictures: (args) => [["tools/pictures.mts", ...args]],
  bench: (args) => [["bench/main.mts", ...args]],
  "try-plugin": (args) => [["tools/try-plugin.mts", ...args]],
  test: (args) => [[jest, ...args]],
  "test:slow": (args) => [[jest, ...args]],
  docs: () => [["tools/plugin-schema.mts"], ["tools/api-reference.mjs"]],
  "test:compatibility": (args) => [[jest, ...args]],
  "test:mutations": (args) => [["node_modules/@stryker-mutator/core/bin/stryker.js", "run", ...args]],
  lint: () => [
    ["node_modules/eslint/bin/eslint.js", "."],
    ["node_modules/prettier/bin/prettier.cjs", "--check", "."],
    ["tools/plugin-schema.mts", "--check"],
    ["tools/api-reference.mjs", "--check"],
    ["tools/check-links.mjs"],
    ["node_modules/knip/bin/knip.js", "--treat-config-hints-as-errors"],
    ["tools/check-package.mts"],
    [
      "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs",
      ...["client", "provider", "cli", "emulator", "examples", "bench", "tools", "test"],
    ],
    ...[
      ".",
      "emulator/page",
      "bench",
      "tools",
      ...readdirSync(join(root, "examples"))
        .map((name) => `examples/${name}`)
        .filter((folder) => existsSync(join(root, folder, "tsconfig.json"))),
    ].map((project) => ["node_modules/typescript/bin/tsc", "--noEmit", "-p", project]),
  ],
};

/**
 * The languages of the programs, besides Node's, that a task runs.
 * @type {Record<string, import("./install-cli.mjs").Language[]>}
 */
const languages = {
  test: ["yaml"],
  "test:slow": ["yaml"],
  bench: ["yaml"],
  "try-plugin": ["yaml"],
  "test:compatibility": ["yaml", "python", "go"],
};

await main(async () => {
  const [name = "", ...args] = process.argv.slice(2);
  const task = tasks[name];
  if (!task) throw new Failure(`usage: node tools/run.mjs ${Object.keys(tasks).join("|")} [arguments]`);
  if (name === "start") checkCredentials();

  await install();
  const node = findNode();
  await build();
  const cli = needsCli(name, args) ? await ensureCli(languages[name]) : undefined;
  const env = {
    ...process.env,
    ...(cli && { PULUMI_CLI_BIN: cli }),
    // The CLI comes first: the `pulumi` in node_modules/.bin would download another copy.
    PATH: [cli, bin, process.env["PATH"]].filter(Boolean).join(delimiter),
    // Read by jest.config.cjs.
    TEST_SUITE: name.startsWith("test:") ? name.slice("test:".length) : "fast",
  };
  let exitCode = 0;
  for (const script of task(args)) {
    const { code } = await run(node, script, { cwd: root, env, stdio: "inherit" });
    exitCode = Math.max(exitCode, code);
  }
  return exitCode;
});

/** Fails if DEEPCALL_BASE_URL selects a real account, but the credentials are incomplete or ambiguous. */
function checkCredentials() {
  const { DEEPCALL_BASE_URL: url, DEEPCALL_SSID: ssid, DEEPCALL_USER_ID: userId, DEEPCALL_TOKEN: token } = process.env;
  if (!url || (ssid ? !userId && !token : userId && token)) return;
  const problem = ssid
    ? "DEEPCALL_SSID is set together with DEEPCALL_USER_ID or DEEPCALL_TOKEN"
    : userId
      ? "DEEPCALL_TOKEN is not set"
      : token
        ? "DEEPCALL_USER_ID is not set"
        : "no credentials are set";
  throw new Failure(
    `Could not start against the account at DEEPCALL_BASE_URL: ${problem}. ` +
      "Set either DEEPCALL_USER_ID and DEEPCALL_TOKEN, or DEEPCALL_SSID.",
  );
}

async function install() {
  if (isInstalled()) return;
  console.log("Installing the npm packages ...");
  const start = Date.now();
  const windows = process.platform === "win32";
  const { code, output } = await run(
    windows ? "npm.cmd" : "npm",
    ["ci", "--no-audit", "--no-fund", "--loglevel=error"],
    {
      cwd: root,
      env: {
        ...process.env,
        // Not the Node in node_modules, which npm may be about to replace.
        PATH: process.env["PATH"]
          ?.split(delimiter)
          .filter((folder) => folder !== bin)
          .join(delimiter),
      },
      shell: windows,
      capture: true,
      progress: () => "npm ci",
      gracePeriodMs: 5_000,
    },
  );
  if (code !== 0)
    throw new Failure(`${output.trim()}\n\nCould not install the npm packages: see the messages of npm above.`);
  console.log(`  installed in ${elapsed(start)}`);
}

/** Whether node_modules matches package-lock.json, according to the file that npm writes after a successful install. */
function isInstalled() {
  const installedFile = join(root, "node_modules/.package-lock.json");
  if (!existsSync(installedFile)) return false;
  /** @type {(file: string) => Record<string, { version: string, optional?: boolean }>} */
  const readPackages = (file) => JSON.parse(readFileSync(file, "utf8")).packages;
  const installed = readPackages(installedFile);
  return Object.entries(readPackages(join(root, "package-lock.json"))).every(([path, { version, optional }]) => {
    const found = installed[path];
    // Optional packages may be for another platform.
    return path === "" || (found ? found.version === version : optional);
  });
}

/** The Node of the devDependency `node`, which suits the Pulumi SDK and runs TypeScript; else the current one. */
function findNode() {
  const installed = join(root, "node_modules/node/bin/node");
  if (existsSync(installed)) return installed;
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 19)) return process.execPath;
  throw new Failure(
    `Node 22.19 or newer is required, but this is ${process.version} and ${installed} does not exist. ` +
      "Run: npm rebuild node --ignore-scripts=false",
  );
}

/**
 * Tests that are limited to some folders don't need the CLI, unless the end-to-end tests are among them.
 * @param {string} task
 * @param {string[]} args
 */
function needsCli(task, args) {
  if (["start", "pictures", "bench", "try-plugin", "test:slow", "test:compatibility"].includes(task)) return true;
  const isLimited = args.some((arg) => /^(\.[/\\])?test[/\\]\w/.test(arg) || arg.startsWith("--selectProjects"));
  return task === "test" && (!isLimited || args.some((arg) => arg.includes("e2e")));
}
