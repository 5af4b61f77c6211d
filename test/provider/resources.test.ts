import { DeepcallGroup, DeepcallGroups, ResourceError } from "../../provider";

/** The error of a constructor before it registers anything with Pulumi. */
function constructorError(construct: () => unknown): string {
  try {
    construct();
  } catch (error) {
    return String(error);
  }
  throw new Error("the constructor did not fail");
}

test.each([
  [
    { import: "42" },
    'dynamic providers do not support the option "import". To manage an existing group, import it with `pulumi-deepcall export --import`, or set onNameConflict: "adopt"',
  ],
  [{ deleteBeforeReplace: false }, "deleteBeforeReplace: false would create a replacement while"],
])("a group with the option %j is rejected", (options, reason) => {
  const create = () => new DeepcallGroup("support", {}, options);
  expect(create).toThrow(ResourceError);
  const message = constructorError(create);
  expect(message).toContain(`ResourceError: DeepcallGroup "support": `);
  expect(message).toContain(reason);
});

test("exactly one of file and groups is required", () => {
  const both = { file: "groups.yaml", groups: {} } as unknown as { file: string };
  for (const args of [both, {} as { file: string }])
    expect(constructorError(() => new DeepcallGroups("team", args))).toContain(
      'DeepcallGroups "team": set exactly one of file and groups',
    );
});

test("groups in the program: problems name the key and the property", () => {
  const groups = { support: { activ: true }, "a b": {} } as Record<string, object>;
  const message = constructorError(() => new DeepcallGroups("team", { groups }));
  expect(message).toContain("groups.support.activ: unknown property; a group has");
  expect(message).toContain('groups["a b"]: a key must consist of letters');
});
