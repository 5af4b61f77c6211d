import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { unknownValue } from "../../../provider/model/resource";
import { unwrap, wrap } from "../../../provider/plugin/values";

const signature = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown) => ({ [signature]: "1b47061264138c4ac30d75fd1eb44270", value });
const output = (fields: object) => ({ [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", ...fields });

const table: [what: string, wire: unknown, value: unknown, isSecret: boolean][] = [
  ["a text", "Support", "Support", false],
  ["a number and a boolean", [42, true], [42, true], false],
  ["an unknown value", unknownValue, unknownValue, false],
  ["a secret", secret("Support"), "Support", true],
  ["an unknown secret", secret(unknownValue), unknownValue, true],
  ["a secret in a secret", secret(secret("Support")), "Support", true],
  ["a secret in a list", [{ id: secret("1001") }], [{ id: "1001" }], true],
  ["a secret list", secret([{ id: "1001" }]), [{ id: "1001" }], true],
  ["an output", output({ value: "Support", dependencies: ["urn"] }), "Support", false],
  ["a secret output", output({ value: "Support", secret: true }), "Support", true],
  ["an unknown output", output({ dependencies: ["urn"] }), unknownValue, false],
  ["an output of a secret", output({ value: secret("Support"), secret: false }), "Support", true],
  ["an object that has a key secret", { secret: true }, { secret: true }, false],
];

test.each(table)("unwraps %s", (_, wire, value, isSecret) => {
  const { values, secrets } = unwrap(Struct.fromJavaScript({ key: wire as JavaScriptValue, other: "plain" }));
  expect(values).toEqual({ key: value, other: "plain" });
  expect([...secrets]).toEqual(isSecret ? ["key"] : []);
});

test("a property that is null counts as not given", () => {
  expect(unwrap(Struct.fromJavaScript({ name: null })).values).toEqual({});
  expect(unwrap(undefined).values).toEqual({});
});

test("wraps what was secret, and nothing else", () => {
  const wrapped = wrap({ name: "Support", active: true }, new Set(["name", "missing"]));
  expect(wrapped.toJavaScript()).toEqual({ name: secret("Support"), active: true });
  expect(unwrap(wrapped)).toEqual({ values: { name: "Support", active: true }, secrets: new Set(["name"]) });
});
