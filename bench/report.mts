// The tables of BENCHMARK.md.
import {
  type Candidate,
  type Comparison,
  headline,
  measuredCandidates,
  type Results,
  type Spread,
  startOfEmptyServer,
  startOfPlugin,
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
    ...(comparison ? [goalsTable(comparison, results)] : []),
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

/** One relative to another. `min` and `max` are those of any run of one and any run of the other. */
function quotient(one: Spread, other: Spread): Spread {
  return { median: one.median / other.median, min: one.min / other.max, max: one.max / other.min };
}

function ratio({ candidates }: Comparison, step: StepName, one: Candidate, other: Candidate): Spread | undefined {
  const [seconds, others] = [candidates[one]?.[step].seconds, candidates[other]?.[step].seconds];
  return seconds && others && quotient(seconds, others);
}

function comparisonTable(comparison: Comparison): string {
  const { groups, latencyMs, runs, candidates } = comparison;
  const measured = measuredCandidates(comparison);
  const names = measured.map(({ candidate }) => candidate);
  const callers = measured.filter(({ candidate }) => candidate !== "floor");
  const callerNames = callers.map(({ candidate }) => candidate);
  const pairs = [
    { one: "ours", other: "floor" },
    { one: "ours", other: "naive" },
    ...(candidates.plugin ? [{ one: "plugin", other: "ours" } as const] : []),
  ] as const;
  const head = [
    "",
    ...names.map((name) => `${name} s`),
    ...pairs.map(({ one, other }) => `${one} ÷ ${other}`),
    ...callerNames.map((name) => `calls, ${name}`),
    `KiB received, ${callerNames.join(" / ")}`,
    `plugin MiB, ${names.join(" / ")}`,
  ];
  const rows = stepNames.map((name) => [
    name,
    ...measured.map(({ steps }) => range(steps[name].seconds, 1)),
    ...pairs.map(({ one, other }) => ratio(comparison, name, one, other)?.median.toFixed(1) ?? "–"),
    ...callers.map(({ steps }) => calls(steps[name].calls)),
    callers.map(({ steps }) => kib(steps[name].bytes)).join(" / "),
    measured.map(({ steps }) => mib(steps[name].pluginBytes)).join(" / "),
  ]);
  const spread = runs > 1 ? `medians of ${runs} runs (min–max)` : "1 run";
  return section(`${groups} groups, ${latencyMs} ms per call: ${spread}`, head, rows);
}

/** The most calls, and the longest time relative to the other candidates, with 500 groups and 50 ms per call. */
const goals: { of?: Candidate; step: StepName; calls: number; limits: Partial<Record<Candidate, number>> }[] = [
  { step: "refresh", calls: 1, limits: { floor: 1.2 } },
  { step: "preview --refresh", calls: 1, limits: { floor: 1.1 } },
  { step: "no-op up", calls: 0, limits: { floor: 1.05 } },
  { step: "preview", calls: 0, limits: { floor: 1.05 } },
  { step: "first up", calls: 1001, limits: { floor: 1.3, naive: 0.65 } },
  // Two reads show that a group has no agents, before it is deleted.
  { step: "destroy", calls: 1500, limits: { floor: 1.35, naive: 0.5 } },
  { of: "plugin", step: "refresh", calls: 1, limits: {} },
  { of: "plugin", step: "preview", calls: 0, limits: { ours: 0.6 } },
  { of: "plugin", step: "first up", calls: 1001, limits: { ours: 0.8 } },
];
/** Of the plugin: bytes of inputs and outputs per group, and the time until it listens relative to an empty server. */
const pluginGoals = { bytes: 250, start: 1.6 };

function goalsTable(comparison: Comparison, { state, startup }: Results): string {
  const countRow = (goal: string, count: number, limit: number) => [
    goal,
    String(count),
    count <= limit ? "yes" : "**no**",
  ];
  const ratioRow = (goal: string, measured: Spread, most: number) => {
    const reached = measured.max <= most ? "yes" : measured.median <= most ? "by the median" : "**no**";
    return [goal, range(measured, 1), reached];
  };
  const rows = goals.flatMap(({ of = "ours", step, calls: limit, limits }) => {
    const steps = comparison.candidates[of];
    if (!steps) return [];
    const title = of === "ours" ? step : `${of}, ${step}`;
    return [
      countRow(`${title}: at most ${callCount(limit)}`, total(steps[step].calls), limit),
      ...Object.entries(limits).flatMap(([other, most]) => {
        const measured = ratio(comparison, step, of, other as Candidate);
        return measured ? [ratioRow(`${title}: at most ${most} × ${other}`, measured, most)] : [];
      }),
    ];
  });
  const { inputsAndOutputs } = state.find(({ candidate }) => candidate === "plugin") ?? {};
  const { [startOfPlugin]: start, [startOfEmptyServer]: emptyStart } = startup.milliseconds;
  const { bytes, start: longestStart } = pluginGoals;
  return section(
    "Goals, with 500 groups and 50 ms per call",
    ["goal", "measured", "reached"],
    [
      ...rows,
      ...(inputsAndOutputs === undefined
        ? []
        : [countRow(`plugin, inputs and outputs per group: at most ${bytes} bytes`, inputsAndOutputs, bytes)]),
      ...(start && emptyStart
        ? [
            ratioRow(
              `plugin, start: at most ${longestStart} × an empty gRPC server`,
              quotient(start, emptyStart),
              longestStart,
            ),
          ]
        : []),
    ],
  );
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
