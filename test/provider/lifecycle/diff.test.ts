import { activeDiffers, nameDiffers, unknownValue, type DesiredInputs } from "../../../provider/lifecycle/diff";
import type { GroupState } from "../../../provider/lifecycle/state";

function state(requestedName: string, assignedName: string, name: string, active = true): GroupState {
  return {
    requestedName,
    assignedName,
    name,
    active,
    onNameConflict: "suffix",
    __resource: "",
    __ignore: [],
    __key: "",
  };
}
function asks(requestedName: string, more: Partial<DesiredInputs> = {}): DesiredInputs {
  return { requestedName, active: true, __ignore: [], ...more };
}

test.each([
  ["asked as before, named as asked", state("A", "A", "A"), asks("A"), false],
  ["asked as before, numbered by the server", state("A", "A1", "A1"), asks("A"), false],
  ["asked as before, escaped by the server", state("A&B", "A&amp;B", "A&amp;B"), asks("A&B"), false],
  ["the program asks for another name", state("A", "A", "A"), asks("B"), true],
  ["the program asks for the name that the server gave", state("A", "A1", "A1"), asks("A1"), false],
  ["renamed by hand", state("A", "A", "X"), asks("A"), true],
  ["numbered, then renamed by hand", state("A", "A1", "X"), asks("A"), true],
  ["renamed by hand to the wish", state("A", "A1", "A"), asks("A"), false],
  ["renamed by hand, and the program follows", state("A", "A", "X"), asks("X"), false],
  ["renamed by hand to what the program asks now", state("A", "A1", "B"), asks("B"), false],
  ["renamed by hand, ignored", state("A", "A", "X"), asks("A", { __ignore: ["name"] }), false],
  ["another name in the program, ignored", state("A", "A", "A"), asks("B", { __ignore: ["name"] }), false],
  ["not known yet", state("A", "A", "A"), asks(unknownValue), true],
  ["a refresh, after drift was recorded", state("A", "A", "X"), asks("X"), false],
  ["a refresh, after the drift was undone by hand", state("A", "A1", "A1"), asks("X"), true],
])("the name differs: %s", (_, recorded, asked, expected) => {
  expect(nameDiffers(recorded, asked)).toBe(expected);
});

test.each([
  ["as before", true, asks("A"), false],
  ["deactivated by hand", false, asks("A"), true],
  ["deactivated in the program", true, asks("A", { active: false }), true],
  ["deactivated by hand, ignored", false, asks("A", { __ignore: ["active"] }), false],
  ["not known yet", true, asks("A", { active: unknownValue }), true],
])("the status differs: %s", (_, active, asked, expected) => {
  expect(activeDiffers(state("A", "A", "A", active), asked)).toBe(expected);
});
