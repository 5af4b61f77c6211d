import fc from "fast-check";
import { createRedact } from "../../client/redact";

test("removes the credential from strings and keys at every depth, and keeps the rest", () => {
  const redact = createRedact(["s3cr3t+/"]);
  expect(redact({ a: ["x s3cr3t+/ y", 1, null, true], "s3cr3t+/": { b: "s3cr3t%2B%2F" } })).toEqual({
    a: ["x [redacted] y", 1, null, true],
    "[redacted]": { b: "[redacted]" },
  });
});

test("any credential is removed from any text", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4, unit: "binary" }), fc.string(), (secret, text) => {
      // A secret that is part of the replacement cannot be distinguished from it.
      fc.pre(!"[redacted]".includes(secret));
      const result = createRedact([secret])(`${text}${secret}${JSON.stringify(secret)}`);
      return !result.replaceAll("[redacted]", "\u0000").includes(secret);
    }),
  );
});

test("values too short to be secret do not damage words", () => {
  expect(createRedact(["a"])("a banana")).toBe("a banana");
});
