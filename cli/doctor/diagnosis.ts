import type { EmulatorOptions } from "../../emulator";
import type { SettingName } from "../../client/settings";

/** `note`: worth knowing; `warning`: works, and costs or risks something; `failed`: `pulumi up` would not work. */
export type Status = "ok" | "note" | "warning" | "failed";

/** One thing that was looked at. */
export interface Check {
  /** What was looked at; stable, e.g. `tls` or `filterKey`. */
  readonly id: string;
  readonly status: Status;
  /** What was found, as stable words, e.g. `certificate-expired`; empty where all is as it should be. */
  readonly findings: readonly string[];
  /** What was found, as a sentence. */
  readonly summary: string;
  /** What to do about it. */
  readonly advice?: string;
  /** The groups it is about. */
  readonly groups?: readonly NamedGroup[];
}

/** A group as far as findings speak of it. */
export interface NamedGroup {
  readonly id: number;
  readonly name: string;
  /** The name of the group that this one seems to be numbered after. */
  readonly beside?: string;
}

/** The groups of the account by status. */
export interface GroupCounts {
  readonly total: number;
  readonly active: number;
  readonly inactive: number;
  /** Those whose status the list doesn't tell. */
  readonly unknown: number;
}

/** How a server plays what is not documented, as options of the emulator; what was not seen is left out. */
export type Observed = Partial<EmulatorOptions>;

/** What `doctor` found; `--format json` prints it as it is. */
export interface Diagnosis {
  /** Rises when a field changes its meaning or goes. */
  readonly version: 1;
  /** Whether nothing failed. */
  readonly healthy: boolean;
  readonly credentialsRefused: boolean;
  /** Where each setting comes from: a variable's name, `default`, or `nowhere`. */
  readonly settings: Readonly<Record<SettingName, string>>;
  readonly checks: readonly Check[];
  readonly server: Observed;
  /** `null` where no list could be read. */
  readonly groups: GroupCounts | null;
  /** The command that starts an emulator which answers as this server does; `null` where nothing is known of it. */
  readonly imitation: string | null;
}

/** A check that found all as it should be, or something worth knowing. */
export function ok(id: string, summary: string): Check {
  return { id, status: "ok", findings: [], summary };
}

/** A check that found something. */
export function finding(
  id: string,
  status: Exclude<Status, "ok">,
  findings: string | readonly string[],
  summary: string,
  advice?: string,
): Check {
  const all = typeof findings === "string" ? [findings] : findings;
  return { id, status, findings: all, summary, ...(advice !== undefined && { advice }) };
}
