import { isShared } from "../../provider/model/holdings";
import { couldBeAssignedFor } from "../../provider/model/names";
import { toHoldings } from "../../provider/stack-state";
import { groupType } from "../../provider/state-contract";
import { resourceName, providerName } from "../../provider/urn";
import { pluralize } from "../formatting";
import { toName, type GroupName } from "./drift";
import { isDeepcall, type PendingOperation, type Step } from "./steps";
import type { AccountLists, Preview } from "./preview";

/** A group whose creation was interrupted: it may exist in Deepcall, although no resource of the state has it. */
export interface InterruptedCreation {
  readonly resource: string;
  readonly urn: string;
  readonly provider: string | null;
  /** The name that was requested; `null` if it is a secret. */
  readonly requestedName: GroupName;
  /** Whether the state has the resource: a later command created or adopted a group for it. */
  readonly inState: boolean;
  /** The groups that it may have created; `null` if Deepcall was not asked. */
  readonly groups: readonly { readonly id: number; readonly name: string }[] | null;
}

/** A group that several resources of the state have. */
export interface SharedGroup {
  readonly id: number;
  readonly provider: string | null;
  readonly resources: readonly { readonly resource: string; readonly urn: string }[];
}

/** What earlier commands that were interrupted, or that saw only a part of the program, left in the state. */
export interface StateProblems {
  readonly creations: readonly InterruptedCreation[];
  /** How many other operations were interrupted. The next `up` repeats them. */
  readonly others: number;
  readonly shared: readonly SharedGroup[];
}

/** @param lists - the groups of the accounts, as far as they were listed. */
export function findStateProblems(
  { pendingOperations, steps }: Pick<Preview, "pendingOperations" | "steps">,
  lists: AccountLists,
): StateProblems {
  const ours = pendingOperations.filter(({ resource }) => isDeepcall(resource));
  const isCreation = ({ type, resource }: PendingOperation) => type === "creating" && resource.type === groupType;
  const groupSteps = steps.filter(({ type }) => type === groupType);
  const urnsInState = new Set(groupSteps.filter(({ old }) => old).map(({ urn }) => urn));
  const knownIds = new Set(groupSteps.flatMap((step) => [step.old?.id, step.new?.id]));
  const creations = ours.filter(isCreation).map(({ resource }): InterruptedCreation => {
    const { urn, inputs = {} } = resource;
    const provider = providerName(resource);
    const requestedName = toName(inputs["requestedName"]);
    const groups = lists
      .get(provider)
      ?.groups.filter(({ id, name }) => !knownIds.has(String(id)) && couldBeAssignedFor(name, requestedName ?? ""))
      .map(({ id, name }) => ({ id, name }));
    return {
      resource: resourceName(urn),
      urn,
      provider,
      requestedName,
      inState: urnsInState.has(urn),
      groups: requestedName === null ? null : (groups ?? null),
    };
  });
  const byName = new Map(creations.map((creation) => [`${creation.urn} ${creation.requestedName ?? ""}`, creation]));
  return {
    creations: [...byName.values()],
    others: ours.length - ours.filter(isCreation).length,
    shared: findShared(groupSteps),
  };
}

function findShared(steps: readonly Step[]): SharedGroup[] {
  const read = new Set(steps.filter(({ op }) => /read|discard/.test(op)).map(({ urn }) => urn));
  const recorded = steps.flatMap((step) => (step.old && !read.has(step.urn) ? [{ ...step, ...step.old }] : []));
  const holdings = toHoldings([...new Map(recorded.map((one) => [one.urn, one])).values()]);
  const shared = holdings.filter((one) => holdings.some((other) => isShared(one, other)));
  const byGroup = Map.groupBy(shared, ({ provider, id }) => `${provider ?? ""} ${id}`);
  return [...byGroup.values()].flatMap((all) => {
    const [first] = all;
    const resources = all.map(({ resource, urn }) => ({ resource, urn }));
    return first ? [{ id: Number(first.id), provider: first.provider, resources }] : [];
  });
}

/** The providers of the accounts in which an interrupted command may have created a group. */
export function interruptedAccounts(preview: Preview): ReadonlySet<string | null> {
  return new Set(findStateProblems(preview, new Map()).creations.map(({ provider }) => provider));
}

/** Each as a paragraph of its own. */
export function describeStateProblems(
  { creations, others, shared }: StateProblems,
  format: (name: string) => string,
): string[] {
  const lines = creations.map((creation) => {
    const { resource, requestedName, inState, groups } = creation;
    const name = requestedName === null ? "with a secret name" : format(requestedName);
    const what = `An earlier command was interrupted while it created the group ${name} of the resource ${format(resource)}.`;
    const forget = "To forget the interruption, run `pulumi refresh --clear-pending-creates`.";
    if (groups === null)
      return requestedName === null
        ? `${what} Look in Deepcall's panel whether the group exists. ${forget}`
        : `${what} Whether the group exists is not known here; \`pulumi-deepcall plan --refresh\` finds out.`;
    if (groups.length === 0)
      return `${what} Deepcall has no such group without a resource, so nothing is lost. ${forget}`;
    const found = `In Deepcall, and not in the state: ${groups.map((group) => `${format(group.name)} (id ${group.id})`).join(", ")}.`;
    if (inState)
      return `${what} ${found} The resource has another group now. If nobody needs this one, delete it in Deepcall's panel. ${forget}`;
    const rename = groups.some((group) => group.name === requestedName)
      ? ""
      : `rename it to ${name} in Deepcall's panel, `;
    return (
      `${what} ${found} To take the group into the state, ${rename}declare the resource with onNameConflict: "adopt" and run ` +
      `\`pulumi up\`; otherwise, \`pulumi up\` creates another group. ${forget}`
    );
  });
  lines.push(
    ...shared.map(
      ({ id, resources }) =>
        `The resources ${resources.map(({ resource }) => format(resource)).join(" and ")} have the same group (id ${id}): an earlier command saw only a part of the program (--target or --exclude). ` +
        "`pulumi up` without these flags removes those that the program no longer declares from the state, and keeps the group. `pulumi state delete URN` does the same for one of them.",
    ),
  );
  if (others === 0) return lines;
  return [
    ...lines,
    `${pluralize(others, "other operation")} of earlier commands did not complete; \`pulumi up --refresh\` repeats what is missing.`,
  ];
}

/** The fields of the public JSON; absent if there is nothing to report. */
export function stateProblemsJson({ creations, shared }: StateProblems): {
  interrupted?: readonly InterruptedCreation[];
  shared?: readonly SharedGroup[];
} {
  return { ...(creations.length > 0 && { interrupted: creations }), ...(shared.length > 0 && { shared }) };
}
