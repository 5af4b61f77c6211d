// Shows what the unit tests notice: breaks the provider in one place at a time (test/mutations/mutations.json), in copies
// of the last commit, and runs the tests. Usage: node tools/mutations.mjs [--copies N] [part of a file's path ...]
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import ts from "typescript";
import { Failure, main, run } from "./process.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
/** A mutant that hangs counts as killed. How long the tests take here is known after they ran once. */
let timeLimit = 900_000;

await main(async () => {
  const options = { copies: { type: "string", default: "1" } };
  const { values, positionals: parts } = parseArgs({ options, allowPositionals: true });
  const mutations = JSON.parse(readFileSync(join(root, "test/mutations/mutations.json"), "utf8")).filter(
    ({ file }) => parts.length === 0 || parts.some((part) => file.includes(part)),
  );
  const temp = mkdtempSync(join(tmpdir(), "mutations-"));
  const folders = Array.from({ length: Number(values.copies) }, (_, n) => join(temp, String(n)));
  const survivors = [];
  const queue = [...mutations];
  const work = async (copy) => {
    for (let mutation = queue.shift(); mutation; mutation = queue.shift()) {
      const survived = await withMutation(copy, mutation, () => pass(copy, `test/${dirname(mutation.file)}/`));
      const line = `${survived ? "survived" : "killed"}  ${mutation.file}: ${mutation.breaks}`;
      if (survived) survivors.push(line);
      console.log(line);
    }
  };
  // Ends Jest at the first failed test; --bail would do so at the end of its file.
  const reporter =
    "module.exports = class { onTestCaseResult(_, { status }) { if (status === 'failed') process.exit(1); } };";
  writeFileSync(join(temp, "end.cjs"), reporter);
  try {
    for (const folder of folders) await makeCopy(folder);
    for (const mutation of mutations) mutated(folders[0], mutation);
    const start = performance.now();
    if (!(await pass(folders[0]))) throw new Failure("The tests fail without any mutation.");
    timeLimit = Math.max(180_000, 3 * (performance.now() - start));
    const ends = await Promise.allSettled(folders.map((folder) => work(folder).finally(() => (queue.length = 0))));
    for (const { reason } of ends) if (reason) throw reason;
  } finally {
    rmSync(temp, { recursive: true, force: true, maxRetries: 3 });
  }
  console.log(["", ...survivors].join("\n"));
  console.log(`mutations: ${mutations.length - survivors.length} of ${mutations.length} killed`);
});

async function makeCopy(folder) {
  const code = await run("git", ["clone", "--quiet", root, folder], {});
  if (code !== 0) throw new Failure("The repository could not be cloned.");
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  // A test runs the built client. Not an incremental build: its notes would be those of the repository itself.
  await node(folder, "node_modules/typescript/bin/tsc -p tsconfig.build.json --noCheck --incremental false");
}

function mutated(folder, { file, find, replace }) {
  const [before, after, ...more] = readFileSync(join(folder, file), "utf8").split(find);
  if (after === undefined || more.length > 0)
    throw new Failure(`${file} must contain this text exactly once:\n${find}`);
  return before + replace + after;
}

async function withMutation(folder, mutation, step) {
  const original = readFileSync(join(folder, mutation.file), "utf8");
  const write = (text) => {
    const built = ts.transpile(text, { target: ts.ScriptTarget.ES2024, module: ts.ModuleKind.CommonJS });
    writeFileSync(join(folder, mutation.file), text);
    writeFileSync(join(folder, "dist", mutation.file.replace(/ts$/, "js")), built);
  };
  write(mutated(folder, mutation));
  try {
    return await step();
  } finally {
    write(original);
  }
}

/** The nearest tests first; the fault matrix takes longest. */
async function pass(folder, near = "test/provider/") {
  const options = `--selectProjects unit --runInBand --bail --silent --coverage=false --reporters=${folder}/../end.cjs`;
  for (const tests of new Set([near, "test/provider/", "test/faults/"]))
    if (!(await node(folder, `node_modules/jest/bin/jest.js ${tests} ${options}`))) return false;
  return true;
}

async function node(cwd, command) {
  const env = { ...process.env, PROPERTY_RUNS: "60" };
  const options = { cwd, env, timeLimit, patience: 1_000, onOutput: () => {} };
  return (await run(process.execPath, command.split(" "), options)) === 0;
}
