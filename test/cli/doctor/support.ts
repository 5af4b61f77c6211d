import { run } from "../../../cli/program";
import type { Diagnosis } from "../../../cli/doctor/diagnose";

export interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** Runs `doctor` in this process, with exactly this environment. */
export async function doctor(env: Record<string, string>, ...args: string[]): Promise<Outcome> {
  return doctorOnTerminal(undefined, env, ...args);
}

/** @param answer - to what the command asks; `undefined` if there is no terminal. */
export async function doctorOnTerminal(
  answer: string | undefined,
  env: Record<string, string>,
  ...args: string[]
): Promise<Outcome> {
  let [out, err] = ["", ""];
  const code = await run(["doctor", ...args], {
    out: (text) => (out += text),
    err: (text) => (err += text),
    untilStopped: () => new Promise(() => undefined),
    ...(answer !== undefined && {
      ask: async (question: string) => {
        err += question;
        return Promise.resolve(answer);
      },
    }),
    env,
    version: "1.2.3",
  });
  return { code, out, err };
}

/** The result of `doctor --format json`, and its exit code. */
export async function diagnose(env: Record<string, string>): Promise<Diagnosis & { code: number }> {
  const { code, out } = await doctor(env, "--format", "json");
  return { ...(JSON.parse(out) as Diagnosis), code };
}

/** All findings, as `check: finding`. */
export function findings({ checks }: Pick<Diagnosis, "checks">): string[] {
  return checks.flatMap(({ id, findings }) => findings.map((what) => `${id}: ${what}`));
}

/** The checks that failed, with their findings. */
export function failures({ checks }: Diagnosis): string[] {
  return checks.flatMap(({ id, status, findings }) => (status === "failed" ? [`${id}: ${findings.join(", ")}`] : []));
}
