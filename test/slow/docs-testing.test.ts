import { cpSync, symlinkSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { basename, join, resolve } from "node:path";
import { TestStack } from "../e2e/stack";

const root = resolve(__dirname, "../..");
const page = readFileSync(join(root, "docs/testing.md"), "utf8");

/** The code blocks of one language, in the page's order. */
function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, code = ""]) => code);
}

/** A port that was free a moment ago: the page names a fixed one, which may be in use here. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

test("docs/testing.md: every block, in a copy of the quickstart", async () => {
  const [seed = "", ...otherSeeds] = blocks("json");
  const [program = "", mocks = "", ...otherPrograms] = blocks("js");
  expect([otherSeeds, otherPrograms]).toEqual([[], []]);
  const stack = await TestStack.create({}, {}, (folder) => {
    const example = join(root, "examples/quickstart");
    cpSync(example, folder, { recursive: true, filter: (path) => basename(path) !== "node_modules" });
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as object;
    writeFileSync(join(folder, "package.json"), JSON.stringify({ ...manifest, scripts: { test: "node --test" } }));
    writeFileSync(join(folder, "seed.json"), seed);
    writeFileSync(join(folder, "groups.test.mjs"), program);
    writeFileSync(join(folder, "mocks.test.mjs"), mocks);
    symlinkSync(join(process.env["E2E_FOLDER"] ?? "", "node_modules"), join(folder, "node_modules"));
  });

  const steps = blocks("sh");
  expect(steps.length).toBeGreaterThan(4);
  const port = await freePort();
  const script = steps
    .join("\n")
    .replaceAll("8920", String(port))
    .replace("emulator --seed", `emulator --port ${port} --seed`);
  // Whatever fails, nothing runs on.
  stack.file("steps.sh", `set -eu\ntrap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n${script}`);
  const { code, output } = await stack.execute("bash", ["--norc", "steps.sh"]);
  expect([code, output]).toEqual([0, expect.stringMatching(/# pass 3\n|ℹ pass 3\n/)]);
  // Each step did what the page says.
  expect(output).toContain("+ 5 created");
  expect(output).toMatch(/"By hand"\s*=> "Support1"|By hand/);
  expect(output).toContain("- 5 deleted");
  const calls = readFileSync(join(stack.folder, "emulator.log"), "utf8");
  expect(calls).toMatch(/^add demo - \d+ms \(fault add:reset-after\)$/m);
  // The emulator ended with the last step.
  await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow("fetch failed");
});
