// Measures the candidates: what loading them costs, and what each step in the life of a stack costs.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { startEmulator } from "../dist/emulator/index.js";
import { Failure, run } from "../tools/process.mjs";
import { isolatedEnvironment } from "../tools/pulumi.mts";
import {
  type Candidate,
  mapKeys,
  type Measurement,
  type Results,
  round,
  spread,
  startOfEmptyServer,
  startOfPlugin,
  type StateBytes,
  type StepMeasurement,
  type StepName,
} from "./results.mts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Creates a folder outside the repository with all candidates; ours is installed from the packed tarball, as for users. */
export function createSandbox(): string {
  const sandbox = realpathSync(mkdtempSync(join(tmpdir(), "pulumi-deepcall-bench-")));
  const npm = (args: string[], cwd: string) =>
    execFileSync("npm", [...args, "--loglevel=error"], { cwd, encoding: "utf8" });
  const packed = npm(["pack", "--ignore-scripts", "--json", "--pack-destination", sandbox], root);
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  const dependencies = {
    "@pulumi/pulumi": devDependencies["@pulumi/pulumi"],
    "pulumi-deepcall": `file:${filename}`,
  };
  writeFileSync(join(sandbox, "package.json"), JSON.stringify({ private: true, dependencies }));
  npm(["install", "--prefer-offline", "--no-audit", "--no-fund"], sandbox);
  cpSync(join(root, "bench/floor"), join(sandbox, "node_modules/bench-floor"), { recursive: true });
  buildSync({
    ...{ entryPoints: [join(root, "bench/empty-server.js")], outfile: join(sandbox, "empty-server.cjs") },
    // As the plugin is.
    ...{ bundle: true, minify: true, platform: "node" },
  });
  return sandbox;
}

/** The module that is measured, and the one that the same process has loaded before. */
const modules = [
  { name: "program: @pulumi/pulumi, which every program loads", module: "@pulumi/pulumi", after: "node:path" },
  { name: "program: pulumi-deepcall, in addition", module: "pulumi-deepcall", after: "@pulumi/pulumi" },
  { name: "plugin: the provider, at its first check", module: "pulumi-deepcall/lifecycle", after: "@pulumi/pulumi" },
  { name: "plugin: the HTTP client, at the first call", module: "undici", after: "pulumi-deepcall/lifecycle" },
];
const servers = [
  { name: startOfPlugin, file: "node_modules/pulumi-deepcall/plugin/provider.cjs" },
  { name: startOfEmptyServer, file: "empty-server.cjs" },
];

/** Each sample is a new process. */
export async function measureStartup(sandbox: string, samples: number): Promise<Results["startup"]> {
  const times: Record<string, number[]> = {};
  const add = (name: string, ms: number) => (times[name] ??= []).push(ms);
  for (let sample = 0; sample < samples; sample += 1) {
    for (const { name, module, after } of modules) {
      const script = `require("${after}"); const start = performance.now(); require("${module}"); console.log(performance.now() - start)`;
      add(name, Number(execFileSync(process.execPath, ["-e", script], { cwd: sandbox, encoding: "utf8" })));
    }
    for (const { name, file } of servers) {
      const start = performance.now();
      const server = spawn(process.execPath, [file], { cwd: sandbox, stdio: ["ignore", "pipe", "inherit"] });
      await once(server.stdout, "data");
      add(name, performance.now() - start);
      server.kill();
      await once(server, "exit");
    }
  }
  return { samples, milliseconds: mapKeys(Object.keys(times), (name) => spread(times[name] ?? [])) };
}

const commands: Record<StepName, string> = {
  "first up": "up --yes --skip-preview",
  "no-op up": "up --yes --skip-preview",
  preview: "preview",
  "preview --refresh": "preview --refresh",
  refresh: "refresh --yes --skip-preview",
  "change of one": "up --yes --skip-preview",
  destroy: "destroy --yes --skip-preview",
};

export interface StackOptions {
  candidate: Candidate;
  groups: number;
  latencyMs: number;
  /** Settings that a user can choose. */
  env?: NodeJS.ProcessEnv;
  flags?: string[];
  backendParent?: string;
}

/** Measures steps of a new stack, in this order; "first up" comes first. */
export async function measureStack<Name extends StepName>(
  sandbox: string,
  steps: readonly Name[],
  { candidate, groups, latencyMs, env = {}, flags = [], backendParent }: StackOptions,
): Promise<Measurement<Name>> {
  const folder = mkdtempSync(join(sandbox, `${candidate}-`));
  const backend = mkdtempSync(join(backendParent ?? folder, "state-"));
  const account = { userId: "7", token: "bench-token", groups: [] };
  const emulator = await startEmulator({ seed: { accounts: [account] }, options: { latencyMs } });
  let bytes = 0;
  emulator.intercept = async (_call, proceed) => {
    const response = await proceed();
    bytes += (await response.clone().arrayBuffer()).byteLength;
    return response;
  };
  const settings = {
    ...isolatedEnvironment(folder, backend),
    DEEPCALL_BASE_URL: emulator.url,
    DEEPCALL_USER_ID: account.userId,
    DEEPCALL_TOKEN: account.token,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    BENCH_GROUPS: String(groups),
    ...env,
  };
  const environment = (step?: StepName) => ({ ...settings, BENCH_CHANGED: step === "change of one" ? "1" : "0" });
  const pulumi = async (args: string[], step?: StepName) => {
    const { code, output } = await run("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: folder,
      env: environment(step),
      capture: true,
      gracePeriodMs: 5_000,
    });
    if (code === 0) return output;
    throw new Failure(
      `"pulumi ${args.join(" ")}" with the candidate "${candidate}" exited with code ${code}:\n${output}`,
    );
  };
  try {
    cpSync(join(root, `bench/programs/${candidate}.js`), join(folder, "index.js"));
    cpSync(join(root, "bench/programs/names.js"), join(folder, "names.js"));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, main: "index.js" }));
    const path = join(sandbox, "node_modules/pulumi-deepcall/plugin");
    const runtime =
      candidate === "plugin"
        ? { runtime: "yaml", plugins: { providers: [{ name: "deepcall", path }] } }
        : { runtime: "nodejs" };
    writeFileSync(join(folder, "Pulumi.yaml"), JSON.stringify({ name: "bench", ...runtime }));
    await pulumi(["stack", "init", "dev"]);

    const measured: Partial<Record<StepName, StepMeasurement>> = {};
    let stateBytes: StateBytes = { inputsAndOutputs: 0, checkpoint: 0 };
    for (const step of steps) {
      if (candidate === "plugin") {
        const program = execFileSync(process.execPath, ["index.js"], { cwd: folder, env: environment(step) });
        writeFileSync(join(folder, "Main.yaml"), program);
      }
      emulator.clearCalls();
      bytes = 0;
      const stopWatching = watchPluginMemory(folder);
      const start = performance.now();
      await pulumi([...commands[step].split(" "), ...flags, "--stack", "dev"], step);
      const seconds = round((performance.now() - start) / 1000);
      const calls: Record<string, number> = {};
      for (const { operation } of emulator.calls) calls[operation] = (calls[operation] ?? 0) + 1;
      measured[step] = { seconds, calls, bytes, pluginBytes: stopWatching() };
      if (step === "first up") {
        stateBytes = measureState(await pulumi(["stack", "export", "--stack", "dev"]), backend, groups);
      }
    }
    return { steps: measured as Record<Name, StepMeasurement>, stateBytes };
  } finally {
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
    rmSync(backend, { recursive: true, force: true });
  }
}

function measureState(exported: string, backend: string, groups: number): StateBytes {
  const { deployment } = JSON.parse(exported) as {
    deployment: { resources: { type: string; inputs: unknown; outputs: unknown }[] };
  };
  const bytes = deployment.resources
    .filter(({ type }) => /^(pulumi-nodejs:dynamic|deepcall:index:)/.test(type))
    .map(({ inputs, outputs }) => JSON.stringify(inputs).length + JSON.stringify(outputs).length)
    .reduce((sum, length) => sum + length, 0);
  const stacks = join(backend, ".pulumi/stacks");
  const files = readdirSync(stacks, { recursive: true, encoding: "utf8" });
  const checkpoint = files.find((name) => /(^|[\\/])dev\.json(\.gz)?$/.test(name));
  if (checkpoint === undefined) throw new Failure(`Could not find the checkpoint in ${stacks}.`);
  return {
    inputsAndOutputs: Math.round(bytes / groups),
    checkpoint: Math.round(readFileSync(join(stacks, checkpoint)).length / groups),
  };
}

/** Returns a function that ends the watch, and returns the peak memory of the plugin process (Linux only). */
function watchPluginMemory(folder: string): () => number | undefined {
  let peak: number | undefined;
  const sample = () => {
    for (const pid of process.platform === "linux" ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : []) {
      try {
        // Other stacks may run on this machine.
        if (!readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)) continue;
        if (!/cmd\/dynamic-provider|plugin\/provider\.cjs/.test(readFileSync(`/proc/${pid}/cmdline`, "utf8"))) continue;
        const [, kiB] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
        if (kiB !== undefined) peak = Math.max(peak ?? 0, Number(kiB) * 1024);
      } catch {
        // The process has exited.
      }
    }
  };
  const timer = setInterval(sample, 100);
  return () => {
    clearInterval(timer);
    return peak;
  };
}
