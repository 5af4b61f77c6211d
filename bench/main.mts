// `npm run bench`: compares pulumi-deepcall with a provider that does nothing and a naive one. See BENCHMARK.md.
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { format } from "prettier";
import { elapsed, Failure, main } from "../tools/process.mjs";
import { createSandbox, measureStack, measureStartup, type StackOptions } from "./measure.mts";
import { publish } from "./publish.mts";
import { report } from "./report.mts";
import {
  candidates,
  mapKeys,
  type Measurement,
  type Results,
  type StepName,
  stepNames,
  summarize,
  total,
} from "./results.mts";

const root = fileURLToPath(new URL("..", import.meta.url));
const usage = `usage: npm run bench -- [options]
  --groups 100,500,1000      numbers of groups to compare
  --latency 0,50             milliseconds per call
  --runs 3,3,1               runs for each number of groups
  --growth 10,100,1000,3000  numbers of groups for the growth chart; "" skips it
  --settings 500             number of groups to try Pulumi settings with; 0 skips it
  --agents 500               number of groups with 10 agents each; 0 skips it
  --json FILE                write the figures to a file
  --publish                  update BENCHMARK.md, bench/results.json and the charts`;
const skipCheckpoints = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };

await main(async () => {
  const plan = readPlan();
  const start = Date.now();
  const sandbox = createSandbox();
  try {
    const results: Results = {
      date: new Date().toISOString(),
      machine: describeMachine(),
      startup: await measureStartup(sandbox, 3 * Math.max(1, ...plan.runs)),
      ...(await compare(sandbox, plan)),
      settings: plan.settings > 0 ? await trySettings(sandbox, plan.settings) : [],
      growth: await measureGrowth(sandbox, plan.growth),
      agents: plan.agents > 0 ? [await measureAgents(sandbox, plan.agents)] : [],
    };
    const tables = report(results);
    console.log(`\n${tables}\nMeasured in ${elapsed(start)}.`);
    // One line for each step.
    const json = await format(JSON.stringify(results), { parser: "json", printWidth: 200 });
    if (plan.json !== undefined) writeFileSync(plan.json, json);
    if (plan.publish) {
      writeFileSync(`${root}/bench/results.json`, json);
      publish(results);
    }
  } finally {
    rmSync(sandbox, { recursive: true, force: true });
  }
});

type Plan = ReturnType<typeof readPlan>;

function readPlan() {
  const string = (value: string) => ({ type: "string" as const, default: value });
  const numbers = (text: string) => (text === "" ? [] : text.split(",").map(Number));
  try {
    const { values } = parseArgs({
      options: {
        groups: string("100,500,1000"),
        latency: string("0,50"),
        runs: string("3,3,1"),
        growth: string("10,100,1000,3000"),
        settings: string("500"),
        agents: string("500"),
        json: { type: "string" },
        publish: { type: "boolean", default: false },
      },
    });
    const [groups, latency] = [numbers(values.groups), numbers(values.latency)];
    const [runs, growth] = [numbers(values.runs), numbers(values.growth)];
    const [settings, agents] = [Number(values.settings), Number(values.agents)];
    if ([...groups, ...latency, ...runs, ...growth, settings, agents].some((n) => !Number.isInteger(n) || n < 0)) {
      throw new Error("numbers must be non-negative integers");
    }
    if (groups.length !== runs.length) throw new Error("--groups and --runs must have equally many numbers");
    return { ...values, groups, latency, runs, growth, settings, agents };
  } catch (error) {
    throw new Failure(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

/** Measures all candidates. Their order rotates, so that changes in the machine's speed affect all of them alike. */
async function compare(sandbox: string, plan: Plan): Promise<Pick<Results, "comparisons" | "state">> {
  const cells = plan.groups
    .flatMap((groups, n) => plan.latency.map((latencyMs) => ({ groups, latencyMs, runs: plan.runs[n] ?? 0 })))
    .filter(({ runs }) => runs > 0);
  const turns = cells.flatMap(({ groups, latencyMs, runs }) =>
    Array.from({ length: runs }, (_, n) => {
      const first = n % candidates.length;
      const rotated = [...candidates.slice(first), ...candidates.slice(0, first)];
      return rotated.map((candidate) => ({ candidate, groups, latencyMs }));
    }).flat(),
  );
  const measured = await measureAll(sandbox, "compare", stepNames, turns);
  const comparisons = cells.map((cell) => ({
    ...cell,
    candidates: mapKeys(candidates, (candidate) =>
      summarize(
        measured.filter(
          ({ groups, latencyMs, ...one }) =>
            one.candidate === candidate && groups === cell.groups && latencyMs === cell.latencyMs,
        ),
      ),
    ),
  }));
  const state = candidates
    .flatMap((candidate) => measured.findLast((one) => one.candidate === candidate) ?? [])
    .map(({ candidate, groups, stateBytes }) => ({ candidate, groups, ...stateBytes }));
  return { comparisons, state };
}

/** Ours with many sizes, with and without the engine's checkpoints. */
async function measureGrowth(sandbox: string, sizes: number[]): Promise<Results["growth"]> {
  // Not "destroy", which grows like "first up".
  const steps = ["first up", "no-op up", "refresh"] as const;
  const turns = sizes.flatMap((groups) =>
    [true, false].map((checkpoints) => ({
      candidate: "ours" as const,
      groups,
      latencyMs: 0,
      checkpoints,
      env: checkpoints ? {} : skipCheckpoints,
    })),
  );
  const measured = await measureAll(sandbox, "growth", steps, turns);
  return measured.map(({ groups, checkpoints, steps: all }) => ({
    groups,
    checkpoints,
    steps: mapKeys(steps, (name) => ({ seconds: all[name].seconds, calls: total(all[name].calls) })),
  }));
}

/** Ours with groups whose agents are declared. */
async function measureAgents(sandbox: string, groups: number): Promise<Results["agents"][number]> {
  const steps = ["first up", "no-op up", "refresh", "destroy"] as const;
  const agentsPerGroup = 10;
  const env = { BENCH_AGENTS: String(agentsPerGroup) };
  const [measured] = await measureAll(sandbox, "agents", steps, [{ candidate: "ours", groups, latencyMs: 50, env }]);
  if (!measured) throw new Failure("nothing was measured");
  return {
    groups,
    agentsPerGroup,
    latencyMs: measured.latencyMs,
    steps: mapKeys(steps, (name) => ({ seconds: measured.steps[name].seconds, calls: measured.steps[name].calls })),
  };
}

/** Ours with each setting that might reduce the engine's own cost. */
async function trySettings(sandbox: string, groups: number): Promise<Results["settings"]> {
  const steps = ["first up", "destroy"] as const;
  const settings: ({ setting: string } & Partial<StackOptions>)[] = [
    { setting: "default" },
    { setting: "PULUMI_SKIP_CHECKPOINTS=true", env: skipCheckpoints },
    { setting: "PULUMI_DIY_BACKEND_GZIP=true", env: { PULUMI_DIY_BACKEND_GZIP: "true" } },
    {
      setting: "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS=true",
      env: { PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true" },
    },
    ...(process.platform === "linux" ? [{ setting: "backend in memory (/dev/shm)", backendParent: "/dev/shm" }] : []),
    { setting: "--parallel 1", flags: ["--parallel", "1"] },
    {
      setting: "--parallel 32, deepcall:maxConcurrency 32",
      flags: ["--parallel", "32"],
      env: { DEEPCALL_MAX_CONCURRENCY: "32" },
    },
  ];
  const turns = settings.map((setting) => ({ ...setting, candidate: "ours" as const, groups, latencyMs: 50 }));
  const measured = await measureAll(sandbox, "settings", steps, turns);
  return measured.map(({ setting, latencyMs, steps: all }) => ({
    setting,
    groups,
    latencyMs,
    seconds: mapKeys(steps, (name) => all[name].seconds),
  }));
}

async function measureAll<Name extends StepName, Turn extends StackOptions>(
  sandbox: string,
  title: string,
  steps: readonly Name[],
  turns: Turn[],
): Promise<(Turn & Measurement<Name>)[]> {
  const results = [];
  for (const [n, turn] of turns.entries()) {
    const measurement = await measureStack(sandbox, steps, turn);
    const { candidate, groups, latencyMs, env = {}, flags = [], backendParent = [] } = turn;
    const settings = [...Object.keys(env), ...flags].concat(backendParent).join(" ");
    const seconds = steps.map((step) => `${step} ${measurement.steps[step].seconds.toFixed(1)}`).join(", ");
    console.log(
      `${title} ${n + 1}/${turns.length}: ${candidate}, ${groups} groups, ${latencyMs} ms${settings && `, ${settings}`}: ${seconds}`,
    );
    results.push({ ...turn, ...measurement });
  }
  return results;
}

function describeMachine(): Results["machine"] {
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model.trim() ?? "unknown CPU",
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${type()} ${release()}`,
    node: process.version,
    pulumi: execFileSync("pulumi", ["version"], { encoding: "utf8" }).trim(),
  };
}
