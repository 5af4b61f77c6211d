import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(__dirname, "../..");
// Node's own `require`, because Jest's cannot load ES modules.
const { createRequire } = process.getBuiltinModule("node:module");
const { published } = createRequire(__filename)(join(root, "bench/publish.mts")) as {
  published: (results: unknown) => Record<string, string>;
};

// If this fails, run `node bench/publish.mts`.
test("BENCHMARK.md and its charts show the figures of bench/results.json", () => {
  const files = published(JSON.parse(readFileSync(join(root, "bench/results.json"), "utf8")));
  expect(Object.keys(files)).toEqual([
    "BENCHMARK.md",
    ...["comparison", "growth"].map((name) => `bench/${name}-light.svg`),
    ...["comparison", "growth"].map((name) => `bench/${name}-dark.svg`),
  ]);
  for (const [path, text] of Object.entries(files)) expect(text).toBe(readFileSync(join(root, path), "utf8"));
});
