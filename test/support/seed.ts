import { randomInt } from "node:crypto";

/** The seed of everything random in a test; SEED=N repeats a run. Print it before the test begins. */
export const seed = Number(process.env["SEED"] ?? randomInt(2 ** 31));
