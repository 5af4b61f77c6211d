import { activate, meet } from "../../../emulator/faults/list";

/** Which fault hits each of these calls, `-` for none, and how many can still hit afterwards. */
function play(faults: string[], calls: string): { hits: string; left: string[] } {
  let left = faults.map(activate) as ReturnType<typeof meet>["left"];
  const hits = calls.split(" ").map((operation) => {
    const encounter = meet(left, operation);
    left = encounter.left;
    return encounter.hit === undefined ? "-" : String(faults.indexOf(encounter.hit.text) + 1);
  });
  return { hits: hits.join(""), left: left.map(({ text, seen }) => `${text} ${seen}`) };
}

test.each([
  ["none", [], "add add", "--", []],
  ["the first call", ["add:reset-after"], "add add", "1-", []],
  ["calls of its operation only", ["add:reset-after"], "list update add", "--1", []],
  ["nth", ["add:reset-after@3"], "add list add add add", "---1-", []],
  ["nth, not yet", ["add:reset-after@3"], "add list add", "---", ["add:reset-after@3 2"]],
  ["times", ["add:reset-afterx2"], "add add add", "11-", []],
  ["times, not yet all", ["add:reset-afterx3"], "add add", "11", ["add:reset-afterx3 2"]],
  ["nth and times", ["add:reset-after@2x2"], "add add list add add", "-1-1-", []],
  ["for good", ["add:reset-afterx0"], "add add add", "111", ["add:reset-afterx0 3"]],
  ["for good from the nth", ["add:reset-after@2x0"], "add add add", "-11", ["add:reset-after@2x0 3"]],
  ["any counts all operations", ["any:redirect@2x2"], "add list update add", "-11-", []],
  ["the one that was set first", ["add:redirect", "add:slow"], "add add", "1-", []],
  ["one after the other", ["add:redirect", "add:slow@2"], "add add add", "12-", []],
  ["any before the operation", ["any:redirect@2", "add:slowx2"], "add add add", "21-", []],
  ["the operation before any", ["add:slow", "any:redirectx0"], "add add list", "122", ["any:redirectx0 3"]],
  ["the same twice in a row is the same call twice", ["add:slow", "add:slow"], "add add", "1-", []],
])("%s", (_, faults, calls, hits, left) => {
  expect(play(faults, calls)).toEqual({ hits, left });
});
