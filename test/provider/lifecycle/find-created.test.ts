import { findCreatedGroup } from "../../../provider/model/find-created";
import { couldBeAssignedFor } from "../../../provider/model/names";
import type { Group } from "../../../client/responses";

const group = (id: number, name: string): Group => ({ id, name, active: true, owner: "7" });
const before = [group(1, "Support"), group(2, "Sales")];

test.each<[string, Group[], number[], string, number[]]>([
  ["nothing new", [], [], "none", []],
  ["ours, as requested", [group(3, "Care")], [], "one", [3]],
  ["ours, numbered", [group(3, "Care1")], [], "one", [3]],
  ["another client's, with another name", [group(3, "Sales1")], [], "none", []],
  ["a sibling's", [group(3, "Care")], [3], "none", []],
  ["a sibling's and ours", [group(3, "Care"), group(4, "Care1")], [3], "one", [4]],
  ["one whose id shows that the list may have hidden it before", [group(0.5, "Care")], [], "unclear", [0.5]],
  ["another client's and ours", [group(3, "Care"), group(4, "Care1")], [], "unclear", [3, 4]],
])("%s", (_, added, owned, kind, ids) => {
  const after = { all: [...before, ...added], withName: added };
  const found = findCreatedGroup("Care", before, after, (id) => owned.includes(id));
  expect(found.kind).toBe(kind);
  const groups = found.kind === "one" ? [found.group] : found.kind === "unclear" ? found.candidates : [];
  expect(groups.map(({ id }) => id)).toEqual(ids);
});

test("a group that only the list by name shows may have existed before", () => {
  const after = { all: before, withName: [group(3, "Care")] };
  expect(findCreatedGroup("Care", before, after, () => false)).toEqual({
    kind: "unclear",
    candidates: [group(3, "Care")],
  });
});

test("a group that existed before is never ours, whatever its name is now", () => {
  expect(findCreatedGroup("Support", before, { all: before, withName: before }, () => false)).toEqual({
    kind: "none",
  });
});

test.each([
  ["R & D", "R & D", true],
  ["R &amp; D", "R & D", true],
  ["R &amp; D (2)", "R & D", true],
  ["&lt;A&gt; &quot;b&quot; &#39;c&#x27;", "<A> \"b\" 'c'", true],
  ["R & D &nbsp;", "R & D", false],
  ["Research", "R & D", false],
])("%p could be assigned for %p: %p", (name, requestedName, expected) => {
  expect(couldBeAssignedFor(name, requestedName)).toBe(expected);
});
