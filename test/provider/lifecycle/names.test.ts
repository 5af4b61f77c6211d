import { isNumbered, label, nameToKeep, problemWithName, stem } from "../../../provider/lifecycle/names";

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
])("%p is %p with a number: %p", (name, wish, expected) => {
  expect(isNumbered(name, wish)).toBe(expected);
});

test.each([
  ["Support", "Support", "Support"],
  ["Support1", "Support", "Support1"],
  ["R &amp; D", "R & D", "R & D"],
  ["Helpdesk", "Support", "Support"],
])("the name to keep for %p, asked as %p, is %p", (live, wish, expected) => {
  expect(nameToKeep(live, wish)).toBe(expected);
});

test.each([
  ["Support", "support"],
  ["Support1", "support"],
  ["SUPPORT (2)", "support"],
  ["Support 24/7", "support 24/"],
])("the stem of %p is %p", (name, expected) => {
  expect(stem(name)).toBe(expected);
});

test.each([
  ["Support", undefined],
  ["Büro & Söhne 🎧", undefined],
  ["دعم", undefined],
  ["", "must not be empty"],
  [" Support", "must not begin or end with a blank"],
  ["Support\u00a0", "must not begin or end with a blank"],
  ["Sup\tport", "must not hold control characters or line breaks"],
  ["Sup\u2028port", "must not hold control characters or line breaks"],
  ["Support\n", "must not hold control characters or line breaks"],
  ["Support\ud83c", "must be valid Unicode (it holds half of a surrogate pair)"],
])("the name %j: %p", (name, problem) => {
  expect(problemWithName(name)).toBe(problem);
});

test.each([
  [{ name: "Support", id: 42 }, 'group "Support" (id 42)'],
  [{ name: 'The "A" team' }, 'group "The \\"A\\" team"'],
  [{ name: "", id: "42" }, "a group (id 42)"],
])("%j is called %p", (group, expected) => {
  expect(label(group)).toBe(expected);
});
