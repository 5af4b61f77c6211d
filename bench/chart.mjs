// The growth chart.
import { init } from "echarts";

const series = [
  { step: "first up", color: "#1f77b4" },
  { step: "refresh", color: "#2ca02c" },
  { step: "no-op up", color: "#9467bd" },
];

/** @returns {string} SVG: seconds over groups, both logarithmic; dashed without the engine's checkpoints */
export function growthChart(growth) {
  const hasCheckpoints = ({ env }) => Object.keys(env).length === 0;
  const line = (step, color, histories, dashed) => ({
    name: dashed ? `${step}, without checkpoints` : step,
    type: "line",
    color,
    lineStyle: { type: dashed ? "dashed" : "solid" },
    data: histories.map(({ groups, steps }) => [groups, Number(steps[step].seconds.toFixed(2))]),
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
      ...series.map(({ step, color }) => line(step, color, growth.filter(hasCheckpoints), false)),
      line(
        "first up",
        series[0].color,
        growth.filter((one) => !hasCheckpoints(one)),
        true,
      ),
    ],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg}\n`;
}
