// The groups that each program declares; one of them is called otherwise once it is to be changed.
const count = Number(process.env.BENCH_GROUPS);
const changed = process.env.BENCH_CHANGED === "1";

exports.names = Array.from({ length: count }, (_, n) => (changed && n === 0 ? "Team one" : `Team ${n + 1}`));
