import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diagnose, type DoctorResult, type Trial } from "../../../cli/doctor/diagnose";
import type { RetryPolicy } from "../../../client/retry";
import { startEmulator, type Emulator, type EmulatorOptions } from "../../../emulator";
import { environment, token } from "../../support/lifecycle";

/** As the command's, but fast. */
export const policy: RetryPolicy = {
  firstDelayMs: 2,
  maxDelayMs: 5,
  deadlineMs: 2_000,
  lateCommitMs: 30,
  maxAttempts: { failed: 4, rateLimited: 6 },
};

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** A path for a journal in a folder of its own. */
export function journalFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "deepcall-trial-"));
  cleanUps.push(() => {
    rmSync(folder, { recursive: true });
  });
  return join(folder, "trial.jsonl");
}

const names = ["Support", "Night shift", "Sales & more"];
/** Account 7 has these groups, of which the second has an agent; account 8 has one, too. */
export async function account(options: Partial<EmulatorOptions> = {}, groups = names): Promise<Emulator> {
  const agents = ["1001", "1002", "1003"].map((id) => ({ id }));
  const emulator = await startEmulator({
    options,
    seed: {
      accounts: [
        {
          userId: "7",
          token,
          agents,
          groups: groups.map((name, n) => ({ name, agents: n === 1 ? [{ id: "1003" }] : [] })),
        },
        { userId: "8", token: "other", groups: [{ name: "Theirs" }] },
      ],
    },
  });
  cleanUps.push(() => emulator.close());
  return emulator;
}

/** Everything that a trial must leave alone. */
export const contents = (emulator: Emulator): unknown =>
  emulator.groups().map((group) => ({ ...group, agents: emulator.agents(group.id) }));

export async function tryChanges(emulator: Emulator, trial: Partial<Trial> = {}, env = {}): Promise<DoctorResult> {
  return diagnose(environment(emulator, env), "DEEPCALL", {
    agents: [],
    unknownAgent: undefined,
    journal: journalFile(),
    isCleanUp: false,
    interrupted: new Promise(() => undefined),
    policy,
    ...trial,
  });
}
export const withAgents = { agents: ["1001", "1002"], unknownAgent: "9999" };
