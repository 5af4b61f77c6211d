// The names of the groups that each program declares; BENCH_CHANGED renames one of them.
const count = Number(process.env.BENCH_GROUPS);
const changed = process.env.BENCH_CHANGED === "1";

exports.names = Array.from({ length: count }, (_, n) => (changed && n === 0 ? "Team one" : `Team ${n + 1}`));
