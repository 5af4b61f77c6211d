import { readdirSync, readFileSync } from "node:fs";

/** All processes of a session, found by what the kernel knows of each. */
export function session(leader: number): number[] {
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
