import { Turns } from "../../../provider/lifecycle/turns";

test("steps for names that may collide run in turn, even after one that failed; others don't wait", async () => {
  const turns = new Turns();
  const log: string[] = [];
  let letGo: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => (letGo = resolve));
  const first = turns.alone("Support", async () => {
    log.push("Support begins");
    await gone;
    log.push("Support fails");
    throw new Error("failed");
  });
  const second = turns.alone("Support1", () => Promise.resolve(log.push("Support1")));
  const third = turns.alone("support", () => Promise.resolve(log.push("support")));
  await turns.alone("Sales", () => Promise.resolve(log.push("Sales")));
  letGo();
  await expect(first).rejects.toThrow("failed");
  await Promise.all([second, third]);
  expect(log).toEqual(["Support begins", "Sales", "Support fails", "Support1", "support"]);
});
