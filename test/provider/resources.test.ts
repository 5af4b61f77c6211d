import { DeepcallGroup, DeepcallGroups } from "../../provider";

/** What a constructor throws before it registers anything with Pulumi. */
function refusal(construct: () => unknown): string {
  try {
    construct();
  } catch (error) {
    return String(error);
  }
  throw new Error("it was not refused");
}

test.each([
  [{ import: "42" }, '"import" can\'t work for dynamic providers. Use onNameConflict: "adopt"'],
  [{ deleteBeforeReplace: false }, "with deleteBeforeReplace: false a replacement would be made while"],
])("a group with the option %j is refused", (options, reason) => {
  const message = refusal(() => new DeepcallGroup("support", {}, options));
  expect(message).toContain(`ResourceError: DeepcallGroup "support": `);
  expect(message).toContain(reason);
});

test("groups need either a file or the groups themselves", () => {
  const both = { file: "groups.yaml", groups: {} } as unknown as { file: string };
  for (const args of [both, {} as { file: string }])
    expect(refusal(() => new DeepcallGroups("team", args))).toContain(
      'DeepcallGroups "team": give either file or groups',
    );
});

test("groups in the program: problems name the key and the property", () => {
  const groups = { support: { activ: true }, "a b": {} } as Record<string, object>;
  const message = refusal(() => new DeepcallGroups("team", { groups }));
  expect(message).toContain("groups.support.activ: is no property of a group");
  expect(message).toContain('groups["a b"]: a key holds letters');
});
