import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** All processes of a session, as the kernel lists them in /proc. */
export function sessionProcesses(leader: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3]) === leader;
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Resolves when every process of the session has ended. They are not our children, so `tail` waits for them. */
export async function sessionEnded(leader: number): Promise<void> {
  for (let [pid] = sessionProcesses(leader); pid !== undefined; [pid] = sessionProcesses(leader))
    await new Promise((resolve) =>
      execFile("tail", [`--pid=${pid}`, "--sleep-interval=0.05", "-f", "/dev/null"], resolve),
    );
}
