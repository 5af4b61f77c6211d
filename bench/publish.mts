// What is published of a benchmark's results: the charts, and the figures of BENCHMARK.md. Run it to publish
// bench/results.json again, without a new measurement: node bench/publish.mts
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { comparisonChart, describeComparison, growthChart, themeNames } from "./chart.mts";
import { report } from "./report.mts";
import { headline, type Results } from "./results.mts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The files to publish, by path. */
export function published(results: Results): Record<string, string> {
  const comparison = headline(results);
  const picture = comparison && [
    "<picture>",
    '  <source media="(prefers-color-scheme: dark)" srcset="bench/comparison-dark.svg">',
    `  <img alt="${describeComparison(comparison)}" src="bench/comparison-light.svg">`,
    "</picture>\n",
  ];
  const page = readFileSync(`${root}/BENCHMARK.md`, "utf8");
  const charts = themeNames.flatMap((theme): (readonly [path: string, svg: string])[] => [
    ...(comparison ? [[`bench/comparison-${theme}.svg`, comparisonChart(comparison, theme)] as const] : []),
    ...(results.growth.length > 0 ? [[`bench/growth-${theme}.svg`, growthChart(results.growth, theme)] as const] : []),
  ]);
  return {
    "BENCHMARK.md": page
      .replace(/(?<=<!-- chart -->\n)[^]*(?=<!-- end of chart -->)/, () => picture?.join("\n") ?? "")
      .replace(/(?<=<!-- figures -->\n)[^]*(?=<!-- end of figures -->)/, () => `\n${report(results)}\n\n`),
    ...Object.fromEntries(charts),
  };
}

export function publish(results: Results) {
  for (const [path, text] of Object.entries(published(results))) writeFileSync(`${root}/${path}`, text);
}

if (import.meta.main) publish(JSON.parse(readFileSync(`${root}/bench/results.json`, "utf8")) as Results);
