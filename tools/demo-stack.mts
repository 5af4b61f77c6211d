// A Pulumi project with an emulated Deepcall, both temporary: what `npm start` and the pictures show.
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { type Emulator, startEmulator } from "../dist/emulator/index.js";
import { Failure, run } from "./process.mjs";
import { isolatedEnvironment } from "./pulumi.mts";

export const root = fileURLToPath(new URL("..", import.meta.url));
export const cli = join(root, "dist/cli/main.js");
export const userId = "demo";

export interface DemoStack {
  readonly emulator: Emulator;
  /** The folder of the project. */
  readonly cwd: string;
  /** The variables that the commands get in addition to the user's own. */
  readonly settings: Readonly<Record<string, string>>;
  /** Runs `pulumi` with these words. Returns the lines of its summary, "Resources:". */
  pulumi(command: string): Promise<string>;
  /** Runs `pulumi-deepcall` with these words. Returns its standard output. */
  deepcall(command: string, expectedCode: number): Promise<string>;
  close(): Promise<void>;
}

/**
 * @param prepare fills the folder of the project
 * @param groups the names of the groups that the account has already
 * @param colors whether the commands write as they do to a terminal
 */
export async function startDemoStack(
  prepare: (folder: string) => void,
  groups: readonly string[],
  colors: boolean,
): Promise<DemoStack> {
  const token = randomBytes(12).toString("hex");
  const seed = { accounts: [{ userId, token, groups: groups.map((name) => ({ name })) }] };
  const emulator = await startEmulator({ port: 0, seed });
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pulumi-deepcall-")));
  const close = async () => {
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  };
  const [cwd, backend] = [join(folder, "project"), join(folder, "state")];
  try {
    for (const path of [cwd, backend]) mkdirSync(path);
    prepare(cwd);
    // Replaces `npm install`.
    symlinkSync(join(root, "node_modules"), join(cwd, "node_modules"), "junction");
  } catch (error) {
    await close();
    throw error;
  }

  const env = {
    ...isolatedEnvironment(folder, backend),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_OPTION_SUPPRESS_PROGRESS: "true",
    // Program, plugin and command load much of the same code; compiled once, it loads in half the time.
    NODE_COMPILE_CACHE: join(folder, "compile-cache"),
    // ts-node would check the types at each start; `npm run lint` does that.
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    DEEPCALL_BASE_URL: emulator.url,
    DEEPCALL_USER_ID: userId,
    DEEPCALL_TOKEN: token,
  };
  const settings = Object.fromEntries(
    Object.entries<string | undefined>(env).flatMap(([name, value]) =>
      /^(PULUMI|DEEPCALL)_/.test(name) && value !== undefined ? [[name, value]] : [],
    ),
  );

  /** Returns the command's standard output. */
  const execute = async (title: string, command: string, args: string[], expectedCode: number) => {
    const { code, output, stdout } = await run(command, args, { cwd, env, capture: true, gracePeriodMs: 5_000 });
    if (code !== expectedCode) {
      throw new Failure(`${output}\n"${title}" exited with code ${code}; ${expectedCode} was expected.`);
    }
    return stdout;
  };
  return {
    emulator,
    cwd,
    settings,
    async pulumi(command) {
      const words = [...command.split(" "), "--non-interactive", "--color", colors ? "always" : "never"];
      return summary(await execute(`pulumi ${command}`, "pulumi", words, 0));
    },
    async deepcall(command, expectedCode) {
      // The only way to colors is a terminal.
      const terminal = colors ? ["--import", "data:text/javascript,process.stdout.isTTY=true"] : [];
      const args = [...terminal, cli, ...command.split(" ")];
      return (await execute(`pulumi-deepcall ${command}`, process.execPath, args, expectedCode)).trimEnd();
    },
    close,
  };
}

/** The part of Pulumi's output from the last "Resources:" to the next blank line. */
function summary(output: string): string {
  const lines = output.split("\n");
  const plain = lines.map((line) => stripVTControlCharacters(line).trim());
  const first = plain.lastIndexOf("Resources:");
  if (first === -1) return "";
  const end = plain.indexOf("", first);
  return lines.slice(first, end === -1 ? undefined : end).join("\n");
}
