import { settingNames, type SettingName } from "../../client/settings";
import {
  agentsType,
  groupType,
  pluginAgentsType,
  pluginGroupType,
  pluginProviderType,
  providerIdentity,
  providerType,
  settingKey,
} from "../../provider/state-contract";
import { resourceName, providerName } from "../../provider/urn";
import { type Properties, type Step } from "./steps";

/** A step as the engine reports it. */
export interface EngineStep extends Step {
  /** The properties that the provider's `diff` reports. That of the dynamic provider reports none. */
  readonly detailedDiff?: Properties | null;
}

type ToInputs = (inputs: Properties, urn: string) => Properties;

/**
 * For each type of the plugin, that of the dynamic provider, and what its inputs are called there. The outputs are the same.
 * Only this file knows the plugin's types: `plan` and `drift` read every step as if the dynamic provider had made it.
 */
const pluginTypes = new Map<string, { readonly type: string; readonly toInputs: ToInputs }>([
  [pluginGroupType, { type: groupType, toInputs: ({ name, ...rest }) => withInput(rest, "requestedName", name) }],
  [
    pluginAgentsType,
    { type: agentsType, toInputs: ({ agents, ...rest }) => withInput(rest, "requestedAgents", agents) },
  ],
  [pluginProviderType, { type: providerType, toInputs: toProviderInputs }],
]);

/** A stack that moved to the plugin may still have the inputs of the dynamic provider. */
function withInput(inputs: Properties, name: string, value: unknown): Properties {
  return value === undefined ? inputs : { ...inputs, [name]: value };
}

/** Without what Pulumi itself adds to the arguments of a provider. */
function toProviderInputs(inputs: Properties, urn: string): Properties {
  const { environmentPrefix } = inputs;
  const settings = (Object.keys(settingNames) as SettingName[]).flatMap((name): [string, unknown][] => {
    const value = inputs[name];
    // Some languages pass numbers and booleans as they are, others as text. A secret stays the engine's object.
    return value === undefined
      ? []
      : [[settingKey(name), typeof value === "number" || typeof value === "boolean" ? String(value) : value]];
  });
  const prefix = typeof environmentPrefix === "string" ? environmentPrefix : undefined;
  return { ...providerIdentity(resourceName(urn), prefix), ...Object.fromEntries<unknown>(settings) };
}

/** Describes the plugin's resource in a step or in an interrupted operation as the dynamic provider's. */
export function fromPlugin<R extends { readonly type: string; readonly urn: string; readonly inputs?: Properties }>(
  resource: R,
): R {
  const plugin = pluginTypes.get(resource.type);
  if (!plugin) return resource;
  const { type, toInputs } = plugin;
  return { ...resource, type, ...(resource.inputs && { inputs: toInputs(resource.inputs, resource.urn) }) };
}

/** The same for a step, which has the resource before and after it. */
export function stepFromPlugin(step: EngineStep): Step {
  const { type, urn, detailedDiff } = step;
  const plugin = pluginTypes.get(type);
  if (!plugin) return step;
  const { old, new: next } = step;
  // Only the plugin gets `ignoreChanges` from the engine, and reports no difference then.
  const ignored = detailedDiff ? ["name", "active"].filter((name) => !(name in detailedDiff)) : [];
  const self =
    plugin.type === providerType ? {} : { __providerName: providerName(step) ?? undefined, __ignore: ignored };
  return {
    ...step,
    type: plugin.type,
    ...(old && { old: { ...old, inputs: plugin.toInputs(old.inputs, urn) } }),
    ...(next && { new: { ...next, inputs: { ...plugin.toInputs(next.inputs, urn), ...self } } }),
  };
}
