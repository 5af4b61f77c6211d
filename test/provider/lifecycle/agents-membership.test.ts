import type { AssignedAgent } from "../../../client/relations";
import {
  agentsDifferences,
  agentsState,
  compareAgents,
  sameAgents,
  targetAgents,
  type AgentsInputs,
} from "../../../provider/model/agents";

/** Agents as text: those that receive no calls have a minus. */
function agents(text: string): AssignedAgent[] {
  const words = text.split(" ").filter((word) => word !== "");
  return words.map((word) => ({ id: word.replace("-", ""), receivesCalls: !word.endsWith("-") }));
}

const inputs = (requested: string, otherAgents: "keep" | "remove" = "keep"): AgentsInputs => ({
  groupId: 42,
  requestedAgents: agents(requested),
  otherAgents,
  removeExisting: false,
});

test.each<[assigned: string, requested: string, previous: string, keep: string, remove: string]>([
  ["", "1 2-", "", "1 2-", "1 2-"],
  ["9 8-", "1", "", "9 8- 1", "1"],
  ["1- 9", "1", "", "9 1", "1"],
  ["1 2 9", "1", "1 2", "9 1", "1"],
  ["1 9", "1", "1 2", "9 1", "1"],
  ["1 9", "", "1", "9", ""],
  ["2 9", "2-", "1", "9 2-", "2-"],
])("of %j, with %j requested and %j requested before", (assigned, requested, previous, keep, remove) => {
  const previousIds = agents(previous).map(({ id }) => id);
  expect(targetAgents(agents(assigned), inputs(requested), previousIds)).toEqual(agents(keep));
  expect(targetAgents(agents(assigned), inputs(requested, "remove"), previousIds)).toEqual(agents(remove));
});

test.each<[assigned: string, listed: string, missing: string[], unlisted: string[], changed: string[]]>([
  ["", "", [], [], []],
  ["1 2-", "2- 1", [], [], []],
  ["1", "1 2 3", ["2", "3"], [], []],
  ["1 2 3", "1", [], ["2", "3"], []],
  ["1 2-", "1- 2", [], [], ["1", "2"]],
  ["1- 2 3", "1 3 4", ["4"], ["2"], ["1"]],
])("assigned %j compared to the list %j", (assigned, listed, missing, unlisted, changed) => {
  const differences = compareAgents(agents(assigned), agents(listed));
  expect(differences).toEqual({ missing, unlisted, changed });
  expect(sameAgents(agents(assigned), agents(listed))).toBe([...missing, ...unlisted, ...changed].length === 0);
});

/** The state after an `up` with this list, in which these agents are assigned now. */
const state = (requested: AgentsInputs, assigned: string) =>
  agentsState(requested, agents(assigned), { userId: "7", account: "", key: "key" });

test.each<[string, AgentsInputs, string, AgentsInputs, boolean]>([
  ["nothing", inputs("1 2-"), "1 2-", inputs("2- 1"), false],
  ["the program lists another agent", inputs("1"), "1", inputs("1 2"), true],
  ["the program lists an agent that is assigned already", inputs("1"), "1 2", inputs("1 2"), true],
  ["the program lists one agent less", inputs("1 2"), "1 2", inputs("1"), true],
  ["an agent that the program no longer lists is gone already", inputs("1 2"), "1", inputs("1"), true],
  ["the program changes receivesCalls", inputs("1"), "1", inputs("1-"), true],
  ["a listed agent is missing", inputs("1 2"), "1", inputs("1 2"), true],
  ["receivesCalls was changed manually", inputs("1"), "1-", inputs("1"), true],
  ["an agent was added manually, with keep", inputs("1"), "1 9", inputs("1"), false],
  ["an agent was added manually, with remove", inputs("1", "remove"), "1 9", inputs("1", "remove"), true],
  ["from keep to remove", inputs("1"), "1", inputs("1", "remove"), true],
  ["from remove to keep", inputs("1", "remove"), "1", inputs("1"), true],
])("what differs: %s", (_, recorded, assigned, desired, differs) => {
  const self = { resource: "a", identity: "a", account: "", ignored: [] };
  const differences = agentsDifferences(state(recorded, assigned), desired, self, undefined);
  expect(differences.length > 0).toBe(differs);
});
