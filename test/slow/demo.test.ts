import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { delimiter, dirname, resolve } from "node:path";
import { sessionEnded } from "../e2e/processes";
import { execute } from "../e2e/stack";

const root = resolve(__dirname, "../..");
const env = { PATH: [process.env["PULUMI_CLI_BIN"], process.env["PATH"]].join(delimiter) };

test("npm start -- --keep shows the demo, keeps the account for changes by hand, and removes everything at the end", async () => {
  const demo = spawn(process.execPath, ["tools/demo.mts", "--keep"], {
    cwd: root,
    env: { ...process.env, ...env, TMPDIR: process.env["E2E_FOLDER"] },
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  let output = "";
  const kept = new Promise<void>((resolve, reject) => {
    demo.once("exit", () => {
      reject(new Error(`The demo ended:\n${output}`));
    });
    demo.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (output.includes("Press Ctrl-C")) resolve();
    });
  });
  await kept;
  expect(output).toContain("  ~ rename  Sales (old) → Sales  id ");
  expect(output).toContain("Neither command called Deepcall.");

  const [, settings = ""] = /^ {2}\. (\/.*settings\.sh)$/m.exec(output) ?? [];
  const [url = ""] = /http:\/\/127\.0\.0\.1:\d+(?=\/$)/m.exec(output) ?? [];
  const rename = { userId: "demo", action: "rename", id: 1, name: "Renamed by hand" };
  const state = (await (await fetch(`${url}/_emulator/state`)).json()) as { groups: { id: number; name: string }[] };
  rename.id = state.groups.find(({ name }) => name === "Sales")?.id ?? 0;
  expect((await fetch(`${url}/_emulator/groups`, { method: "POST", body: JSON.stringify(rename) })).status).toBe(200);
  const drift = await execute("sh", ["-c", `. ${settings} && pulumi-deepcall drift --stack demo`], "/");
  expect(drift).toEqual({ code: 2, output: expect.stringContaining('"Sales" → "Renamed by hand"') as string });

  demo.kill("SIGINT");
  expect(await once(demo, "exit")).toEqual([0, null]);
  await sessionEnded(demo.pid ?? 0);
  expect(existsSync(dirname(settings))).toBe(false);
});

test("an unknown option is an error", async () => {
  const { code, output } = await execute(process.execPath, ["tools/demo.mts", "--kep"], root, env);
  expect([code, output]).toEqual([1, expect.stringContaining("usage: npm start [-- --keep]\n")]);
});
