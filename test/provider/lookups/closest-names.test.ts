import { closestNames } from "../../../provider/lookups/closest-names";

test.each([
  ["support", ["Sales", "Support", "Supports"], ["Support", "Supports", "Sales"]],
  // A name that differs only in case comes first, then what the server makes of a name that is taken or escaped.
  ["Support", ["Sport", "Support (1)", "SUPPORT"], ["SUPPORT", "Support (1)", "Sport"]],
  ["R & D", ["R D", "R & B", "R &amp; D"], ["R &amp; D", "R & B", "R D"]],
  ["Suport", ["Billing", "Sales", "Sport", "Support"], ["Sport", "Support", "Sales"]],
  ["Twin", ["twin", "twin"], ["twin"]],
  ["Support", [], []],
])("for %j among %j: %j", (requestedName, names, closest) => {
  expect(closestNames(requestedName, names)).toEqual(closest);
});
