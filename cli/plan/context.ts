import type { AgentCount } from "../../client/relations";
import type { GroupList } from "../../client/responses";
import { unknownValue } from "../../provider/model/resource";
import type { NameDecision } from "../../provider/model/name-conflict";
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

/** A group of an account, or one that a step creates or renames. */
export interface KnownGroup {
  readonly id: number;
  readonly name: string;
  /** The resource whose group gets the name earlier in the same run. */
  readonly resource?: string;
}

/** What the name that a step requests leads to. */
export interface StepDecision {
  readonly decision: NameDecision<KnownGroup>;
  /** Whether the group exchanges its name with others. */
  readonly isRotation: boolean;
}

/** What is needed besides a step to describe its change. */
export interface Context {
  /** What the next `up` does with each group, in the engine's order. */
  readonly steps: readonly Step[];
  readonly agentsSteps: readonly Step[];
  readonly facts: Facts;
  /** What the requested names lead to. */
  readonly decisions: ReadonlyMap<Step, StepDecision>;
}

export function toPlannedName(value: unknown): PlannedName {
  if (value === unknownValue) return undefined;
  return typeof value === "string" ? value : null;
}

export function toIds(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
