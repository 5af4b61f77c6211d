import { Owners } from "../../../provider/lifecycle/owners";

interface Resource {
  readonly name: string;
  readonly key: string;
}
const a: Resource = { name: "a", key: "1" };
const aAgain: Resource = { name: "a", key: "2" };
const b: Resource = { name: "b", key: "3" };

type Step = ["hold" | "acquire", Resource] | ["release"];

function act(steps: Step[]): Owners<undefined> {
  const owners = new Owners<undefined>();
  for (const [action, owner] of steps) {
    if (action === "release") {
      owners.release("42");
      continue;
    }
    const self = { resource: owner.name, identity: owner.name, account: "", ignored: [] };
    owners.declare(self, undefined);
    owners[action]("42", self, owner.key, undefined);
  }
  return owners;
}

test.each<[string, Step[], boolean]>([
  [
    "declared twice by one resource",
    [
      ["hold", a],
      ["hold", a],
    ],
    true,
  ],
  [
    "declared by two",
    [
      ["hold", a],
      ["hold", b],
    ],
    false,
  ],
  [
    "declared, then adopted by another",
    [
      ["hold", a],
      ["acquire", b],
    ],
    false,
  ],
  [
    "adopted, then declared by another",
    [
      ["acquire", b],
      ["hold", a],
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
      ["hold", a],
      ["acquire", aAgain],
    ],
    true,
  ],
  ["deleted, then adopted by another", [["hold", a], ["release"], ["acquire", b]], true],
])("a group %s: %p", (_, steps, isAllowed) => {
  if (isAllowed) expect(act(steps).has("42")).toBe(true);
  else expect(() => act(steps)).toThrow("declare the same group (id 42)");
});

test("the successor is the current owner with another key", () => {
  expect(act([]).successor("42", "1")).toBeUndefined();
  expect(act([["hold", a]]).successor("42", "1")).toBeUndefined();
  expect(
    act([
      ["hold", a],
      ["acquire", aAgain],
    ]).successor("42", "1"),
  ).toMatchObject({ self: { resource: "a" }, key: "2", acquired: true });
});
