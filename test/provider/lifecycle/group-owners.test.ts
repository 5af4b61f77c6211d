import { GroupOwners, type OwningResource } from "../../../provider/lifecycle/group-owners";
import { SharedGroupError } from "../../../provider";

const a: OwningResource = { resource: "a", key: "1", requestedName: "Support" };
const aAgain: OwningResource = { resource: "a", key: "2", requestedName: "Support" };
const b: OwningResource = { resource: "b", key: "3", requestedName: "Support" };

type Step = ["declare" | "acquire", OwningResource] | ["release"];

function act(steps: Step[]): GroupOwners {
  const owners = new GroupOwners();
  for (const [action, owner] of steps) {
    if (action === "release") owners.release("42");
    else owners[action]("42", owner);
  }
  return owners;
}

test.each<[string, Step[], boolean]>([
  [
    "declared twice by one resource",
    [
      ["declare", a],
      ["declare", a],
    ],
    true,
  ],
  [
    "declared by two",
    [
      ["declare", a],
      ["declare", b],
    ],
    false,
  ],
  [
    "declared, then adopted by another",
    [
      ["declare", a],
      ["acquire", b],
    ],
    false,
  ],
  [
    "adopted, then declared by another",
    [
      ["acquire", b],
      ["declare", a],
    ],
    false,
  ],
  [
    "adopted by two",
    [
      ["acquire", a],
      ["acquire", b],
    ],
    false,
  ],
  [
    "adopted by two with one name under different parents",
    [
      ["acquire", a],
      ["acquire", aAgain],
    ],
    false,
  ],
  [
    "declared, then adopted by its own replacement",
    [
      ["declare", a],
      ["acquire", aAgain],
    ],
    true,
  ],
  ["deleted, then adopted by another", [["declare", a], ["release"], ["acquire", b]], true],
])("a group %s: %p", (_, steps, isAllowed) => {
  if (isAllowed) expect(act(steps).has("42")).toBe(true);
  else expect(() => act(steps)).toThrow(SharedGroupError);
});

test("the successor is the current owner with another key", () => {
  expect(act([]).successor("42", "1")).toBeUndefined();
  expect(act([["declare", a]]).successor("42", "1")).toBeUndefined();
  expect(
    act([
      ["declare", a],
      ["acquire", aAgain],
    ]).successor("42", "1"),
  ).toMatchObject(aAgain);
});

test.each([
  ["another group", "7", a, true],
  ["no group but this one", "42", a, false],
  ["no group", "7", b, false],
  ["a group under another name", "7", { ...a, requestedName: "Sales" }, false],
])("a resource that owns %s", (_, id, owner, expected) => {
  expect(act([["declare", a]]).hasOther(id, owner)).toBe(expected);
});
