const common = {
  testEnvironment: "node",
  // Types are checked by `npm run lint`.
  transform: { "\\.ts$": ["ts-jest", { diagnostics: false }] },
};

/** @type {import("jest").Config} */
module.exports = {
  // The real CLI needs most of a core for each stack.
  maxWorkers: 2,
  projects: [
    {
      ...common,
      displayName: "unit",
      testMatch: ["<rootDir>/test/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/e2e/"],
    },
    {
      ...common,
      displayName: "e2e",
      testMatch: ["<rootDir>/test/e2e/**/*.test.ts"],
      globalSetup: "<rootDir>/test/e2e/setup/install.ts",
      globalTeardown: "<rootDir>/test/e2e/setup/remove.ts",
      setupFilesAfterEnv: ["<rootDir>/test/e2e/setup/patience.ts"],
    },
  ],
};
