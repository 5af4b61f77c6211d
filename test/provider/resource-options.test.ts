import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import ts from "typescript";
import { DeepcallGroup, DeepcallGroupAgents, DeepcallGroups, ResourceError } from "../../provider";
import type { OptionPlace } from "../../provider/resource-options";

/** Whether an option works, is rejected, or works in part, which `docs/limits.md` explains. */
type Outcome = "works" | "rejected" | "limited";

const all = (outcome: Outcome) => [outcome, outcome, outcome, outcome] as const;
/** The order of the outcomes in {@link outcomes}. */
const places: readonly OptionPlace[] = ["DeepcallGroup", "DeepcallGroupAgents", "DeepcallGroups", "optionsFor"];
const resourcesOnly = ["works", "works", "rejected", "works"] as const;

/** Every option of the SDK. The real CLI was seen with each that works. */
const outcomes: Record<string, readonly Outcome[]> = {
  additionalSecretOutputs: resourcesOnly,
  aliases: all("works"),
  customTimeouts: all("rejected"),
  deleteBeforeReplace: resourcesOnly,
  deletedWith: ["limited", "limited", "rejected", "limited"],
  dependsOn: all("works"),
  envVarMappings: all("rejected"),
  hideDiffs: resourcesOnly,
  hooks: ["works", "works", "limited", "works"],
  id: ["works", "rejected", "rejected", "rejected"],
  ignoreChanges: all("works"),
  import: all("rejected"),
  parent: ["works", "works", "works", "rejected"],
  pluginDownloadURL: all("rejected"),
  protect: all("works"),
  provider: all("works"),
  providers: all("works"),
  replaceOnChanges: all("limited"),
  replaceWith: resourcesOnly,
  replacementTrigger: resourcesOnly,
  retainOnDelete: all("works"),
  stateMigrations: all("limited"),
  transformations: all("limited"),
  transforms: all("limited"),
  urn: ["works", "works", "rejected", "rejected"],
  version: all("rejected"),
};

/** The options in the SDK's type declarations. */
function sdkOptions(): string[] {
  const file = require.resolve("@pulumi/pulumi/resource.d.ts");
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest);
  const interfaces = ["ResourceOptions", "CustomResourceOptions", "ComponentResourceOptions"];
  const members = source.statements
    .filter(ts.isInterfaceDeclaration)
    .filter(({ name }) => interfaces.includes(name.text))
    .flatMap((declaration) => [...declaration.members]);
  return members.map((member) => (member.name as ts.Identifier).text).toSorted();
}

test("every option of the SDK has a row", () => {
  expect(sdkOptions().length).toBeGreaterThan(20);
  expect(sdkOptions().filter((option) => outcomes[option] === undefined)).toEqual([]);
});

/** A value that is enough to be rejected. */
const options = (option: string): object => ({ [option]: "x" });
const construct: Record<OptionPlace, (option: string) => unknown> = {
  DeepcallGroup: (option) => new DeepcallGroup("support", {}, options(option)),
  DeepcallGroupAgents: (option) => new DeepcallGroupAgents("support", { groupId: 42, agents: ["1"] }, options(option)),
  DeepcallGroups: (option) => new DeepcallGroups("team", { groups: { support: null } }, options(option)),
  optionsFor: (option) => new DeepcallGroups("team", { groups: { support: null }, optionsFor: () => options(option) }),
};
const subjects: Record<OptionPlace, string> = {
  DeepcallGroup: 'DeepcallGroup "support": ',
  DeepcallGroupAgents: 'DeepcallGroupAgents "support": ',
  DeepcallGroups: 'DeepcallGroups "team": ',
  optionsFor: 'DeepcallGroups "team": optionsFor("support", "group"): ',
};

/** The options with that outcome in a place. */
function having(outcome: Outcome): [OptionPlace, string][] {
  return places.flatMap((place, index) =>
    Object.keys(outcomes)
      .filter((option) => outcomes[option]?.[index] === outcome)
      .map((option): [OptionPlace, string] => [place, option]),
  );
}

test.each(having("rejected"))("%s: %s is rejected, by its name and with a way out", (place, option) => {
  const create = () => construct[place](option);
  expect(create).toThrow(ResourceError);
  expect(create).toThrow(subjects[place]);
  expect(create).toThrow(`"${option}"`);
  expect(create).toThrow(/(Remove (it|the option)|Return it|Use DeepcallGroup.get|import it with)\b/);
});

test("limits.md explains what works only in part", () => {
  const limits = readFileSync("docs/limits.md", "utf8");
  const names = [...new Set(having("limited").map(([, option]) => option))];
  expect(names.filter((option) => !limits.includes(`\`${option}\``))).toEqual([]);
});

test("an option with the value undefined is not given", async () => {
  await pulumi.runtime.setMocks({
    newResource: ({ inputs }) => ({ id: "1", state: inputs as object }),
    call: () => ({}),
  });
  await pulumi.runtime.runInPulumiStack(() => {
    for (const place of places)
      for (const option of Object.keys(outcomes))
        if (place === "DeepcallGroup") new DeepcallGroup(`group-${option}`, {}, { [option]: undefined });
    return Promise.resolve();
  });
});

test.each([null, "protect", Promise.resolve({}), pulumi.output({})])(
  "optionsFor must return options, not %p",
  (value) => {
    const optionsFor = () => value as never;
    expect(() => new DeepcallGroups("team", { groups: { support: null }, optionsFor })).toThrow(
      'DeepcallGroups "team": optionsFor("support", "group") must return an object with options, or undefined. Nothing was changed.',
    );
  },
);
