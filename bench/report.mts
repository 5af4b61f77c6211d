// The tables of BENCHMARK.md.
import {
  candidates,
  type Comparison,
  headline,
  type Results,
  type Spread,
  type StepName,
  stepNames,
  total,
} from "./results.mts";

const mib = (bytes: number | undefined) => (bytes === undefined ? "–" : String(Math.round(bytes / 2 ** 20)));
const kib = (bytes: number) => (bytes / 1024).toFixed(1);
const range = ({ median, min, max }: Spread, digits: number) =>
  median.toFixed(digits) + (min === max ? "" : ` (${min.toFixed(digits)}–${max.toFixed(digits)})`);
const calls = (counts: Record<string, number>) =>
  Object.entries(counts)
    .map(([operation, count]) => `${count} ${operation}`)
    .join(", ") || "0";
const callCount = (count: number) => `${count} ${count === 1 ? "call" : "calls"}`;
const section = (title: string, head: string[], rows: (string | number)[][]) =>
  [
    `### ${title}\n`,
    ...[head, head.map((_, n) => (n === 0 ? "---" : "---:")), ...rows].map((cells) => `| ${cells.join(" | ")} |`),
  ].join("\n");

export function report(results: Results): string {
  const { date, machine, startup, comparisons, state, settings, growth, agents } = results;
  const { cores, cpu, memoryGiB, os, node, pulumi } = machine;
  const comparison = headline(results);
  return [
    `Measured on ${date.slice(0, 10)}: ${cores} cores (${cpu}), ${memoryGiB} GiB, ${os}, Node ${node}, Pulumi ${pulumi}, file backend.`,
    ...(comparison ? [goalsTable(comparison)] : []),
    ...comparisons.map(comparisonTable),
    section(
      "Bytes of state per group",
      ["", "groups", "inputs and outputs as JSON", "in the checkpoint"],
      state.map(({ candidate, groups, inputsAndOutputs, checkpoint }) => [
        candidate,
        groups,
        inputsAndOutputs,
        checkpoint,
      ]),
    ),
    section(
      "Loading",
      ["", `ms, median of ${startup.samples} (min–max)`],
      Object.entries(startup.milliseconds).map(([name, milliseconds]) => [name, range(milliseconds, 0)]),
    ),
    ...settingsTable(settings),
    ...growthTable(growth),
    ...agents.map(agentsTable),
  ].join("\n\n");
}

/** Ours relative to another candidate. `min` and `max` are those of any run of ours and any run of the other. */
function ratio({ candidates: measured }: Comparison, step: StepName, other: "floor" | "naive"): Spread {
  const [ours, theirs] = [measured.ours[step].seconds, measured[other][step].seconds];
  return { median: ours.median / theirs.median, min: ours.min / theirs.max, max: ours.max / theirs.min };
}

function comparisonTable(comparison: Comparison): string {
  const { groups, latencyMs, runs } = comparison;
  const head = [
    ...["", "floor s", "naive s", "ours s", "ours ÷ floor", "ours ÷ naive", "calls, naive", "calls, ours"],
    ...["KiB received, naive / ours", "plugin MiB, floor / naive / ours"],
  ];
  const rows = stepNames.map((name) => {
    const all = candidates.map((candidate) => comparison.candidates[candidate][name]);
    const [naive, ours] = [comparison.candidates.naive[name], comparison.candidates.ours[name]];
    return [
      name,
      ...all.map(({ seconds }) => range(seconds, 1)),
      ratio(comparison, name, "floor").median.toFixed(1),
      ratio(comparison, name, "naive").median.toFixed(1),
      calls(naive.calls),
      calls(ours.calls),
      `${kib(naive.bytes)} / ${kib(ours.bytes)}`,
      all.map(({ pluginBytes }) => mib(pluginBytes)).join(" / "),
    ];
  });
  const spread = runs > 1 ? `medians of ${runs} runs (min–max)` : "1 run";
  return section(`${groups} groups, ${latencyMs} ms per call: ${spread}`, head, rows);
}

/** The most calls, and the longest time relative to the other candidates, with 500 groups and 50 ms per call. */
const goals: { step: StepName; calls: number; floor: number; naive?: number }[] = [
  { step: "refresh", calls: 1, floor: 1.2 },
  { step: "preview --refresh", calls: 1, floor: 1.1 },
  { step: "no-op up", calls: 0, floor: 1.05 },
  { step: "preview", calls: 0, floor: 1.05 },
  { step: "first up", calls: 1001, floor: 1.3, naive: 0.65 },
  { step: "destroy", calls: 1000, floor: 1.35, naive: 0.5 },
];

function goalsTable(comparison: Comparison): string {
  const rows = goals.flatMap(({ step, calls: limit, ...limits }) => {
    const count = total(comparison.candidates.ours[step].calls);
    return [
      [`${step}: at most ${callCount(limit)}`, String(count), count <= limit ? "yes" : "**no**"],
      ...(["floor", "naive"] as const).flatMap((other) => {
        const most = limits[other];
        if (most === undefined) return [];
        const measured = ratio(comparison, step, other);
        const reached = measured.max <= most ? "yes" : measured.median <= most ? "by the median" : "**no**";
        return [[`${step}: at most ${most} × ${other}`, range(measured, 1), reached]];
      }),
    ];
  });
  return section("Goals, with 500 groups and 50 ms per call", ["goal", "measured", "reached"], rows);
}

function settingsTable(settings: Results["settings"]): string[] {
  const [first] = settings;
  if (!first) return [];
  return [
    section(
      `Pulumi settings, with ${first.groups} groups and ${first.latencyMs} ms per call: 1 run of each`,
      ["", "first up s", "destroy s"],
      settings.map(({ setting, seconds }) => [
        `\`${setting}\``,
        seconds["first up"].toFixed(1),
        seconds.destroy.toFixed(1),
      ]),
    ),
  ];
}

function growthTable(growth: Results["growth"]): string[] {
  const [first] = growth;
  if (!first) return [];
  return [
    section(
      "Growth: ours, 0 ms per call, 1 run of each",
      ["groups", "checkpoints", ...Object.keys(first.steps)],
      growth.map(({ groups, checkpoints, steps }) => [
        groups,
        checkpoints ? "yes" : "no",
        ...Object.values(steps).map((step) => `${step.seconds.toFixed(1)} s, ${callCount(step.calls)}`),
      ]),
    ),
  ];
}

function agentsTable({ groups, agentsPerGroup, latencyMs, steps }: Results["agents"][number]): string {
  return section(
    `${groups} groups with ${agentsPerGroup} declared agents each, ${latencyMs} ms per call: ours, 1 run`,
    ["", "s", "calls"],
    Object.entries(steps).map(([name, step]) => [name, step.seconds.toFixed(1), calls(step.calls)]),
  );
}
