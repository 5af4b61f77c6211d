import { z } from "zod";

/** The emulator can't be set up as asked; the message is one line that names what is wrong and where. */
export class SetupError extends Error {
  override readonly name = "SetupError";
}

/** Says in one line what is wrong with `source`: the path of each property at fault, and why. */
export function explain(source: string, error: z.ZodError): string {
  const faults = error.issues.map(({ path, message }) => {
    const where = z.core.toDotPath(path);
    return where === "" ? message : `${where}: ${message}`;
  });
  return `${source}: ${faults.join("; ")}`;
}
