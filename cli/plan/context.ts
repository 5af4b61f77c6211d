import type { AgentCount } from "../../client/relations";
import type { GroupList } from "../../client/responses";
import { unknownValue } from "../../provider/model/resource";
import type { Step } from "../preview/steps";
import type { PlannedName } from "./report";

/** What Deepcall says about the groups of a plan. */
export interface Facts {
  /** The groups of the accounts that were listed, by provider. */
  readonly lists: ReadonlyMap<string | null, GroupList>;
  /** The agents of groups, by the URN of the group's resource; a text says why they cannot be read. */
  readonly agents: ReadonlyMap<string, AgentCount | string>;
  /** The providers whose settings allow deleting groups that have agents. */
  readonly deleteWithAgents: ReadonlySet<string | null>;
}

/** The operations that change something. Pulumi's summary counts the same ones. */
export const operations = ["create", "import", "update", "replace", "delete"] as const;
export type PlannedStep = Step & { readonly op: (typeof operations)[number] };
export const isPlanned = (step: Step): step is PlannedStep => (operations as readonly string[]).includes(step.op);

/** What is needed besides a step to describe its change. */
export interface Context {
  /** What the next `up` does with each group, in the engine's order. */
  readonly steps: readonly Step[];
  readonly agentsSteps: readonly Step[];
  readonly facts: Facts;
}

export function toPlannedName(value: unknown): PlannedName {
  if (value === unknownValue) return undefined;
  return typeof value === "string" ? value : null;
}

export function toIds(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
