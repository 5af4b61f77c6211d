import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Emulator } from "../../emulator";

interface RecordedResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly external?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

interface RecordedState {
  readonly groups: readonly { readonly id: number; readonly name: string; readonly status: 0 | 1 }[];
  readonly state: { readonly deployment: { readonly resources: readonly RecordedResource[] } };
}

/** A state that version 0.1.0 wrote with the real CLI; it must never be edited. */
export const recorded = JSON.parse(
  readFileSync(join(__dirname, "../fixtures/states/0.1.0.json"), "utf8"),
) as RecordedState;

/** The program of the recorded state. */
export const recordedProgram = `
  new DeepcallGroup("support", { name: "Support" });
  new DeepcallGroup("night", { name: "Night", active: false });
  new DeepcallGroup("adopted", { name: "Existing", onNameConflict: "adopt" });
  new DeepcallGroup("ignored", { name: "Ignored" }, { ignoreChanges: ["name", "active"] });
  DeepcallGroup.get("elsewhere", "3");
  new DeepcallGroups("groups", { groups: { sales: null, care: { name: "Customer care", onNameConflict: "fail" } } });`;

/** Creates the groups of the recorded account, with their ids. */
export function restoreGroups(emulator: Emulator): void {
  for (const { name, status } of recorded.groups) emulator.account("7").add(name, status);
  expect(emulator.groups("7")).toMatchObject(recorded.groups);
}
