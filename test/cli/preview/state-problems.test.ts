import type { Group } from "../../../client/responses";
import { describeStateProblems, findStateProblems } from "../../../cli/preview/state-problems";
import type { PendingOperation, Step } from "../../../cli/preview/steps";
import { agentsType, groupType, providerType } from "../../../provider/state-contract";
import { outputsOf, secret, steps, urn } from "./steps";

/** As `pulumi stack export` shows it after a `kill -9` during `add`. */
const creation = (requestedName: unknown = "Support", more = {}): PendingOperation => ({
  type: "creating",
  resource: {
    urn: urn("support"),
    type: groupType,
    provider: `${urn("default", providerType)}::3b729dae-0740`,
    inputs: { requestedName, active: true },
    ...more,
  },
});
const group = (id: number, name: string): Group => ({ id, name, active: true, owner: undefined });
const managed = (resource: string, id: number): Step[] =>
  steps(resource, id, outputsOf("Support"), outputsOf("Support"), "same", { requestedName: "Support" });

const inAccount = (name: string, all: Step[]): Step[] =>
  all.map((step) => ({ ...step, provider: `${urn(name, providerType)}::1` }));

const lines = (operations: PendingOperation[], groups: Group[] | undefined, all: Step[] = []): string[] => {
  const lists = new Map(groups && [[null, { groups, complete: true }]]);
  return describeStateProblems(findStateProblems({ pendingOperations: operations, steps: all }, lists), (name) => name);
};

const interrupted = "An earlier command was interrupted while it created the group Support of the resource support.";
const forget = "To forget the interruption, run `pulumi refresh --clear-pending-creates`.";
const adopt =
  'declare the resource with onNameConflict: "adopt" and run `pulumi up`; otherwise, `pulumi up` creates another group.';

test.each<[string, PendingOperation[], Group[] | undefined, Step[], string[]]>([
  ["nothing", [], undefined, [], []],
  [
    "a creation without a list",
    [creation()],
    undefined,
    [],
    [`${interrupted} Whether the group exists is not known here; \`pulumi-deepcall plan --refresh\` finds out.`],
  ],
  [
    "a creation that created nothing",
    [creation()],
    [group(7, "Support"), group(8, "Sales")],
    managed("other", 7),
    [`${interrupted} Deepcall has no such group without a resource, so nothing is lost. ${forget}`],
  ],
  [
    "a creation that created a group",
    [creation()],
    [group(7, "Support"), group(8, "Support")],
    managed("other", 7),
    [
      `${interrupted} In Deepcall, and not in the state: Support (id 8). To take the group into the state, ${adopt} ${forget}`,
    ],
  ],
  [
    "a creation that created a numbered group",
    [creation()],
    [group(7, "Support"), group(8, "Support1")],
    managed("other", 7),
    [
      `${interrupted} In Deepcall, and not in the state: Support1 (id 8). To take the group into the state, rename it to Support in Deepcall's panel, ${adopt} ${forget}`,
    ],
  ],
  [
    "a creation that a later `up` repeated",
    [creation()],
    [group(7, "Support1"), group(8, "Support")],
    managed("support", 7),
    [
      `${interrupted} In Deepcall, and not in the state: Support (id 8). The resource has another group now. If nobody needs this one, delete it in Deepcall's panel. ${forget}`,
    ],
  ],
  [
    "a secret name",
    [creation(secret)],
    [group(8, "Support")],
    [],
    [
      `An earlier command was interrupted while it created the group with a secret name of the resource support. Look in Deepcall's panel whether the group exists. ${forget}`,
    ],
  ],
  ["the same creation twice", [creation(), creation()], [], [], [expect.stringContaining("nothing is lost") as string]],
  [
    "a creation in another account",
    [creation("Support", { provider: `${urn("emea", providerType)}::1` })],
    [group(8, "Support")],
    [],
    [expect.stringContaining("not known here") as string],
  ],
  [
    "other operations",
    [
      { ...creation(), type: "updating" },
      creation("", { type: agentsType }),
      creation("", { type: "random:index:Id" }),
    ],
    undefined,
    [],
    ["2 other operations of earlier commands did not complete; `pulumi up --refresh` repeats what is missing."],
  ],
])("%s", (_, operations, groups, all, expected) => {
  expect(lines(operations, groups, all)).toEqual(expected);
});

test.each<[string, Step[], string[]]>([
  ["two groups", [...managed("old", 7), ...managed("new", 8)], []],
  [
    "a group that an earlier, partial run has adopted",
    [...managed("old", 7), ...managed("new", 7)],
    [expect.stringMatching(/^The resources old and new have the same group \(id 7\): /) as string],
  ],
  ["equal ids in two accounts", [...managed("old", 7), ...inAccount("emea", managed("new", 7))], []],
  [
    "a group that is also read",
    [...managed("old", 7), ...managed("new", 7).map((step) => ({ ...step, op: "read" }))],
    [],
  ],
])("resources with one group: %s", (_, all, expected) => {
  expect(lines([], undefined, all)).toEqual(expected);
});
