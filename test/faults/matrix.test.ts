import type { Emulator } from "../../emulator";
import {
  cellsOf,
  everyFault,
  isSlowSuite,
  kinds,
  testMatrix,
  type Cell,
  type FaultyOperation,
  type Scenario,
} from "./matrix";

jest.setTimeout(600_000);

const ownNameTaken = { ownNameTaken: true };
const rename = { before: { a: { name: "Support", active: false } }, program: { a: { name: "Care", active: false } } };
const renameToTaken = { before: { a: { name: "Support" } }, program: { a: { name: "Taken" } } };
const deactivate = { before: { a: { name: "Taken" } }, program: { a: { name: "Taken", active: false } } };
const siblings = {
  before: { a: { name: "Support" }, b: { name: "Sales" }, c: { name: "Night", active: false } },
  program: { a: { name: "Support" }, b: { name: "Care" }, c: { name: "Night" } },
};
const removal = { before: { a: { name: "Support" }, b: { name: "Sales" } }, program: { b: { name: "Sales" } } };
const deleteWithAgents = { ...removal.before, a: { name: "Support", deleteWithAgents: true } };
function removeSupport(emulator: Emulator): void {
  const group = emulator.groups("7").find(({ name }) => name === "Support");
  if (group) emulator.account("7").remove(group.id);
}

/** Scenarios with the API operations that they call. */
const scenarios: [string, FaultyOperation[], Scenario][] = [
  ["create", ["add", "list"], { before: {}, program: { a: { name: "Support" } } }],
  ["create inactive", ["add", "update", "list"], { before: {}, program: { a: { name: "Night", active: false } } }],
  ["create where taken", ["add", "update", "list"], { before: {}, program: { a: { name: "Taken", active: false } } }],
  ["create siblings", ["add", "list"], { before: {}, program: { a: { name: "Support" }, b: { name: "Support" } } }],
  [
    "adopt",
    ["update", "list"],
    { before: {}, program: { a: { name: "Taken", active: false, onNameConflict: "adopt" } } },
  ],
  ["create or adopt", ["add", "list"], { before: {}, program: { a: { name: "Support", onNameConflict: "adopt" } } }],
  ["create or fail", ["add", "list"], { before: {}, program: { a: { name: "Support", onNameConflict: "fail" } } }],
  ["rename", ["update", "list"], rename],
  ["rename against itself", ["update", "list"], { ...rename, options: ownNameTaken }],
  ["rename to taken", ["update", "list"], renameToTaken],
  ["rename to taken, against itself", ["update", "list"], { ...renameToTaken, options: ownNameTaken }],
  ["deactivate", ["update", "list"], deactivate],
  ["deactivate against itself", ["update", "list"], { ...deactivate, options: ownNameTaken }],
  ["delete", ["delete", "getGroupAgentRelation"], removal],
  ["delete, second look", ["getGroupAgentRelation"], { ...removal, nth: 2 }],
  [
    "delete, second look, refused",
    ["getGroupAgentRelation"],
    {
      ...removal,
      options: { quickRelation: "empty" },
      withAgents: "Support",
      nth: 2,
      expectedError: /^Could not (delete|check the agents of) group "Support"/,
      next: removal.before,
    },
  ],
  // Fails because of the agents, or because the fault hides them.
  [
    "delete, refused",
    ["getGroupAgentRelation"],
    {
      ...removal,
      withAgents: "Support",
      expectedError: /^Could not (delete|check the agents of) group "Support"/,
      next: removal.before,
    },
  ],
  ["delete with agents", ["delete"], { ...removal, before: deleteWithAgents, withAgents: "Support" }],
  [
    "replace",
    ["add", "delete", "list", "getGroupAgentRelation"],
    { before: { a: { name: "Support" } }, program: { b: { name: "Support" } }, mayKeepNumber: true },
  ],
  [
    "refresh and change",
    ["update", "list"],
    { before: { a: { name: "Support" } }, program: { a: { name: "Care" } }, refresh: true },
  ],
  // All reads share one list; then the writes make it outdated.
  ["refresh and change siblings", ["update", "list"], { ...siblings, refresh: true }],
  // The fault applies to the second page.
  ["refresh of pages", ["list"], { ...siblings, refresh: true, options: { pageSize: 2 }, nth: 2 }],
  [
    "create after pages",
    ["list"],
    { before: {}, program: { a: { name: "Support" } }, options: { pageSize: 1 }, nth: 2 },
  ],
  // The group is missing from the list, and the fault applies to the read of its id.
  ["refresh of a gone sibling", ["list"], { ...siblings, refresh: true, manualChange: removeSupport, nth: 2 }],
];

const unfinished = /confirmed the change, but .* is in the state with id \d+\. Run `pulumi up` again to finish\. \[/;
/** Scenarios in which the faults apply to the read back after a confirmed write. */
const readBacks: [string, Scenario][] = [
  ["create", { before: {}, program: { a: { name: "Support" } }, nth: 2 }],
  ["create where taken", { before: {}, program: { a: { name: "Taken" } }, nth: 2 }],
  ["create inactive", { before: {}, program: { a: { name: "Night", active: false } }, nth: 3 }],
  ["rename", { ...rename, nth: 2 }],
  ["deactivate", { ...deactivate, nth: 2 }],
];

/** The answer to `add` is lost, and the list that looks for the group fails too. */
const lostAdd: Scenario = {
  before: {},
  program: { a: { name: "Support" } },
  lastingError:
    /^Could not find out whether Deepcall created group "Support"\. .* may now have a group "Support" .* delete the group .* or set onNameConflict to "adopt" .* \[deepcall:lost-add\]$/,
  // As the error says.
  next: { a: { name: "Support", onNameConflict: "adopt" } },
};
/** The faults after which Deepcall has created the group, or does so a little later. */
const lostAdds = kinds.filter((kind) => kind.includes("-after") || kind.startsWith("late-commit"));
/** The list of all groups after a lost `add` fails once, twice or for good; or the list by name that follows it fails. */
const listsAfterAdd = ["@2x1", "@2x2", "@2x0", "@3x1"];
/** `npm test` has one of these for each lost `add` with each fault, the slow suite has the others. */
function lostAddFaults(): string[][] {
  return lostAdds.flatMap((add, row) =>
    kinds.flatMap((kind, column) =>
      listsAfterAdd
        .filter((_, index) => ((row + column) % listsAfterAdd.length === index) !== isSlowSuite)
        .map((calls) => [`add:${add}`, `list:${kind}${calls}`]),
    ),
  );
}

const cells: Cell[] = [
  ["create, with every lost add and every fault of the list after it", lostAdd, lostAddFaults()],
  ...readBacks.map(([name, scenario]): Cell => [
    `${name}, with every fault of the read back`,
    { ...scenario, lastingError: unfinished },
    everyFault("list", scenario),
  ]),
  ...cellsOf(scenarios),
];

testMatrix("fault matrix", cells);
