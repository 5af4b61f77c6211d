import { rmSync } from "node:fs";

/** Removes what `install` created. */
export default function remove(): void {
  const folder = process.env["E2E_FOLDER"];
  if (folder) rmSync(folder, { recursive: true, force: true });
}
