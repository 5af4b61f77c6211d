import { assertNodeVersion, nodeVersionError } from "../../client/node-version";

test.each([
  ["22.19.0", true],
  ["22.19.1", true],
  ["22.20.0", true],
  ["22.100.0", true],
  ["23.0.0", true],
  ["24.21.0", true],
  ["100.0.0", true],
  ["22.19.0-nightly2025", true],
  ["22.18.9", false],
  ["22.9.0", false],
  ["22.2.0", false],
  ["20.20.2", false],
  ["18.20.8", false],
  ["9.99.0", false],
])("Node %s is new enough for >=22.19.0: %s", (running, isNewEnough) => {
  expect(nodeVersionError(">=22.19.0", running) === undefined).toBe(isNewEnough);
});

test("the message says which Node is required, which one runs, and what to do", () => {
  expect(nodeVersionError(">=22.19.0", "20.20.2")?.message).toBe(
    "pulumi-deepcall requires Node 22.19 or later, but this is v20.20.2. No call was made. " +
      "Install a newer Node, make sure that `node --version` shows it, and run the same command again. [deepcall:node-version]",
  );
  expect(nodeVersionError(">=22.19.3", "20.20.2")?.message).toContain("requires Node 22.19.3 or later");
});

test("this Node is new enough", () => {
  expect(assertNodeVersion).not.toThrow();
});
