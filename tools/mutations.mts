// `npm run test:mutations`: checks that the unit tests notice defects. Applies one mutation of
// test/mutations/mutations.json at a time to copies of the last commit, and runs the tests.
// Usage: npm run test:mutations -- [--copies N] [part of a file's path ...]
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import ts from "typescript";
import { Failure, main, run } from "./process.mjs";

interface Mutation {
  file: string;
  find: string;
  replace: string;
  breaks: string;
}

const root = fileURLToPath(new URL("..", import.meta.url));
/** A test run that takes longer counts as failed. Set to a multiple of the first run's duration. */
let timeLimitMs = 900_000;

await main(async () => {
  const { values, positionals: parts } = parseArgs({
    options: { copies: { type: "string", default: "1" } },
    allowPositionals: true,
  });
  const all = JSON.parse(readFileSync(join(root, "test/mutations/mutations.json"), "utf8")) as Mutation[];
  const mutations = all.filter(({ file }) => parts.length === 0 || parts.some((part) => file.includes(part)));
  const temp = mkdtempSync(join(tmpdir(), "mutations-"));
  const firstCopy = join(temp, "0");
  const copies = Array.from({ length: Number(values.copies) }, (_, n) => join(temp, String(n)));
  const survivors: string[] = [];
  const queue = [...mutations];
  const work = async (copy: string) => {
    for (let mutation = queue.shift(); mutation; mutation = queue.shift()) {
      const survived = await testMutation(copy, mutation);
      const line = `${survived ? "survived" : "killed"}  ${mutation.file}: ${mutation.breaks}`;
      if (survived) survivors.push(line);
      console.log(line);
    }
  };
  // Ends Jest at the first failed test; --bail waits for the end of its file.
  writeFileSync(
    join(temp, "bail.cjs"),
    "module.exports = class { onTestCaseResult(_, { status }) { if (status === 'failed') process.exit(1); } };",
  );
  try {
    for (const copy of copies) await makeCopy(copy);
    // Fails now if a mutation does not apply, rather than after an hour.
    for (const mutation of mutations) mutate(firstCopy, mutation);
    const start = performance.now();
    if (!(await testsPass(firstCopy))) throw new Failure("The tests fail without any mutation.");
    timeLimitMs = Math.max(180_000, 3 * (performance.now() - start));
    const results = await Promise.allSettled(copies.map((copy) => work(copy).finally(() => (queue.length = 0))));
    for (const result of results) if (result.status === "rejected") throw result.reason;
  } finally {
    rmSync(temp, { recursive: true, force: true, maxRetries: 3 });
  }
  console.log(["", ...survivors].join("\n"));
  console.log(`mutations: ${mutations.length - survivors.length} of ${mutations.length} killed`);
});

async function makeCopy(copy: string) {
  const { code } = await run("git", ["clone", "--quiet", root, copy]);
  if (code !== 0) throw new Failure("Could not clone the repository.");
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "junction");
  // One test runs the build. Not incremental, because tsc's notes in node_modules belong to the repository's own build.
  await node(copy, "node_modules/typescript/bin/tsc -p tsconfig.build.json --noCheck --incremental false");
}

/** The file's text with the mutation applied. */
function mutate(copy: string, { file, find, replace }: Mutation): string {
  const [before, after, ...more] = readFileSync(join(copy, file), "utf8").split(find);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Failure(`${file} must contain this text exactly once:\n${find}`);
  }
  return before + replace + after;
}

/** Whether the tests pass despite the mutation. */
async function testMutation(copy: string, mutation: Mutation): Promise<boolean> {
  const source = join(copy, mutation.file);
  const original = readFileSync(source, "utf8");
  const write = (text: string) => {
    writeFileSync(source, text);
    const built = ts.transpile(text, { target: ts.ScriptTarget.ES2024, module: ts.ModuleKind.CommonJS });
    writeFileSync(join(copy, "dist", mutation.file.replace(/ts$/, "js")), built);
  };
  write(mutate(copy, mutation));
  try {
    return await testsPass(copy, `test/${dirname(mutation.file)}/`);
  } finally {
    write(original);
  }
}

/** Runs the tests in the given folder first, and the fault matrix last because it takes longest. */
async function testsPass(copy: string, firstFolder = "test/provider/"): Promise<boolean> {
  const options = `--selectProjects unit --runInBand --bail --silent --coverage=false --reporters=${copy}/../bail.cjs`;
  for (const folder of new Set([firstFolder, "test/provider/", "test/faults/"])) {
    if (!(await node(copy, `node_modules/jest/bin/jest.js ${folder} ${options}`))) return false;
  }
  return true;
}

async function node(cwd: string, command: string): Promise<boolean> {
  const env = { ...process.env, PROPERTY_RUNS: "60" };
  const options = { cwd, env, timeLimitMs, gracePeriodMs: 1_000, capture: true };
  return (await run(process.execPath, command.split(" "), options)).code === 0;
}
