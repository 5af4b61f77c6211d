import Ajv from "ajv";
import fc from "fast-check";
import { parse } from "yaml";
import { readGroups } from "../../../provider/groups-file/read";
import { groupsJsonSchema } from "../../../provider/groups-file/schema";

const validate = new Ajv().compile(groupsJsonSchema());

/** The schema cannot express unique names. */
const duplicateName = /the name ".*" must be unique/;

function expectAgreement(text: string): void {
  const problems = readGroups(text, "groups.yaml").problems.filter((problem) => !duplicateName.test(problem));
  expect([text, validate(parse(text))]).toEqual([text, problems.length === 0]);
}

test.each([
  "groups: {}",
  "$schema: x\ngroups: { a: }",
  "groups: { a: { name: A, active: false, onNameConflict: fail } }",
  "groups: { a: { name: A }, b: { name: A } }",
  "groups: { a: { name: 7 } }",
  "groups: { a: { name: null } }",
  "groups: { a: { name: '' } }",
  "groups: { a: { active: yes } }",
  "groups: { a: { deleteWithAgents: true } }",
  "groups: { a: { deleteWithAgents: 1 } }",
  "groups: { a: { onNameConflict: take } }",
  "groups: { a: { nme: A } }",
  "groups: { a: A }",
  "groups: { a b: {} }",
  "groups: { -a: {} }",
  "groups: { '': {} }",
  "groups: []",
  "groups:",
  "groups: {}\nversion: 1",
  "$schema: 1\ngroups: {}",
  "{}",
  "[]",
  "text",
])("the JSON Schema and the reader agree: %j", (text) => {
  expectAgreement(text);
});

test("they agree on names", () => {
  const blanks = fc.constantFrom(
    " ",
    "\t",
    "\u00a0",
    "\ufeff",
    "\u2028",
    "\u3000",
    "\n",
    "\r\n",
    "\u0085",
    "\u0007",
    "\ud800",
  );
  const part = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }), blanks);
  fc.assert(
    fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
      expectAgreement(JSON.stringify({ groups: { a: { name: parts.join("") } } }));
    }),
    { numRuns: 1000 },
  );
});

test("they agree on keys", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[-_.a-zA-Z0-9é ]{0,6}$/)), (key) => {
      // A literal with this key would set the prototype.
      fc.pre(key !== "__proto__");
      expectAgreement(JSON.stringify({ groups: { [key]: {} } }));
    }),
    { numRuns: 1000 },
  );
});

test("every property has a description, for editors", () => {
  const described = { description: expect.any(String) as string };
  const entry = {
    properties: { name: described, active: described, onNameConflict: described, deleteWithAgents: described },
  };
  expect(groupsJsonSchema()).toMatchObject({
    properties: {
      $schema: described,
      groups: { ...described, additionalProperties: { ...described, anyOf: [entry, { type: "null" }] } },
    },
  });
});
