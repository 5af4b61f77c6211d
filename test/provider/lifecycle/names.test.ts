import { isNumbered, groupLabel, mayCollide, nameToKeep, nameProblem } from "../../../provider/model/names";

test.each([
  ["Support1", "Support", true],
  ["Support 12", "Support", true],
  ["Support (3)", "Support", true],
  ["Support(3)", "Support", true],
  ["Support-4", "Support", true],
  ["Support_5", "Support", true],
  ["Support", "Support", false],
  ["Supporters1", "Support", false],
  ["Support1a", "Support", false],
  ["support1", "Support", false],
  ["Helpdesk1", "Support", false],
])("%p is %p with a number: %p", (name, requestedName, expected) => {
  expect(isNumbered(name, requestedName)).toBe(expected);
});

test.each([
  ["Support", "Support", "Support"],
  ["Support1", "Support", "Support1"],
  ["R &amp; D", "R & D", "R & D"],
  ["Helpdesk", "Support", "Support"],
])("the name to keep for %p, requested as %p, is %p", (currentName, requestedName, expected) => {
  expect(nameToKeep(currentName, requestedName)).toBe(expected);
});

test.each([
  ["Support", "Support", true],
  ["Support", "SUPPORT (2)", true],
  ["Support 1", "support", true],
  ["R &amp; D 1", "R & D", true],
  ["Team 1", "Team 12", true],
  // Or all of "Team 1" to "Team 500" would wait for each other.
  ["Team 1", "Team 2", false],
  ["Support 24/7", "Support", false],
])("%p and %p may collide: %p", (one, other, expected) => {
  expect(mayCollide(one, other)).toBe(expected);
  expect(mayCollide(other, one)).toBe(expected);
});

test.each([
  ["Support", undefined],
  ["Büro & Söhne 🎧", undefined],
  ["دعم", undefined],
  ["", "must not be empty"],
  [" Support", "must not start or end with a space"],
  ["Support\u00a0", "must not start or end with a space"],
  ["Sup\tport", "must not contain control characters or line breaks"],
  ["Sup\u2028port", "must not contain control characters or line breaks"],
  ["Support\n", "must not contain control characters or line breaks"],
  ["Support\ud83c", "must be valid Unicode (it contains half of a surrogate pair)"],
])("the name %j: %p", (name, problem) => {
  expect(nameProblem(name)).toBe(problem);
});

test.each([
  [{ name: "Support", id: 42 }, 'group "Support" (id 42)'],
  [{ name: 'The "A" team' }, 'group "The \\"A\\" team"'],
  [{ name: "", id: "42" }, "a group (id 42)"],
])("the label of %j is %p", (group, expected) => {
  expect(groupLabel(group)).toBe(expected);
});
