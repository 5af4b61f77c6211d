// The charts of BENCHMARK.md, each in light and dark.
import { type EChartsOption, init } from "echarts";
import { type Candidate, type Comparison, measuredCandidates, type Results, type StepName } from "./results.mts";

const themes = {
  light: {
    background: "#ffffff",
    text: "#1f2328",
    line: "#d1d9e0",
    colors: ["#8c959f", "#bc4c00", "#0969da", "#8250df"],
  },
  dark: {
    background: "#0d1117",
    text: "#e6edf3",
    line: "#3d444d",
    colors: ["#9198a1", "#f0883e", "#58a6ff", "#bc8cff"],
  },
};
type Theme = keyof typeof themes;
export const themeNames = Object.keys(themes) as Theme[];

/** The operations that the chart shows: `preview` and a change of one group take about as long as a no-op `up`. */
const operations: StepName[] = ["first up", "no-op up", "preview --refresh", "refresh", "destroy"];

const names: Record<Candidate, string> = {
  plugin: "plugin, from YAML",
  ours: "pulumi-deepcall",
  naive: "naive provider",
  floor: "floor (a provider that does nothing)",
};

/** The candidates in the order of their bars. */
const bars = (comparison: Comparison) => measuredCandidates(comparison).toReversed();

/** What the chart shows, for those who do not see it. */
export function describeComparison(comparison: Comparison): string {
  const { groups, latencyMs } = comparison;
  const measured = bars(comparison);
  const seconds = operations.map(
    (step) => `${step} ${measured.map(({ steps }) => steps[step].seconds.median.toFixed(1)).join(" / ")}`,
  );
  const order = measured.map(({ candidate }) => names[candidate]).join(" / ");
  return `Bar chart: seconds with ${groups} groups and ${latencyMs} ms per call, for ${order}. ${seconds.join("; ")}.`;
}

/** Seconds of some operations, one bar for each candidate. */
export function comparisonChart(comparison: Comparison, theme: Theme): string {
  const { groups, latencyMs } = comparison;
  const [floor, naive, ours, plugin] = themes[theme].colors;
  const colors = { floor, naive, ours, plugin };
  return draw(theme, 480, `Seconds with ${groups} groups and ${latencyMs} ms per call (less is better)`, {
    grid: { left: 130, right: 60, top: 80, bottom: 20 },
    xAxis: { type: "value", show: false },
    yAxis: {
      type: "category",
      data: operations,
      inverse: true,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: themes[theme].line } },
      axisLabel: { color: themes[theme].text, fontSize: 13 },
    },
    series: bars(comparison).map(({ candidate, steps }) => ({
      name: names[candidate],
      type: "bar",
      color: colors[candidate] ?? "",
      barGap: "10%",
      label: { show: true, position: "right", color: themes[theme].text },
      data: operations.map((step) => steps[step].seconds.median.toFixed(1)),
    })),
  });
}

/** Seconds by number of groups, both axes logarithmic; dashed without the engine's checkpoints. */
export function growthChart(growth: Results["growth"], theme: Theme): string {
  const line = (step: keyof Results["growth"][number]["steps"], color: string | undefined, checkpoints = true) => ({
    name: checkpoints ? step : `${step}, without checkpoints`,
    type: "line" as const,
    color: color ?? "",
    lineStyle: { type: checkpoints ? ("solid" as const) : ("dashed" as const) },
    data: growth
      .filter((measurement) => measurement.checkpoints === checkpoints)
      .map(({ groups, steps }) => [groups, Number(steps[step].seconds.toFixed(1))]),
  });
  const [, orange, blue, violet] = themes[theme].colors;
  const { line: gridColor, text } = themes[theme];
  const axis = {
    type: "log" as const,
    splitLine: { lineStyle: { color: gridColor } },
    axisLabel: { color: text },
  };
  return draw(theme, 480, "Seconds by number of groups (pulumi-deepcall, file backend)", {
    grid: { left: 70, right: 40, top: 100, bottom: 60 },
    xAxis: { ...axis, name: "groups", nameLocation: "middle", nameGap: 30, min: 10 },
    yAxis: { ...axis, name: "seconds", min: 0.5 },
    series: [line("first up", blue), line("refresh", orange), line("no-op up", violet), line("first up", blue, false)],
  });
}

function draw(theme: Theme, height: number, title: string, option: EChartsOption): string {
  const { background, text } = themes[theme];
  const chart = init(null, null, { renderer: "svg", ssr: true, width: 900, height });
  chart.setOption({
    animation: false,
    backgroundColor: background,
    textStyle: { color: text },
    title: { text: title, left: "center", top: 8, textStyle: { color: text, fontSize: 16 } },
    legend: { top: 40, itemGap: 24, textStyle: { color: text } },
    ...option,
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg}\n`;
}
