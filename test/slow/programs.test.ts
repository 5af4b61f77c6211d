import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import type { Emulator } from "../../emulator";
import { execute, expectSmallProvider, TestStack } from "../e2e/stack";

const root = resolve(__dirname, "../..");
const quickstart = join(root, "examples/quickstart");
/** Where the packed package is installed. */
const installed = process.env["E2E_FOLDER"] ?? "";

/** A stack in a copy of the quickstart example, and an account in which the name "Support" is taken. */
async function copiedQuickstart(): Promise<TestStack> {
  const stack = await TestStack.create({}, {}, (folder) => {
    cpSync(quickstart, folder, { recursive: true, filter: (path) => basename(path) !== "node_modules" });
  });
  stack.emulator.account("7").add("Support");
  return stack;
}

function expectTeam(stack: TestStack): void {
  const group = (name: string) => ({ name, groupId: idOf(stack.emulator, name) });
  expect(stack.outputs()).toEqual({
    groups: {
      support: group("Support1"),
      sales: group("Sales"),
      billing: group("Billing"),
      nightShift: group("Night shift"),
    },
  });
  const account = stack.emulator.groups("7").map(({ name, status }) => `${name}: ${status}`);
  expect(account.toSorted()).toEqual(["Billing: 1", "Night shift: 0", "Sales: 1", "Support1: 1", "Support: 1"]);
}

function idOf(emulator: Emulator, name: string): number | undefined {
  return emulator.groups("7").find((group) => group.name === name)?.id;
}

test("the quickstart example, copied as a user would", async () => {
  const stack = await copiedQuickstart();
  expect(await stack.execute(join(installed, "node_modules/.bin/tsc"), [])).toEqual({ code: 0, output: "" });
  await stack.up();
  expectTeam(stack);
  await stack.expectNoDrift();
});

test("pulumi up at the root of the repository: the same as the quickstart, and no file is left there", async () => {
  // Every new file, and every change of the project's own; not unrelated edits in the meantime.
  const leftovers = async () => {
    const { output } = await execute("git", ["status", "--short", "--ignored"], root);
    return output.split("\n").filter((line) => /^(\?\?|!!)|Pulumi|examples/.test(line));
  };
  // A stack of the same project: the backend and the config file of the copy, the program of the root.
  const stack = await copiedQuickstart();
  const atRoot = async (...args: string[]) => {
    const settings = ["--stack", "dev", "--config-file", join(stack.folder, "Pulumi.dev.yaml")];
    return stack.execute("pulumi", [...args, ...settings, "--non-interactive", "--color", "never"], root);
  };
  const before = await leftovers();
  const { code, output } = await atRoot("up", "--yes", "--skip-preview");
  expect(output).toContain("+ 5 created");
  expect(code).toBe(0);
  expectTeam(stack);
  expectSmallProvider(stack);
  // Neither has to change what the other one created.
  expect((await atRoot("preview", "--refresh", "--expect-no-changes")).code).toBe(0);
  await stack.expectNoDrift();
  expect(await leftovers()).toEqual(before);
});

test("the Automation API with an inline program", async () => {
  const stack = await TestStack.create();
  stack.file(
    "automation.mjs",
    `
    import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
    import { DeepcallGroup } from "pulumi-deepcall";
    const program = async () => {
      const { name, groupId, active } = new DeepcallGroup("support", { name: "Support" });
      return { name, groupId, active };
    };
    const stack = await LocalWorkspace.createStack({ stackName: "dev", projectName: "inline", program });
    await stack.setConfig("deepcall:baseUrl", { value: process.argv[2] });
    const up = await stack.up();
    const preview = await stack.preview({ expectNoChanges: true });
    const drift = await stack.preview({ refresh: true, expectNoChanges: true });
    const refresh = await stack.refresh({ expectNoChanges: true });
    const destroy = await stack.destroy();
    console.log(JSON.stringify({
      outputs: up.outputs,
      changes: [up.summary.resourceChanges, preview.changeSummary, drift.changeSummary, refresh.summary.resourceChanges, destroy.summary.resourceChanges],
    }));`,
  );
  const { code, output } = await stack.execute(process.execPath, ["automation.mjs", stack.emulator.url]);
  expect([code, output]).toEqual([0, expect.stringMatching(/^\{.*\}\n$/)]);
  expect(JSON.parse(output)).toEqual({
    outputs: {
      name: { value: "Support", secret: false },
      groupId: { value: 1, secret: false },
      active: { value: true, secret: false },
    },
    changes: [{ create: 2 }, { same: 2 }, { same: 2 }, { same: 2 }, { delete: 2 }],
  });
  expect(stack.emulator.count("add")).toBe(1);
  expect(stack.emulator.groups()).toEqual([]);
});

test("an ESM program in plain JavaScript: it runs, and finds every export by its name", async () => {
  const stack = await TestStack.create();
  stack.file("package.json", '{ "name": "test", "type": "module", "main": "index.js" }');
  stack.file(
    "index.js",
    `
      import { createRequire } from "node:module";
      import * as all from "pulumi-deepcall";
      import { DeepcallGroup, GroupError } from "pulumi-deepcall";
      export const { name, groupId } = new DeepcallGroup("support");
      export const isError = GroupError.prototype instanceof Error;
      export const missing = Object.keys(createRequire(import.meta.url)("pulumi-deepcall")).filter((key) => !(key in all));
    `,
  );
  await stack.up();
  expect(stack.outputs()).toEqual({ name: "support", groupId: 1, isError: true, missing: [] });
  await stack.expectNoDrift();
  expectSmallProvider(stack);
});

/** A stack whose project is exactly these files. */
async function project(files: Record<string, string | object>): Promise<TestStack> {
  return TestStack.create({}, {}, (folder) => {
    const all = { "Pulumi.yaml": "name: test\nruntime: nodejs\n", ...files };
    for (const [name, content] of Object.entries(all))
      writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  });
}

test("a TypeScript program: it runs, its types are right, and wrong arguments don't compile", async () => {
  const stack = await project({
    "package.json": { name: "test" },
    "tsconfig.json": {
      compilerOptions: {
        target: "es2022",
        module: "node16",
        moduleResolution: "node16",
        strict: true,
        exactOptionalPropertyTypes: true,
        // The package's own declarations are checked too, without any types but its peer's.
        skipLibCheck: false,
        types: [],
        noEmit: true,
      },
      include: ["*.ts"],
    },
    "index.ts": `
      import * as pulumi from "@pulumi/pulumi";
      import { DeepcallGroup, type DeepcallGroupArgs, type OnNameConflict } from "pulumi-deepcall";

      const onNameConflict: OnNameConflict = "fail";
      const args: DeepcallGroupArgs = { name: pulumi.output("Support"), onNameConflict };
      const support = new DeepcallGroup("support", args);
      const night = new DeepcallGroup("night", { name: pulumi.interpolate\`\${support.name} at night\`, active: false });

      export const name: pulumi.Output<string> = night.name;
      export const requestedName: pulumi.Output<string> = night.requestedName;
      export const active: pulumi.Output<boolean> = night.active;
      export const isNumber: pulumi.Output<boolean> = night.groupId.apply((id: number) => typeof id === "number");
    `,
    "wrong.ts": `
      import * as pulumi from "@pulumi/pulumi";
      import { DeepcallGroup, DeepcallGroups } from "pulumi-deepcall";
      // @ts-expect-error
      new DeepcallGroup("a", { onNameConflict: "merge" });
      // @ts-expect-error
      new DeepcallGroup("b", { activ: true });
      // @ts-expect-error
      new DeepcallGroup("c", { active: "yes" });
      // @ts-expect-error
      new DeepcallGroup("d", { name: 7 });
      // @ts-expect-error
      export const id: pulumi.Output<string> = new DeepcallGroup("e").groupId;
      // @ts-expect-error
      new DeepcallGroups("f", {});
      // @ts-expect-error
      new DeepcallGroups("g", { file: "groups.yaml", groups: {} });
      // @ts-expect-error
      new DeepcallGroups("h", { groups: { sales: { nme: "Sales" } } });
      const team = new DeepcallGroups("i", { groups: { sales: { name: "Sales" }, "night-shift": null } }).outputs;
      export const ids: pulumi.Output<number>[] = [team.sales.groupId, team["night-shift"].groupId];
      // @ts-expect-error
      void team.billing;
      export const name: pulumi.Output<string> = new DeepcallGroups("j", { file: "groups.yaml" }).outputs.any.name;
    `,
  });
  expect(await stack.execute(join(installed, "node_modules/.bin/tsc"), ["--noEmit"])).toEqual({ code: 0, output: "" });
  await stack.up();
  const name = "Support at night";
  expect(stack.outputs()).toEqual({ name, requestedName: name, active: false, isNumber: true });
  await stack.expectNoDrift();
  expectSmallProvider(stack);
});

test("a YAML project without node_modules, with the command installed elsewhere, as by npx: plan, drift and export", async () => {
  const stack = await TestStack.create();
  const project = mkdtempSync(join(tmpdir(), "pulumi-deepcall-yaml-"));
  const providers = [{ name: "deepcall", path: join(installed, "node_modules/pulumi-deepcall/plugin") }];
  const write = (properties: object) => {
    const resources = { support: { type: "deepcall:Group", properties } };
    const text = JSON.stringify({ name: "test", runtime: "yaml", plugins: { providers }, resources });
    writeFileSync(join(project, "Pulumi.yaml"), text);
  };
  const deepcall = async (...args: string[]) =>
    stack.execute(join(installed, "node_modules/.bin/pulumi-deepcall"), args, project);
  try {
    write({ nme: "Support" });
    // The engine reports no error, only what the language host printed.
    const faulty = await deepcall("plan", "--stack", "dev");
    expect(faulty).toEqual({
      code: 1,
      output: expect.stringMatching(/^error: Property nme does not exist/m) as string,
    });
    expect(faulty.output).not.toContain("Diagnostics");

    write({ name: "Support" });
    expect((await deepcall("plan", "--stack", "dev")).output).toContain("1 group to create");
    const up = await stack.execute("pulumi", ["up", "--yes", "--skip-preview", "--stack", "dev"], project);
    expect(up.code).toBe(0);
    expect(await deepcall("drift", "--stack", "dev")).toMatchObject({ code: 0 });
    expect(await deepcall("export", "--format", "pulumi-yaml", "--out", "Main.yaml")).toMatchObject({ code: 0 });
    expect(readdirSync(project).toSorted()).toEqual(["Main.yaml", "Pulumi.dev.yaml", "Pulumi.yaml"]);
  } finally {
    rmSync(project, { recursive: true });
  }
});
