import { couldBeAssignedFor } from "../../provider/model/names";
import { groupType } from "../../provider/state-contract";
import { pluralize } from "../formatting";
import { toName, type GroupName } from "./drift";
import { isDeepcall, providerName, resourceName, type PendingOperation } from "./steps";
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
  return { creations: [...byName.values()], others: ours.length - ours.filter(isCreation).length };
}

/** The providers of the accounts in which an interrupted command may have created a group. */
export function interruptedAccounts(preview: Preview): ReadonlySet<string | null> {
  return new Set(findInterruptions(preview, new Map()).creations.map(({ provider }) => provider));
}

/** Each as a paragraph of its own. */
export function describeInterruptions(
  { creations, others }: Interruptions,
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
  if (others === 0) return lines;
  return [
    ...lines,
    `${pluralize(others, "other operation")} of earlier commands did not complete; \`pulumi up --refresh\` repeats what is missing.`,
  ];
}

/** The field of the public JSON; absent if no creation was interrupted. */
export function interruptionsJson({ creations }: Interruptions): { interrupted?: readonly InterruptedCreation[] } {
  return creations.length === 0 ? {} : { interrupted: creations };
}
