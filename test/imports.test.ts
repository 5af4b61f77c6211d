import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";

const root = resolve(__dirname, "..");

const allowed = [
  ["provider/group.ts", "client/client.ts"],
  ["provider/group.ts", "@pulumi/pulumi"],
  ["provider/model/group.ts", "client/responses.ts"],
  ["provider/lifecycle/run.ts", "provider/model/group.ts"],
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
  ["provider/type.ts", "cli/main.ts"],
  ["provider/type.ts", "provider/plugin/service.ts"],
  ["provider/model/group.ts", "@pulumi/pulumi"],
  ["provider/model/names.ts", "provider/lifecycle/run.ts"],
  ["provider/lifecycle/run.ts", "@pulumi/pulumi"],
  ["provider/lifecycle/create.ts", "provider/dynamic/index.ts"],
  ["provider/lifecycle/create.ts", "provider/plugin/index.ts"],
  ["provider/plugin/service.ts", "@pulumi/pulumi"],
  ["provider/plugin/service.ts", "provider/dynamic/index.ts"],
  ["emulator/seed.ts", "client/client.ts"],
  ["emulator/index.ts", "provider/group.ts"],
  ["emulator/index.ts", "emulator/page/page.ts"],
  ["emulator/page/page.ts", "emulator/options.ts"],
  ["emulator/page/page.ts", "zod"],
  ["cli/account.ts", "provider/group.ts"],
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

test("npm run lint rejects imports that the import table forbids, and cycles, even of types only", () => {
  const folder = mkdtempSync(join(tmpdir(), "imports-"));
  try {
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
    const sources = new Map<string, string>();
    for (const [file, imported] of [...allowed, ...forbidden, ...cycle]) {
      const isFile = imported.endsWith(".ts");
      const specifier = isFile ? `./${relative(dirname(file), imported.replace(/\.ts$/, ""))}` : imported;
      sources.set(file, `${sources.get(file) ?? ""}export type * from "${specifier}";\n`);
      if (isFile && !sources.has(imported)) sources.set(imported, "");
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
    expect(found.sort()).toEqual([
      "no-cycles: test/a.ts -> test/b.ts",
      ...forbidden.map(([from, to]) => `not-in-allowed: ${from} -> ${to}`).sort(),
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
