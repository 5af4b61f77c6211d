import { agentsLifecycle } from "../lifecycle/agents";
import { groupLifecycle } from "../lifecycle/groups";
import type { Run } from "../lifecycle/run";
import { plannedAgents, toAgent, type WrittenAgent } from "../model/agents";
import { plannedGroup } from "../model/group";
import { unknownValue } from "../model/resource";
import { storedAgents, storedGroup } from "../stored";
import { createLookups, type Lookups } from "./lookups";
import { createPluginResource, type PluginResource } from "./resource";
import { createSettings, type Settings } from "./settings";
import type { Values } from "./values";

/** What the engine can call in one run, over plain values. */
export interface Plugin {
  readonly settings: Settings;
  /** By type. */
  readonly resources: Readonly<Record<string, PluginResource>>;
  /** By token. */
  readonly lookups: Lookups;
}

export function createPlugin(run: Run): Plugin {
  return {
    settings: createSettings(run),
    resources: {
      "deepcall:index:Group": createPluginResource(run, groupLifecycle(run), {
        stored: storedGroup,
        input: { stored: "requestedName", name: "name" },
        secrets: ["name", "requestedName", "assignedName"],
        show: (values) => values,
        planned: (state, inputs, self) => ({ groupId: unknownValue, ...plannedGroup(state, inputs, self) }),
      }),
      "deepcall:index:GroupAgents": createPluginResource(run, agentsLifecycle(run), {
        stored: storedAgents,
        input: { stored: "requestedAgents", name: "agents" },
        secrets: ["agents", "requestedAgents"],
        show: withAgentObjects,
        planned: (state, inputs, self) => ({ ...plannedAgents(state, inputs, self) }),
      }),
    },
    lookups: createLookups(run),
  };
}

/** Most languages have no type for "a text or an object". */
function withAgentObjects(values: Values): Values {
  const { agents } = values;
  if (!Array.isArray(agents)) return values;
  return { ...values, agents: agents.map((agent: WrittenAgent) => (agent === unknownValue ? agent : toAgent(agent))) };
}
