import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";

const root = resolve(__dirname, "..");

const allowed = [
  ["provider/group.ts", "client/client.ts"],
  ["provider/group.ts", "@pulumi/pulumi"],
  ["provider/group.ts", "provider/model/names.ts"],
  ["provider/model/group.ts", "client/client.ts"],
  ["provider/lifecycle/create.ts", "provider/model/names.ts"],
  ["provider/lifecycle/create.ts", "client/client.ts"],
  ["provider/lifecycle/run.ts", "provider/account-settings.ts"],
  ["provider/dynamic/provider.ts", "provider/lifecycle/create.ts"],
  ["provider/dynamic/provider.ts", "@pulumi/pulumi"],
  ["provider/dynamic/provider.ts", "provider/stored.ts"],
  ["cli/main.ts", "provider/model/names.ts"],
  ["cli/main.ts", "provider/stored.ts"],
  ["provider/plugin/service.ts", "provider/lifecycle/run.ts"],
  ["provider/plugin/service.ts", "@pulumi/pulumi/proto/provider_pb"],
  ["cli/main.ts", "client/client.ts"],
  ["cli/main.ts", "provider/state-contract.ts"],
  ["cli/main.ts", "provider/groups-file/read.ts"],
  ["cli/emulator.ts", "emulator/index.ts"],
  ["cli/doctor/doctor.ts", "emulator/options.ts"],
  ["cli/preview/stack.ts", "@pulumi/pulumi/automation"],
  ["emulator/options.ts", "zod"],
  ["examples/quickstart/index.ts", "pulumi-deepcall"],
  ["test/anything.ts", "tools/anything.ts"],
] as const;
const forbidden = [
  ["client/errors.ts", "provider/group.ts"],
  ["client/errors.ts", "@pulumi/pulumi"],
  ["provider/model/rule.ts", "@pulumi/pulumi"],
  ["provider/model/rule.ts", "provider/lifecycle/create.ts"],
  ["provider/model/rule.ts", "provider/dynamic/provider.ts"],
  ["provider/model/rule.ts", "provider/state-contract.ts"],
  ["provider/lifecycle/step.ts", "@pulumi/pulumi"],
  ["provider/lifecycle/step.ts", "provider/dynamic/provider.ts"],
  ["provider/lifecycle/step.ts", "provider/plugin/service.ts"],
  ["provider/lifecycle/step.ts", "provider/group.ts"],
  ["provider/dynamic/values.ts", "provider/group.ts"],
  ["provider/dynamic/values.ts", "provider/plugin/service.ts"],
  ["provider/type.ts", "provider/lifecycle/create.ts"],
  ["provider/type.ts", "provider/dynamic/provider.ts"],
  ["provider/type.ts", "cli/main.ts"],
  ["provider/type.ts", "provider/plugin/service.ts"],
  ["provider/plugin/service.ts", "@pulumi/pulumi"],
  ["provider/plugin/service.ts", "provider/dynamic/index.ts"],
  ["emulator/seed.ts", "client/client.ts"],
  ["emulator/index.ts", "provider/group.ts"],
  ["emulator/index.ts", "emulator/page/page.ts"],
  ["emulator/page/page.ts", "emulator/options.ts"],
  ["emulator/page/page.ts", "zod"],
  ["cli/account.ts", "provider/group.ts"],
  ["cli/account.ts", "provider/lifecycle/create.ts"],
  ["cli/account.ts", "provider/dynamic/provider.ts"],
  ["cli/account.ts", "emulator/options.ts"],
  ["cli/account.ts", "@pulumi/pulumi"],
  ["cli/account.ts", "pulumi-deepcall"],
  ["cli/doctor/doctor.ts", "emulator/index.ts"],
  ["examples/quickstart/index.ts", "client/client.ts"],
] as const;
const cycle = [
  ["test/a.ts", "test/b.ts"],
  ["test/b.ts", "test/a.ts"],
] as const;

const typesOnly = (specifier: string) => `export type * from "${specifier}";\n`;
/** Forms of an import, by the suffix of the file that contains it. */
const forms: readonly (readonly [string, (specifier: string) => string])[] = [
  ["", typesOnly],
  ["-delayed", (specifier) => `export const load = () => require("${specifier}") as unknown;\n`],
  ["-typeof", (specifier) => `export type Module = typeof import("${specifier}");\n`],
];

test("npm run lint rejects imports that the import table forbids, in every form, and cycles, even of types only", () => {
  const folder = mkdtempSync(join(tmpdir(), "imports-"));
  try {
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
    const sources = new Map<string, string>();
    const expected = ["no-cycles: test/a.ts -> test/b.ts"];
    const add = (file: string, imported: string, form: (specifier: string) => string) => {
      const isFile = imported.endsWith(".ts");
      const specifier = isFile ? `./${relative(dirname(file), imported.replace(/\.ts$/, ""))}` : imported;
      sources.set(file, `${sources.get(file) ?? ""}${form(specifier)}`);
      if (isFile && !sources.has(imported)) sources.set(imported, "");
    };
    for (const [file, imported] of [...allowed, ...cycle]) add(file, imported, typesOnly);
    for (const [base, imported] of forbidden) {
      for (const [suffix, form] of forms) {
        const file = base.replace(/\.ts$/, `${suffix}.ts`);
        add(file, imported, form);
        expected.push(`not-in-allowed: ${file} -> ${imported}`);
      }
    }
    for (const [file, text] of sources) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    const config = ["--config", join(root, ".dependency-cruiser.mjs"), "--output-type", "json"];
    const folders = ["client", "provider", "cli", "emulator", "examples", "test"];
    const command = join(root, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
    const { stdout } = spawnSync(process.execPath, [command, ...config, ...folders], { cwd: folder, encoding: "utf8" });
    const { summary } = JSON.parse(stdout) as {
      summary: { violations: { from: string; to: string; rule: { name: string } }[] };
    };
    const packageName = (path: string) => path.replace(/^node_modules\/((@[^/]+\/)?[^/]+)\/.*/, "$1");
    const found = summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${packageName(to)}`);
    expect(found.sort()).toEqual(expected.sort());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
