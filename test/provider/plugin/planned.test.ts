import { plannedAgents, type AgentsState } from "../../../provider/model/agents";
import { plannedGroup, type GroupState, type PlannedInputs } from "../../../provider/model/group";
import { unknownValue, type Self } from "../../../provider/model/resource";

const self: Self = { resource: "support", identity: "urn", account: "", ignored: [] };
const inputs = { requestedName: "Support", active: true, onNameConflict: "suffix", deleteWithAgents: false } as const;
const recorded = { ownerId: "7", userId: "7", account: "", key: "k" };
const numbered: GroupState = { ...inputs, ...recorded, assignedName: "Support1", name: "Support1" };
const renamedByHand: GroupState = { ...numbered, name: "By hand" };

const groups: [string, GroupState | undefined, Partial<PlannedInputs>, Self["ignored"], object][] = [
  ["created", undefined, {}, [], { name: unknownValue, active: true, requestedName: "Support" }],
  ["created under an unknown name", undefined, { requestedName: unknownValue }, [], { name: unknownValue }],
  ["created with an unknown status", undefined, { active: unknownValue }, [], { active: unknownValue }],
  ["renamed", numbered, { requestedName: "Care" }, [], { name: unknownValue, requestedName: "Care" }],
  ["deactivated", numbered, { active: false }, [], { name: "Support1", active: false }],
  ["not renamed, because it has the name", numbered, { requestedName: "Support1" }, [], { name: "Support1" }],
  ["renamed back", renamedByHand, {}, [], { name: unknownValue }],
  ["renamed by hand, which is ignored", renamedByHand, {}, ["name"], { name: "By hand" }],
  ["deactivated, which is ignored", numbered, { active: false }, ["active"], { active: true }],
];

test.each(groups)("a preview of a group that is %s", (_, state, change, ignored, expected) => {
  expect(plannedGroup(state, { ...inputs, ...change }, { ...self, ignored })).toMatchObject(expected);
});

const agent = { id: "1001", receivesCalls: true };
const keep = { groupId: 42, requestedAgents: [agent], otherAgents: "keep", removeExisting: false } as const;
const assigned: AgentsState = {
  ...keep,
  agents: [],
  otherAgentIds: ["1003"],
  userId: "7",
  account: "",
  key: "k",
  unfinished: false,
};

test.each([
  ["unknown", undefined, { groupId: unknownValue, known: undefined }, [], unknownValue, unknownValue],
  ["assigned", undefined, { groupId: 42, known: keep }, [], [agent], unknownValue],
  ["exactly the listed ones", undefined, { groupId: 42, known: { ...keep, otherAgents: "remove" } }, [], [agent], []],
  ["ignored", assigned, { groupId: 42, known: keep }, ["agents"], [], ["1003"]],
] as const)("a preview of agents that are %s", (_, state, planned, ignored, agents, otherAgentIds) => {
  expect(plannedAgents(state, planned, { ...self, ignored })).toEqual({
    groupId: planned.groupId,
    agents,
    otherAgentIds,
  });
});
