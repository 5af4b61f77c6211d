import { Claims, type Holder } from "../../../provider/lifecycle/claims";
import { SharedGroupError } from "../../../provider";

const a: Holder = { resource: "a", key: "1", wish: "Support" };
const aAgain: Holder = { resource: "a", key: "2", wish: "Support" };
const b: Holder = { resource: "b", key: "3", wish: "Support" };

type Step = ["hold" | "take", Holder] | ["release"];

function act(steps: Step[]): Claims {
  const claims = new Claims();
  for (const [what, holder] of steps) {
    if (what === "release") claims.release("42");
    else claims[what]("42", holder);
  }
  return claims;
}

test.each<[string, Step[], boolean]>([
  [
    "held by one resource, asked twice",
    [
      ["hold", a],
      ["hold", a],
    ],
    true,
  ],
  [
    "held by two",
    [
      ["hold", a],
      ["hold", b],
    ],
    false,
  ],
  [
    "held, then adopted by another",
    [
      ["hold", a],
      ["take", b],
    ],
    false,
  ],
  [
    "adopted, then held by another",
    [
      ["take", b],
      ["hold", a],
    ],
    false,
  ],
  [
    "adopted by two",
    [
      ["take", a],
      ["take", b],
    ],
    false,
  ],
  [
    "adopted by two of one name, under different parents",
    [
      ["take", a],
      ["take", aAgain],
    ],
    false,
  ],
  [
    "held, then adopted by its own replacement",
    [
      ["hold", a],
      ["take", aAgain],
    ],
    true,
  ],
  ["deleted, then adopted by another", [["hold", a], ["release"], ["take", b]], true],
])("a group %s: %p", (_, steps, isFine) => {
  if (isFine) expect(act(steps).has("42")).toBe(true);
  else expect(() => act(steps)).toThrow(SharedGroupError);
});

test("the successor is whoever has the group now, under another key", () => {
  expect(act([]).successor("42", "1")).toBeUndefined();
  expect(act([["hold", a]]).successor("42", "1")).toBeUndefined();
  expect(
    act([
      ["hold", a],
      ["take", aAgain],
    ]).successor("42", "1"),
  ).toMatchObject(aAgain);
});

test.each([
  ["another group", "7", a, true],
  ["no group but this one", "42", a, false],
  ["no group", "7", b, false],
  ["a group under another name", "7", { ...a, wish: "Sales" }, false],
])("a resource that has %s", (_, id, holder, expected) => {
  expect(act([["hold", a]]).hasOther(id, holder)).toBe(expected);
});
