import { groupDifferences, type GroupState, type PlannedInputs } from "../../../provider/model/group";
import { unknownValue, type Self } from "../../../provider/model/resource";

function state(requestedName: string, assignedName: string, name: string, active = true): GroupState {
  return {
    requestedName,
    assignedName,
    name,
    active,
    onNameConflict: "suffix",
    deleteWithAgents: false,
    ownerId: undefined,
    userId: undefined,
    account: "",
    key: "",
  };
}
type Desired = PlannedInputs & Pick<Self, "ignored">;
function requests(requestedName: string, more: Partial<Desired> = {}): Desired {
  return { requestedName, active: true, onNameConflict: "suffix", deleteWithAgents: false, ignored: [], ...more };
}
/** Whether an update would change this property. */
function differs(property: string, recorded: GroupState, { ignored, ...desired }: Desired): boolean {
  const self = { resource: "a", identity: "a", account: "", ignored };
  return groupDifferences(recorded, desired, self, undefined).some((one) => one === property);
}

test.each([
  ["same request, assigned as requested", state("A", "A", "A"), requests("A"), false],
  ["same request, numbered by the server", state("A", "A1", "A1"), requests("A"), false],
  ["same request, escaped by the server", state("A&B", "A&amp;B", "A&amp;B"), requests("A&B"), false],
  ["the program requests another name", state("A", "A", "A"), requests("B"), true],
  ["the program requests the assigned name", state("A", "A1", "A1"), requests("A1"), false],
  ["renamed manually", state("A", "A", "X"), requests("A"), true],
  ["numbered, then renamed manually", state("A", "A1", "X"), requests("A"), true],
  ["renamed manually to the requested name", state("A", "A1", "A"), requests("A"), false],
  ["renamed manually, and the program follows", state("A", "A", "X"), requests("X"), false],
  ["renamed manually to the name that the program requests now", state("A", "A1", "B"), requests("B"), false],
  ["renamed manually, ignored", state("A", "A", "X"), requests("A", { ignored: ["name"] }), false],
  ["another name in the program, ignored", state("A", "A", "A"), requests("B", { ignored: ["name"] }), false],
  ["unknown", state("A", "A", "A"), requests(unknownValue), true],
  ["a refresh, after drift was recorded", state("A", "A", "X"), requests("X"), false],
  ["a refresh, after the drift was undone manually", state("A", "A1", "A1"), requests("X"), true],
])("the name differs: %s", (_, recorded, desired, expected) => {
  expect(differs("name", recorded, desired)).toBe(expected);
});

test.each([
  ["no change", true, requests("A"), false],
  ["deactivated manually", false, requests("A"), true],
  ["deactivated in the program", true, requests("A", { active: false }), true],
  ["deactivated manually, ignored", false, requests("A", { ignored: ["active"] }), false],
  ["unknown", true, requests("A", { active: unknownValue }), true],
])("the status differs: %s", (_, active, desired, expected) => {
  expect(differs("active", state("A", "A", "A", active), desired)).toBe(expected);
});

test.each([
  ["no change", false, false, false],
  ["no change, true", true, true, false],
  ["set in the program", false, true, true],
  ["removed from the program", true, false, true],
  ["unknown", false, unknownValue, true],
] as const)("deleteWithAgents differs: %s", (_, recorded, deleteWithAgents, expected) => {
  const old = { ...state("A", "A", "A"), deleteWithAgents: recorded };
  expect(differs("deleteWithAgents", old, requests("A", { deleteWithAgents }))).toBe(expected);
});
