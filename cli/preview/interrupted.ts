import { couldBeAssignedFor } from "../../provider/lifecycle/names";
import { groupType } from "../../provider/state-contract";
import { pluralize } from "../formatting";
import { toName, type GroupName } from "./drift";
import { isDeepcall, providerName, resourceName, type Properties } from "./steps";
import type { AccountLists, Preview } from "./preview";

/** An operation in the stack's state that was interrupted (`kill -9`, a crash), as the backend keeps it. */
export interface PendingOperation {
  /** `creating`, `updating`, `deleting`, … */
  readonly type: string;
  readonly resource: {
    readonly urn: string;
    readonly type: string;
    readonly provider?: string;
    readonly inputs?: Properties;
  };
}

/** A group whose creation was interrupted: it may exist in Deepcall, although no resource of the state has it. */
export interface InterruptedCreation {
  readonly resource: string;
  readonly urn: string;
  readonly provider: string | null;
  /** The name that was requested; `null` if it is a secret. */
  readonly requestedName: GroupName;
  /** The groups that it may have created; `null` if Deepcall was not asked. */
  readonly groups: readonly { readonly id: number; readonly name: string }[] | null;
}

/** What was interrupted, as far as it concerns Deepcall. */
export interface Interruptions {
  readonly creations: readonly InterruptedCreation[];
  /** How many other operations were interrupted. The next `up` repeats them. */
  readonly others: number;
}

/** @param lists - the groups of the accounts, as far as they were listed. */
export function findInterruptions(
  { pendingOperations, steps }: Pick<Preview, "pendingOperations" | "steps">,
  lists: AccountLists,
): Interruptions {
  const ours = pendingOperations.filter(({ resource }) => isDeepcall(resource));
  const isCreation = ({ type, resource }: PendingOperation) => type === "creating" && resource.type === groupType;
  const groupSteps = steps.filter(({ type }) => type === groupType);
  const knownIds = new Set(groupSteps.flatMap((step) => [step.old?.id, step.new?.id]));
  const creations = ours.filter(isCreation).map(({ resource }): InterruptedCreation => {
    const { urn, inputs = {} } = resource;
    const provider = providerName(resource);
    const requestedName = toName(inputs["requestedName"]);
    const groups = lists
      .get(provider)
      ?.groups.filter(({ id, name }) => !knownIds.has(String(id)) && couldBeAssignedFor(name, requestedName ?? ""))
      .map(({ id, name }) => ({ id, name }));
    const isFound = groups !== undefined && requestedName !== null;
    return { resource: resourceName(urn), urn, provider, requestedName, groups: isFound ? groups : null };
  });
  const byName = new Map(creations.map((creation) => [`${creation.urn} ${creation.requestedName ?? ""}`, creation]));
  return { creations: [...byName.values()], others: ours.length - ours.filter(isCreation).length };
}

/** The providers of the accounts in which an interrupted command may have created a group. */
export function interruptedAccounts(preview: Preview): ReadonlySet<string | null> {
  return new Set(findInterruptions(preview, new Map()).creations.map(({ provider }) => provider));
}

/** Each as a sentence or two. */
export function describeInterruptions(
  { creations, others }: Interruptions,
  format: (name: string) => string,
): string[] {
  const lines = creations.map(({ resource, requestedName, groups }) => {
    const name = requestedName === null ? "with a secret name" : format(requestedName);
    const what = `An earlier command was interrupted while it created the group ${name} of the resource ${format(resource)}.`;
    if (requestedName === null) return `${what} Look for the group in Deepcall's panel.`;
    if (groups === null)
      return `${what} Whether the group exists is not known here; \`pulumi-deepcall plan --refresh\` finds out.`;
    if (groups.length === 0)
      return `${what} Deepcall has no such group without a resource, so nothing was lost. To forget the operation: ${clearCommand}`;
    const found = groups.map((group) => `${format(group.name)} (id ${group.id})`).join(", ");
    return (
      `${what} In Deepcall, and not in the state: ${found}. ` +
      (groups.some((group) => group.name === requestedName)
        ? 'To take the group into the state, declare the resource with onNameConflict: "adopt" for the next `pulumi up`. '
        : `To take the group into the state, rename it to ${format(requestedName)} in Deepcall's panel, and declare the resource with onNameConflict: "adopt" for the next \`pulumi up\`. `) +
      `Without that, \`pulumi up\` creates another group. Then forget the operation: ${clearCommand}`
    );
  });
  if (others > 0)
    lines.push(
      `${pluralize(others, "other operation")} of earlier commands did not complete; the next \`pulumi up --refresh\` completes what is missing.`,
    );
  return lines;
}

/** The field of the public JSON; absent if no creation was interrupted. */
export function interruptionsJson({ creations }: Interruptions): { interrupted?: readonly InterruptedCreation[] } {
  return creations.length === 0 ? {} : { interrupted: creations };
}

const clearCommand = "`pulumi refresh --clear-pending-creates`";
