// What a benchmark measures, and what it keeps of that: exactly the figures of BENCHMARK.md and of the chart.

export const candidates = ["floor", "naive", "ours", "plugin"] as const;
export type Candidate = (typeof candidates)[number];

export const startOfPlugin = "plugin of all languages: until it listens";
export const startOfEmptyServer = "an empty gRPC server of Node: until it listens";

/** The steps in the life of a stack, in order. */
export const stepNames = [
  "first up",
  "no-op up",
  "preview",
  "preview --refresh",
  "refresh",
  "change of one",
  "destroy",
] as const;
export type StepName = (typeof stepNames)[number];

/** One run of some steps. */
export interface Measurement<Name extends StepName = StepName> {
  steps: Record<Name, StepMeasurement>;
  stateBytes: StateBytes;
}

export interface StepMeasurement {
  seconds: number;
  calls: Record<string, number>;
  /** Bytes of the response bodies. */
  bytes: number;
  /** The peak memory of the plugin process; undefined where it is unknown. */
  pluginBytes: number | undefined;
}

/** Bytes per group. */
export interface StateBytes {
  inputsAndOutputs: number;
  checkpoint: number;
}

export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** All runs of one step. */
export interface StepSummary {
  seconds: Spread;
  /** Of the run with the most calls. */
  calls: Record<string, number>;
  bytes: number;
  pluginBytes: number | undefined;
}

export interface Comparison {
  groups: number;
  latencyMs: number;
  runs: number;
  /** In the order of {@link candidates}. The plugin was not measured everywhere. */
  candidates: Partial<Record<Candidate, Record<StepName, StepSummary>>>;
}

export interface Results {
  date: string;
  machine: { cores: number; cpu: string; memoryGiB: number; os: string; node: string; pulumi: string };
  startup: { samples: number; milliseconds: Record<string, Spread> };
  comparisons: Comparison[];
  /** After the last run of each candidate. */
  state: ({ candidate: Candidate; groups: number } & StateBytes)[];
  settings: { setting: string; groups: number; latencyMs: number; seconds: Record<"first up" | "destroy", number> }[];
  growth: {
    groups: number;
    checkpoints: boolean;
    steps: Record<"first up" | "no-op up" | "refresh", { seconds: number; calls: number }>;
  }[];
  /** Groups whose agents are declared. */
  agents: {
    groups: number;
    agentsPerGroup: number;
    latencyMs: number;
    steps: Record<"first up" | "no-op up" | "refresh" | "destroy", { seconds: number; calls: Record<string, number> }>;
  }[];
}

/** The comparison that the goals and the chart are about; undefined if it was not measured. */
export const headline = ({ comparisons }: Results) =>
  comparisons.find(({ groups, latencyMs }) => groups === 500 && latencyMs === 50);

export const measuredCandidates = ({ candidates: measured }: Comparison) =>
  candidates.flatMap((candidate) => {
    const steps = measured[candidate];
    return steps ? [{ candidate, steps }] : [];
  });

/** `Object.fromEntries` that keeps the type of the keys. */
export function mapKeys<Key extends string, Value>(keys: readonly Key[], value: (key: Key) => Value) {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<Key, Value>;
}

export function summarize(runs: Measurement[]): Record<StepName, StepSummary> {
  return mapKeys(stepNames, (name) => {
    const steps = runs.map((run) => run.steps[name]);
    const memory = steps.map(({ pluginBytes }) => pluginBytes).filter((bytes) => bytes !== undefined);
    return {
      seconds: spread(steps.map(({ seconds }) => seconds)),
      calls: steps.map(({ calls }) => calls).reduce((most, calls) => (total(calls) > total(most) ? calls : most)),
      bytes: Math.round(spread(steps.map(({ bytes }) => bytes)).median),
      pluginBytes: memory.length < steps.length ? undefined : Math.round(spread(memory).median),
    };
  });
}

export const total = (calls: Record<string, number>) => Object.values(calls).reduce((sum, count) => sum + count, 0);

/** To four decimals. */
export const round = (value: number) => Math.round(value * 10_000) / 10_000;

export function spread(values: number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? NaN;
  const median = (at(Math.floor((sorted.length - 1) / 2)) + at(Math.ceil((sorted.length - 1) / 2))) / 2;
  return { median: round(median), min: round(at(0)), max: round(at(sorted.length - 1)) };
}
