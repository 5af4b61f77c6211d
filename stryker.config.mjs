// `npm run test:mutations`: changes the code in small ways, one at a time; the tests must notice each change.
import { tmpdir } from "node:os";
import { join } from "node:path";

export default {
  mutate: ["client/**/*.ts", "provider/**/*.ts"],
  testRunner: "jest",
  jest: { configFile: "jest.config.cjs" },
  coverageAnalysis: "perTest",
  // Values that never change while the program runs are loaded before the first test.
  ignoreStatic: true,
  ignorePatterns: ["dist", "docs/pictures"],
  // Outside the repository, where neither lint nor other tests find the copies.
  tempDirName: join(tmpdir(), "stryker"),
  concurrency: 2,
  // Jest ends a test that waits; this is for loops without an end, also on a busy machine.
  timeoutMS: 20_000,
  timeoutFactor: 4,
  incremental: true,
  incrementalFile: "node_modules/.cache/stryker.json",
  reporters: ["clear-text", "progress"],
  clearTextReporter: { allowColor: false, reportTests: false },
  thresholds: { high: 90, low: 80, break: 75 },
};
