import { startProgress } from "../../../cli/preview/progress";

function record(err?: boolean): string {
  let text = "";
  const progress = startProgress({
    err: (more) => (text += more),
    ...(err !== undefined && { terminals: { out: false, err } }),
  });
  progress.startStage("Comparing");
  for (let n = 0; n < 250; n++) progress.countGroup();
  progress.end();
  return text;
}

test.each([[undefined], [false]])("without a terminal (%s), it prints a plain line for every 100 groups", (err) => {
  expect(record(err)).toBe("Comparing …\n100 groups compared …\n200 groups compared …\n");
});

test("on a terminal, it redraws one line and removes it at the end", () => {
  const lines = record(true).split("\r\u001b[2K");
  expect([lines[1], lines[2], lines.at(-2), lines.at(-1)]).toEqual([
    "Comparing …",
    "1 group compared …",
    "250 groups compared …",
    "",
  ]);
});
