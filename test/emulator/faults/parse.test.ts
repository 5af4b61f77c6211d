import { describeFaults, type Fault, parseFault, SetupError } from "../../../emulator";
import { FaultList } from "../../../emulator/faults/fault-list";
import { kindNames, kinds } from "../../../emulator/faults/kinds";
import { parseKind } from "../../../emulator/faults/parse";

test.each([
  ["add:reset-after", "add", "reset-after", 1, 1],
  ["update:error-before:1009@2x3", "update", "error-before:1009", 2, 3],
  ["any:http-before:503@1x0", "any", "http-before:503", 1, 0],
  ["list:http-after:429:2x12", "list", "http-after:429:2", 1, 12],
  ["delete:late-commit@10", "delete", "late-commit", 10, 1],
  ["getGroupAgentRelation:redirectx2", "getGroupAgentRelation", "redirect", 1, 2],
  ["submitAssignGroupToAgent:slow:0", "submitAssignGroupToAgent", "slow:0", 1, 1],
])("%s", (text, operation, kind, nth, times) => {
  expect(parseFault(text)).toEqual({ operation, kind, nth, times });
});

test.each([
  ["add:reset-after@1x1", "add:reset-after"],
  ["add:reset-after@2x1", "add:reset-after@2"],
  ["add:reset-after@1x0", "add:reset-afterx0"],
  ["add:slow:20@3x4", "add:slow:20@3x4"],
])("%s is formatted as %s", (text, formatted) => {
  expect(new FaultList([text]).list()).toMatchObject([{ text: formatted }]);
});

test.each([
  ["late-commit", [1000]],
  ["late-commit:1500", [1500]],
  ["http-before:503", [503]],
  ["http-before:429:2", [429, 2]],
  ["redirect", []],
] as const)("the parameters of %s", (kind, parameters) => {
  expect(parseKind(kind, kind).parameters).toEqual(parameters);
});

const operations = "add, update, delete, list, getGroupAgentRelation, submitAssignGroupToAgent, any";
const form =
  "expected OPERATION:KIND[:PARAM][@NTH][xTIMES], for example add:reset-after or update:error-before:1009@2x3. " +
  "Valid kinds: ";

test.each([
  ["", form],
  ["add", form],
  ["add:reset-after@", form],
  ["add:reset-after@-1", form],
  ["ad:reset-after", `unknown operation "ad"; did you mean "add"? Valid operations: ${operations}`],
  ["remove:reset-after", `unknown operation "remove". Valid operations: ${operations}`],
  ["submit:reset-after", `unknown operation "submit"; did you mean "submitAssignGroupToAgent"? Valid operations: `],
  ["add:rest-after", 'unknown kind "rest-after"; did you mean "reset-after"? Valid kinds: reset-before, reset-after, '],
  ["add:Reset-After", 'unknown kind "Reset-After"; did you mean "reset-after"? Valid kinds: '],
  ["add:reset", 'unknown kind "reset"; did you mean "reset-before" or "reset-after"? Valid kinds: '],
  ["add:", 'unknown kind "". Valid kinds: '],
  ["add:boom", 'unknown kind "boom". Valid kinds: reset-before, '],
  ["add:toString", 'unknown kind "toString". Valid kinds: '],
  [
    "add:error-before",
    "expected error-before:CODE with CODE from 1000 to 9999, for example update:error-before:1009@2x3",
  ],
  ["add:error-before:109", "expected error-before:CODE with CODE from 1000 to 9999, for example "],
  ["add:error-before:1009:1", "expected error-before:CODE with CODE from 1000 to 9999, for example "],
  [
    "add:http-before:302",
    "expected http-before:STATUS[:SECONDS] with STATUS from 400 to 599, SECONDS from 0 to 3600, for example ",
  ],
  ["add:http-before:429:soon", "expected http-before:STATUS[:SECONDS] with "],
  ["add:slow:1e3", "expected slow[:MS] with MS from 0 to 600000, for example "],
  ["add:slow:600001", "expected slow[:MS] with MS from 0 to 600000, for example "],
  ["add:slow:", "expected slow[:MS] with MS from 0 to 600000, for example "],
  ["add:redirect:1", "expected redirect without parameters, for example list:redirectx0"],
  ["add:redirect@0", "nth (@NTH) must be a positive integer"],
])("%j is rejected: %s", (text, message) => {
  const parse = (): unknown => parseFault(text);
  expect(parse).toThrow(SetupError);
  expect(parse).toThrow(`fault ${JSON.stringify(text)}: ${message}`);
});

test.each([
  [{ operation: "add", kind: "boom" }, 'unknown kind "boom". Valid kinds: '],
  [{ operation: "add", kind: "redirect", nth: 1.5 }, "nth (@NTH) must be a positive integer"],
  [{ operation: "add", kind: "redirect", times: -1 }, "times (xTIMES) must be a positive integer, or 0 for every call"],
])("the object %j is rejected: %s", (fault, message) => {
  expect(() => new FaultList([fault as Fault])).toThrow(`fault ${JSON.stringify(fault)}: ${message}`);
});

test("every kind is described in one line, with a valid example", () => {
  expect(describeFaults()).toHaveLength(kindNames.length);
  for (const name of kindNames) {
    expect(parseFault(kinds[name].example).kind.split(":")[0]).toBe(name);
    expect(describeFaults().filter((line) => line.split(/[: []/)[0] === name)).toEqual([
      expect.stringMatching(/^\S+ {2,}[^\n]*; e\.g\. \S+$/),
    ]);
  }
});
