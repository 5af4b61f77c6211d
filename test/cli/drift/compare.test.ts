import { compare, type Step } from "../../../cli/drift/compare";
import { hasDrift, type Drift } from "../../../cli/drift/report";
import { groupType } from "../../../provider/type";
import { recorded, secret, steps, urn } from "./steps";

const support = { requestedName: "Support", active: true };
const renamed: Drift = { kind: "renamed", from: "Support", to: "Help" };
const deactivated: Drift = { kind: "status", from: "active", to: "inactive" };

/** What a refresh makes of a record when Deepcall has something else now. */
const live = (more: Record<string, unknown>): Record<string, unknown> => recorded("Support", more);

test.each<[string, Record<string, unknown> | null, string, Record<string, unknown>, Drift[] | "update" | "replace"]>([
  ["as declared", live({}), "same", support, []],
  ["gone", null, "create", support, [{ kind: "gone" }]],
  ["renamed", live({ name: "Help" }), "update", support, [renamed]],
  ["deactivated", live({ active: false }), "update", support, [deactivated]],
  ["renamed and deactivated", live({ name: "Help", active: false }), "update", support, [renamed, deactivated]],
  ["renamed to the wish", recorded("Support", { name: "Help", assignedName: "Help" }), "same", support, []],
  ["renamed, and the program says so too", live({ name: "Help" }), "same", { requestedName: "Help", active: true }, []],
  [
    "both by hand, and the program has caught up with the name only",
    live({ name: "Help", active: false }),
    "update",
    { requestedName: "Help", active: true },
    [deactivated],
  ],
  [
    "both by hand, and the program has caught up with the status only",
    live({ name: "Help", active: false }),
    "update",
    { requestedName: "Support", active: false },
    [renamed],
  ],
  ["renamed, and ignored", live({ name: "Help" }), "same", { ...support, __ignore: ["name"] }, []],
  [
    "both by hand, the name ignored",
    live({ name: "Help", active: false }),
    "update",
    { requestedName: "Help", active: true, __ignore: ["name"] },
    [deactivated],
  ],
  [
    "both by hand, the status ignored",
    live({ name: "Help", active: false }),
    "update",
    { requestedName: "Support", active: false, __ignore: ["active"] },
    [renamed],
  ],
  ["only the program changed", live({}), "update", { requestedName: "Care", active: true }, "update"],
  ["the program is to replace it", live({}), "create-replacement", support, "replace"],
  ["renamed by hand and in the program", live({ name: "Help" }), "update", { requestedName: "Care" }, [renamed]],
  [
    "the program's name is not known yet",
    live({ name: "Help" }),
    "update",
    { requestedName: "04da6b54-80e4-46f7-96ec-b56ff0331ba9", active: true },
    [renamed],
  ],
])("%s", (_, is, op, wish, result) => {
  const [drift, pending] = typeof result === "string" ? [[], result] : [result];
  const report = compare("prod", steps("support", 7, recorded("Support"), is, op, wish));
  const name = is?.["assignedName"] ?? "Support";
  expect(report.groups).toEqual([{ resource: "support", urn: urn("support"), id: 7, name, drift }]);
  expect(report.pending).toEqual(
    pending === undefined ? [] : [{ resource: "support", urn: urn("support"), change: pending }],
  );
  expect(hasDrift(report)).toBe(drift.length > 0);
});

test("a number that Deepcall appended is no drift; taking it away by hand neither", () => {
  const was = { ...recorded("Support"), assignedName: "Support1", name: "Support1" };
  for (const is of [was, { ...was, assignedName: "Support", name: "Support" }])
    expect(hasDrift(compare("prod", steps("support", 7, was, is, "same", support)))).toBe(false);
});

test("a rename that `pulumi refresh` has written to the state is drift until somebody decides", () => {
  const was = live({ name: "Help" });
  expect(compare("prod", steps("support", 7, was, was, "update", support)).groups[0]?.drift).toEqual([renamed]);
});

test.each([
  ["as declared", {}, "same", []],
  ["renamed", { __renamed: true }, "update", [{ kind: "renamed", from: null, to: null }]],
  ["changed in the program", {}, "update", []],
])("a secret name, %s", (_, more, op, drift) => {
  const wish = { requestedName: secret, active: true };
  const report = compare("prod", steps("g", 7, recorded(secret), recorded(secret, more), op, wish));
  expect(report.groups).toMatchObject([{ name: null, drift }]);
});

const step = (resource: string, op: string, more: Partial<Step>): Step => ({
  urn: urn(resource),
  type: groupType,
  op,
  ...more,
});
const creation = (name: string, more = {}): NonNullable<Step["new"]> => ({
  id: "",
  inputs: { requestedName: name, active: true, ...more },
  outputs: {},
});

test("groups that the program adds or drops are pending, and no drift", () => {
  const dropped = { id: "9", inputs: {}, outputs: recorded("Old") };
  const all = [step("added", "create", { new: creation("New") }), step("dropped", "delete", { old: dropped })];
  const report = compare("prod", all);
  expect(report).toMatchObject({
    groups: [],
    undeclared: null,
    pending: [
      { resource: "added", change: "create" },
      { resource: "dropped", change: "delete" },
    ],
  });
  expect(hasDrift(report)).toBe(false);
});

test("undeclared is what no resource has, reads or will adopt", () => {
  const read = { id: "2", inputs: {}, outputs: {} };
  const all = [
    ...steps("support", 1, recorded("Support"), live({}), "same", support),
    step("read", "read", { old: null, new: read }),
    step("dropped", "delete", { old: { id: "3", inputs: {}, outputs: recorded("Old") } }),
    step("adopting", "create", { new: creation("Sales", { onNameConflict: "adopt" }) }),
    step("beside", "create", { new: creation("Temp") }),
    { ...step("other", "create", {}), type: "random:index:Id", old: { id: "6", inputs: {}, outputs: {} } },
  ];
  const names = ["Support", "Elsewhere", "Old", "Sales", "Temp", "Sixth"];
  const groups = names.map((name, index) => ({ id: index + 1, name, active: index !== 5, owner: undefined }));
  const report = compare("prod", all, {
    groups: [{ id: 8, name: "Eight", active: undefined, owner: "7" }, ...groups],
    complete: false,
  });
  expect(report.undeclared).toEqual({
    complete: false,
    groups: [
      { id: 5, name: "Temp", status: "active" },
      { id: 6, name: "Sixth", status: "inactive" },
      { id: 8, name: "Eight", status: null },
    ],
  });
  expect(hasDrift(report)).toBe(true);
});

test("sorted by resource; children of components and names with colons are told by their own name", () => {
  const child = `shop:index:Team$${groupType}`;
  const all = ["b", "a::c", "Z"].flatMap((resource, id) =>
    steps(resource, id, recorded("Support"), live({}), "same", support).map((one) => ({
      ...one,
      urn: urn(resource, resource === "b" ? child : groupType),
    })),
  );
  expect(compare("prod", all).groups.map(({ resource }) => resource)).toEqual(["Z", "a::c", "b"]);
});
