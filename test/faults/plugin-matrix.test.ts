import { cellsOf, everyFault, testMatrix, type Cell, type Scenario } from "./matrix";

jest.setTimeout(600_000);

/*
 * Each fault once through the plugin. What the lifecycle does with them is tested with the dynamic provider; here, the front
 * end must keep what was created, and pass on each error.
 */

const night = { a: { name: "Night", active: false } };
const agents = { a: { name: "Support", agents: { list: ["1001", "1002"] } } };
const readBack: Scenario = {
  before: {},
  program: { a: { name: "Support" } },
  nth: 2,
  lastingError: /confirmed the change, but .* is in the state with id \d+\. Run `pulumi up` again to finish\. \[/,
};

const cells: Cell[] = [
  ["create, with every fault of the read back", readBack, everyFault("list", readBack)],
  ...cellsOf([
    ["create inactive", ["add", "update", "list"], { before: {}, program: night }],
    ["rename", ["update"], { before: night, program: { a: { name: "Care", active: false } } }],
    ["delete", ["delete", "getGroupAgentRelation"], { before: night, program: {} }],
    ["refresh and change", ["list"], { before: { a: { name: "Support" } }, program: night, refresh: true }],
    [
      "assign agents",
      ["submitAssignGroupToAgent", "getGroupAgentRelation"],
      { before: { a: { name: "Support" } }, program: agents },
    ],
  ]),
];

testMatrix("fault matrix of the plugin", cells, "plugin");
