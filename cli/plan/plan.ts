import { agentsType, groupType } from "../../provider/state-contract";
import { explicitName } from "../../provider/urn";
import { findStateProblems } from "../preview/state-problems";
import type { Preview } from "../preview/preview";
import { isDeepcall, type Step } from "../preview/steps";
import { planAgents } from "./agents";
import { isPlanned, operations, type Context, type Facts } from "./context";
import { decideSteps, planGroup } from "./groups";
import { actionWords, describeAction, type GroupChange, type Plan } from "./report";

const noFacts: Facts = { lists: new Map(), agents: new Map(), deleteWithAgents: new Set() };

/** "Team 2" comes before "Team 10". */
const byName = new Intl.Collator("en", { numeric: true });

/** Describes what the next `pulumi up` does. */
export function createPlan(preview: Preview, facts = noFacts): Plan {
  const { stack, refresh, steps, groups, agents } = preview;
  const groupSteps = steps.filter(({ type, op }) => type === groupType && op !== "refresh");
  const context: Context = {
    steps: groupSteps,
    agentsSteps: steps.filter(({ type }) => type === agentsType),
    facts,
    decisions: decideSteps(groupSteps, facts),
  };
  const other = new Map(
    steps
      .filter((step) => isPlanned(step) && !isDeepcall(step) && !isDefaultProvider(step))
      // The engine reports the stack itself twice.
      .map(({ urn, op }) => [`${op} ${urn}`, op]),
  );
  return {
    stack,
    refresh,
    groups: groups
      .flatMap((group) => group.plan.filter(isPlanned).map((step) => planGroup(step, group, context)))
      .toSorted(
        (a, b) =>
          actionWords.indexOf(describeAction(a)) - actionWords.indexOf(describeAction(b)) ||
          byName.compare(a.name ?? "", b.name ?? ""),
      ),
    agents: agents
      .flatMap(({ plan, drift }) => plan.filter(isPlanned).map((step) => planAgents(step, drift, context)))
      .toSorted((a, b) => byName.compare(a.group ?? "", b.group ?? "")),
    unchanged: groups.filter(({ plan }) => plan.every(({ op }) => op === "same")).length,
    other: Object.fromEntries(
      operations.flatMap((op) => {
        const count = [...other.values()].filter((one) => one === op).length;
        return count === 0 ? [] : [[op, count]];
      }),
    ),
    stateProblems: findStateProblems(preview, facts.lists),
  };
}

/** What only Deepcall can answer about a plan. */
export function openQuestions({ groups, stateProblems }: Plan): {
  /** Groups whose agents decide whether they can be deleted. */
  readonly agentsOf: readonly (GroupChange & { readonly id: number })[];
  /** The providers of accounts in which a requested name may be taken, or a group without a resource may exist. */
  readonly namesIn: readonly (string | null)[];
} {
  const deleted = groups.filter(({ action }) => action === "delete" || action === "replace");
  const named = groups.filter((change) => change.action === "create" || "newName" in change);
  return {
    agentsOf: deleted.filter((change): change is GroupChange & { id: number } => change.id !== null),
    namesIn: [...new Set([...named, ...stateProblems.creations].map(({ provider }) => provider))],
  };
}

function isDefaultProvider({ type, urn }: Step): boolean {
  return type.startsWith("pulumi:providers:") && explicitName(urn) === null;
}
