// bench/growth.svg
import { init } from "echarts";
import type { Results } from "./results.mts";

/** Seconds by number of groups, both axes logarithmic; dashed without the engine's checkpoints. */
export function growthChart(growth: Results["growth"]): string {
  const line = (step: keyof Results["growth"][number]["steps"], color: string, checkpoints = true) => ({
    name: checkpoints ? step : `${step}, without checkpoints`,
    type: "line" as const,
    color,
    lineStyle: { type: checkpoints ? ("solid" as const) : ("dashed" as const) },
    data: growth
      .filter((measurement) => measurement.checkpoints === checkpoints)
      .map(({ groups, steps }) => [groups, Number(steps[step].seconds.toFixed(2))]),
  });
  const chart = init(null, null, { renderer: "svg", ssr: true, width: 900, height: 480 });
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    title: { text: "Seconds by number of groups (pulumi-deepcall, file backend)", left: "center", top: 8 },
    legend: { top: 36 },
    grid: { left: 70, right: 40, top: 100, bottom: 60 },
    xAxis: { type: "log", name: "groups", nameLocation: "middle", nameGap: 30, min: 10 },
    yAxis: { type: "log", name: "seconds", min: 0.5 },
    series: [
      line("first up", "#1f77b4"),
      line("refresh", "#2ca02c"),
      line("no-op up", "#9467bd"),
      line("first up", "#1f77b4", false),
    ],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg}\n`;
}
