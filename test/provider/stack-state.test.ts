import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { stackReader, toHoldings, type ExportedResource } from "../../provider/stack-state";
import { agentsType, groupType, pluginAgentsType, pluginGroupType } from "../../provider/state-contract";

const urn = (name: string, type: string) => `urn:pulumi:prod::shop::${type}::${name}`;
const exported = (name: string, type: string, more: Partial<ExportedResource> = {}): ExportedResource => ({
  urn: urn(name, type),
  type,
  id: "42",
  provider: "urn:pulumi:prod::shop::pulumi:providers:pulumi-nodejs::default::5f1c",
  outputs: { __key: "1a2b3c4d" },
  ...more,
});
const held = { kind: "group", id: "42", key: "1a2b3c4d" } as const;

test.each<[string, ExportedResource, object | undefined]>([
  [
    "a group",
    exported("old", groupType),
    { resource: "old", kind: "group", provider: null, id: "42", key: "1a2b3c4d" },
  ],
  ["a group of the plugin", exported("old", pluginGroupType), { kind: "group", agents: undefined }],
  ["of an earlier version", exported("old", groupType, { outputs: {} }), { key: "" }],
  [
    "of an explicit provider",
    exported("old", groupType, { provider: `${urn("emea", "pulumi:providers:deepcall")}::1` }),
    { provider: "emea" },
  ],
  [
    "agents",
    exported("a::b", agentsType, { outputs: { requestedAgents: ["1", { id: "2", receivesCalls: false }] } }),
    { resource: "a::b", kind: "agents", agents: ["1", "2"] },
  ],
  ["secret agents", exported("a", pluginAgentsType, { outputs: { requestedAgents: {} } }), { agents: undefined }],
  ["a group that is only read", exported("old", groupType, { external: true }), undefined],
  ["anything else", exported("old", "random:index:Id"), undefined],
])("%s", (_, resource, expected) => {
  expect(toHoldings([resource])).toEqual(expected ? [expect.objectContaining(expected)] : []);
});

describe("the stack of a resource", () => {
  const folder = mkdtempSync(join(tmpdir(), "deepcall-stack-"));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const stackWith = (...resources: ExportedResource[]) => JSON.stringify({ deployment: { resources } });
  const own = exported("old", groupType);

  /** Reads with a CLI that answers commands like this, and fails in all others. */
  async function read(answers: Record<string, string>, env: Record<string, string> = {}): Promise<readonly object[]> {
    const cases = Object.entries(answers).map(
      ([command, answer]) => `"stack ${command} --non-interactive") echo '${answer}';;\n`,
    );
    const script = `#!/bin/sh\n[ -z "$PULUMI_OPTION_FILE" ] || exit 9\ncase "$*" in\n${cases.join("")}*) echo "error: no access" >&2; exit 1;;\nesac\n`;
    writeFileSync(join(folder, "pulumi"), script);
    chmodSync(join(folder, "pulumi"), 0o755);
    const path = [folder, process.env["PATH"]].join(delimiter);
    return stackReader({ PATH: path, PULUMI_PROJECT: "shop", ...env })(held);
  }
  const ls = JSON.stringify([{ name: "dev" }, { name: "acme/shop/prod" }]);
  const found = [expect.objectContaining({ resource: "old" })];

  test.each<[string, Record<string, string>, Record<string, string>]>([
    ["is the selected one", { export: stackWith(own) }, {}],
    ["whatever the options of the command say", { export: stackWith(own) }, { PULUMI_OPTION_FILE: "x" }],
    [
      "is another one",
      {
        export: stackWith(exported("old", groupType, { outputs: { __key: "of another stack" } })),
        "ls --project shop --json": ls,
        "export --stack dev": "{}",
        "export --stack acme/shop/prod": stackWith(own),
      },
      {},
    ],
    ["where none is selected", { "ls --project shop --json": ls, "export --stack dev": stackWith(own) }, {}],
  ])("%s", async (_, answers, env) => {
    expect(await read(answers, env)).toEqual(found);
  });

  test.each<[string, Record<string, string>, string]>([
    ["cannot be read", {}, "error: no access"],
    ["is unknown", { "ls --project shop --json": "[]" }, 'No stack of the project "shop" contains the resource.'],
  ])("%s", async (_, answers, message) => {
    await expect(read(answers)).rejects.toThrow(message);
  });

  test("is not asked for if no engine started the process", async () => {
    expect(await stackReader({})(held)).toEqual([]);
  });
});
