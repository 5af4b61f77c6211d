import { readFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { execute } from "../e2e/stack";

interface Results {
  comparisons: { candidates: Record<"ours" | "plugin", Record<string, { calls: Record<string, number> }>> }[];
  agents: { steps: Record<string, { calls: Record<string, number> }> }[];
}

test("the benchmark runs, and makes as few calls as the README promises", async () => {
  const file = join(process.env["E2E_FOLDER"] ?? "", "bench-results.json");
  const sizes = [
    "--groups",
    "4",
    "--latency",
    "0",
    "--runs",
    "1",
    "--growth",
    "",
    "--settings",
    "0",
    "--agents",
    "3",
    "--json",
    file,
  ];
  const env = {
    PATH: [process.env["PULUMI_CLI_BIN"], process.env["PATH"]].join(delimiter),
    // Speeds up the test, which ignores the times that the benchmark measures.
    NODE_COMPILE_CACHE: join(process.env["E2E_FOLDER"] ?? "", "compile-cache"),
  };
  const { code, output } = await execute(
    process.execPath,
    ["bench/main.mts", ...sizes],
    resolve(__dirname, "../.."),
    env,
  );
  expect(output).toContain("### 4 groups, 0 ms per call: 1 run");
  expect(code).toBe(0);
  const { comparisons, agents } = JSON.parse(readFileSync(file, "utf8")) as Results;
  for (const candidate of ["ours", "plugin"] as const) {
    const steps = Object.entries(comparisons[0]?.candidates[candidate] ?? {});
    expect(Object.fromEntries(steps.map(([step, { calls }]) => [step, calls]))).toEqual({
      "first up": { add: 4, list: 5 },
      "no-op up": {},
      preview: {},
      "preview --refresh": { list: 1 },
      refresh: { list: 1 },
      "change of one": { list: 2, update: 1 },
      destroy: { delete: 4, getGroupAgentRelation: 8 },
    });
  }
  const agentSteps = Object.entries(agents[0]?.steps ?? {});
  expect(Object.fromEntries(agentSteps.map(([step, { calls }]) => [step, calls]))).toEqual({
    "first up": { add: 3, list: 4, getGroupAgentRelation: 6, submitAssignGroupToAgent: 3 },
    "no-op up": {},
    refresh: { list: 1, getGroupAgentRelation: 3 },
    // Each list is read, submitted without the agents and read back; then both forms show that the group is empty.
    destroy: { getGroupAgentRelation: 12, submitAssignGroupToAgent: 3, delete: 3 },
  });
});
