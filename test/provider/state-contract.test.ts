import { readFileSync } from "node:fs";
import Module from "node:module";
import { join } from "node:path";
import {
  agentsProviderText,
  agentsType,
  environmentPrefixKey,
  groupsType,
  groupType,
  providerNameKey,
  providerText,
  providerType,
  settingKey,
} from "../../provider/state-contract";
import { create, desired, emulate, operate, refresh } from "../support/lifecycle";
import { recorded, restoreGroups } from "../support/recorded-state";

const { resources } = recorded.state.deployment;

test("the type tokens and the provider text are those of recorded states", () => {
  expect([groupType, groupsType, providerText]).toEqual([
    "pulumi-nodejs:dynamic/deepcall:Group",
    "pulumi-deepcall:index:DeepcallGroups",
    'exports.handler=()=>require("pulumi-deepcall/lifecycle").provider',
  ]);
  const types = resources.map(({ type }) => type).filter((type) => type.includes("deepcall"));
  expect(new Set(types)).toEqual(new Set([groupType, groupsType]));
  for (const { type, inputs, outputs } of resources)
    if (type === groupType)
      expect([inputs?.["__provider"], outputs?.["__provider"]]).toEqual([providerText, providerText]);
});

test("the type token and the provider text of a group's agents", () => {
  expect([agentsType, agentsProviderText]).toEqual([
    "pulumi-nodejs:dynamic/deepcall:GroupAgents",
    'exports.handler=()=>require("pulumi-deepcall/lifecycle").agentsProvider',
  ]);
});

test("the type token and the keys of a DeepcallProvider", () => {
  expect([providerType, settingKey("token"), providerNameKey, environmentPrefixKey]).toEqual([
    "pulumi:providers:pulumi-nodejs",
    "deepcall:token",
    "deepcall:providerName",
    "deepcall:environmentPrefix",
  ]);
});

test.each(resources.filter(({ type }) => type === groupType))("a recorded state has no drift: $urn", async (group) => {
  const emulator = await emulate();
  restoreGroups(emulator);
  const { id = "", inputs = {}, outputs = {}, external = false } = group;
  const provider = operate(emulator);
  const { changes } = await provider.diff(id, outputs, inputs);
  expect([changes, emulator.count()]).toEqual([false, 0]);
  const after = await refresh(operate(emulator), { id, inputs, outputs });
  expect(after).toEqual({ id, inputs: withoutProvider(inputs), outputs: withoutProvider(outputs), drift: false });
  if (external) return;
  await operate(emulator).delete(id, outputs);
  expect(emulator.groups().map((other) => String(other.id))).not.toContain(id);
});

function withoutProvider(properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => key !== "__provider"));
}

test("the provider text loads all methods of the provider", () => {
  // As Pulumi's plugin process does: evaluated as a module without a file, from the program's folder.
  const stored = new Module("") as Module & { _compile: (text: string, file: string) => void };
  stored.paths = [join(__dirname, "../../node_modules")];
  stored._compile(providerText, "");
  const { handler } = stored.exports as { handler: () => object };
  expect(Object.keys(handler()).toSorted()).toEqual(
    ["check", "configure", "create", "delete", "diff", "read", "update"].toSorted(),
  );
});

test("the subpath of the provider text is exported", () => {
  const { exports } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")) as { exports: object };
  expect(Object.keys(exports)).toContain("./lifecycle");
});

test("a group takes at most 900 bytes of inputs and outputs", async () => {
  const emulator = await emulate();
  const { inputs, outputs } = await create(
    operate(emulator),
    desired("A group with a name of some length", { __provider: providerText }),
  );
  const bytes = Buffer.byteLength(JSON.stringify(inputs) + JSON.stringify({ ...outputs, __provider: providerText }));
  expect(bytes).toBeLessThanOrEqual(900);
});
