import type { Emulator, EmulatorOptions } from "../../emulator";
import type { AgentsDeclaration, Program } from "../support/engine";
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

const adds: Partial<EmulatorOptions> = { assign: "add" };
const withAgents = "Support";

const support = (...list: AgentsDeclaration["list"]): Program => ({ a: { name: "Support", agents: { list } } });
const exactly = (list: AgentsDeclaration["list"], removeExisting: boolean): Program => ({
  a: { name: "Support", agents: { list, otherAgents: "remove", removeExisting } },
});
const group: Program = { a: { name: "Support" } };
const other: Program = { b: { name: "Sales", agents: { list: ["2001"] } } };
const team = support("1001", "1002");
const change = { before: team, program: support({ id: "1001", receivesCalls: false }, "1003"), withAgents };
const removal = { before: team, program: group, withAgents };
const deletion = { before: { ...team, ...other }, program: other };
const assignAndGiveUp: Scenario = {
  before: support("1001"),
  program: support("1001", "1002"),
  withAgents,
  next: support("1001"),
};
const createAndGiveUp: Scenario = { before: group, program: team, withAgents, next: group };
const refusals = isSlowSuite ? [1014, 1015, 4711] : [1047];
const refused = /^Could not (read|update|check|delete) (the agents of )?group .*/;

function supportOf(emulator: Emulator): number {
  return emulator.groups("7").find(({ name }) => name === "Support")?.id ?? 0;
}

const scenarios: [string, FaultyOperation[], Scenario][] = [
  [
    "create a group with agents",
    ["add", "getGroupAgentRelation", "submitAssignGroupToAgent"],
    { before: {}, program: team },
  ],
  [
    "assign agents",
    ["getGroupAgentRelation", "submitAssignGroupToAgent"],
    { before: group, program: team, withAgents },
  ],
  [
    "assign agents on a server that adds",
    ["submitAssignGroupToAgent"],
    { before: support("1001"), program: support("1001", "1003"), withAgents, options: adds },
  ],
  ["change agents", ["getGroupAgentRelation", "submitAssignGroupToAgent"], change],
  // The server cannot remove an agent. Later, the program lists it again.
  [
    "drop an agent on a server that adds",
    ["submitAssignGroupToAgent"],
    { before: team, program: support("1001"), withAgents, options: adds, expectedError: refused, next: team },
  ],
  // Afterwards, the program drops another agent, and the server removes both.
  [
    "drop one agent after another",
    ["submitAssignGroupToAgent"],
    { before: support("1001", "1002", "1003"), program: support("1001", "1002"), withAgents, next: support("1001") },
  ],
  ["assign agents and give up", ["submitAssignGroupToAgent"], assignAndGiveUp],
  ["create agents and give up", ["submitAssignGroupToAgent"], createAndGiveUp],
  [
    "require exactly the listed agents",
    ["getGroupAgentRelation", "submitAssignGroupToAgent"],
    { before: team, program: exactly(["1001"], true), withAgents },
  ],
  ["require no agents", ["submitAssignGroupToAgent"], { before: team, program: exactly([], true), withAgents }],
  [
    "require exactly the listed agents, refused",
    ["getGroupAgentRelation"],
    { before: team, program: exactly(["1001"], false), withAgents, expectedError: refused, next: team },
  ],
  ["remove the agents", ["getGroupAgentRelation", "submitAssignGroupToAgent"], removal],
  [
    "remove the agents of an exact list",
    ["submitAssignGroupToAgent"],
    { ...removal, before: exactly(["1001"], false) },
  ],
  ["delete a group with its agents", ["getGroupAgentRelation", "submitAssignGroupToAgent", "delete"], deletion],
  // The agents of the program are removed first; then the group still has others.
  [
    "delete a group that has other agents",
    ["getGroupAgentRelation", "submitAssignGroupToAgent"],
    { ...deletion, withAgents, expectedError: refused, next: deletion.before },
  ],
  [
    "delete a group that has other agents, at the check",
    ["getGroupAgentRelation"],
    { ...deletion, withAgents, nth: 3, expectedError: refused, next: deletion.before },
  ],
  [
    "delete a group that has other agents, with the override",
    ["submitAssignGroupToAgent", "delete"],
    {
      ...deletion,
      before: { a: { name: "Support", deleteWithAgents: true, agents: { list: ["1001"] } }, ...other },
      withAgents,
    },
  ],
  [
    "refresh and repair",
    ["getGroupAgentRelation", "submitAssignGroupToAgent"],
    {
      before: team,
      program: team,
      withAgents,
      refresh: true,
      manualChange: (emulator) => {
        emulator.account("7").setAgents(supportOf(emulator), [{ id: "1002", receivesCalls: false }]);
      },
    },
  ],
  [
    "refresh of a gone group",
    ["getGroupAgentRelation", "submitAssignGroupToAgent"],
    {
      before: { ...team, ...other },
      program: { ...team, ...other },
      refresh: true,
      manualChange: (emulator) => {
        emulator.account("7").remove(supportOf(emulator));
      },
    },
  ],
];

/** Scenarios in which the faults apply to the read back after a confirmed update, with the error of a fault that lasts. */
const readBacks: [string, Scenario][] = [
  ["assign agents", { before: group, program: team, withAgents }],
  ["change agents", change],
  ["remove the agents", removal],
];
const lastingError = /^Could not read the agents of group .* confirmed the update, but its result is unknown\./;

/** The first answer is lost although Deepcall assigned the agents, and Deepcall refuses the second attempt. */
const lostThenRefused = kinds
  .filter((kind) => /^(reset|cut|hang|http|error)-after/.test(kind))
  .flatMap((kind) =>
    refusals.map((code) => [`submitAssignGroupToAgent:${kind}`, `submitAssignGroupToAgent:error-before:${code}@2`]),
  );

const cells: Cell[] = [
  ...cellsOf(scenarios),
  ["assign agents and give up, refused after every lost answer", assignAndGiveUp, lostThenRefused],
  ["create agents and give up, refused after every lost answer", createAndGiveUp, lostThenRefused],
  ...readBacks.map(([name, scenario]): Cell => {
    const readBack = { ...scenario, nth: 2, lastingError };
    return [`${name}, with every fault of the read back`, readBack, everyFault("getGroupAgentRelation", readBack)];
  }),
];

testMatrix("fault matrix of agents", cells);
