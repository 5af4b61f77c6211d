import { storedAgents, storedGroup, type StoredSelf } from "../../provider/stored";
import { agentsState } from "../../provider/model/agents";
import { appliedState } from "../../provider/model/group";
import { agentsProviderText, agentsType, groupsType, groupType } from "../../provider/state-contract";
import { pluginAgentsType, pluginGroupType, pluginProviderType } from "../../provider/state-contract";
import { parentKey, providerIdentity, providerText, providerType } from "../../provider/state-contract";
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

/** A file for `pulumi import` with the plugin, which reads every group and its agents by id. */
export function toPlainImportFile(plan: Plan): string {
  const { entries, provider } = plan;
  const resources = [
    ...(provider
      ? [
          {
            type: pluginProviderType,
            name: providerEntry,
            logicalName: provider.name,
            inputs: { environmentPrefix: provider.environmentPrefix },
          },
        ]
      : []),
    ...entries.map(({ group, resource }) => ({
      type: pluginGroupType,
      ...identity("group", group.id, resource),
      ...connections(plan),
    })),
    ...entriesWithAgents(plan).map((entry) => ({
      type: pluginAgentsType,
      ...identity("agents", entry.group.id, agentsResource(entry)),
      ...connections(plan),
    })),
  ];
  return `${JSON.stringify({ resources }, undefined, 2)}\n`;
}

function identity(kind: "group" | "agents", id: number, resource: string) {
  return { name: `${kind}_${id}`, logicalName: resource, id: String(id) };
}

/** A group as `create` would have stored it. */
function groupEntry(plan: Plan, { group, resource }: Entry, userId: string | undefined) {
  const self = selfOf(plan, resource);
  const inputs = {
    requestedName: group.name,
    active: group.active ?? true,
    onNameConflict: "suffix",
    deleteWithAgents: false,
  } as const;
  // `create` stores a random key. This one is the same in each run, and no other resource has it.
  const state = appliedState(inputs, group, { userId, account: self.account, key: resource });
  return {
    type: groupType,
    ...identity("group", group.id, resource),
    ...connections(plan),
    inputs: { ...storedGroup.writeInputs(inputs, self), __provider: providerText },
    outputs: { ...storedGroup.writeState(state, self), __provider: providerText },
  };
}

/** The agents of a group as `create` would have stored them: all are listed. */
function agentsEntry(plan: Plan, entry: Entry, userId: string | undefined) {
  const { group, agents = [] } = entry;
  const resource = agentsResource(entry);
  const self = selfOf(plan, resource);
  const inputs = { groupId: group.id, requestedAgents: agents, otherAgents: "keep", removeExisting: false } as const;
  const state = agentsState(inputs, agents, { userId, account: self.account, key: resource });
  return {
    type: agentsType,
    ...identity("agents", group.id, resource),
    ...connections(plan),
    inputs: { ...storedAgents.writeInputs(inputs, self), __provider: agentsProviderText },
    outputs: { ...storedAgents.writeState(state, self), __provider: agentsProviderText },
  };
}

function selfOf({ component, provider }: Plan, resource: string): StoredSelf {
  const parent = component === undefined ? "" : parentKey(groupsType, component);
  return { resource, parent, identity: resource, account: provider?.name ?? "", ignored: [] };
}

function connections({ component, provider }: Plan) {
  return {
    ...(component !== undefined && { parent: componentEntry }),
    ...(provider && { provider: providerEntry }),
  };
}
