// Runs the Pulumi CLI for the user to see, and isolated from the user's own Pulumi settings.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Failure, run } from "./process.mjs";

export const bold = (text: string) =>
  process.stdout.isTTY && !process.env["NO_COLOR"] ? `\x1b[1m${text}\x1b[22m` : text;

/** Shows a command and its output. `command` is what follows `pulumi`; its words contain no spaces. */
export async function pulumi(command: string, options: { cwd: string; env: NodeJS.ProcessEnv }): Promise<void> {
  console.log(`\n${bold(`$ pulumi ${command}`)}`);
  const { code } = await run("pulumi", command.split(" "), {
    ...options,
    env: { ...options.env, PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_OPTION_SUPPRESS_PROGRESS: "true" },
  });
  if (code !== 0) throw new Failure(`"pulumi ${command}" exited with code ${code}; 0 was expected.`);
}

/** An environment without the user's settings of Pulumi and Deepcall, with a new Pulumi home in `folder`. */
export function isolatedEnvironment(folder: string, backend: string): NodeJS.ProcessEnv {
  const temp = join(folder, "tmp");
  mkdirSync(temp);
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PULUMI|DEEPCALL)_/.test(name))),
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: pathToFileURL(backend).href,
    PULUMI_CONFIG_PASSPHRASE: "isolated",
    // Pulumi's language host leaves named pipes behind.
    TMPDIR: temp,
  };
}
