import { NameLock } from "../../../provider/lifecycle/name-lock";

test("steps with names that may collide run one after the other, even after a failure; others don't wait", async () => {
  const turns = new NameLock();
  const log: string[] = [];
  let letGo: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => (letGo = resolve));
  const first = turns.runExclusive("Support", async () => {
    log.push("Support begins");
    await gone;
    log.push("Support fails");
    throw new Error("failed");
  });
  const second = turns.runExclusive("Support1", () => Promise.resolve(log.push("Support1")));
  const third = turns.runExclusive("support", () => Promise.resolve(log.push("support")));
  await turns.runExclusive("Sales", () => Promise.resolve(log.push("Sales")));
  letGo();
  await expect(first).rejects.toThrow("failed");
  await Promise.all([second, third]);
  expect(log).toEqual(["Support begins", "Sales", "Support fails", "Support1", "support"]);
});
