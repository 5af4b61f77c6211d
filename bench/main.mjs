// `npm run bench`: pulumi-deepcall beside a provider that does nothing and a naive one, in one run on one machine.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Failure, main } from "../tools/process.mjs";
import { elapsed } from "../tools/progress.mjs";
import { growthChart } from "./chart.mjs";
import { measureHistory } from "./history.mjs";
import { report } from "./report.mjs";
import { measureStartup } from "./startup.mjs";
import { rotated } from "./statistics.mjs";
import { makeWorkshop } from "./workshop.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const contenders = ["floor", "naive", "ours"];
const usage = `usage: npm run bench -- [options]
  --groups 100,500,1000     sizes that are compared
  --latency 0,50            milliseconds for each call
  --runs 3,3,1              how often, for each size
  --growth 10,100,1000,3000 sizes of the growth chart; "" leaves it out
  --settings 500            size at which each setting of Pulumi's is tried; 0 leaves it out
  --json FILE               write the figures for machines
  --publish                 write BENCHMARK.md's figures, bench/results.json and bench/growth.svg`;

await main(async () => {
  const plan = readPlan();
  const start = Date.now();
  const workshop = makeWorkshop();
  try {
    const results = {
      date: new Date().toISOString(),
      machine: machine(),
      startup: measureStartup(workshop.folder, 3 * Math.max(...plan.runs)),
      histories: await compare(workshop.folder, plan),
      settings: plan.settings > 0 ? await trySettings(workshop.folder, plan.settings) : [],
      growth: await grow(workshop.folder, plan.growth),
    };
    const text = report(results);
    console.log(`\n${text}\nMeasured in ${elapsed(start)}.`);
    if (plan.json) writeFileSync(plan.json, json(results));
    if (plan.publish) publish(results, text);
  } finally {
    workshop.remove();
  }
});

function readPlan() {
  const numbers = (text) => (text === "" ? [] : text.split(",").map(Number));
  const string = (value) => ({ type: "string", default: value });
  try {
    const { values } = parseArgs({
      options: {
        groups: string("100,500,1000"),
        latency: string("0,50"),
        runs: string("3,3,1"),
        growth: string("10,100,1000,3000"),
        settings: string("500"),
        json: { type: "string" },
        publish: { type: "boolean", default: false },
      },
    });
    const [groups, latency, runs, growth] = [values.groups, values.latency, values.runs, values.growth].map(numbers);
    const settings = Number(values.settings);
    const wrong = [...groups, ...latency, ...runs, ...growth, settings].some((n) => !Number.isInteger(n) || n < 0);
    if (wrong || groups.length !== runs.length) throw new Error("numbers from 0, and as many runs as sizes, please");
    return { groups, latency, runs, growth, settings, json: values.json, publish: values.publish };
  } catch (error) {
    throw new Failure(`${error.message}\n${usage}`);
  }
}

async function compare(workshop, { groups, latency, runs }) {
  const cells = groups.flatMap((size, at) => latency.map((latencyMs) => ({ groups: size, latencyMs, runs: runs[at] })));
  const turns = cells.flatMap(({ runs: count, ...cell }) =>
    Array.from({ length: count }, (_, n) => rotated(contenders, n).map((contender) => ({ contender, ...cell }))),
  );
  return measureAll(workshop, "compare", turns.flat());
}

/** Ours at many sizes, as it is and without the checkpoints of the engine. */
async function grow(workshop, sizes) {
  // A `destroy` grows as the first `up` does.
  const only = ["first up", "no-op up", "refresh"];
  const skip = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };
  return measureAll(
    workshop,
    "growth",
    sizes.flatMap((groups) => [{}, skip].map((env) => ({ contender: "ours", groups, latencyMs: 0, only, env }))),
  );
}

/** What a user can set about the engine's own cost. */
async function trySettings(workshop, groups) {
  const variants = {
    "as it is": {},
    "PULUMI_SKIP_CHECKPOINTS=true": { env: { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" } },
    "PULUMI_DIY_BACKEND_GZIP=true": { env: { PULUMI_DIY_BACKEND_GZIP: "true" } },
    "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS=true": {
      env: { PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true" },
    },
    ...(process.platform === "linux" && { "backend in memory (/dev/shm)": { state: "/dev/shm" } }),
    "--parallel 1": { flags: ["--parallel", "1"] },
    "--parallel 32, deepcall:maxConcurrency 32": {
      flags: ["--parallel", "32"],
      env: { DEEPCALL_MAX_CONCURRENCY: "32" },
    },
  };
  const named = Object.entries(variants);
  const measured = await measureAll(
    workshop,
    "settings",
    named.map(([, set]) => ({ contender: "ours", groups, latencyMs: 50, only: ["first up", "destroy"], ...set })),
  );
  return measured.map((result, n) => ({ setting: named[n][0], ...result }));
}

async function measureAll(workshop, what, turns) {
  const results = [];
  for (const [n, turn] of turns.entries()) {
    const result = await measureHistory(workshop, turn);
    const seconds = Object.entries(result.steps).map(([name, step]) => `${name} ${step.seconds.toFixed(1)}`);
    const set = Object.keys(turn.env ?? {})
      .concat(turn.flags ?? [], turn.state ?? [])
      .join(" ");
    console.log(
      `${what} ${n + 1}/${turns.length}: ${turn.contender}, ${turn.groups} groups, ${turn.latencyMs} ms${set && `, ${set}`}: ${seconds.join(", ")}`,
    );
    results.push({ ...result, ...(turn.env && { env: turn.env }) });
  }
  return results;
}

function machine() {
  const [{ model }] = cpus();
  const pulumi = execFileSync("pulumi", ["version"], { encoding: "utf8" }).trim();
  return {
    cores: cpus().length,
    cpu: model.trim(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${type()} ${release()}`,
    node: process.version,
    pulumi,
  };
}

function json(results) {
  return `${JSON.stringify(results, null, 1)}\n`;
}

function publish(results, text) {
  writeFileSync(`${root}/bench/results.json`, json(results));
  writeFileSync(`${root}/bench/growth.svg`, growthChart(results.growth));
  const file = `${root}/BENCHMARK.md`;
  const figures = /(?<=<!-- figures -->\n)[^]*(?=<!-- end of figures -->)/;
  writeFileSync(
    file,
    readFileSync(file, "utf8").replace(figures, () => `\n${text}\n\n`),
  );
}
