// The same tests of `doctor --try-changes` with 300 combinations of options, every fault at every step and 30 kills.
import "../cli/doctor/trial.test";
import "../cli/doctor/trial-safety.test";
import { account, tryChanges, withAgents } from "../cli/doctor/trial-support";

test("a trial takes at most 30 seconds at 300 ms a call, with the delays of the command", async () => {
  const emulator = await account({ latencyMs: 300 });
  const start = performance.now();
  const { diagnosis } = await tryChanges(emulator, { ...withAgents, policy: undefined });
  expect([diagnosis.healthy, diagnosis.leftovers]).toEqual([true, []]);
  expect(performance.now() - start).toBeLessThan(30_000);
});
