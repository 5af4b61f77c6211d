// What loading costs: the package a program, the provider the plugin process. Each in a fresh process.
import { execFileSync } from "node:child_process";
import { summary } from "./statistics.mjs";

const load = (module) => `require(${JSON.stringify(module)});`;

/** What each measures, on top of what comes before it in the same process. */
const measurements = {
  "program: @pulumi/pulumi, which every program loads": ["", load("@pulumi/pulumi")],
  "program: pulumi-deepcall on top of it": [load("@pulumi/pulumi"), load("pulumi-deepcall")],
  "plugin: the provider, at its first check": [load("@pulumi/pulumi"), load("pulumi-deepcall/lifecycle")],
  "plugin: the HTTP client, at the first call": [load("pulumi-deepcall/lifecycle"), load("undici")],
};

/** @returns {Record<string, { median: number, min: number, max: number }>} in milliseconds */
export function measureStartup(workshop, samples) {
  const times = Object.fromEntries(Object.keys(measurements).map((name) => [name, []]));
  for (let n = 0; n < samples; n++) {
    for (const [name, [before, measured]] of Object.entries(measurements)) {
      const script = `${before} const start = performance.now(); ${measured} console.log(performance.now() - start)`;
      times[name].push(Number(execFileSync(process.execPath, ["-e", script], { cwd: workshop, encoding: "utf8" })));
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, summary(values)]));
}
