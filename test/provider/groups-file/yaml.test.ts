import fc from "fast-check";
import { readGroups } from "../../../provider/groups-file/read";
import { seed } from "../../support/seed";

const problems = (text: string): readonly string[] => readGroups(text, "groups.yaml").problems;

const unsupported = (type: string, instead: string): string =>
  `values of the type !!${type} are not supported; write ${instead}`;
const mapOrList = "a map or a list";
const quotedText = "text in quotes";

/** YAML 1.1 resolves more types than YAML 1.2, which the header of a file selects. */
const yaml11 = (text: string): string => `%YAML 1.1\n---\n${text}`;

test.each([
  // Types of YAML 1.1.
  ["groups: !!omap [ a: { name: A } ]", `1:16: groups: ${unsupported("omap", mapOrList)}`],
  [yaml11("groups: !!omap\n  - a: { name: A }"), `4:3: groups: ${unsupported("omap", mapOrList)}`],
  [yaml11("!!omap [ groups: {} ]"), `3:8: ${unsupported("omap", mapOrList)}`],
  [yaml11("groups: !!omap [ 1 ]"), `3:16: groups: ${unsupported("omap", mapOrList)}`],
  ["groups: !!pairs [ a: {} ]", `1:17: groups: ${unsupported("pairs", mapOrList)}`],
  ["groups: { a: { agents: !!pairs [ id: '1' ] } }", `1:32: groups.a.agents: ${unsupported("pairs", mapOrList)}`],
  ["groups: !!set { a, b }", `1:15: groups: ${unsupported("set", mapOrList)}`],
  ["groups: { a: { name: !!binary SGVsbG8= } }", `1:31: groups.a.name: ${unsupported("binary", quotedText)}`],
  ["groups: { a: { name: !!timestamp 2001-12-14 } }", `1:34: groups.a.name: ${unsupported("timestamp", quotedText)}`],
  [
    yaml11("groups: { a: { name: 2001-12-14 } }"),
    '3:22: groups.a.name: must be a string; without quotes 2001-12-14 is a date, so write "2001-12-14"',
  ],
  [
    yaml11("groups: { 2001-12-14: }"),
    '3:11: groups: a key must be text; without quotes 2001-12-14 is a date, so write "2001-12-14"',
  ],
  [
    yaml11("groups: { a: { <<: { name: A } } }"),
    "3:16: groups.a: merge keys (<<) are not supported; write the properties out",
  ],
  // Tags that do not fit, and unknown ones.
  ["groups: !!str { a: }", "1:9: is not valid YAML: Unresolved tag: tag:yaml.org,2002:str"],
  ["groups: { a: { name: !!int x } }", "1:22: is not valid YAML: Unresolved tag: tag:yaml.org,2002:int"],
  ["groups: { a: { name: !mine x } }", "1:22: is not valid YAML: Unresolved tag: !mine"],
  ["groups: !e!x {}", "1:9: is not valid YAML: Could not resolve tag: !e!x"],
  ["%TAG ! tag:example.com:\n---\ngroups: !x {}", "3:9: is not valid YAML: Unresolved tag: tag:example.com:x"],
  ["%TAG !\n---\ngroups: {}", "1:1: is not valid YAML: %TAG directive should contain exactly two parts"],
  ["%FOO bar\n---\ngroups: {}", "1:1: is not valid YAML: Unknown directive %FOO"],
  ["%YAML 1.3\n---\ngroups: {}", "1:7: is not valid YAML: Unsupported YAML version 1.3"],
  // Numbers.
  [
    "groups: { a: { name: .nan } }",
    '1:22: groups.a.name: must be a string; without quotes .nan is a number, so write ".nan"',
  ],
  [
    `groups: { a: { name: ${"9".repeat(1000)} } }`,
    "1:22: groups.a.name: must be a string; without quotes it is a number, so put it in quotes",
  ],
  ["groups: { .inf: }", '1:11: groups: a key must be text; without quotes .inf is a number, so write ".inf"'],
  ["groups: { [a]: }", "1:11: groups: a key must be text"],
  ["? { a: b }\n: c", "1:3: a key must be text"],
  // Characters that nobody sees.
  ['groups: { a: { name: "\\0" } }', "1:22: groups.a.name: must not contain control characters or line breaks"],
  ["\ufeff\ufeffgroups: {}", "1:2: \\u{FEFF}groups: unknown property; a groups file has groups; did you mean groups?"],
  ["groups: { a: { na\u200bme: A } }", '1:16: groups.a["na\\u{200B}me"]: unknown property'],
  // Depth.
  ["[".repeat(20_000), "is not valid YAML: lists or maps are nested too deeply"],
  ["- ".repeat(20_000), "is not valid YAML: lists or maps are nested too deeply"],
  [
    `groups: { a: { name: ${"[".repeat(200)}${"]".repeat(200)} } }`,
    "1:22: groups.a.name: must be a string, not a list",
  ],
])("%#: %.60j", (text, problem) => {
  const reported = problems(text);
  expect(reported.find((line) => line.includes(problem))).toBeDefined();
  expect(reported.length).toBeLessThan(4);
});

test.each([
  "groups: { a: { name: !!str 42 } }",
  "groups: { a: { name: !<tag:yaml.org,2002:str> 42 } }",
  "groups: !!map { a: !!map { name: '42', agents: !!null } }".replace(", agents: !!null", ""),
  "groups: { a: &anchor { name: '42' } }",
  yaml11("groups: { a: { name: '42', active: yes } }"),
])("%j is a value", (text) => {
  expect(readGroups(text, "groups.yaml")).toMatchObject({ groups: { a: { name: "42" } }, problems: [] });
});

describe("whatever the file contains, there is a result or a problem with its position", () => {
  const runs = { seed, numRuns: 3_000 };

  function expectResult(text: string): void {
    const { groups, problems, warnings } = readGroups(text, "groups.yaml");
    for (const line of [...problems, ...warnings]) expect(line).toMatch(/^groups\.yaml:\d+:\d+: ./s);
    for (const key of Object.keys(problems.length === 0 ? groups : {})) expect(key).toMatch(/^[A-Za-z0-9][\w-]*$/);
  }

  beforeAll(() => {
    console.log(`seed ${seed}`);
  });

  const tag = fc.constantFrom(
    "",
    ...[
      "str",
      "int",
      "float",
      "bool",
      "null",
      "map",
      "seq",
      "set",
      "omap",
      "pairs",
      "binary",
      "timestamp",
      "merge",
    ].map((name) => `!!${name} `),
    "!x ",
    "! ",
    "!e!y ",
    "!<tag:yaml.org,2002:str> ",
    "&a ",
    "&a !!str ",
  );
  const scalar = fc.constantFrom(
    ..."a A name active agents ignoreChanges groups << *a ~ null true yes 007 0x1F 1e3 .nan .inf -.inf 2001-12-14 1:30".split(
      " ",
    ),
    ...[
      "",
      "''",
      '"\\ud800"',
      '"\\0"',
      "|\n   text",
      ">-\n   text",
      "__proto__",
      "constructor",
      "SGVsbG8=",
      "1_000",
      "9".repeat(400),
      "- ",
    ],
  );
  const { node } = fc.letrec<{ node: string; pair: string }>((tie) => ({
    pair: fc
      .tuple(
        fc.constantFrom("", "? "),
        tag,
        fc.oneof(scalar, tie("node")),
        fc.constantFrom(": ", "", " : "),
        tie("node"),
      )
      .map((parts) => parts.join("")),
    node: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.tuple(tag, scalar).map((parts) => parts.join("")),
      fc.tuple(tag, fc.array(tie("node"), { maxLength: 3 })).map(([type, items]) => `${type}[ ${items.join(", ")} ]`),
      fc.tuple(tag, fc.array(tie("pair"), { maxLength: 3 })).map(([type, pairs]) => `${type}{ ${pairs.join(", ")} }`),
      fc.tuple(tag, fc.array(tie("pair"), { maxLength: 3 })).map(([type, pairs]) => `${type}[ ${pairs.join(", ")} ]`),
    ),
  }));
  const header = fc.constantFrom(
    "",
    "---\n",
    "%YAML 1.1\n---\n",
    "%YAML 1.2\n---\n",
    "%TAG !e! tag:e.com:\n---\n",
    "\ufeff",
  );
  const document = fc
    .tuple(
      header,
      fc.constantFrom("", "groups: ", "groups: { a: ", "groups:\n  a:\n    agents: "),
      node,
      fc.constantFrom("", " }", "\n---\n", "\n..."),
    )
    .map((parts) => parts.join(""));

  test("documents from the pieces of the grammar", () => {
    fc.assert(fc.property(document, expectResult), runs);
  });

  test("the same with characters deleted, repeated and inserted", () => {
    const edit = fc.tuple(
      fc.nat(),
      fc.nat(3),
      fc.constantFrom("", "\t", "\0", "\r", "\u2028", "\ud800", "\u00a0", "#", "'", "}", "-", "\n  "),
    );
    const mutated = fc.tuple(document, fc.array(edit, { minLength: 1, maxLength: 4 })).map(([text, edits]) =>
      edits.reduce((edited, [where, length, inserted]) => {
        const at = where % (edited.length + 1);
        return edited.slice(0, at) + inserted + edited.slice(at + length);
      }, text),
    );
    fc.assert(fc.property(mutated, expectResult), runs);
  });

  test("any text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), expectResult), runs);
  });
});
