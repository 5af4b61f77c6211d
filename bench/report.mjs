// The tables for people, in Markdown.
import { steps } from "./history.mjs";
import { median, summary } from "./statistics.mjs";

const mib = (bytes) => (bytes === undefined ? "–" : `${Math.round(bytes / 2 ** 20)}`);
const kib = (bytes) => (bytes / 1024).toFixed(1);
const seconds = ({ median: middle, min, max }) =>
  min === max ? middle.toFixed(1) : `${middle.toFixed(1)} (${min.toFixed(1)}–${max.toFixed(1)})`;
const calls = (counts) =>
  Object.entries(counts)
    .map(([operation, count]) => `${count} ${operation}`)
    .join(", ") || "0";
const total = (counts) => Object.values(counts).reduce((sum, count) => sum + count, 0);
const table = (head, rows) =>
  [head, head.map((_, n) => (n === 0 ? "---" : "---:")), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** @param {object} results see `bench/main.mjs` */
export function report({ date, machine, startup, histories, settings, growth }) {
  const { cores, cpu, memoryGiB, os, node, pulumi } = machine;
  const cells = [...new Set(histories.map(({ groups, latencyMs }) => `${groups}/${latencyMs}`))];
  return [
    `Measured on ${date.slice(0, 10)}: ${cores} cores (${cpu}), ${memoryGiB} GiB, ${os}, Node ${node}, Pulumi ${pulumi}, file backend.`,
    ...goals(histories),
    ...cells.map((cell) => comparison(histories.filter((one) => `${one.groups}/${one.latencyMs}` === cell))),
    ...stateTable(histories),
    startupTable(startup),
    ...settingsTable(settings),
    ...growthTable(growth),
  ].join("\n\n");
}

/** The median of one figure of one contender. */
function of(histories, contender, step) {
  const own = histories.filter((history) => history.contender === contender).map((history) => history.steps[step]);
  return {
    seconds: summary(own.map((one) => one.seconds)),
    calls: own[0].calls,
    mostCalls: Math.max(...own.map((one) => total(one.calls))),
    bytes: median(own.map((one) => one.bytes)),
    pluginBytes: own.some((one) => one.pluginBytes === undefined)
      ? undefined
      : median(own.map((one) => one.pluginBytes)),
  };
}

function ratio(histories, step, other) {
  return of(histories, "ours", step).seconds.median / of(histories, other, step).seconds.median;
}

function comparison(histories) {
  const [{ groups, latencyMs }] = histories;
  const runs = histories.filter(({ contender }) => contender === "ours").length;
  const rows = steps.map(({ name }) => {
    const [floor, naive, ours] = ["floor", "naive", "ours"].map((contender) => of(histories, contender, name));
    return [
      name,
      ...[floor, naive, ours].map((one) => seconds(one.seconds)),
      ratio(histories, name, "floor").toFixed(2),
      ratio(histories, name, "naive").toFixed(2),
      calls(naive.calls),
      calls(ours.calls),
      `${kib(naive.bytes)} / ${kib(ours.bytes)}`,
      [floor, naive, ours].map((one) => mib(one.pluginBytes)).join(" / "),
    ];
  });
  const head = [
    ...["", "floor s", "naive s", "ours s", "ours ÷ floor", "ours ÷ naive", "calls, naive", "calls, ours"],
    ...["KiB received, naive / ours", "plugin MiB, floor / naive / ours"],
  ];
  const spread = runs > 1 ? `medians of ${runs} runs (least–most)` : "1 run";
  return `### ${groups} groups, ${latencyMs} ms per call: ${spread}\n\n${table(head, rows)}`;
}

/** What issue and README promise, at 500 groups and 50 ms. */
function goals(all) {
  const histories = all.filter(({ groups, latencyMs }) => groups === 500 && latencyMs === 50);
  if (histories.length === 0) return [];
  const ours = (step) => of(histories, "ours", step);
  const time = (step, other, limit) => {
    const value = ratio(histories, step, other);
    return [`${step}: at most ${limit} × ${other}`, value.toFixed(2), value <= limit];
  };
  const count = (step, limit) => {
    const value = ours(step).mostCalls;
    return [`${step}: at most ${limit} calls`, String(value), value <= limit];
  };
  const goals = [
    count("refresh", 1),
    time("refresh", "floor", 1.2),
    count("preview --refresh", 1),
    time("preview --refresh", "floor", 1.1),
    count("no-op up", 0),
    time("no-op up", "floor", 1.05),
    count("preview", 0),
    time("preview", "floor", 1.05),
    count("first up", 1001),
    time("first up", "floor", 1.3),
    time("first up", "naive", 0.65),
    count("destroy", 550),
    time("destroy", "floor", 1.25),
    time("destroy", "naive", 0.5),
  ];
  const rows = goals.map(([goal, value, reached]) => [goal, value, reached ? "yes" : "**no**"]);
  return [`### The goals, at 500 groups and 50 ms per call\n\n${table(["goal", "measured", "reached"], rows)}`];
}

function stateTable(histories) {
  const largest = Math.max(...histories.map(({ groups }) => groups));
  const rows = ["floor", "naive", "ours"].flatMap((contender) => {
    const one = histories.find((history) => history.contender === contender && history.groups === largest);
    if (!one) return [];
    return [[contender, Math.round(one.state.inputsAndOutputs), Math.round(one.state.checkpoint)]];
  });
  const head = ["", "inputs and outputs as JSON", "in the checkpoint"];
  return rows.length === 0 ? [] : [`### Bytes of state per group, of ${largest}\n\n${table(head, rows)}`];
}

function startupTable(startup) {
  const rows = Object.entries(startup).map(([what, { median: middle, min, max }]) => [
    what,
    `${middle.toFixed(0)} (${min.toFixed(0)}–${max.toFixed(0)})`,
  ]);
  return `### What loading costs\n\n${table(["", "ms, median of 9 (least–most)"], rows)}`;
}

function settingsTable(settings) {
  if (settings.length === 0) return [];
  const rows = settings.map(({ setting, steps: measured }) => [
    `\`${setting}\``,
    ...["first up", "destroy"].map((step) => measured[step].seconds.toFixed(1)),
  ]);
  const [{ groups, latencyMs }] = settings;
  return [
    `### Settings of Pulumi's, with ${groups} groups and ${latencyMs} ms per call: 1 run of each\n\n${table(["", "first up s", "destroy s"], rows)}`,
  ];
}

function growthTable(growth) {
  if (growth.length === 0) return [];
  const names = Object.keys(growth[0].steps);
  const rows = growth.map(({ groups, env, steps: measured }) => [
    groups,
    Object.keys(env).length === 0 ? "yes" : "no",
    ...names.map((name) => `${measured[name].seconds.toFixed(1)} s, ${total(measured[name].calls)} calls`),
  ]);
  return [`### What grows: ours, 0 ms per call, 1 run of each\n\n${table(["groups", "checkpoints", ...names], rows)}`];
}
