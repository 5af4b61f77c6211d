import fc from "fast-check";
import { describeDifference, similarNames, skeleton, escapeInvisible } from "../../../provider/model/similar-names";
import { seed } from "../../support/seed";

test.each<[name: string, other: string, difference: string]>([
  ["Night\u00a0shift", "Night shift", "the kind of blank#6#U+00A0#U+0020"],
  ["Night\u3000shift", "Night shift", "the kind of blank#6#U+3000#U+0020"],
  ["Night\u2800shift", "Night shift", "the kind of blank#6#U+2800#U+0020"],
  ["Night  shift", "Night shift", "the kind of blank#7#U+0020#U+0073"],
  ["Support\u00a0", "Support", "the kind of blank#8#U+00A0#missing"],
  ["Caf\u00e9", "Cafe\u0301", "Unicode normalization#4#U+00E9#U+0065 U+0301"],
  ["\u1100\u1161", "\uac00", "Unicode normalization#1#U+1100 U+1161#U+AC00"],
  ["\uff33upport", "Support", "Unicode normalization#1#U+FF33#U+0053"],
  ["Sup\u200bport", "Support", "invisible characters#4#U+200B#U+0070"],
  ["Support\ufeff", "Support", "invisible characters#8#U+FEFF#missing"],
  ["Sup\u00adport", "Support", "invisible characters#4#U+00AD#U+0070"],
  ["Support\u{e0041}", "Support", "invisible characters#7#U+0074 U+E0041#U+0074"],
  ["\u3164Support", "Support", "invisible characters#1#U+3164#U+0053"],
  // Devanagari: a joiner changes how a conjunct is drawn, if at all.
  [
    "\u0915\u094d\u200d\u0937",
    "\u0915\u094d\u0937",
    "invisible characters#1#U+0915 U+094D U+200D U+0937#U+0915 U+094D U+0937",
  ],
  ["night\u00a0shift", "Night shift", "the kind of blank and in case#1#U+006E#U+004E"],
])("%j and %j look alike", (name, other, expected) => {
  const [kind, index, here, there] = expected.split("#");
  const how = `in ${kind}`;
  expect(describeDifference(name, other)).toEqual({ how, where: `character ${index} is ${here}, not ${there}` });
  expect(describeDifference(other, name)).toEqual({ how, where: `character ${index} is ${there}, not ${here}` });
});

test.each([
  ["Support", "Support"],
  ["Support", "SUPPORT"],
  ["Support", "Support1"],
  ["Night shift", "Nightshift"],
  ["caf\u00e9", "cafe"],
  // Letters of other alphabets are not compared.
  ["\u0421are", "Care"],
])("%j and %j do not only look alike", (name, other) => {
  expect(describeDifference(name, other)).toBeUndefined();
});

test("the similar names of an account", () => {
  expect(similarNames("Night shift", ["Sales", "Night shift", "NIGHT SHIFT", "Night\u2009shift"])).toEqual([
    { name: "Night\u2009shift", how: "in the kind of blank", where: "character 6 is U+0020, not U+2009" },
  ]);
});

test("a difference is described if and only if one is seen, in both directions", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", "A", "e\u0301", "\u00e9", " ", "\u00a0", "\u200b", "\u0301"),
    maxLength: 6,
  });
  fc.assert(
    fc.property(text, text, (one, other) => {
      const described = describeDifference(one, other);
      expect(describeDifference(other, one) === undefined).toBe(described === undefined);
      if (described !== undefined) expect([skeleton(one), one]).not.toEqual([skeleton(other), other]);
    }),
    { seed, numRuns: 500 },
  );
});

test("invisible characters in messages", () => {
  expect(escapeInvisible("\ufeffna\u200bme x")).toBe("\\u{FEFF}na\\u{200B}me x");
});
