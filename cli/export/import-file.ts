import { appliedState, inputsSchema, storedInputs, storedState } from "../../provider/lifecycle/state";
import { groupsType, groupType, providerText, providerType, providerIdentity } from "../../provider/state-contract";
import type { Entry, Plan } from "./plan";

/** The names that connect the entries of an import file. Groups are called `group_42`. */
const [providerEntry, componentEntry] = ["provider", "component"];

/**
 * A file for `pulumi import` that imports the groups of an export by id. Its entries contain inputs and outputs, so
 * Pulumi (CLI 3.254 or later) does not ask the provider, which cannot import.
 *
 * @param userId - of the credentials that listed the groups, if known.
 */
export function toImportFile(plan: Plan, userId: string | undefined): string {
  const { component, entries, provider } = plan;
  const resources = [
    ...(provider
      ? [
          {
            type: providerType,
            name: providerEntry,
            logicalName: provider.name,
            inputs: providerIdentity(provider.name, provider.environmentPrefix),
          },
        ]
      : []),
    ...(component === undefined
      ? []
      : [{ type: groupsType, name: componentEntry, logicalName: component, component: true }]),
    ...entries.map((entry) => groupEntry(plan, entry, userId)),
  ];
  return `${JSON.stringify({ resources }, undefined, 2)}\n`;
}

/** A group as `create` would have stored it. */
function groupEntry({ component, provider }: Plan, { group, resource }: Entry, userId: string | undefined) {
  const inputs = inputsSchema.parse({
    requestedName: group.name,
    active: group.active ?? true,
    __resource: resource,
    __providerName: provider?.name,
  });
  // `create` stores a random key. This one is the same in each run, and no other resource has it.
  const state = appliedState(inputs, group, { userId, key: resource });
  return {
    type: groupType,
    name: `group_${group.id}`,
    logicalName: resource,
    id: String(group.id),
    ...(component !== undefined && { parent: componentEntry }),
    ...(provider && { provider: providerEntry }),
    inputs: { ...storedInputs(inputs), __provider: providerText },
    outputs: { ...storedState(state), __provider: providerText },
  };
}
