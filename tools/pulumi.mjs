// Runs the Pulumi CLI so that the reader sees each command, what it prints and how it ends.
import { Failure, run } from "./process.mjs";

const { isTTY } = process.stdout;

/** @param {string} text */
export const bold = (text) => (isTTY && !process.env.NO_COLOR ? `\x1b[1m${text}\x1b[22m` : text);

/**
 * @param {string} command what comes after `pulumi`, without blanks inside its words
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, expect?: number, patience?: number }} options
 */
export async function pulumi(command, { expect = 0, env, ...options }) {
  console.log(`\n${bold(`$ pulumi ${command}`)}`);
  const code = await run("pulumi", command.split(" "), {
    ...options,
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_OPTION_SUPPRESS_PROGRESS: "true" },
  });
  if (code !== 0) console.log(bold(`(exit code ${code})`));
  if (code !== expect) throw new Failure(`"pulumi ${command}" should have ended with ${expect}, not ${code}.`);
}
