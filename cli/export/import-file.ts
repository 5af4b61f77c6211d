import {
  agentsInputsSchema,
  agentsState,
  storedAgentsInputs,
  storedAgentsState,
} from "../../provider/lifecycle/agents/state";
import { appliedState, inputsSchema, storedInputs, storedState } from "../../provider/lifecycle/state";
import { agentsProviderText, agentsType, groupsType, groupType } from "../../provider/state-contract";
import { providerIdentity, providerText, providerType } from "../../provider/state-contract";
import { agentsResource, entriesWithAgents, type Entry, type Plan } from "./plan";

/** The names that connect the entries of an import file. Groups are called `group_42`, and their agents `agents_42`. */
const [providerEntry, componentEntry] = ["provider", "component"];

/**
 * A file for `pulumi import` that imports the groups of an export, and their agents, by id. Its entries contain inputs and
 * outputs, so Pulumi (CLI 3.254 or later) does not call the provider's `read`, which cannot import.
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
    ...entriesWithAgents(plan).map((entry) => agentsEntry(plan, entry, userId)),
  ];
  return `${JSON.stringify({ resources }, undefined, 2)}\n`;
}

/** A group as `create` would have stored it. */
function groupEntry(plan: Plan, { group, resource }: Entry, userId: string | undefined) {
  const inputs = inputsSchema.parse({
    requestedName: group.name,
    active: group.active ?? true,
    __resource: resource,
    __providerName: plan.provider?.name,
  });
  // `create` stores a random key. This one is the same in each run, and no other resource has it.
  const state = appliedState(inputs, group, { userId, key: resource });
  return {
    type: groupType,
    name: `group_${group.id}`,
    logicalName: resource,
    id: String(group.id),
    ...connections(plan),
    inputs: { ...storedInputs(inputs), __provider: providerText },
    outputs: { ...storedState(state), __provider: providerText },
  };
}

/** The agents of a group as `create` would have stored them: all are listed. */
function agentsEntry(plan: Plan, entry: Entry, userId: string | undefined) {
  const { group, agents = [] } = entry;
  const resource = agentsResource(entry);
  const inputs = agentsInputsSchema.parse({
    groupId: group.id,
    requestedAgents: agents,
    __resource: resource,
    __providerName: plan.provider?.name,
  });
  const state = agentsState(inputs, agents, { userId, __key: resource });
  return {
    type: agentsType,
    name: `agents_${group.id}`,
    logicalName: resource,
    id: String(group.id),
    ...connections(plan),
    inputs: { ...storedAgentsInputs(inputs), __provider: agentsProviderText },
    outputs: { ...storedAgentsState(state), __provider: agentsProviderText },
  };
}

function connections({ component, provider }: Plan) {
  return {
    ...(component !== undefined && { parent: componentEntry }),
    ...(provider && { provider: providerEntry }),
  };
}
