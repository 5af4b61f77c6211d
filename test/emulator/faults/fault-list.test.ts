import { FaultList } from "../../../emulator/faults/fault-list";

/** For each call, the number of the fault that applies to it, or `-`; and the faults that can still apply afterwards. */
function count(faults: string[], calls: string): { applied: string; left: string[] } {
  const list = new FaultList(faults);
  const applied = calls.split(" ").map((operation) => {
    const fault = list.countCall(operation);
    return fault === undefined ? "-" : String(faults.indexOf(fault.text) + 1);
  });
  return { applied: applied.join(""), left: list.list().map(({ text, seen }) => `${text} ${seen}`) };
}

test.each([
  ["no fault", [], "add add", "--", []],
  ["the first call", ["add:reset-after"], "add add", "1-", []],
  ["only calls of its operation", ["add:reset-after"], "list update add", "--1", []],
  ["nth", ["add:reset-after@3"], "add list add add add", "---1-", []],
  ["nth, not reached", ["add:reset-after@3"], "add list add", "---", ["add:reset-after@3 2"]],
  ["times", ["add:reset-afterx2"], "add add add", "11-", []],
  ["times, not all used", ["add:reset-afterx3"], "add add", "11", ["add:reset-afterx3 2"]],
  ["nth and times", ["add:reset-after@2x2"], "add add list add add", "-1-1-", []],
  ["every call", ["add:reset-afterx0"], "add add add", "111", ["add:reset-afterx0 3"]],
  ["every call from the nth", ["add:reset-after@2x0"], "add add add", "-11", ["add:reset-after@2x0 3"]],
  ["any counts all operations", ["any:redirect@2x2"], "add list update add", "-11-", []],
  ["the one that was added first", ["add:redirect", "add:slow"], "add add", "1-", []],
  ["one after the other", ["add:redirect", "add:slow@2"], "add add add", "12-", []],
  ["any before the operation", ["any:redirect@2", "add:slowx2"], "add add add", "21-", []],
  ["the operation before any", ["add:slow", "any:redirectx0"], "add add list", "122", ["any:redirectx0 3"]],
  ["the same fault twice applies to the same call", ["add:slow", "add:slow"], "add add", "1-", []],
])("%s", (_, faults, calls, applied, left) => {
  expect(count(faults, calls)).toEqual({ applied, left });
});
