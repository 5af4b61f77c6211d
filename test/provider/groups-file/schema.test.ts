import Ajv from "ajv";
import fc from "fast-check";
import { parse } from "yaml";
import { readGroups } from "../../../provider/groups-file/read";
import { entryKeys, groupsJsonSchema } from "../../../provider/groups-file/schema";

const validate = new Ajv().compile(groupsJsonSchema());

/** The schema cannot express unique names, and it does not know that "1" and { id: "1" } are the same agent. */
const duplicate = /the name ".*" must be unique|agent ".*" must be listed once/;

function expectAgreement(text: string): void {
  const problems = readGroups(text, "groups.yaml").problems.filter((problem) => !duplicate.test(problem));
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
  "groups: { a: { agents: ['1', { id: '2' }, { id: '3', receivesCalls: false }] } }",
  "groups: { a: { agents: ['1', { id: '1' }] } }",
  "groups: { a: { agents: [1] } }",
  "groups: { a: { agents: [{ id: 1 }] } }",
  "groups: { a: { agents: [{ receivesCalls: true }] } }",
  "groups: { a: { agents: [{ id: '1', receivesCalls: 1 }] } }",
  "groups: { a: { agents: [{ id: '1', x: 1 }] } }",
  "groups: { a: { agents: [null] } }",
  "groups: { a: { agents: [[]] } }",
  "groups: { a: { agents: '1' } }",
  "groups: { a: { agents: null } }",
  "groups: { a: { agents: {} } }",
  "groups: { a: { agents: [] } }",
  "groups: { a: { agents: [], otherAgents: keep } }",
  "groups: { a: { agents: [], otherAgents: remove } }",
  "groups: { a: { agents: ['1'], otherAgents: remove, removeExisting: true } }",
  "groups: { a: { agents: ['1'], otherAgents: take } }",
  "groups: { a: { agents: ['1'], removeExisting: 1 } }",
  "groups: { a: { otherAgents: keep } }",
  "groups: { a: { removeExisting: true } }",
  "groups: { a: { protect: true, retainOnDelete: false, ignoreChanges: [name, active] } }",
  "groups: { a: { protect: 1 } }",
  "groups: { a: { retainOnDelete: null } }",
  "groups: { a: { ignoreChanges: [] } }",
  "groups: { a: { ignoreChanges: [agents] } }",
  "groups: { a: { ignoreChanges: [agents], agents: ['1'] } }",
  "groups: { a: { ignoreChanges: [deleteWithAgents] } }",
  "groups: { a: { ignoreChanges: name } }",
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

test("they agree on agents' ids", () => {
  const part = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(" ", "\u00a0", "\ufeff", "\u0085", "\ud800"));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 3 }), (parts) => {
      expectAgreement(JSON.stringify({ groups: { a: { agents: [parts.join("")] } } }));
    }),
    { numRuns: 1000 },
  );
});

test("the schema rejects an agent that is listed twice in the same way", () => {
  expect(validate({ groups: { a: { agents: ["1", "1"] } } })).toBe(false);
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
  const agent = { properties: { id: described, receivesCalls: described } };
  const entry = {
    properties: {
      ...Object.fromEntries(entryKeys.map((key) => [key, described])),
      agents: { ...described, items: { anyOf: [described, agent] } },
    },
  };
  expect(groupsJsonSchema()).toMatchObject({
    properties: {
      $schema: described,
      groups: { ...described, additionalProperties: { ...described, anyOf: [entry, { type: "null" }] } },
    },
  });
});
