import { describeIncomplete } from "../../client/pages";
import type { GroupList } from "../../client/responses";
import { mayDelete } from "../../provider/model/deletion";
import {
  groupDifferences,
  type GroupDifference,
  type GroupInputs,
  type GroupState,
  type PlannedInputs,
} from "../../provider/model/group";
import { possibleKeepers } from "../../provider/model/keepers";
import {
  decideNames,
  rotationOf,
  toRequest,
  type NameRequest,
  type NamesInUse,
} from "../../provider/model/name-conflict";
import { providerLabel } from "../../provider/model/names";
import { describeDifference, escapeInvisible } from "../../provider/model/similar-names";
import { unknownValue } from "../../provider/model/resource";
import { resourceName, providerName } from "../../provider/urn";
import { pluralize, quote } from "../formatting";
import type { Drift } from "../preview/drift";
import type { Resource } from "../preview/preview";
import { isProtected, ignoredProperties, type Properties, type Step } from "../preview/steps";
import { countAgents } from "./agents";
import {
  toPlannedName,
  type Context,
  type Facts,
  type KnownGroup,
  type PlannedStep,
  type StepDecision,
} from "./context";
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
      const keeper = findKeeper(step, context);
      const isRetained = old.retainOnDelete === true;
      const note =
        keeper?.urn === urn
          ? 'keeps the group (onNameConflict is "adopt")'
          : isRetained
            ? "creates another group; this one stays in Deepcall, without a resource"
            : "deleted and created again with a new id";
      const problem = keeper || isRetained ? null : agentsProblem(step, context);
      return { ...change, action: "replace", notes: [note], problem };
    }
    case "delete": {
      if (old.retainOnDelete === true)
        return { ...change, action: "retain", notes: ["stays in Deepcall, without a resource"] };
      const keeper = findKeeper(step, context);
      if (!keeper) return { ...change, action: "delete", problem: agentsProblem(step, context) };
      const notes = [`stays in Deepcall, adopted by the resource ${quote(resourceName(keeper.urn))}`];
      return { ...change, action: "retain", notes };
    }
  }
}

function planCreation(step: Step, change: Omit<GroupChange, "action">, context: Context): GroupChange {
  const decision = context.decisions.get(step)?.decision;
  const { notes, problem } = describeDecision(step, context);
  const all = [...change.notes, ...notes];
  if (decision?.kind !== "adopt") return { ...change, action: "create", notes: all, problem };
  const { group, owner } = decision;
  const current = context.steps.find((other) => other.op !== "read" && hasGroup(other, group.id, change.provider));
  const resource = owner?.resource ?? (current && resourceName(current.urn));
  return {
    ...change,
    action: "adopt",
    id: group.id > 0 ? group.id : null,
    notes: all,
    problem: resource === undefined ? null : `belongs to the resource ${quote(resource)}`,
  };
}

/** Whether the resource still has the group after the `up`. */
function hasGroup(step: Step, id: number, provider: string | null): boolean {
  return step.new?.id === String(id) && providerName(step) === provider;
}

/** The resource that keeps a deleted or replaced resource's group, if any; it may be the replaced one itself. */
function findKeeper(step: Step, context: Context): Step | undefined {
  const { old, urn } = step;
  const id = old?.id ?? "";
  const provider = providerName(step);
  const program = context.steps
    .filter((other) => other.new && other.op !== "read" && providerName(other) === provider)
    .map((other) => {
      const decision = context.decisions.get(other)?.decision;
      const adopted = decision?.kind === "adopt" ? String(decision.group.id) : undefined;
      return {
        step: other,
        ...toRequest(desiredOf(other.new?.inputs ?? {})),
        identity: other.urn,
        id: other.op === "create" ? adopted : other.old?.id,
      };
    });
  const owner = program.find((declared) => declared.id === id && declared.identity !== urn);
  const keepers = possibleKeepers({ id, identity: urn }, program);
  return (owner ?? keepers.find(({ requestedName }) => requestedName === old?.outputs["name"]))?.step;
}

function planUpdate(step: Step, change: Omit<GroupChange, "action">, context: Context): GroupChange {
  const [outputs, inputs] = [step.old?.outputs ?? {}, step.new?.inputs ?? {}];
  const [state, desired] = [stateOf(outputs), desiredOf(inputs)];
  const differences = differencesOf(step);
  const { active, requestedName } = desired;
  const newStatus = active === unknownValue || !differences.includes("active") ? null : active ? "active" : "inactive";
  const provider = providerName(step);
  const notes = [
    ...(active === unknownValue ? ["the status is known only during the update"] : []),
    ...(differences.includes("deleteWithAgents")
      ? [`deleteWithAgents: ${String(desired.deleteWithAgents === true)}`]
      : []),
    ...(differences.includes("account")
      ? [`moves to ${provider === null ? "the default account" : providerLabel(provider)}`]
      : []),
    ...((step.old?.initErrors ?? []).length > 0 ? ["completes an earlier update"] : []),
  ];
  // The engine hides secret names, so only the absence of another reason tells that one changes.
  const isSecretRename =
    requestedName === secret &&
    state.name === secret &&
    (outputs["__renamed"] === true || (newStatus === null && notes.length === 0));
  const isRenamed = isSecretRename || differences.includes("name");
  const remarks = isRenamed ? describeDecision(step, context) : { notes: [], problem: null };
  const all = [...notes, ...remarks.notes];
  return {
    ...change,
    action: "update",
    ...(isRenamed && { newName: toPlannedName(inputs["requestedName"]) }),
    newStatus,
    notes: all.length === 0 && !isRenamed && newStatus === null ? ["no change in Deepcall"] : all,
    problem: remarks.problem,
  };
}

/** What an update changes, as the provider decides it. */
function differencesOf(step: Step): GroupDifference[] {
  const inputs = step.new?.inputs ?? {};
  const account = toText(inputs["__providerName"] ?? "");
  const self = { resource: "", identity: "", account, ignored: ignoredProperties(inputs) };
  return groupDifferences(stateOf(step.old?.outputs ?? {}), desiredOf(inputs), self, undefined);
}

/** The values that the provider stores, with defaults; a secret or unknown name is no name of a group. */
function desiredOf(inputs: Properties): PlannedInputs {
  const { requestedName, active, onNameConflict = "suffix", deleteWithAgents = false } = inputs;
  return {
    requestedName: toText(requestedName),
    active: active === unknownValue ? unknownValue : active === true,
    onNameConflict: onNameConflict as PlannedInputs["onNameConflict"],
    deleteWithAgents: deleteWithAgents as PlannedInputs["deleteWithAgents"],
  };
}

function stateOf(outputs: Properties): GroupState {
  return {
    ...(desiredOf(outputs) as GroupInputs),
    assignedName: toText(outputs["assignedName"]),
    name: toText(outputs["name"]),
    ownerId: undefined,
    userId: undefined,
    account: toText(outputs["__providerName"] ?? ""),
    key: "",
  };
}

/** Decides the names of all groups that are created or renamed; not those whose names are secret or unknown. */
export function decideSteps(steps: readonly Step[], { lists }: Facts): ReadonlyMap<Step, StepDecision> {
  const decisions = new Map<Step, StepDecision>();
  const managed = steps.filter(({ op }) => op !== "read");
  for (const [provider, own] of Map.groupBy(managed, providerName)) {
    const list = lists.get(provider);
    const recorded = own.flatMap(({ old }) => (old ? [{ id: Number(old.id), name: toText(old.outputs["name"]) }] : []));
    const claims = own
      .filter((step) => step.op === "create" || (step.op === "update" && differencesOf(step).includes("name")))
      .map((step, index) => {
        const request: NameRequest = {
          ...toRequest(desiredOf(step.new?.inputs ?? {})),
          id: step.op === "create" ? undefined : Number(step.old?.id),
        };
        const { id = -1 - index, requestedName: name } = request;
        return { step, request, group: { id, name, resource: resourceName(step.urn) } };
      })
      .filter(({ group: { name } }) => name !== secret && name !== unknownValue);
    // Those that Deepcall lists, or else those of the state.
    const groups: readonly KnownGroup[] = list?.groups ?? recorded;
    const inUse: NamesInUse<KnownGroup> = { groups, complete: list?.complete ?? false, claims };
    const decided = decideNames(inUse);
    for (const { step, request } of claims) {
      const decision = decided.get(request);
      if (!decision) continue;
      const isRotation = decision.leaving.length > 0 && rotationOf(request, inUse).length > 0;
      decisions.set(step, { decision, isRotation });
    }
  }
  return decisions;
}

/** What the decision about a step's name means for the plan. */
function describeDecision(step: Step, { facts, decisions }: Context): { notes: string[]; problem: string | null } {
  const decided = decisions.get(step);
  if (!decided) return { notes: [], problem: null };
  const { decision, isRotation } = decided;
  const { onNameConflict } = desiredOf(step.new?.inputs ?? {});
  const list = facts.lists.get(providerName(step));
  const notes = [
    ...decision.leaving.map(({ id }) =>
      isRotation ? `exchanges names with id ${id}, through a temporary name` : `after id ${id} is renamed`,
    ),
    ...(decision.kind === "free" ? describeSimilar(step, list) : []),
  ];
  switch (decision.kind) {
    case "numbered":
      return { notes: [...notes, `${takenBy(decision.other)}, so Deepcall appends a number`], problem: null };
    case "taken":
      return { notes, problem: `${takenBy(decision.other)}, and onNameConflict is ${quote(onNameConflict)}` };
    case "ambiguous": {
      const ids = decision.groups.map(({ id }) => id).join(", ");
      return { notes, problem: `several groups have this name (ids ${ids}), so it is unclear which one to adopt` };
    }
    case "unknown":
      if (onNameConflict === "adopt" && step.op === "create")
        return { notes: [...notes, `or adopted, if a group has this name${incompleteNote(list)}`], problem: null };
      return { notes: [...notes, ...(list ? [`the name may be taken${incompleteNote(list)}`] : [])], problem: null };
    default:
      return { notes, problem: null };
  }
}

/** The groups of the account whose names only look like the requested one; with `adopt`, they are not adopted. */
function describeSimilar(step: Step, list: GroupList | undefined): string[] {
  const { requestedName, onNameConflict } = desiredOf(step.new?.inputs ?? {});
  const others = (list?.groups ?? []).filter((group) => String(group.id) !== step.old?.id);
  const consequence =
    onNameConflict === "adopt" && step.op === "create"
      ? "; a second group is created, and that one is not adopted"
      : "";
  return others.flatMap(({ id: otherId, name }) => {
    const difference = describeDifference(name, requestedName);
    if (!difference) return [];
    const { how, where } = difference;
    return [
      `looks like ${escapeInvisible(quote(name))} (id ${otherId}), which differs only ${how}: ${where}${consequence}`,
    ];
  });
}

function takenBy({ id, resource }: KnownGroup): string {
  return `the name is taken (${resource === undefined ? `id ${id}` : `by the resource ${quote(resource)}`})`;
}

function incompleteNote(list: GroupList | undefined): string {
  return list?.complete === false && list.total !== undefined ? ` (${describeIncomplete(list)})` : "";
}

/** Why the deletion will be refused. */
function agentsProblem(step: Step, context: Context): string | null {
  const { agents, deleteWithAgents } = context.facts;
  const allowsAgents = step.old?.outputs["deleteWithAgents"] === true || deleteWithAgents.has(providerName(step));
  const answer = agents.get(step.urn);
  const remaining = countAgents(step, context)?.remaining;
  const known = typeof answer === "string" || remaining === undefined ? answer : { count: remaining };
  if (mayDelete(allowsAgents, known) !== "refused") return null;
  return typeof answer === "string" ? answer : `has ${pluralize(remaining ?? 0, "agent")}`;
}

const secret = "\u0000secret";

/** A name as one value, although the engine replaces secret ones. */
function toText(value: unknown): string {
  return typeof value === "string" ? value : secret;
}
