const common = {
  testEnvironment: "node",
  // `npm run lint` checks the types.
  transform: { "\\.ts$": ["ts-jest", { diagnostics: false }] },
};
const withCli = {
  ...common,
  globalSetup: "<rootDir>/test/e2e/setup/install.ts",
  globalTeardown: "<rootDir>/test/e2e/setup/remove.ts",
  setupFilesAfterEnv: ["<rootDir>/test/e2e/setup/timeout.ts"],
};

/** The Pulumi CLI needs most of a core for each stack. */
const maxWorkers = 2;

/**
 * `npm run test:slow`
 * @type {import("jest").Config}
 */
const slow = {
  maxWorkers,
  projects: [
    {
      ...withCli,
      displayName: "slow",
      // The fault matrix and the random histories run in both suites, with different cases in this one.
      testMatch: ["<rootDir>/test/slow/**/*.test.ts", "<rootDir>/test/faults/*.test.ts"],
    },
  ],
};

/**
 * `npm run test:compatibility`
 * @type {import("jest").Config}
 */
const compatibility = {
  maxWorkers,
  projects: [{ ...withCli, displayName: "compatibility", testMatch: ["<rootDir>/test/compatibility/*.test.ts"] }],
};

/**
 * `npm test`
 * @type {import("jest").Config}
 */
const fast = {
  maxWorkers,
  // For machines that do something else, too.
  testTimeout: 20_000,
  projects: [
    {
      ...common,
      displayName: "unit",
      testMatch: ["<rootDir>/test/**/*.test.ts"],
      testPathIgnorePatterns: [
        "/node_modules/",
        "<rootDir>/test/e2e/",
        "<rootDir>/test/slow/",
        "<rootDir>/test/compatibility/",
      ],
    },
    { ...withCli, displayName: "e2e", testMatch: ["<rootDir>/test/e2e/**/*.test.ts"] },
  ],
};

/**
 * `npm run test:mutations`: the layers below the CLI, because the tests run again for every mutation.
 * @type {import("jest").Config}
 */
const mutations = {
  ...common,
  testEnvironment: "@stryker-mutator/jest-runner/jest-env/node",
  testTimeout: 20_000,
  testMatch: ["<rootDir>/test/{client,provider}/**/*.test.ts"],
};

module.exports = { slow, compatibility, mutations }[process.env.TEST_SUITE] ?? fast;
