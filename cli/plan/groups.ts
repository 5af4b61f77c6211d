import type { Group } from "../../client/responses";
import { activeDiffers, nameDiffers } from "../../provider/model/group";
import { unknownValue } from "../../provider/model/resource";
import { providerLabel } from "../../provider/model/names";
import { pluralize, quote } from "../formatting";
import type { Drift } from "../preview/drift";
import type { Resource } from "../preview/preview";
import {
  isProtected,
  ignoredProperties,
  providerName,
  resourceName,
  type Properties,
  type Step,
} from "../preview/steps";
import { countAgents } from "./agents";
import { toPlannedName, type Context, type PlannedStep } from "./context";
import type { GroupChange } from "./report";

/** Describes the change of a `DeepcallGroup`. */
export function planGroup(step: PlannedStep, { drift, refresh }: Resource<Drift>, context: Context): GroupChange {
  const { old, urn } = step;
  const inputs = step.new?.inputs ?? {};
  const common = { resource: resourceName(urn), urn, provider: providerName(step), drift };
  const base = { ...common, newStatus: null, agents: null, notes: [], problem: null };
  const id = Number(old?.id ?? step.new?.id);
  if (!old || step.op === "create" || step.op === "import") {
    const name = toPlannedName(inputs["requestedName"]);
    const newStatus = inputs["active"] === false ? ("inactive" as const) : null;
    const notes = drift.some(({ kind }) => kind === "gone")
      ? [`deleted manually, was id ${refresh?.old?.id ?? id}`]
      : [];
    const change = { ...base, id: step.op === "import" ? id : null, name, newStatus, notes };
    return step.op === "import" ? { ...change, action: "import" } : planCreation(step, change, context);
  }
  const change = {
    ...base,
    id,
    name: toPlannedName(old.outputs["name"]),
    agents: countAgents(step, context)?.count ?? null,
  };
  if (isProtected(step)) return { ...change, action: "protected", problem: "is protected" };
  switch (step.op) {
    case "update":
      return planUpdate(step, change, context);
    case "replace": {
      const isKept = inputs["onNameConflict"] === "adopt" && inputs["requestedName"] === old.outputs["name"];
      const isRetained = old.retainOnDelete === true;
      const note = isKept
        ? 'keeps the group (onNameConflict is "adopt")'
        : isRetained
          ? "creates another group; this one stays in Deepcall, without a resource"
          : "deleted and created again with a new id";
      const problem = isKept || isRetained ? null : agentsProblem(step, context);
      return { ...change, action: "replace", notes: [note], problem };
    }
    case "delete": {
      if (old.retainOnDelete === true)
        return { ...change, action: "retain", notes: ["stays in Deepcall, without a resource"] };
      const successor = context.steps.find((other) => adopts(other, step));
      if (successor) {
        const notes = [`stays in Deepcall, adopted by the resource ${quote(resourceName(successor.urn))}`];
        return { ...change, action: "retain", notes };
      }
      return { ...change, action: "delete", problem: agentsProblem(step, context) };
    }
  }
}

function planCreation(step: Step, change: Omit<GroupChange, "action">, context: Context): GroupChange {
  const { name, provider, notes } = change;
  const inputs = step.new?.inputs ?? {};
  const create: GroupChange = { ...change, action: "create" };
  if (typeof name !== "string") return create;
  if (inputs["onNameConflict"] !== "adopt") {
    const remarks = nameRemarks(name, change, inputs, context);
    return { ...create, ...remarks, notes: [...notes, ...remarks.notes] };
  }
  const list = context.facts.lists.get(provider);
  const predecessor = context.steps.find((other) => other.op === "delete" && adopts(step, other));
  const existing = predecessor?.old?.id ?? list?.groups.find((group) => group.name === name)?.id;
  if (existing === undefined)
    return list?.complete === true ? create : { ...create, notes: [...notes, "or adopted, if a group has this name"] };
  const owner = context.steps.find(
    (other) => other.new?.id === String(existing) && providerName(other) === provider && other.op !== "read",
  );
  return {
    ...change,
    action: "adopt",
    id: Number(existing),
    problem: owner === undefined ? null : `belongs to the resource ${quote(resourceName(owner.urn))}`,
  };
}

/** Whether a created resource adopts the group of a deleted one: the program has renamed the resource. */
function adopts(created: Step, deleted: Step): boolean {
  const { requestedName, onNameConflict } = created.new?.inputs ?? {};
  return (
    created.op === "create" &&
    onNameConflict === "adopt" &&
    typeof requestedName === "string" &&
    requestedName === deleted.old?.outputs["name"] &&
    providerName(created) === providerName(deleted)
  );
}

function planUpdate(step: Step, change: Omit<GroupChange, "action">, context: Context): GroupChange {
  const [outputs, inputs] = [step.old?.outputs ?? {}, step.new?.inputs ?? {}];
  const ignored = ignoredProperties(inputs);
  const requestedName = toText(inputs["requestedName"]);
  const current = {
    requestedName: toText(outputs["requestedName"]),
    assignedName: toText(outputs["assignedName"]),
    name: toText(outputs["name"]),
    active: outputs["active"] === true,
  };
  const active = inputs["active"] === unknownValue ? unknownValue : inputs["active"] === true;
  const newStatus =
    active === unknownValue || !activeDiffers(current, { active }, { ignored }) ? null : active ? "active" : "inactive";
  const provider = providerName(step);
  const notes = [
    ...(active === unknownValue ? ["the status is known only during the update"] : []),
    ...(inputs["deleteWithAgents"] === outputs["deleteWithAgents"]
      ? []
      : [`deleteWithAgents: ${String(inputs["deleteWithAgents"] === true)}`]),
    ...((inputs["__providerName"] ?? "") === (outputs["__providerName"] ?? "")
      ? []
      : [`moves to ${provider === null ? "the default account" : providerLabel(provider)}`]),
    ...((step.old?.initErrors ?? []).length > 0 ? ["completes an earlier update"] : []),
  ];
  // The engine hides secret names, so only the absence of another reason tells that one changes.
  const isSecretRename =
    requestedName === secret &&
    current.name === secret &&
    (outputs["__renamed"] === true || (newStatus === null && notes.length === 0));
  const isRenamed = isSecretRename || nameDiffers(current, { requestedName }, { ignored });
  const newName = toPlannedName(inputs["requestedName"]);
  const remarks =
    isRenamed && typeof newName === "string"
      ? nameRemarks(newName, change, inputs, context)
      : { notes: [], problem: null };
  const all = [...notes, ...remarks.notes];
  return {
    ...change,
    action: "update",
    ...(isRenamed && { newName }),
    newStatus,
    notes: all.length === 0 && !isRenamed && newStatus === null ? ["no change in Deepcall"] : all,
    problem: remarks.problem,
  };
}

/** What follows if another group has the requested name. */
function nameRemarks(
  name: string,
  { id, provider }: Pick<GroupChange, "id" | "provider">,
  inputs: Properties,
  { facts, steps }: Context,
): { notes: string[]; problem: string | null } {
  const other = facts.lists.get(provider)?.groups.find((group) => group.name === name && group.id !== id);
  if (other === undefined || isRenamedAway(other, steps)) return { notes: [], problem: null };
  const { onNameConflict = "suffix" } = inputs;
  return onNameConflict === "suffix"
    ? { notes: [`the name is taken (id ${other.id}), so Deepcall appends a number`], problem: null }
    : {
        notes: [],
        problem: `the name is taken (id ${other.id}), and onNameConflict is ${quote(String(onNameConflict))}`,
      };
}

/** Whether the same `up` gives the group another name; the order is not known. */
function isRenamedAway({ id, name }: Group, steps: readonly Step[]): boolean {
  return steps.some(
    (step) => step.op === "update" && step.old?.id === String(id) && step.new?.inputs["requestedName"] !== name,
  );
}

/** Why the deletion will be refused; see `deleteGroup` of the provider. */
function agentsProblem(step: Step, context: Context): string | null {
  const { agents, deleteWithAgents } = context.facts;
  if (step.old?.outputs["deleteWithAgents"] === true || deleteWithAgents.has(providerName(step))) return null;
  const answer = agents.get(step.urn);
  if (typeof answer === "string") return answer;
  const remaining = countAgents(step, context)?.remaining ?? 0;
  return remaining > 0 ? `has ${pluralize(remaining, "agent")}` : null;
}

const secret = "\u0000secret";

/** A name as one value, although the engine replaces secret ones. */
function toText(value: unknown): string {
  return typeof value === "string" ? value : secret;
}
