import { readFileSync } from "node:fs";
import Module from "node:module";
import { join } from "node:path";
import { providerText } from "../../provider/state-contract";
import { asked, create, emulate, operate } from "../support/lifecycle";

test("the text that Pulumi stores is small, always the same, and leads to all methods of the provider", () => {
  expect(providerText).toBe('exports.handler=()=>require("pulumi-deepcall/lifecycle").provider');
  expect(Buffer.byteLength(providerText)).toBeLessThanOrEqual(300);
  // As Pulumi's plugin process does it: evaluated as a module of no file, from the program's folder.
  const stored = new Module("") as Module & { _compile: (text: string, file: string) => void };
  stored.paths = [join(__dirname, "../../node_modules")];
  stored._compile(providerText, "");
  const { handler } = stored.exports as { handler: () => object };
  expect(Object.keys(handler()).toSorted()).toEqual(
    ["check", "configure", "create", "delete", "diff", "read", "update"].toSorted(),
  );
});

test("the subpath in every user's state is exported", () => {
  const { exports } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")) as { exports: object };
  expect(Object.keys(exports)).toContain("./lifecycle");
});

test("a group takes at most 900 bytes of inputs and outputs", async () => {
  const emulator = await emulate();
  const { inputs, outputs } = await create(
    operate(emulator),
    asked("A group with a name of some length", { __provider: providerText }),
  );
  const bytes = Buffer.byteLength(JSON.stringify(inputs) + JSON.stringify({ ...outputs, __provider: providerText }));
  expect(bytes).toBeLessThanOrEqual(900);
});
