// One life of a stack, from its first `up` to its `destroy`, measured at every step.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { clearInterval, setInterval } from "node:timers";
import { fileURLToPath, pathToFileURL } from "node:url";
import { startEmulator } from "../dist/emulator/index.js";
import { Failure, run } from "../tools/process.mjs";

const programs = fileURLToPath(new URL("./programs", import.meta.url));
const token = "bench-token";

const write = ["--yes", "--skip-preview"];
/** What is measured, in this order. */
export const steps = [
  { name: "first up", command: ["up", ...write] },
  { name: "no-op up", command: ["up", ...write] },
  { name: "preview", command: ["preview"] },
  { name: "preview --refresh", command: ["preview", "--refresh"] },
  { name: "refresh", command: ["refresh", ...write] },
  { name: "change of one", command: ["up", ...write], changed: true },
  { name: "destroy", command: ["destroy", ...write] },
];

/**
 * @param {string} workshop the folder with the installed contenders
 * @param {{ contender: string, groups: number, latencyMs: number, only?: string[], env?: object, flags?: string[],
 *   state?: string }} what `only`: names of steps, default all. `env`, `flags` and `state`: what a user can set.
 */
export async function measureHistory(workshop, { contender, groups, latencyMs, only, env = {}, flags = [], state }) {
  const folder = mkdtempSync(join(workshop, `${contender}-`));
  const backend = mkdtempSync(join(state ?? folder, "state-"));
  const account = { userId: "7", token, groups: [] };
  const emulator = await startEmulator({ seed: { accounts: [account] }, options: { latencyMs } });
  let bytes = 0;
  emulator.intercept = async (_call, proceed) => {
    const answer = await proceed();
    bytes += (await answer.clone().arrayBuffer()).byteLength;
    return answer;
  };
  try {
    const pulumi = prepare(folder, backend, contender, { url: emulator.url, groups, env });
    await pulumi(["stack", "init", "dev"]);
    const measured = {};
    let stateBytes;
    for (const { name, command, changed } of steps.filter((step) => !only || only.includes(step.name))) {
      emulator.clearCalls();
      bytes = 0;
      const memory = watchPlugin(folder);
      const start = performance.now();
      await pulumi([...command, ...flags, "--stack", "dev"], { BENCH_CHANGED: changed ? "1" : "0" });
      const seconds = (performance.now() - start) / 1000;
      const calls = Object.groupBy(emulator.calls, ({ operation }) => operation);
      measured[name] = {
        seconds,
        calls: Object.fromEntries(Object.entries(calls).map(([operation, list]) => [operation, list.length])),
        bytes,
        pluginBytes: memory.stop(),
      };
      if (name === "first up") stateBytes = await measureState(pulumi, backend, groups);
    }
    return { contender, groups, latencyMs, steps: measured, state: stateBytes };
  } finally {
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
    rmSync(backend, { recursive: true, force: true });
  }
}

function prepare(folder, backend, contender, { url, groups, env }) {
  cpSync(join(programs, `${contender}.js`), join(folder, "index.js"));
  cpSync(join(programs, "names.js"), join(folder, "names.js"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, main: "index.js" }));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: bench\nruntime: nodejs\n");
  mkdirSync(join(folder, "tmp"));
  // The reader's own settings of either tool would change what is measured.
  const foreign = /^(PULUMI|DEEPCALL)_/;
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
  const settings = {
    ...own,
    DEEPCALL_BASE_URL: url,
    DEEPCALL_USER_ID: "7",
    DEEPCALL_TOKEN: token,
    BENCH_GROUPS: String(groups),
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: pathToFileURL(backend).href,
    PULUMI_CONFIG_PASSPHRASE: "bench",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    TMPDIR: join(folder, "tmp"),
    ...env,
  };
  return async (args, more = {}) => {
    let output = "";
    const code = await run("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: folder,
      env: { ...settings, ...more },
      patience: 5_000,
      onOutput: (text) => (output += text),
    });
    if (code !== 0) throw new Failure(`"pulumi ${args.join(" ")}" of ${contender} ended with ${code}:\n${output}`);
    return output;
  };
}

/** Bytes per group: of the whole checkpoint as the backend keeps it, and of the inputs and outputs alone. */
async function measureState(pulumi, backend, groups) {
  const { deployment } = JSON.parse(await pulumi(["stack", "export", "--stack", "dev"]));
  const own = deployment.resources.filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic"));
  const bytes = own.reduce(
    (sum, { inputs, outputs }) => sum + JSON.stringify(inputs).length + JSON.stringify(outputs).length,
    0,
  );
  const stacks = join(backend, ".pulumi/stacks");
  const file = readdirSync(stacks, { recursive: true }).find((name) => /(^|[\\/])dev\.json(\.gz)?$/.test(name));
  return { checkpoint: readFileSync(join(stacks, file)).length / groups, inputsAndOutputs: bytes / groups };
}

/** Watches the plugin process that Pulumi starts: its peak memory, as the kernel notes it (Linux only). */
function watchPlugin(folder) {
  let peak;
  const look = () => {
    for (const pid of process.platform === "linux" ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : []) {
      try {
        // The machine may run other stacks.
        if (!readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)) continue;
        if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("cmd/dynamic-provider")) continue;
        const [, kiB] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
        if (kiB !== undefined) peak = Math.max(peak ?? 0, Number(kiB) * 1024);
      } catch {
        // It has ended.
      }
    }
  };
  const timer = setInterval(look, 100);
  return {
    stop: () => {
      clearInterval(timer);
      return peak;
    },
  };
}
