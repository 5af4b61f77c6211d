import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { type CheckedSeed, type Seed, seedSchema } from "./seed";
import { explain, SetupError } from "./setup-error";

/**
 * Checks a seed.
 * @param source what an error calls it, e.g. the name of its file
 */
export function checkSeed(seed: unknown, source: string): CheckedSeed {
  const parsed = seedSchema.safeParse(seed);
  if (!parsed.success) throw new SetupError(explain(source, parsed.error));
  return parsed.data;
}

/** Reads a seed from a JSON file; an error names the file and the path of the property at fault. */
export function loadSeed(file: string): CheckedSeed {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new SetupError(`${file}: ${error instanceof SyntaxError ? "not JSON: " : ""}${reason(error)}`);
  }
  return checkSeed(content, file);
}

/** Reads what an earlier emulator saved; undefined when there is no such file. */
export function loadSaved(file: string): CheckedSeed | undefined {
  return existsSync(file) ? loadSeed(file) : undefined;
}

/** Writes the whole state; the file is either the old or the new one, never half of it. */
export function save(file: string, state: Seed): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(temporary, file);
  } catch (error) {
    throw new SetupError(`${file}: ${reason(error)}`);
  }
}

// The file system and JSON.parse throw nothing but errors; instanceof would miss those of another realm, as under jest.
function reason(error: unknown): string {
  return (error as Error).message;
}
