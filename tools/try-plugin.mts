// Tries the plugin with the Pulumi CLI on this system: checks its schema and runs examples/yaml against an emulator.
//   node tools/run.mjs try-plugin [ARCHIVE]    installs this archive of a release; default: the folder plugin/
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { root, startDemoStack, userId } from "./demo-stack.mts";
import { Failure, main } from "./process.mjs";

await main(async () => {
  const [archive] = process.argv.slice(2);
  const stack = await startDemoStack(
    (folder) => {
      prepare(folder, archive);
    },
    ["Support"],
    false,
  );
  try {
    await stack.pulumi("schema check node_modules/pulumi-deepcall/plugin/schema.json");
    if (archive !== undefined) {
      await stack.pulumi(`plugin install resource deepcall ${versionOf(archive)} --file plugin.tar.gz`);
    }
    await stack.pulumi("stack init dev");
    await stack.deepcall("plan --stack dev", 2);
    await stack.pulumi("up --stack dev --yes --skip-preview");
    expectGroups(stack.emulator.groups(userId), ["Support", "Night shift", "Support1"]);
    await stack.deepcall("drift --stack dev", 0);
    await stack.pulumi("destroy --stack dev --yes --skip-preview");
    expectGroups(stack.emulator.groups(userId), ["Support"]);
  } finally {
    await stack.close();
  }
  console.log(`The plugin works: ${archive ?? "plugin/"}.`);
});

function prepare(folder: string, archive: string | undefined): void {
  const project = readFileSync(join(root, "examples/yaml/Pulumi.yaml"), "utf8");
  // An installed plugin needs no path.
  writeFileSync(
    join(folder, "Pulumi.yaml"),
    archive === undefined ? project : project.replace(/^plugins:\n( .*\n)+/m, ""),
  );
  if (archive !== undefined) cpSync(archive, join(folder, "plugin.tar.gz"));
}

function versionOf(archive: string): string {
  const [, version] = /-v(\d+\.\d+\.\d+)-[^-]+-[^-]+\.tar\.gz$/.exec(basename(archive)) ?? [];
  if (version === undefined) throw new Failure(`${archive} is not named like the plugin's archive of a release.`);
  return version;
}

function expectGroups(groups: readonly { name: string }[], expected: readonly string[]): void {
  const names = groups.map(({ name }) => name).toSorted();
  if (JSON.stringify(names) !== JSON.stringify(expected.toSorted()))
    throw new Failure(`The account should contain the groups ${expected.join(", ")}, but has ${names.join(", ")}.`);
}
